#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "messages/row_key.hpp"

namespace bourse {

/// Keys of rows that have gone, in the order in which they went.
///
/// There may be one for each row that there ever was, and an entry waits meanwhile. So they are kept in parts: to add a
/// key never copies those before it, and lists are joined and given back part by part, not key by key.
class key_list {
public:
    /// How far a list has been read.
    struct place {
        std::size_t part = 0;
        std::size_t key = 0;
    };

    void push_back(const row_key& key) {
        if (parts_.empty() || parts_.back().size() == parts_.back().capacity()) {
            add_part();
        }
        parts_.back().push_back(key);
    }
    /// The other's come behind; it is empty then.
    void append(key_list& other) {
        parts_.insert(parts_.end(), std::make_move_iterator(other.parts_.begin()),
                      std::make_move_iterator(other.parts_.end()));
        other.clear();
    }
    void clear() noexcept { parts_.clear(); }

    [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }
    [[nodiscard]] bool is_end(const place& at) const noexcept { return at.part == parts_.size(); }
    /// The key at a place that is not the end, which moves on.
    [[nodiscard]] const row_key& next(place& at) const noexcept {
        const std::vector<row_key>& part = parts_[at.part];
        const row_key& key = part[at.key];
        if (++at.key == part.size()) {
            at = {.part = at.part + 1, .key = 0};
        }
        return key;
    }

private:
    /// The least and the most keys of a part: a table of few rows keeps little, one of many has few parts.
    static constexpr std::size_t least = 32;
    static constexpr std::size_t most = 4'096;

    void add_part() {
        const std::size_t room = parts_.empty() ? 0 : 2 * parts_.back().capacity();
        parts_.emplace_back().reserve(std::clamp(room, least, most));
    }

    std::vector<std::vector<row_key>> parts_;  ///< none of them is empty
};

}  // namespace bourse
