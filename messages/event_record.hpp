#pragma once

#include <cstdint>

#include "messages/event.hpp"
#include "messages/known_numbers.hpp"
#include "messages/record_fault.hpp"
#include "messages/schema/event.capnp.h"

/// For the codecs: an event as part of a larger record.
namespace bourse {

/// As a record of its own, with a version of its own.
void write_event(const event& from, schema::Event::Builder to);
[[nodiscard]] event read_event(schema::Event::Reader from, const record_path& at,
                               record_faults& faults);

/// All but the version into a record that has the fields of `Event`, be it that or another. Of `flags`
/// the bits that `event` names are written; there are no others.
template <typename Builder>
void write_event_fields(const event& from, Builder to) {
    to.setKind(static_cast<schema::EventKind>(from.kind));
    to.setSide(static_cast<schema::Side>(from.side));
    to.setReason(static_cast<schema::Reason>(from.reason));
    to.setFinalAnswer((from.flags & event::final_answer) != 0);
    to.setAggressor((from.flags & event::aggressor) != 0);
    to.setInAuction((from.flags & event::in_auction) != 0);
    to.setHeld((from.flags & event::held) != 0);
    to.setPending((from.flags & event::pending) != 0);
    to.setOrderVersion(from.version);
    to.setOrder(from.order.value);
    to.setNumber(from.number);
    to.setPriceTicks(from.price.ticks);
    to.setLots(from.lots.lots);
    to.setFilledLots(from.filled.lots);
    to.setRemainingLots(from.remaining.lots);
    to.setAccount(from.account.value);
    to.setSymbol(from.symbol.value);
}

template <typename Reader>
[[nodiscard]] event read_event_fields(Reader from, const record_path& at, record_faults& faults) {
    const unsigned flags = (from.getFinalAnswer() ? event::final_answer : 0U) |
                           (from.getAggressor() ? event::aggressor : 0U) |
                           (from.getInAuction() ? event::in_auction : 0U) |
                           (from.getHeld() ? event::held : 0U) |
                           (from.getPending() ? event::pending : 0U);
    event to;
    to.kind = checked_enum<event_kind>(from.getKind(), at, "kind", faults);
    to.side = checked_enum<side>(from.getSide(), at, "side", faults);
    to.reason = checked_enum<reason>(from.getReason(), at, "reason", faults);
    to.flags = static_cast<std::uint8_t>(flags);
    to.version = from.getOrderVersion();
    to.order = {from.getOrder()};
    to.number = from.getNumber();
    to.price = {from.getPriceTicks()};
    to.lots = {from.getLots()};
    to.filled = {from.getFilledLots()};
    to.remaining = {from.getRemainingLots()};
    to.account = {from.getAccount()};
    to.symbol = {from.getSymbol()};
    return to;
}

}  // namespace bourse
