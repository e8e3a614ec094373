#include "messages/entry_codec.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <variant>

#include "messages/calendar_record.hpp"
#include "messages/channel_record.hpp"
#include "messages/command_record.hpp"
#include "messages/entry_record.hpp"
#include "messages/flat_entry.hpp"
#include "messages/known_numbers.hpp"
#include "messages/listing_record.hpp"
#include "messages/message_frame.hpp"
#include "messages/record_bytes.hpp"
#include "messages/schema/entry.capnp.h"

namespace bourse {
namespace {

// One line an alternative of `shard_command`: its type, its name in the schema with a capital, its
// number in the generated code, and its name in the schema.
#define BOURSE_EVERY_SHARD_COMMAND(kind)                                                \
    kind(submit_order, SubmitOrder, SUBMIT_ORDER, "submitOrder");                       \
    kind(submit_cancel, SubmitCancel, SUBMIT_CANCEL, "submitCancel");                   \
    kind(submit_replace, SubmitReplace, SUBMIT_REPLACE, "submitReplace");               \
    kind(submit_mass_cancel, SubmitMassCancel, SUBMIT_MASS_CANCEL, "submitMassCancel"); \
    kind(renew_lease, RenewLease, RENEW_LEASE, "renewLease");                           \
    kind(open_account, OpenAccount, OPEN_ACCOUNT, "openAccount");                       \
    kind(set_limit, SetLimit, SET_LIMIT, "setLimit");                                   \
    kind(set_kill_switch, SetKillSwitch, SET_KILL_SWITCH, "setKillSwitch");             \
    kind(deposit, Deposit, DEPOSIT, "deposit");                                         \
    kind(withdraw, Withdraw, WITHDRAW, "withdraw");                                     \
    kind(transfer, Transfer, TRANSFER, "transfer");                                     \
    kind(split, Split, SPLIT, "split");                                                 \
    kind(dividend, Dividend, DIVIDEND, "dividend");                                     \
    kind(list_instrument, ListInstrument, LIST_INSTRUMENT, "listInstrument");           \
    kind(book_state, BookState, BOOK_STATE, "bookState");                               \
    kind(book_reference, BookReference, BOOK_REFERENCE, "bookReference");               \
    kind(mass_cancel_book, MassCancelBook, MASS_CANCEL_BOOK, "massCancelBook");         \
    kind(market_halt, MarketHalt, MARKET_HALT, "marketHalt");                           \
    kind(set_calendar, SetCalendar, SET_CALENDAR, "setCalendar");                       \
    kind(set_rules_version, SetRulesVersion, SET_RULES_VERSION, "setRulesVersion");     \
    kind(channel_delivery, ChannelDelivery, CHANNEL_DELIVERY, "channelDelivery");       \
    kind(channel_receipt, ChannelReceipt, CHANNEL_RECEIPT, "channelReceipt");           \
    kind(put_record, PutRecord, PUT_RECORD, "putRecord")

/// Commands of clients and operators have a `request`.
template <typename Command>
constexpr bool has_request = requires(Command said) {
    said.request;
};

// --- Orders ---------------------------------------------------------------------------------------

void write(const submit_order& from, schema::SubmitOrder::Builder to) {
    to.setSymbol(from.symbol.value);
    to.setHasPrice(from.has_price);
    to.setReduceOnly(from.reduce_only);
    to.setLease(from.lease.value);
    write_body(from.order, to.initOrder());
}

submit_order read(schema::SubmitOrder::Reader from, const record_path& at, record_faults& faults) {
    submit_order to;
    if (!from.hasOrder()) [[unlikely]] {
        faults.add(errc::malformed, at.in("order"), "the command has no order");
        return to;
    }
    to.symbol = {from.getSymbol()};
    to.has_price = from.getHasPrice();
    to.reduce_only = from.getReduceOnly();
    to.lease = {from.getLease()};
    to.order = read_body(from.getOrder(), at.in("order"), faults);
    return to;
}

void write(const submit_cancel& from, schema::SubmitCancel::Builder to) {
    to.setAccount(from.account.value);
    to.setOrder(from.order.value);
    to.setNamedHigh(from.named.high);
    to.setNamedLow(from.named.low);
}

submit_cancel read(schema::SubmitCancel::Reader from, const record_path&, record_faults&) {
    submit_cancel to;
    to.account = {from.getAccount()};
    to.order = {from.getOrder()};
    to.named = {from.getNamedHigh(), from.getNamedLow()};
    return to;
}

void write(const submit_replace& from, schema::SubmitReplace::Builder to) {
    to.setAccount(from.account.value);
    to.setSetPrice(from.set_price);
    to.setSetQuantity(from.set_quantity);
    to.setSetStopPrice(from.set_stop_price);
    to.setOrder(from.order.value);
    to.setNamedHigh(from.named.high);
    to.setNamedLow(from.named.low);
    to.setPriceTicks(from.price.ticks);
    to.setQuantityLots(from.quantity.lots);
    to.setStopPriceTicks(from.stop_price.ticks);
}

submit_replace read(schema::SubmitReplace::Reader from, const record_path&, record_faults&) {
    submit_replace to;
    to.account = {from.getAccount()};
    to.order = {from.getOrder()};
    to.named = {from.getNamedHigh(), from.getNamedLow()};
    to.set_price = from.getSetPrice();
    to.set_quantity = from.getSetQuantity();
    to.set_stop_price = from.getSetStopPrice();
    to.price = {from.getPriceTicks()};
    to.quantity = {from.getQuantityLots()};
    to.stop_price = {from.getStopPriceTicks()};
    return to;
}

void write(const submit_mass_cancel& from, schema::SubmitMassCancel::Builder to) {
    to.setAccount(from.account.value);
    to.setSymbol(from.symbol.value);
    to.setSides(static_cast<schema::SideFilter>(from.sides));
}

submit_mass_cancel read(schema::SubmitMassCancel::Reader from, const record_path& at,
                        record_faults& faults) {
    submit_mass_cancel to;
    to.account = {from.getAccount()};
    to.symbol = {from.getSymbol()};
    to.sides = checked_enum<side_filter>(from.getSides(), at, "sides", faults);
    return to;
}

void write(const renew_lease& from, schema::RenewLease::Builder to) {
    to.setAccount(from.account.value);
    to.setLease(from.lease.value);
    to.setUntilNs(from.until.ns);
}

renew_lease read(schema::RenewLease::Reader from, const record_path&, record_faults&) {
    return {
        .account = {from.getAccount()}, .lease = {from.getLease()}, .until = {from.getUntilNs()}};
}

// --- Accounts and funds ---------------------------------------------------------------------------

void write(const open_account& from, schema::OpenAccount::Builder to) {
    to.setAccount(from.account.value);
    to.setTradeGroup(from.trade_group.value);
    to.setRiskGroup(from.risk_group.value);
    to.setKind(static_cast<schema::AccountKind>(from.kind));
    to.setTier(from.tier);
}

open_account read(schema::OpenAccount::Reader from, const record_path& at, record_faults& faults) {
    open_account to;
    to.account = {from.getAccount()};
    to.kind = checked_enum<account_kind>(from.getKind(), at, "kind", faults);
    to.tier = from.getTier();
    to.trade_group = {from.getTradeGroup()};
    to.risk_group = {from.getRiskGroup()};
    return to;
}

void write(const set_limit& from, schema::SetLimit::Builder to) {
    to.setAccount(from.account.value);
    to.setRiskGroup(from.risk_group.value);
    to.setAsset(from.asset.value);
    to.setKind(static_cast<schema::LimitKind>(from.kind));
    to.setValue(from.value);
}

set_limit read(schema::SetLimit::Reader from, const record_path& at, record_faults& faults) {
    set_limit to;
    to.account = {from.getAccount()};
    to.risk_group = {from.getRiskGroup()};
    to.kind = checked_enum<limit_kind>(from.getKind(), at, "kind", faults);
    to.asset = {from.getAsset()};
    to.value = from.getValue();
    return to;
}

void write(const set_kill_switch& from, schema::SetKillSwitch::Builder to) {
    to.setAccount(from.account.value);
    to.setOn(from.on);
}

set_kill_switch read(schema::SetKillSwitch::Reader from, const record_path&, record_faults&) {
    set_kill_switch to;
    to.account = {from.getAccount()};
    to.on = from.getOn();
    return to;
}

void write(const deposit& from, schema::Deposit::Builder to) {
    to.setAccount(from.account.value);
    to.setAsset(from.asset.value);
    to.setAmount(from.amount);
    to.setCost(from.cost);
}

deposit read(schema::Deposit::Reader from, const record_path&, record_faults&) {
    deposit to;
    to.account = {from.getAccount()};
    to.asset = {from.getAsset()};
    to.amount = from.getAmount();
    to.cost = from.getCost();
    return to;
}

void write(const withdraw& from, schema::Withdraw::Builder to) {
    to.setAccount(from.account.value);
    to.setAsset(from.asset.value);
    to.setAmount(from.amount);
}

withdraw read(schema::Withdraw::Reader from, const record_path&, record_faults&) {
    withdraw to;
    to.account = {from.getAccount()};
    to.asset = {from.getAsset()};
    to.amount = from.getAmount();
    return to;
}

void write(const transfer& from, schema::Transfer::Builder to) {
    to.setAccount(from.account.value);
    to.setTo(from.to.value);
    to.setAsset(from.asset.value);
    to.setToShard(from.to_shard.value);
    to.setAmount(from.amount);
}

transfer read(schema::Transfer::Reader from, const record_path&, record_faults&) {
    transfer to;
    to.account = {from.getAccount()};
    to.to = {from.getTo()};
    to.to_shard = {from.getToShard()};
    to.asset = {from.getAsset()};
    to.amount = from.getAmount();
    return to;
}

void write(const split& from, schema::Split::Builder to) {
    to.setSymbol(from.symbol.value);
    to.setNumerator(from.numerator);
    to.setDenominator(from.denominator);
    to.setCashPerLot(from.cash_per_lot);
}

split read(schema::Split::Reader from, const record_path&, record_faults&) {
    split to;
    to.symbol = {from.getSymbol()};
    to.numerator = from.getNumerator();
    to.denominator = from.getDenominator();
    to.cash_per_lot = from.getCashPerLot();
    return to;
}

void write(const dividend& from, schema::Dividend::Builder to) {
    to.setSymbol(from.symbol.value);
    to.setPerLot(from.per_lot);
}

dividend read(schema::Dividend::Reader from, const record_path&, record_faults&) {
    dividend to;
    to.symbol = {from.getSymbol()};
    to.per_lot = from.getPerLot();
    return to;
}

// --- The market -----------------------------------------------------------------------------------

void write(const list_instrument& from, schema::Listing::Builder to) {
    write_listing(*from.what, to);
}

list_instrument read(schema::Listing::Reader from, const record_path& at, record_faults& faults) {
    list_instrument to;
    *to.what = read_listing(from, at, faults);
    return to;
}

void write(const book_state& from, schema::BookState::Builder to) {
    to.setSymbol(from.symbol.value);
    write_state(from.what, to);
}

book_state read(schema::BookState::Reader from, const record_path& at, record_faults& faults) {
    book_state to;
    to.symbol = {from.getSymbol()};
    to.what = read_state(from, at, faults);
    return to;
}

void write(const book_reference& from, schema::BookReference::Builder to) {
    to.setSymbol(from.symbol.value);
    write_reference(from.what, to);
}

book_reference read(schema::BookReference::Reader from, const record_path&, record_faults&) {
    book_reference to;
    to.symbol = {from.getSymbol()};
    to.what = read_reference(from);
    return to;
}

void write(const mass_cancel_book& from, schema::MassCancelBook::Builder to) {
    to.setSymbol(from.symbol.value);
}

mass_cancel_book read(schema::MassCancelBook::Reader from, const record_path&, record_faults&) {
    mass_cancel_book to;
    to.symbol = {from.getSymbol()};
    return to;
}

void write(const market_halt& from, schema::MarketHalt::Builder to) {
    to.setOn(from.on);
}

market_halt read(schema::MarketHalt::Reader from, const record_path&, record_faults&) {
    market_halt to;
    to.on = from.getOn();
    return to;
}

void write(const set_calendar& from, schema::SetCalendar::Builder to) {
    to.setCalendar(from.calendar.value);
    write_sessions(from.sessions, to.initSessions(static_cast<unsigned>(from.sessions.size())));
}

set_calendar read(schema::SetCalendar::Reader from, const record_path& at, record_faults& faults) {
    set_calendar to;
    to.calendar = {from.getCalendar()};
    to.sessions = read_sessions(from.getSessions(), at.in("sessions"), faults);
    return to;
}

void write(const set_rules_version& from, schema::SetRulesVersion::Builder to) {
    to.setRules(from.version);
}

set_rules_version read(schema::SetRulesVersion::Reader from, const record_path&, record_faults&) {
    set_rules_version to;
    to.version = from.getRules();
    return to;
}

// --- Channels -------------------------------------------------------------------------------------

void write(const channel_delivery& from, schema::ChannelDelivery::Builder to) {
    write_channel_delivery(from, to);
}

channel_delivery read(schema::ChannelDelivery::Reader from, const record_path& at,
                      record_faults& faults) {
    return read_channel_delivery(from, at, faults);
}

void write(const channel_receipt& from, schema::ChannelReceipt::Builder to) {
    write_channel_receipt(from, to);
}

channel_receipt read(schema::ChannelReceipt::Reader from, const record_path& at,
                     record_faults& faults) {
    return read_channel_receipt(from, at, faults);
}

// --- Records --------------------------------------------------------------------------------------

void write(const put_record& from, schema::PutRecord::Builder to) {
    to.setTable(static_cast<schema::RecordTable>(from.table));
    to.setExpected(from.expected);
    to.setKey(as_data(from.what->key));
    to.setValue(as_data(from.what->value));
}

put_record read(schema::PutRecord::Reader from, const record_path& at, record_faults& faults) {
    put_record to;
    to.table = checked_enum<record_table>(from.getTable(), at, "table", faults);
    to.expected = from.getExpected();
    to.what->key = read_data(from.getKey());
    to.what->value = read_data(from.getValue());
    return to;
}

// --- Commands, written ----------------------------------------------------------------------------

// One overload a kind of command: where its body goes in the union.
#define BOURSE_BODY(type, Name, NUMBER, name)                  \
    auto body(schema::ShardCommand::Builder to, const type&) { \
        return to.init##Name();                                \
    }                                                          \
    static_assert(true)
BOURSE_EVERY_SHARD_COMMAND(BOURSE_BODY);
#undef BOURSE_BODY

void write(const shard_command& from, schema::ShardCommand::Builder to) {
    to.setVersion(shard_command_version);
    std::visit(
        [&](const auto& said) {
            if constexpr (has_request<decltype(said)>) {
                auto request = to.getRequest();
                request.setClientHigh(said.request.id.high);
                request.setClientLow(said.request.id.low);
                request.setNotAfterNs(said.request.not_after.ns);
            }
            write(said, body(to, said));
        },
        from);
}

/// The length of a command's body in words, with all that it points to.
template <typename Command>
std::size_t body_words(const Command& said) {
    using builder = decltype(body(std::declval<schema::ShardCommand::Builder>(), said));
    return capnp::sizeInWords<typename builder::Builds>();
}
std::size_t body_words(const submit_order&) {
    return capnp::sizeInWords<schema::SubmitOrder>() + capnp::sizeInWords<schema::NewOrder>();
}
std::size_t body_words(const list_instrument& said) {
    return listing_words(*said.what);
}
std::size_t body_words(const set_calendar& said) {
    return capnp::sizeInWords<schema::SetCalendar>() + session_list_words(said.sessions);
}
std::size_t body_words(const channel_delivery& said) {
    return channel_delivery_words(said);
}
std::size_t body_words(const put_record& said) {
    return capnp::sizeInWords<schema::PutRecord>() + data_words(said.what->key) +
           data_words(said.what->value);
}

std::size_t words_of(const shard_command& from) {
    return capnp::sizeInWords<schema::ShardCommand>() +
           std::visit([](const auto& said) { return body_words(said); }, from);
}

// --- Commands, read -------------------------------------------------------------------------------

request_id read_request(schema::ShardCommand::Request::Reader from) {
    return {.id = {from.getClientHigh(), from.getClientLow()}, .not_after = {from.getNotAfterNs()}};
}

/// The body of a command, which must be there: a null pointer would read as a body of zeros.
template <typename Command, typename Reader>
void read_existing(bool is_there, Reader from, const request_id& request, const record_path& at,
                   record_faults& faults, shard_command& to) {
    if (!is_there) [[unlikely]] {
        faults.add(errc::malformed, at, "the command has no body");
        return;
    }
    Command& said = to.emplace<Command>(read(from, at, faults));
    if constexpr (has_request<Command>) {
        said.request = request;
    } else if (request != request_id{}) {
        faults.add(errc::out_of_range, at, "the command takes no client id and no not-after");
    }
}

void read_version_1(schema::ShardCommand::Reader from, const record_path& at, record_faults& faults,
                    shard_command& to) {
    const request_id request = read_request(from.getRequest());
    switch (from.which()) {
#define BOURSE_CASE(type, Name, NUMBER, name)                                                \
    case schema::ShardCommand::NUMBER:                                                       \
        return read_existing<type>(from.has##Name(), from.get##Name(), request, at.in(name), \
                                   faults, to)
        BOURSE_EVERY_SHARD_COMMAND(BOURSE_CASE);
#undef BOURSE_CASE
    }
    faults.add(errc::out_of_range, at,
               std::to_string(static_cast<unsigned>(from.which())) +
                   " is not a kind of shard command (0..22)");
}

/// Each version that was ever written has its case, for ever.
void read_into(schema::ShardCommand::Reader from, const record_path& at, record_faults& faults,
               shard_command& to) {
    switch (from.getVersion()) {
        case 1:
            return read_version_1(from, at, faults, to);
        default:
            faults.add_version(from.getVersion(), shard_command_version, at);
    }
}

// --- Entries --------------------------------------------------------------------------------------

entry read_entry_version_1(schema::Entry::Reader from, std::size_t bytes, const record_path& at,
                           record_faults& faults) {
    entry to;
    to.index = from.getIndex();
    to.at = {from.getAtNs()};
    const auto list = from.getCommands();
    // In memory a command is larger than in bytes, so a list is not believed to be longer than one that
    // we write could be: each of its commands and its body, of a word at least.
    constexpr std::size_t smallest =
        (capnp::sizeInWords<schema::ShardCommand>() + 1) * sizeof(capnp::word);
    if (list.size() > bytes / smallest) {
        faults.add(errc::malformed, at.in("commands"),
                   std::to_string(list.size()) + " commands are not in " + std::to_string(bytes) +
                       " bytes");
        return to;
    }
    to.commands.reserve(list.size());
    const record_path path = at.in("commands");
    for (unsigned i = 0; i < list.size() && !faults.any(); ++i) {
        read_into(list[i], path.at(i), faults, to.commands.emplace_back());
    }
    return to;
}

}  // namespace

std::size_t shard_command_words(const shard_command& from) {
    return words_of(from);
}

void write_shard_command(const shard_command& from, schema::ShardCommand::Builder to) {
    write(from, to);
}

void read_shard_command(schema::ShardCommand::Reader from, const record_path& at,
                        record_faults& faults, shard_command& to) {
    read_into(from, at, faults, to);
}

void encode_shard_command(const shard_command& from, std::vector<std::byte>& out) {
    append_message<schema::ShardCommand>(
        out, root_pointer + words_of(from),
        [&](schema::ShardCommand::Builder to) { write(from, to); });
}

result<shard_command> decode_shard_command(std::span<const std::byte> bytes) {
    const auto read = [](schema::ShardCommand::Reader from, const record_path& at,
                         record_faults& faults) {
        shard_command to;
        read_into(from, at, faults, to);
        return to;
    };
    return read_message<schema::ShardCommand>(bytes, "shardCommand", read);
}

void encode_entry(const entry& from, std::vector<std::byte>& out) {
    const std::span<const shard_command> all(from.commands);
    if (!write_flat_entry(from.index, from.at, {&all, 1}, out)) {
        encode_any_entry(from, out);
    }
}

void encode_entry_in_parts(std::uint64_t index, timestamp at, command_lists commands,
                           std::vector<std::byte>& out) {
    if (write_flat_entry(index, at, commands, out)) {
        return;
    }
    entry made{.index = index, .at = at, .commands = {}};
    for (const auto& list : commands) {
        made.commands.insert(made.commands.end(), list.begin(), list.end());
    }
    encode_any_entry(made, out);
}

void encode_any_entry(const entry& from, std::vector<std::byte>& out) {
    std::size_t words = root_pointer + capnp::sizeInWords<schema::Entry>() + list_tag;
    for (const shard_command& each : from.commands) {
        words += words_of(each);
    }
    append_message<schema::Entry>(out, words, [&](schema::Entry::Builder to) {
        to.setVersion(entry_version);
        to.setIndex(from.index);
        to.setAtNs(from.at.ns);
        auto list = to.initCommands(static_cast<unsigned>(from.commands.size()));
        for (unsigned i = 0; i < list.size(); ++i) {
            write(from.commands[i], list[i]);
        }
    });
}

result<entry> decode_entry(std::span<const std::byte> bytes) {
    entry made;
    if (auto decoded = decode_entry_into(bytes, made); !decoded) {
        return decoded.error();
    }
    return made;
}

outcome decode_entry_into(std::span<const std::byte> bytes, entry& to) {
    if (read_flat_entry(bytes, to)) {
        return done{};
    }
    auto decoded = decode_any_entry(bytes);
    if (!decoded) {
        return decoded.error();
    }
    to = std::move(*decoded);
    return done{};
}

result<entry> decode_any_entry(std::span<const std::byte> bytes) {
    const auto read = [&](schema::Entry::Reader from, const record_path& at,
                          record_faults& faults) -> entry {
        // Each version that was ever written has its case, for ever.
        switch (from.getVersion()) {
            case 1:
                return read_entry_version_1(from, bytes.size(), at, faults);
            default:
                faults.add_version(from.getVersion(), entry_version, at);
                return {};
        }
    };
    return read_message<schema::Entry>(bytes, "entry", read);
}

}  // namespace bourse
