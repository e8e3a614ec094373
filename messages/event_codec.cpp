#include "messages/event_codec.hpp"

#include <algorithm>

#include "messages/known_numbers.hpp"
#include "messages/message_frame.hpp"
#include "messages/schema/event.capnp.h"

namespace bourse {
namespace {

void write(const event& from, schema::Event::Builder to) {
    to.setVersion(event_version);
    to.setKind(static_cast<schema::EventKind>(from.kind));
    to.setSide(static_cast<schema::Side>(from.side));
    to.setReason(static_cast<schema::Reason>(from.reason));
    to.setFinalAnswer((from.flags & event::final_answer) != 0);
    to.setAggressor((from.flags & event::aggressor) != 0);
    to.setInAuction((from.flags & event::in_auction) != 0);
    to.setHeld((from.flags & event::held) != 0);
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

std::uint8_t read_flags(schema::Event::Reader from) {
    const unsigned flags = (from.getFinalAnswer() ? event::final_answer : 0U) |
                           (from.getAggressor() ? event::aggressor : 0U) |
                           (from.getInAuction() ? event::in_auction : 0U) |
                           (from.getHeld() ? event::held : 0U);
    return static_cast<std::uint8_t>(flags);
}

event read_version_1(schema::Event::Reader from, const record_path& at, record_faults& faults) {
    event to;
    to.kind = checked_enum<event_kind>(from.getKind(), at, "kind", faults);
    to.side = checked_enum<side>(from.getSide(), at, "side", faults);
    to.reason = checked_enum<reason>(from.getReason(), at, "reason", faults);
    to.flags = read_flags(from);
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

/// Each version that was ever written has its case, for ever.
event read_event(schema::Event::Reader from, const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), event_version, at);
            return {};
    }
}

std::vector<event> read_batch_version_1(schema::EventBatch::Reader from, std::size_t bytes,
                                        record_faults& faults) {
    // An event takes at least one word, whatever the list says of its length.
    const auto list = from.getEvents();
    std::vector<event> to;
    to.reserve(std::min<std::size_t>(list.size(), bytes / sizeof(capnp::word)));
    const record_path each("event");
    for (unsigned i = 0; i < list.size() && !faults.any(); ++i) {
        to.push_back(read_event(list[i], each.at(i), faults));
    }
    return to;
}

}  // namespace

void encode_event(const event& from, std::vector<std::byte>& out) {
    append_message<schema::Event>(out, 1 + capnp::sizeInWords<schema::Event>(),
                                  [&](schema::Event::Builder to) { write(from, to); });
}

result<event> decode_event(std::span<const std::byte> bytes) {
    return read_message<schema::Event>(bytes, "event", read_event);
}

void encode_events(std::span<const event> from, std::vector<std::byte>& out) {
    constexpr std::size_t list_tag = 1;
    const std::size_t words = 1 + capnp::sizeInWords<schema::EventBatch>() + list_tag +
                              from.size() * capnp::sizeInWords<schema::Event>();
    append_message<schema::EventBatch>(out, words, [&](schema::EventBatch::Builder to) {
        to.setVersion(event_batch_version);
        auto list = to.initEvents(static_cast<unsigned>(from.size()));
        for (unsigned i = 0; i < list.size(); ++i) {
            write(from[i], list[i]);
        }
    });
}

result<std::vector<event>> decode_events(std::span<const std::byte> bytes) {
    const auto read = [&](schema::EventBatch::Reader from, const record_path& at,
                          record_faults& faults) -> std::vector<event> {
        switch (from.getVersion()) {
            case 1:
                return read_batch_version_1(from, bytes.size(), faults);
            default:
                faults.add_version(from.getVersion(), event_batch_version, at);
                return {};
        }
    };
    return read_message<schema::EventBatch>(bytes, "eventBatch", read);
}

}  // namespace bourse
