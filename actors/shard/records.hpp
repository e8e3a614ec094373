#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/book/changed_rows.hpp"
#include "messages/reason.hpp"
#include "messages/row_change.hpp"
#include "messages/shard_command.hpp"
#include "messages/shard_rows.hpp"

namespace bourse {

/// How much a table of records holds.
struct record_bounds {
    std::size_t count = std::size_t{1} << 20;
    std::size_t bytes = std::size_t{1} << 28;  ///< of keys and values
};

/// The records of a shard (RULES.md 7): bytes by name, and their changed rows. Written seldom: by operators.
class records {
public:
    explicit records(const record_bounds& bounds = {}) : bounds_(bounds) {}

    /// Writes or erases in entry `index`; a reason, if that is refused (RULES.md 7.2).
    [[nodiscard]] reason put(const put_record& what, std::uint64_t index);
    /// What a write goes into the digest as (RULES.md 7.5).
    [[nodiscard]] static std::uint64_t digest_of_put(const put_record& what, std::uint64_t index,
                                                     std::uint64_t before);

    /// Null: there is none. Valid until the next `put`.
    [[nodiscard]] const record_row* find(record_table table, std::string_view key) const;
    /// At most `most` records of a table by rising key, from behind `after` on.
    [[nodiscard]] std::vector<record_row> list(record_table table, std::string_view after,
                                               std::size_t most) const;

    /// By rising number.
    [[nodiscard]] std::vector<record_row> save() const;
    /// Of an empty table; false when the rows contradict themselves. `index` is that of the shard.
    [[nodiscard]] bool restore(const std::vector<record_row>& rows, std::uint64_t index);

    /// As `changed_rows`.
    void begin_hand_over() { changed_.begin(); }
    [[nodiscard]] bool hand_over(std::size_t most, std::vector<row_change>& out) {
        return changed_.hand_over(most, row_table{*this}, out);
    }
    void end_hand_over(bool stored) { changed_.end(stored); }

private:
    struct row_table {
        const records& all;
        [[nodiscard]] row_key key(slot number) const { return row_key::record(number); }
        [[nodiscard]] row_value row(slot number) const { return all.by_number_[number]; }
    };
    using name = std::pair<record_table, std::string_view>;

    void add(record_row row);
    void erase(slot number);
    [[nodiscard]] slot free_number() const;

    record_bounds bounds_;
    std::deque<record_row> by_number_{1};  ///< number 0: none; revision 0: the number is free
    std::set<slot> free_;                  ///< those of them
    std::map<name, slot> by_name_;         ///< keys are views of `by_number_`
    std::size_t bytes_ = 0;
    changed_rows changed_;  ///< by number
};

}  // namespace bourse
