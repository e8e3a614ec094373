#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/shard/shard.hpp"
#include "messages/row_change.hpp"
#include "messages/row_key.hpp"

namespace bourse {

/// The rows of one shard by key, as bytes.
using stored_rows = std::map<row_key, std::vector<std::byte>>;

[[nodiscard]] stored_rows rows_by_key(const shard_rows& rows);

/// A checkpoint that is fed by hand-overs in slices of any size, while entries go on, and now and then
/// fails: whenever one is done it must hold exactly the rows of the moment at which it was begun.
///
/// What happens when follows from the seed alone.
class handed_rows {
public:
    explicit handed_rows(std::uint64_t seed) : state_(seed) {}

    /// Between two entries: begins, goes on with, or ends a hand-over, or does nothing. Returns what is
    /// wrong with what has been handed over.
    [[nodiscard]] std::optional<std::string> go_on(shard& from);
    /// The shard has been restored from its rows: the checkpoint has them.
    void restart(const shard_rows& rows);

    /// How many were stored, and how many given up.
    [[nodiscard]] std::uint64_t stored() const noexcept { return stored_count_; }
    [[nodiscard]] std::uint64_t given_up() const noexcept { return given_up_; }

private:
    [[nodiscard]] std::uint64_t draw(std::uint64_t below) noexcept;
    [[nodiscard]] std::optional<std::string> take(const std::vector<row_change>& changes,
                                                  std::size_t most);
    void end(shard& from, bool is_stored);

    std::uint64_t state_;
    stored_rows rows_;                    ///< as of the last that was stored
    std::optional<stored_rows> written_;  ///< while one is under way: with what it has written
    stored_rows expected_;
    std::vector<row_change> slice_;
    std::uint64_t stored_count_ = 0;
    std::uint64_t given_up_ = 0;
};

}  // namespace bourse
