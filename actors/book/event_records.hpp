#pragma once

// Writing the records that are written most often.

#include "actors/book/book_machine.hpp"

namespace bourse {

// The record is written where it stands, field by field: building it elsewhere and copying it in
// wide words would make the copy wait for the narrow stores.
inline void write_header(event& told, event_kind kind, side which, reason why, std::uint8_t flags,
                         std::uint32_t version) noexcept {
    told.kind = kind;
    told.side = which;
    told.reason = why;
    told.flags = flags;
    told.version = version;
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

}  // namespace bourse
