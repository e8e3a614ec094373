#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "actors/replica/replica.hpp"

namespace bourse {

/// Memory of entries that everybody has read, for those that come.
///
/// The problem: what an entry says is read by several threads, and whoever is last gives it up. Some hundred KB an entry would be
/// asked of the system, cleared by it page by page, and given back again, for each.
///
/// Thread-safe; held for a few moves. Bounds: `most_entries` and `most_bytes` are kept, what is beyond is given back.
class entry_memory {
public:
    static constexpr std::size_t most_entries = 512;
    static constexpr std::size_t most_bytes = std::size_t{64} << 20U;

    entry_memory() { kept_.reserve(most_entries); }

    /// Empty, and with the memory of an earlier one if there is any.
    [[nodiscard]] applied_entry take();
    /// Nobody reads it any more.
    void give_back(applied_entry& read) noexcept;

    [[nodiscard]] std::size_t bytes() const;

private:
    struct kept_entry {
        applied_entry memory;
        std::size_t bytes = 0;
    };

    mutable std::mutex mutex_;
    std::vector<kept_entry> kept_;
    std::size_t bytes_ = 0;
};

}  // namespace bourse
