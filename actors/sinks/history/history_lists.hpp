#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/sinks/history/history_rows.hpp"
#include "messages/result.hpp"
#include "storage/row_store.hpp"

namespace bourse {

/// What a batch changes of the lists that say whose orders and trades are. For this folder only.
///
/// Collects ids to be added to lists and removed from them, and writes each block of a list once, however many of its ids change. Whoever
/// gives ids gives those to be added by rising id, and those to be removed, each for itself, of a kind of list; an id that is
/// added and removed is not there afterwards.
class history_lists {
public:
    void add(history_rows::list_kind kind, std::uint32_t of, std::uint64_t id) {
        changes_.at(static_cast<std::size_t>(kind)).added.push_back({id, of});
    }
    void remove(history_rows::list_kind kind, std::uint32_t of, std::uint64_t id) {
        changes_.at(static_cast<std::size_t>(kind)).removed.push_back({id, of});
    }
    void clear();

    /// Within a transaction of `to`; `before` sees what was there when it began, and no list was changed since. Errors: as of the
    /// store, and `corrupt`.
    outcome write(row_reader& before, row_store& to);

private:
    struct member {
        std::uint64_t id = 0;
        std::uint32_t of = 0;
    };
    using members = std::vector<member>;
    struct kind_changes {
        members added;
        members removed;
    };
    struct target {
        row_reader& before;
        row_store& to;
        history_rows::list_kind kind;
        std::uint32_t of;
    };
    struct block;

    void sort(members& of);
    outcome write_kind(row_reader& before, row_store& to, history_rows::list_kind kind);
    outcome write_list(const target& list, std::span<const member> added,
                       std::span<const member> removed);
    outcome find_block(const target& list, std::uint64_t id, block& into) const;
    outcome write_block(const target& list, const block& was, std::span<const member> added,
                        std::span<const member> removed);

    std::array<kind_changes, history_rows::list_kinds> changes_;
    members sorting_;
    std::vector<std::uint64_t> merged_;
    std::vector<std::byte> value_;
};

}  // namespace bourse
