#include "messages/channel_codec.hpp"

#include <string>
#include <type_traits>
#include <variant>

#include "messages/channel_record.hpp"
#include "messages/command_record.hpp"
#include "messages/event_record.hpp"
#include "messages/message_frame.hpp"

namespace bourse {
namespace {

// --- Messages, written ----------------------------------------------------------------------------

void write_transfer(const transfer_message& from, reason why, schema::Transferred::Builder to) {
    to.setFrom(from.from.value);
    to.setTo(from.to.value);
    to.setAsset(from.asset.value);
    to.setWhy(static_cast<schema::Reason>(why));
    to.setAmount(from.amount);
    to.setCost(from.cost);
}

schema::NewOrder::Builder body(schema::ChannelMessage::Builder to, const new_order&) {
    return to.initNewOrder();
}
schema::CancelOrder::Builder body(schema::ChannelMessage::Builder to, const cancel_order&) {
    return to.initCancelOrder();
}
schema::ReplaceOrder::Builder body(schema::ChannelMessage::Builder to, const replace_order&) {
    return to.initReplaceOrder();
}

void write_said(const order_message& from, schema::ChannelMessage::Builder to) {
    to.setSymbol(from.symbol.value);
    std::visit([&](const auto& order) { write_body(order, body(to, order)); }, from.what);
}
void write_said(const event& from, schema::ChannelMessage::Builder to) {
    write_event(from, to.initEvent());
}
void write_said(const transfer_message& from, schema::ChannelMessage::Builder to) {
    write_transfer(from, reason::none, to.initTransfer());
}
void write_said(const transfer_returned& from, schema::ChannelMessage::Builder to) {
    write_transfer(from.what, from.why, to.initTransferReturned());
}

void write(const channel_message& from, schema::ChannelMessage::Builder to) {
    to.setVersion(channel_message_version);
    std::visit([&](const auto& said) { write_said(said, to); }, from);
}

std::size_t said_words(const order_message& from) {
    return std::visit(
        [](const auto& order) -> std::size_t {
            using builder = decltype(body(std::declval<schema::ChannelMessage::Builder>(), order));
            return capnp::sizeInWords<typename builder::Builds>();
        },
        from.what);
}
std::size_t said_words(const event&) {
    return capnp::sizeInWords<schema::Event>();
}
std::size_t said_words(const transfer_message&) {
    return capnp::sizeInWords<schema::Transferred>();
}
std::size_t said_words(const transfer_returned&) {
    return capnp::sizeInWords<schema::Transferred>();
}

std::size_t channel_message_words(const channel_message& from) {
    return capnp::sizeInWords<schema::ChannelMessage>() +
           std::visit([](const auto& said) { return said_words(said); }, from);
}

// --- Messages, read -------------------------------------------------------------------------------

transfer_message read_transfer(schema::Transferred::Reader from) {
    return {.from = {from.getFrom()},
            .to = {from.getTo()},
            .asset = {from.getAsset()},
            .amount = from.getAmount(),
            .cost = from.getCost()};
}

/// A command for a book. Its body must be there: a null pointer would read as a body of zeros.
template <typename Reader>
channel_message read_order(bool is_there, symbol_id symbol, Reader from, const record_path& at,
                           record_faults& faults) {
    if (!is_there) {
        faults.add(errc::malformed, at, "the message has no body");
        return {};
    }
    return order_message{.symbol = symbol, .what = read_body(from, at, faults)};
}

channel_message read_event_message(schema::ChannelMessage::Reader from, const record_path& at,
                                   record_faults& faults) {
    if (!from.hasEvent()) {
        faults.add(errc::malformed, at, "the message has no body");
        return {};
    }
    return read_event(from.getEvent(), at, faults);
}

channel_message read_transfer_out(schema::ChannelMessage::Reader from, const record_path& at,
                                  record_faults& faults) {
    if (!from.hasTransfer()) {
        faults.add(errc::malformed, at, "the message has no body");
        return {};
    }
    const schema::Transferred::Reader transfer = from.getTransfer();
    if (checked_enum<reason>(transfer.getWhy(), at, "why", faults) != reason::none) {
        faults.add(errc::out_of_range, at.in("why"), "a transfer that goes out has no reason");
    }
    return read_transfer(transfer);
}

channel_message read_transfer_back(schema::ChannelMessage::Reader from, const record_path& at,
                                   record_faults& faults) {
    if (!from.hasTransferReturned()) {
        faults.add(errc::malformed, at, "the message has no body");
        return {};
    }
    const schema::Transferred::Reader transfer = from.getTransferReturned();
    return transfer_returned{.what = read_transfer(transfer),
                             .why = checked_enum<reason>(transfer.getWhy(), at, "why", faults)};
}

channel_message read_version_1(schema::ChannelMessage::Reader from, const record_path& at,
                               record_faults& faults) {
    const symbol_id symbol{from.getSymbol()};
    switch (from.which()) {
        case schema::ChannelMessage::NEW_ORDER:
            return read_order(from.hasNewOrder(), symbol, from.getNewOrder(), at.in("newOrder"),
                              faults);
        case schema::ChannelMessage::CANCEL_ORDER:
            return read_order(from.hasCancelOrder(), symbol, from.getCancelOrder(),
                              at.in("cancelOrder"), faults);
        case schema::ChannelMessage::REPLACE_ORDER:
            return read_order(from.hasReplaceOrder(), symbol, from.getReplaceOrder(),
                              at.in("replaceOrder"), faults);
        default:
            break;
    }
    if (symbol != symbol_id{}) {
        faults.add(errc::out_of_range, at.in("symbol"), "only a command is for a book");
        return {};
    }
    switch (from.which()) {
        case schema::ChannelMessage::EVENT:
            return read_event_message(from, at.in("event"), faults);
        case schema::ChannelMessage::TRANSFER:
            return read_transfer_out(from, at.in("transfer"), faults);
        case schema::ChannelMessage::TRANSFER_RETURNED:
            return read_transfer_back(from, at.in("transferReturned"), faults);
        default:
            faults.add(errc::out_of_range, at,
                       std::to_string(static_cast<unsigned>(from.which())) +
                           " is not a kind of message (0..5)");
            return {};
    }
}

/// Each version that was ever written has its case, for ever.
channel_message read_channel_message(schema::ChannelMessage::Reader from, const record_path& at,
                                     record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), channel_message_version, at);
            return {};
    }
}

