#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "tests/support/book_case.hpp"
#include "tests/support/command_generator.hpp"
#include "tests/support/event_audit.hpp"
#include "tests/support/reference_book.hpp"

namespace bourse {

/// The fast book and the reference side by side: both are given the same entries, and whatever can
/// be seen of them must be the same.
class book_pair {
public:
    explicit book_pair(const instrument& rules, market_state state = market_state::open);

    /// Applies one entry to both and compares the events and some of the state. Returns the first
    /// difference in words, or nothing. After a difference the pair is of no further use.
    [[nodiscard]] std::optional<std::string> apply(const generated_entry& entry);
    /// Compares everything: every order and group, and the order of all queues.
    [[nodiscard]] std::optional<std::string> compare_rows() const;
    /// Goes on with a fast book that was saved and restored.
    [[nodiscard]] std::optional<std::string> restore();
    void compact() { fast_.compact(); }

    [[nodiscard]] const reference_book& reference() const noexcept { return reference_; }
    [[nodiscard]] const std::vector<event>& events() const noexcept { return expected_; }

private:
    [[nodiscard]] std::optional<std::string> compare_events() const;
    [[nodiscard]] std::optional<std::string> compare_state() const;
    [[nodiscard]] std::optional<std::string> compare_levels(side which) const;
    [[nodiscard]] std::optional<std::string> compare_order(order_id id) const;
    void apply_stepwise(const generated_entry& entry);

    reference_book reference_;
    event_audit audit_;
    order_book fast_;
    event_buffer got_;
    std::vector<event> expected_;
    std::uint64_t entries_ = 0;
};

/// Applies a whole case to a new pair, comparing everything after every entry. Returns the first
/// difference, or nothing.
[[nodiscard]] std::optional<std::string> find_difference(const book_case& one);

/// The same in a process of its own, so that a book that asserts or hangs is a difference too.
[[nodiscard]] std::optional<std::string> find_difference_in_child(const book_case& one);

}  // namespace bourse
