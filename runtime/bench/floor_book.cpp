#include "runtime/bench/floor_book.hpp"

#include <variant>

namespace bourse {

floor_book::floor_book(std::uint32_t price_count, std::uint32_t order_count)
    : price_count_(price_count),
      best_ask_(price_count - 1),
      nodes_(std::size_t{price_count} + order_count + 1),
      occupied_(price_count / 64 + 1) {
    for (std::uint32_t price = 0; price < price_count; ++price) {
        nodes_[price].previous = price;
        nodes_[price].next = price;
    }
    occupied_[0] |= 1;
    occupied_[best_ask_ / 64] |= std::uint64_t{1} << (best_ask_ % 64);
}

void floor_book::apply(std::span<const command> commands, event_buffer& out) {
    for (const command& said : commands) {
        if (const auto* order = std::get_if<new_order>(&said)) {
            add(*order, out);
        } else if (const auto* request = std::get_if<cancel_order>(&said)) {
            cancel(index(request->id), out);
        } else if (const auto* change = std::get_if<replace_order>(&said)) {
            replace(index(change->id), change->price.ticks, out);
        }
    }
}

std::uint32_t floor_book::level_count() const noexcept {
    std::uint32_t count = 0;
    for (const std::uint64_t bits : occupied_) {
        count += static_cast<std::uint32_t>(std::popcount(bits));
    }
    return count - 2;
}

}  // namespace bourse