channel_delivery read_delivery_version_1(schema::ChannelDelivery::Reader from,
                                         const record_path& at, record_faults& faults) {
    channel_delivery to;
    to.from = {from.getFrom()};
    to.first = from.getFirst();
    // Room is not made beforehand: a list of nothing can say that it is long.
    const auto messages = from.getMessages();
    const record_path path = at.in("messages");
    for (unsigned i = 0; i < messages.size() && !faults.any(); ++i) {
        to.messages.push_back(read_channel_message(messages[i], path.at(i), faults));
    }
    return to;
}

}  // namespace

// --- Deliveries and receipts, as others use them too ------------------------------------------------

std::size_t channel_delivery_words(const channel_delivery& from) {
    std::size_t words = capnp::sizeInWords<schema::ChannelDelivery>() + list_tag;
    for (const channel_message& message : from.messages) {
        words += channel_message_words(message);
    }
    return words;
}

void write_channel_delivery(const channel_delivery& from, schema::ChannelDelivery::Builder to) {
    to.setVersion(channel_delivery_version);
    to.setFrom(from.from.value);
    to.setFirst(from.first);
    auto messages = to.initMessages(static_cast<unsigned>(from.messages.size()));
    for (unsigned i = 0; i < messages.size(); ++i) {
        write(from.messages[i], messages[i]);
    }
}

/// Each version that was ever written has its case, for ever.
channel_delivery read_channel_delivery(schema::ChannelDelivery::Reader from, const record_path& at,
                                       record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_delivery_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), channel_delivery_version, at);
            return {};
    }
}

void write_channel_receipt(const channel_receipt& from, schema::ChannelReceipt::Builder to) {
    to.setVersion(channel_receipt_version);
    to.setFrom(from.from.value);
    to.setUpTo(from.up_to);
}

/// Each version that was ever written has its case, for ever.
channel_receipt read_channel_receipt(schema::ChannelReceipt::Reader from, const record_path& at,
                                     record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return {.from = {from.getFrom()}, .up_to = from.getUpTo()};
        default:
            faults.add_version(from.getVersion(), channel_receipt_version, at);
            return {};
    }
}

// --- Bytes ----------------------------------------------------------------------------------------

void encode_channel_message(const channel_message& from, std::vector<std::byte>& out) {
    append_message<schema::ChannelMessage>(
        out, root_pointer + channel_message_words(from),
        [&](schema::ChannelMessage::Builder to) { write(from, to); });
}

result<channel_message> decode_channel_message(std::span<const std::byte> bytes) {
    return read_message<schema::ChannelMessage>(bytes, "channelMessage", read_channel_message);
}

void encode_channel_delivery(const channel_delivery& from, std::vector<std::byte>& out) {
    append_message<schema::ChannelDelivery>(
        out, root_pointer + channel_delivery_words(from),
        [&](schema::ChannelDelivery::Builder to) { write_channel_delivery(from, to); });
}

result<channel_delivery> decode_channel_delivery(std::span<const std::byte> bytes) {
    return read_message<schema::ChannelDelivery>(bytes, "channelDelivery", read_channel_delivery);
}

void encode_channel_receipt(const channel_receipt& from, std::vector<std::byte>& out) {
    append_message<schema::ChannelReceipt>(
        out, root_pointer + capnp::sizeInWords<schema::ChannelReceipt>(),
        [&](schema::ChannelReceipt::Builder to) { write_channel_receipt(from, to); });
}

result<channel_receipt> decode_channel_receipt(std::span<const std::byte> bytes) {
    return read_message<schema::ChannelReceipt>(bytes, "channelReceipt", read_channel_receipt);
}

}  // namespace bourse
