#pragma once

// Writing the records that are written most often.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "actors/book/book_machine.hpp"

namespace bourse {

// The record is written where it stands: building it elsewhere and copying it in wide words would
// make the copy wait for the narrow stores. The first five fields are one word, so one store.
static_assert(std::endian::native == std::endian::little && offsetof(event, side) == 1 &&
              offsetof(event, reason) == 2 && offsetof(event, flags) == 3 &&
              offsetof(event, version) == 4);
inline void write_header(event& told, event_kind kind, side which, reason why, std::uint8_t flags,
                         std::uint32_t version) noexcept {
    const std::uint64_t header =
        static_cast<std::uint64_t>(kind) | static_cast<std::uint64_t>(which) << 8U |
        static_cast<std::uint64_t>(why) << 16U | static_cast<std::uint64_t>(flags) << 24U |
        static_cast<std::uint64_t>(version) << 32U;
    std::memcpy(static_cast<void*>(&told), &header, sizeof header);
}

[[gnu::always_inline]] inline void order_book::machine::tell_fill(slot at, std::int64_t price_ticks,
                                                                  std::int64_t lots,
                                                                  std::uint8_t flags,
                                                                  event_buffer& out) const {
    const order_node& node = orders_[at];
    const auto ended = static_cast<std::uint8_t>(node.remaining == 0 ? event::final_answer : 0);
    event& told = out.next();
    write_header(told, event_kind::fill, node.which, reason::none,
                 static_cast<std::uint8_t>(flags | ended), node.version);
    told.order = node.id;
    told.number = row_.next_trade;
    told.price = {price_ticks};
    told.lots = {lots};
    told.filled = {node.filled};
    told.remaining = {node.remaining};
    told.account = node.account;
    told.symbol = row_.rules.symbol;
}

// The same about an aggressor that is not in the book.
[[gnu::always_inline]] inline void order_book::machine::tell_taken(const new_order& order,
                                                                   std::int64_t price_ticks,
                                                                   std::int64_t lots,
                                                                   std::int64_t remaining,
                                                                   event_buffer& out) const {
    const auto ended = static_cast<std::uint8_t>(remaining == 0 ? event::final_answer : 0);
    event& told = out.next();
    write_header(told, event_kind::fill, order.side, reason::none,
                 static_cast<std::uint8_t>(event::aggressor | ended), 0);
    told.order = order.id;
    told.number = row_.next_trade;
    told.price = {price_ticks};
    told.lots = {lots};
    told.filled = {order.quantity.lots - remaining};
    told.remaining = {remaining};
    told.account = order.account;
    told.symbol = row_.rules.symbol;
}

}  // namespace bourse
