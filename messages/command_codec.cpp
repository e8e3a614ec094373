#include "messages/command_codec.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <variant>

#include "messages/command_record.hpp"
#include "messages/message_frame.hpp"

namespace bourse {

// --- Bodies, as others use them too ---------------------------------------------------------------

void write_body(const new_order& from, schema::NewOrder::Builder to) {
    to.setId(from.id.value);
    to.setAccount(from.account.value);
    to.setTradeGroup(from.trade_group.value);
    to.setSide(static_cast<schema::Side>(from.side));
    to.setType(static_cast<schema::OrderType>(from.type));
    to.setTimeInForce(static_cast<schema::TimeInForce>(from.tif));
    to.setSelfTrade(static_cast<schema::SelfTradePrevention>(from.self_trade));
    to.setRole(static_cast<schema::GroupRole>(from.role));
    to.setGroupSize(from.group_size);
    to.setPostOnly(from.post_only);
    to.setAllOrNone(from.all_or_none);
    to.setPriceTicks(from.price.ticks);
    to.setQuantityLots(from.quantity.lots);
    to.setStopPriceTicks(from.stop_price.ticks);
    to.setOffsetTicks(from.offset_ticks);
    to.setDisplayLots(from.display.lots);
    to.setMinimumLots(from.minimum.lots);
    to.setExpiresAtNs(from.expires_at.ns);
    to.setGroup(from.group.value);
}

void write_body(const cancel_order& from, schema::CancelOrder::Builder to) {
    to.setId(from.id.value);
    to.setAccount(from.account.value);
}

void write_body(const replace_order& from, schema::ReplaceOrder::Builder to) {
    to.setId(from.id.value);
    to.setAccount(from.account.value);
    to.setSetPrice(from.set_price);
    to.setSetQuantity(from.set_quantity);
    to.setSetStopPrice(from.set_stop_price);
    to.setPriceTicks(from.price.ticks);
    to.setQuantityLots(from.quantity.lots);
    to.setStopPriceTicks(from.stop_price.ticks);
}

new_order read_body(schema::NewOrder::Reader from, const record_path& at, record_faults& faults) {
    new_order to;
    to.id = {from.getId()};
    to.account = {from.getAccount()};
    to.trade_group = {from.getTradeGroup()};
    to.side = checked_enum<side>(from.getSide(), at, "side", faults);
    to.type = checked_enum<order_type>(from.getType(), at, "type", faults);
    to.tif = checked_enum<time_in_force>(from.getTimeInForce(), at, "timeInForce", faults);
    to.self_trade =
        checked_enum<self_trade_prevention>(from.getSelfTrade(), at, "selfTrade", faults);
    to.role = checked_enum<group_role>(from.getRole(), at, "role", faults);
    to.group_size = from.getGroupSize();
    to.post_only = from.getPostOnly();
    to.all_or_none = from.getAllOrNone();
    to.price = {from.getPriceTicks()};
    to.quantity = {from.getQuantityLots()};
    to.stop_price = {from.getStopPriceTicks()};
    to.offset_ticks = from.getOffsetTicks();
    to.display = {from.getDisplayLots()};
    to.minimum = {from.getMinimumLots()};
    to.expires_at = {from.getExpiresAtNs()};
    to.group = {from.getGroup()};
    return to;
}

cancel_order read_body(schema::CancelOrder::Reader from, const record_path&, record_faults&) {
    return {.id = {from.getId()}, .account = {from.getAccount()}};
}

replace_order read_body(schema::ReplaceOrder::Reader from, const record_path&, record_faults&) {
    return {.id = {from.getId()},
            .account = {from.getAccount()},
            .set_price = from.getSetPrice(),
            .set_quantity = from.getSetQuantity(),
            .set_stop_price = from.getSetStopPrice(),
            .price = {from.getPriceTicks()},
            .quantity = {from.getQuantityLots()},
            .stop_price = {from.getStopPriceTicks()}};
}

namespace {

// --- Writing --------------------------------------------------------------------------------------

void write_body(const mass_cancel& from, schema::MassCancel::Builder to) {
    to.setAccount(from.account.value);
    to.setSides(static_cast<schema::SideFilter>(from.sides));
}

void write_body(const set_state& from, schema::SetState::Builder to) {
    write_state(from, to);
}

void write_body(const set_reference& from, schema::SetReference::Builder to) {
    write_reference(from, to);
}

// One overload a kind of command: where its body goes in the union.
schema::NewOrder::Builder body(schema::Command::Builder to, const new_order&) {
    return to.initNewOrder();
}
schema::CancelOrder::Builder body(schema::Command::Builder to, const cancel_order&) {
    return to.initCancelOrder();
}
schema::ReplaceOrder::Builder body(schema::Command::Builder to, const replace_order&) {
    return to.initReplaceOrder();
}
schema::MassCancel::Builder body(schema::Command::Builder to, const mass_cancel&) {
    return to.initMassCancel();
}
schema::SetState::Builder body(schema::Command::Builder to, const set_state&) {
    return to.initSetState();
}
schema::SetReference::Builder body(schema::Command::Builder to, const set_reference&) {
    return to.initSetReference();
}

void write(const command& from, schema::Command::Builder to) {
    to.setVersion(command_version);
    std::visit([&](const auto& said) { write_body(said, body(to, said)); }, from);
}

/// The length of a command's body in words.
std::size_t body_words(const command& from) {
    return std::visit(
        [](const auto& said) -> std::size_t {
            using builder = decltype(body(std::declval<schema::Command::Builder>(), said));
            return capnp::sizeInWords<typename builder::Builds>();
        },
        from);
}

// --- Reading --------------------------------------------------------------------------------------

mass_cancel read_body(schema::MassCancel::Reader from, const record_path& at,
                      record_faults& faults) {
    return {.account = {from.getAccount()},
            .sides = checked_enum<side_filter>(from.getSides(), at, "sides", faults)};
}

set_state read_body(schema::SetState::Reader from, const record_path& at, record_faults& faults) {
    return read_state(from, at, faults);
}

set_reference read_body(schema::SetReference::Reader from, const record_path&, record_faults&) {
    return read_reference(from);
}

/// The body of a command, which must be there: a null pointer would read as a body of zeros, and
/// a mass cancel of zeros ends every order of every account.
template <typename Reader>
command read_existing(bool is_there, Reader from, const record_path& at, record_faults& faults) {
    if (!is_there) {
        faults.add(errc::malformed, at, "the command has no body");
        return {};
    }
    return read_body(from, at, faults);
}

command read_version_1(schema::Command::Reader from, const record_path& at, record_faults& faults) {
    switch (from.which()) {
        case schema::Command::NEW_ORDER:
            return read_existing(from.hasNewOrder(), from.getNewOrder(), at.in("newOrder"), faults);
        case schema::Command::CANCEL_ORDER:
            return read_existing(from.hasCancelOrder(), from.getCancelOrder(), at.in("cancelOrder"),
                                 faults);
        case schema::Command::REPLACE_ORDER:
            return read_existing(from.hasReplaceOrder(), from.getReplaceOrder(),
                                 at.in("replaceOrder"), faults);
        case schema::Command::MASS_CANCEL:
            return read_existing(from.hasMassCancel(), from.getMassCancel(), at.in("massCancel"),
                                 faults);
        case schema::Command::SET_STATE:
            return read_existing(from.hasSetState(), from.getSetState(), at.in("setState"), faults);
        case schema::Command::SET_REFERENCE:
            return read_existing(from.hasSetReference(), from.getSetReference(),
                                 at.in("setReference"), faults);
    }
    faults.add(
        errc::out_of_range, at,
        std::to_string(static_cast<unsigned>(from.which())) + " is not a kind of command (0..5)");
    return {};
}

/// Each version that was ever written has its case, for ever.
command read_command(schema::Command::Reader from, const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), command_version, at);
            return {};
    }
}

