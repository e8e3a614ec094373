#pragma once

#include "messages/command.hpp"
#include "messages/known_numbers.hpp"
#include "messages/record_fault.hpp"
#include "messages/schema/command.capnp.h"

/// For the codecs: what is said to a book, as part of a larger record. These bodies have no version of
/// their own: that of the record around them counts.
namespace bourse {

void write_body(const new_order& from, schema::NewOrder::Builder to);
void write_body(const cancel_order& from, schema::CancelOrder::Builder to);
void write_body(const replace_order& from, schema::ReplaceOrder::Builder to);

[[nodiscard]] new_order read_body(schema::NewOrder::Reader from, const record_path& at,
                                  record_faults& faults);
[[nodiscard]] cancel_order read_body(schema::CancelOrder::Reader from, const record_path& at,
                                     record_faults& faults);
[[nodiscard]] replace_order read_body(schema::ReplaceOrder::Reader from, const record_path& at,
                                      record_faults& faults);

/// Into a record that has the fields of `SetState`, be it that or another.
template <typename Builder>
void write_state(const set_state& from, Builder to) {
    to.setState(static_cast<schema::MarketState>(from.state));
    to.setAuction(static_cast<schema::AuctionKind>(from.auction));
    to.setUntilNs(from.until.ns);
    to.setNext(static_cast<schema::MarketState>(from.next));
}

template <typename Reader>
[[nodiscard]] set_state read_state(Reader from, const record_path& at, record_faults& faults) {
    return {.state = checked_enum<market_state>(from.getState(), at, "state", faults),
            .auction = checked_enum<auction_kind>(from.getAuction(), at, "auction", faults),
            .until = {from.getUntilNs()},
            .next = checked_enum<market_state>(from.getNext(), at, "next", faults)};
}

/// Into a record that has the fields of `SetReference`, be it that or another.
template <typename Builder>
void write_reference(const set_reference& from, Builder to) {
    to.setClear(from.clear);
    to.setPriceTicks(from.price.ticks);
}

template <typename Reader>
[[nodiscard]] set_reference read_reference(Reader from) {
    return {.clear = from.getClear(), .price = {from.getPriceTicks()}};
}

}  // namespace bourse
