// What can be asked of a book (RULES.md 12.6).
#include "actors/book/book_machine.hpp"

namespace bourse {

namespace {

[[nodiscard]] book_level level_of(const price_ladder& book, slot at) noexcept {
    return {{book[at].price_ticks}, {book[at].shown_lots}, book[at].orders};
}

std::size_t copy_levels(const price_ladder& book, std::span<book_level> levels) noexcept {
    std::size_t count = 0;
    for (slot at = book.best(); at != no_slot && count < levels.size(); at = book.worse(at)) {
        levels[count++] = level_of(book, at);
    }
    return count;
}

}  // namespace

std::optional<book_level> order_book::machine::best(side which) const noexcept {
    book_level found;
    const bool any = depth(which, {&found, 1}) == 1;
    return any ? std::optional{found} : std::nullopt;
}

std::size_t order_book::machine::depth(side which, std::span<book_level> levels) const noexcept {
    return copy_levels(ladder(which), levels);
}

std::optional<order_row> order_book::machine::find(order_id id) const noexcept {
    const slot at = find_slot(id);
    return at == no_slot ? std::nullopt : std::optional{row_of(at)};
}

std::optional<queue_position> order_book::machine::position(order_id id) const noexcept {
    const slot at = find_slot(id);
    if (at == no_slot || !orders_[at].in_queue()) {
        return std::nullopt;
    }
    queue_position ahead;
    for (slot older = orders_.links(at).prev; older != no_slot; older = orders_.links(older).prev) {
        ++ahead.orders_ahead;
        ahead.lots_ahead += quantity{offered(orders_[older])};
    }
    return ahead;
}

std::size_t order_book::machine::memory_bytes() const noexcept {
    return orders_.bytes() + terms_.bytes() + index_.bytes() + bids().bytes() + asks().bytes() +
           nodes_.bytes() + (prints_.capacity() * sizeof(std::int64_t)) +
           (elected_.capacity() * sizeof(ranked));
}

}  // namespace bourse