std::vector<command> read_batch_version_1(schema::CommandBatch::Reader from, std::size_t bytes,
                                          record_faults& faults) {
    // A command takes at least two words, whatever the list says of its length.
    const auto list = from.getCommands();
    std::vector<command> to;
    to.reserve(std::min<std::size_t>(list.size(), bytes / (2 * sizeof(capnp::word))));
    const record_path each("command");
    for (unsigned i = 0; i < list.size() && !faults.any(); ++i) {
        to.push_back(read_command(list[i], each.at(i), faults));
    }
    return to;
}

}  // namespace

void encode_command(const command& from, std::vector<std::byte>& out) {
    const std::size_t words =
        root_pointer + capnp::sizeInWords<schema::Command>() + body_words(from);
    append_message<schema::Command>(out, words,
                                    [&](schema::Command::Builder to) { write(from, to); });
}

result<command> decode_command(std::span<const std::byte> bytes) {
    return read_message<schema::Command>(bytes, "command", read_command);
}

void encode_commands(std::span<const command> from, std::vector<std::byte>& out) {
    std::size_t words = root_pointer + capnp::sizeInWords<schema::CommandBatch>() + list_tag +
                        from.size() * capnp::sizeInWords<schema::Command>();
    for (const command& each : from) {
        words += body_words(each);
    }
    append_message<schema::CommandBatch>(out, words, [&](schema::CommandBatch::Builder to) {
        to.setVersion(command_batch_version);
        auto list = to.initCommands(static_cast<unsigned>(from.size()));
        for (unsigned i = 0; i < list.size(); ++i) {
            write(from[i], list[i]);
        }
    });
}

result<std::vector<command>> decode_commands(std::span<const std::byte> bytes) {
    const auto read = [&](schema::CommandBatch::Reader from, const record_path& at,
                          record_faults& faults) -> std::vector<command> {
        switch (from.getVersion()) {
            case 1:
                return read_batch_version_1(from, bytes.size(), faults);
            default:
                faults.add_version(from.getVersion(), command_batch_version, at);
                return {};
        }
    };
    return read_message<schema::CommandBatch>(bytes, "commandBatch", read);
}

}  // namespace bourse
