// Rows, each by itself. The sum of them is in shard_rows_sum.cpp.
#include "messages/shard_rows_codec.hpp"

#include "messages/book_record.hpp"
#include "messages/calendar_record.hpp"
#include "messages/known_numbers.hpp"
#include "messages/listing_record.hpp"
#include "messages/message_frame.hpp"
#include "messages/record_bytes.hpp"
#include "messages/schema/shard.capnp.h"
#include "messages/wide_halves.hpp"

namespace bourse {
namespace {

// --- The shard ------------------------------------------------------------------------------------

void write(const shard_row& from, schema::ShardRow::Builder to) {
    to.setVersion(shard_row_version);
    to.setId(from.id.value);
    to.setRules(from.rules_version);
    to.setMaxOutbox(from.max_outbox);
    to.setMaxOpenOrders(from.max_open_orders);
    to.setMarketHalted(from.market_halted);
    to.setIndex(from.index);
    to.setNowNs(from.now.ns);
    to.setHorizonNs(from.horizon.ns);
    to.setLastOrder(from.last_order);
    to.setLastRemembered(from.last_remembered);
    to.setLedgerDigest(from.ledger_digest);
}

shard_row read_version_1(schema::ShardRow::Reader from, const record_path&, record_faults&) {
    return {.id = {from.getId()},
            .index = from.getIndex(),
            .now = {from.getNowNs()},
            .rules_version = from.getRules(),
            .horizon = {from.getHorizonNs()},
            .max_outbox = from.getMaxOutbox(),
            .max_open_orders = from.getMaxOpenOrders(),
            .market_halted = from.getMarketHalted(),
            .last_order = from.getLastOrder(),
            .last_remembered = from.getLastRemembered(),
            .ledger_digest = from.getLedgerDigest()};
}

// --- Accounts and groups --------------------------------------------------------------------------

void write(const account_row& from, schema::AccountRow::Builder to) {
    to.setVersion(account_row_version);
    to.setKind(static_cast<schema::AccountKind>(from.kind));
    to.setTier(from.tier);
    to.setBlocked(from.blocked);
    to.setId(from.id.value);
    to.setTradeGroup(from.trade_group.value);
    to.setRiskGroup(from.risk_group.value);
    to.setLastReport(from.last_report);
    to.setMaxOpenOrders(from.max_open_orders);
    to.setFatFingerBps(from.fat_finger_bps);
}

account_row read_version_1(schema::AccountRow::Reader from, const record_path& at,
                           record_faults& faults) {
    return {.id = {from.getId()},
            .kind = checked_enum<account_kind>(from.getKind(), at, "kind", faults),
            .tier = from.getTier(),
            .blocked = from.getBlocked(),
            .trade_group = {from.getTradeGroup()},
            .risk_group = {from.getRiskGroup()},
            .last_report = from.getLastReport(),
            .max_open_orders = from.getMaxOpenOrders(),
            .fat_finger_bps = from.getFatFingerBps()};
}

void write(const risk_group_row& from, schema::RiskGroupRow::Builder to) {
    to.setVersion(risk_group_row_version);
    to.setId(from.id.value);
    to.setMaxOpenOrders(from.max_open_orders);
    to.setFatFingerBps(from.fat_finger_bps);
}

risk_group_row read_version_1(schema::RiskGroupRow::Reader from, const record_path&,
                              record_faults&) {
    return {.id = {from.getId()},
            .max_open_orders = from.getMaxOpenOrders(),
            .fat_finger_bps = from.getFatFingerBps()};
}

void write(const position_row& from, schema::PositionRow::Builder to) {
    const wide_halves total = halves_of(from.total);
    const wide_halves cost = halves_of(from.cost);
    const wide_halves realised = halves_of(from.realised);
    const wide_halves turnover = halves_of(from.turnover);
    to.setVersion(position_row_version);
    to.setOfGroup(from.of_group);
    to.setHolder(from.holder.value);
    to.setAsset(from.asset.value);
    to.setCredit(from.credit);
    to.setMaxOrder(from.max_order);
    to.setMaxTotal(from.max_total);
    to.setTurnoverDay(from.turnover_day);
    to.setTotalHigh(total.high);
    to.setTotalLow(total.low);
    to.setCostHigh(cost.high);
    to.setCostLow(cost.low);
    to.setRealisedHigh(realised.high);
    to.setRealisedLow(realised.low);
    to.setTurnoverHigh(turnover.high);
    to.setTurnoverLow(turnover.low);
}

position_row read_version_1(schema::PositionRow::Reader from, const record_path&, record_faults&) {
    return {.holder = {from.getHolder()},
            .of_group = from.getOfGroup(),
            .asset = {from.getAsset()},
            .total = join(from.getTotalHigh(), from.getTotalLow()),
            .credit = from.getCredit(),
            .max_order = from.getMaxOrder(),
            .max_total = from.getMaxTotal(),
            .cost = join(from.getCostHigh(), from.getCostLow()),
            .realised = join(from.getRealisedHigh(), from.getRealisedLow()),
            .turnover = join(from.getTurnoverHigh(), from.getTurnoverLow()),
            .turnover_day = from.getTurnoverDay()};
}

// --- Orders ---------------------------------------------------------------------------------------

void write(const pending_replace& from, schema::PendingReplace::Builder to) {
    to.setSetPrice(from.set_price);
    to.setSetQuantity(from.set_quantity);
    to.setPriceTicks(from.price.ticks);
    to.setQuantityLots(from.quantity.lots);
    to.setClientHigh(from.client.high);
    to.setClientLow(from.client.low);
}

pending_replace read_pending(schema::PendingReplace::Reader from) {
    return {.set_price = from.getSetPrice(),
            .set_quantity = from.getSetQuantity(),
            .price = {from.getPriceTicks()},
            .quantity = {from.getQuantityLots()},
            .client = {from.getClientHigh(), from.getClientLow()}};
}

void write(const open_order_row& from, schema::OpenOrderRow::Builder to) {
    to.setVersion(open_order_row_version);
    to.setSide(static_cast<schema::Side>(from.side));
    to.setRole(static_cast<schema::GroupRole>(from.role));
    to.setCause(static_cast<schema::Reason>(from.cause));
    to.setTier(from.tier);
    to.setReduceOnly(from.reduce_only);
    to.setAccount(from.account.value);
    to.setSymbol(from.symbol.value);
    to.setOrderVersion(from.version);
    to.setResidue(from.residue);
    to.setId(from.id.value);
    to.setPriceTicks(from.price.ticks);
    to.setRemainingLots(from.remaining.lots);
    to.setFilledLots(from.filled.lots);
    to.setLease(from.lease.value);
    to.setGroup(from.group.value);
    to.setClientHigh(from.client.high);
    to.setClientLow(from.client.low);
    if (from.pending.empty()) {
        return;
    }
    auto pending = to.initPending(static_cast<unsigned>(from.pending.size()));
    for (unsigned i = 0; i < pending.size(); ++i) {
        write(from.pending[i], pending[i]);
    }
}

open_order_row read_version_1(schema::OpenOrderRow::Reader from, const record_path& at,
                              record_faults& faults) {
    open_order_row to;
    to.id = {from.getId()};
    to.account = {from.getAccount()};
    to.symbol = {from.getSymbol()};
    to.side = checked_enum<side>(from.getSide(), at, "side", faults);
    to.reduce_only = from.getReduceOnly();
    to.tier = from.getTier();
    to.role = checked_enum<group_role>(from.getRole(), at, "role", faults);
    to.cause = checked_enum<reason>(from.getCause(), at, "cause", faults);
    to.version = from.getOrderVersion();
    to.residue = from.getResidue();
    to.price = {from.getPriceTicks()};
    to.remaining = {from.getRemainingLots()};
    to.filled = {from.getFilledLots()};
    to.lease = {from.getLease()};
    to.group = {from.getGroup()};
    to.client = {from.getClientHigh(), from.getClientLow()};
    for (const schema::PendingReplace::Reader each : from.getPending()) {
        to.pending.push_back(read_pending(each));
    }
    return to;
}

void write(const order_group_row& from, schema::OrderGroupRow::Builder to) {
    to.setVersion(order_group_row_version);
    to.setSize(from.size);
    to.setAdmitted(from.admitted);
    to.setBroken(from.broken);
    to.setHasExit(from.has_exit);
    to.setEntryDone(from.entry_done);
    to.setAccount(from.account.value);
    to.setId(from.id.value);
    to.setEntryFilledLots(from.entry_filled.lots);
    to.setDecided(from.decided.value);
}

order_group_row read_version_1(schema::OrderGroupRow::Reader from, const record_path&,
                               record_faults&) {
    return {.account = {from.getAccount()},
            .id = {from.getId()},
            .size = from.getSize(),
            .admitted = from.getAdmitted(),
            .broken = from.getBroken(),
            .has_exit = from.getHasExit(),
            .entry_done = from.getEntryDone(),
            .entry_filled = {from.getEntryFilledLots()},
            .decided = {from.getDecided()}};
}

// --- Client ids and leases ------------------------------------------------------------------------

void write(const remembered_row& from, schema::RememberedRow::Builder to) {
    to.setVersion(remembered_row_version);
    to.setReason(static_cast<schema::Reason>(from.reason));
    to.setAnswered(from.answered);
    to.setAccount(from.account.value);
    to.setSequence(from.sequence);
    to.setClientHigh(from.id.high);
    to.setClientLow(from.id.low);
    to.setOrder(from.order.value);
    to.setFirstReport(from.first_report);
    to.setForgetAtNs(from.forget_at.ns);
}

remembered_row read_version_1(schema::RememberedRow::Reader from, const record_path& at,
                              record_faults& faults) {
    return {.sequence = from.getSequence(),
            .account = {from.getAccount()},
            .id = {from.getClientHigh(), from.getClientLow()},
            .order = {from.getOrder()},
            .reason = checked_enum<reason>(from.getReason(), at, "reason", faults),
            .answered = from.getAnswered(),
            .first_report = from.getFirstReport(),
            .forget_at = {from.getForgetAtNs()}};
}

void write(const lease_row& from, schema::LeaseRow::Builder to) {
    to.setVersion(lease_row_version);
    to.setAccount(from.account.value);
    to.setId(from.id.value);
    to.setUntilNs(from.until.ns);
}

lease_row read_version_1(schema::LeaseRow::Reader from, const record_path&, record_faults&) {
    return {.id = {from.getId()}, .account = {from.getAccount()}, .until = {from.getUntilNs()}};
}

// --- The market -----------------------------------------------------------------------------------

void write(const listing_row& from, schema::ListingRow::Builder to) {
    to.setVersion(listing_row_version);
    to.setHasReference(from.has_reference);
    to.setReferenceTicks(from.reference.ticks);
    write_listing(from.what, to.initListing());
}

listing_row read_version_1(schema::ListingRow::Reader from, const record_path& at,
                           record_faults& faults) {
    if (!from.hasListing()) {
        faults.add(errc::malformed, at.in("listing"), "the row has no listing");
        return {};
    }
    return {.what = read_listing(from.getListing(), at.in("listing"), faults),
            .has_reference = from.getHasReference(),
            .reference = {from.getReferenceTicks()}};
}

void write(const calendar_row& from, schema::CalendarRow::Builder to) {
    to.setVersion(calendar_row_version);
    to.setId(from.id.value);
    write_sessions(from.sessions, to.initSessions(static_cast<unsigned>(from.sessions.size())));
}

calendar_row read_version_1(schema::CalendarRow::Reader from, const record_path& at,
                            record_faults& faults) {
    return {.id = {from.getId()},
            .sessions = read_sessions(from.getSessions(), at.in("sessions"), faults)};
}

void write(const shard_book_row& from, schema::ShardBookRow::Builder to) {
    to.setVersion(shard_book_row_version);
    to.setHasHeldState(from.has_held_state);
    to.setLastEvent(from.last_event);
    to.setDigest(from.digest);
    write_state(from.held_state, to.getHeld());
    write_book_row(from.rows.book, to.initBook());
}

shard_book_row read_version_1(schema::ShardBookRow::Reader from, const record_path& at,
                              record_faults& faults) {
    if (!from.hasBook()) {
        faults.add(errc::malformed, at.in("book"), "the book's own row is missing");
        return {};
    }
    shard_book_row to;
    to.last_event = from.getLastEvent();
    to.digest = from.getDigest();
    to.has_held_state = from.getHasHeldState();
    to.held_state = read_state(from.getHeld(), at.in("held"), faults);
    to.rows.book = read_book_row(from.getBook(), at.in("book"), faults);
    return to;
}

// --- Channels -------------------------------------------------------------------------------------

void write(const channel_row& from, schema::ChannelRow::Builder to) {
    to.setVersion(channel_row_version);
    to.setPeer(from.peer.value);
    to.setChoked(from.choked);
    to.setLastSent(from.last_sent);
    to.setLastTaken(from.last_taken);
}

channel_row read_version_1(schema::ChannelRow::Reader from, const record_path&, record_faults&) {
    channel_row to;
    to.peer = {from.getPeer()};
    to.last_sent = from.getLastSent();
    to.last_taken = from.getLastTaken();
    to.choked = from.getChoked();
    return to;
}

void write(const channel_value& from, schema::ChannelValueRow::Builder to) {
    const wide_halves sent = halves_of(from.sent);
    const wide_halves received = halves_of(from.received);
    to.setVersion(channel_value_row_version);
    to.setAsset(from.asset.value);
    to.setSentHigh(sent.high);
    to.setSentLow(sent.low);
    to.setReceivedHigh(received.high);
    to.setReceivedLow(received.low);
}

channel_value read_version_1(schema::ChannelValueRow::Reader from, const record_path&,
                             record_faults&) {
    return {.asset = {from.getAsset()},
            .sent = join(from.getSentHigh(), from.getSentLow()),
            .received = join(from.getReceivedHigh(), from.getReceivedLow())};
}

// --- Records --------------------------------------------------------------------------------------

void write(const record_row& from, schema::RecordRow::Builder to) {
    to.setVersion(record_row_version);
    to.setTable(static_cast<schema::RecordTable>(from.table));
    to.setNumber(from.number);
    to.setRevision(from.revision);
    to.setKey(as_data(from.key));
    to.setValue(as_data(from.value));
}

record_row read_version_1(schema::RecordRow::Reader from, const record_path& at,
                          record_faults& faults) {
    return {.table = checked_enum<record_table>(from.getTable(), at, "table", faults),
            .number = from.getNumber(),
            .revision = from.getRevision(),
            .key = read_data(from.getKey()),
            .value = read_data(from.getValue())};
}

// --- Bytes ----------------------------------------------------------------------------------------

/// Appends a row that takes `more` words beside its own.
template <typename Record, typename Row>
void encode(const Row& from, std::size_t more, std::vector<std::byte>& out) {
    append_message<Record>(out, root_pointer + capnp::sizeInWords<Record>() + more,
                           [&](typename Record::Builder to) { write(from, to); });
}

/// Each version that was ever written has its case, for ever; `newest` is that of the kind of row.
template <typename Record>
auto decode(std::span<const std::byte> bytes, std::string_view name, std::uint16_t newest) {
    const auto read = [newest](
                          typename Record::Reader from, const record_path& at,
                          record_faults& faults) -> decltype(read_version_1(from, at, faults)) {
        switch (from.getVersion()) {
            case 1:
                return read_version_1(from, at, faults);
            default:
                faults.add_version(from.getVersion(), newest, at);
                return {};
        }
    };
    return read_message<Record>(bytes, name, read);
}

}  // namespace

void encode_shard_row(const shard_row& from, std::vector<std::byte>& out) {
    encode<schema::ShardRow>(from, 0, out);
}
result<shard_row> decode_shard_row(std::span<const std::byte> bytes) {
    return decode<schema::ShardRow>(bytes, "shardRow", shard_row_version);
}

void encode_account_row(const account_row& from, std::vector<std::byte>& out) {
    encode<schema::AccountRow>(from, 0, out);
}
result<account_row> decode_account_row(std::span<const std::byte> bytes) {
    return decode<schema::AccountRow>(bytes, "accountRow", account_row_version);
}

void encode_risk_group_row(const risk_group_row& from, std::vector<std::byte>& out) {
    encode<schema::RiskGroupRow>(from, 0, out);
}
result<risk_group_row> decode_risk_group_row(std::span<const std::byte> bytes) {
    return decode<schema::RiskGroupRow>(bytes, "riskGroupRow", risk_group_row_version);
}

void encode_position_row(const position_row& from, std::vector<std::byte>& out) {
    encode<schema::PositionRow>(from, 0, out);
}
result<position_row> decode_position_row(std::span<const std::byte> bytes) {
    return decode<schema::PositionRow>(bytes, "positionRow", position_row_version);
}

void encode_open_order_row(const open_order_row& from, std::vector<std::byte>& out) {
    const std::size_t pending =
        from.pending.empty()
            ? 0
            : list_tag + from.pending.size() * capnp::sizeInWords<schema::PendingReplace>();
    encode<schema::OpenOrderRow>(from, pending, out);
}
result<open_order_row> decode_open_order_row(std::span<const std::byte> bytes) {
    return decode<schema::OpenOrderRow>(bytes, "openOrderRow", open_order_row_version);
}

void encode_order_group_row(const order_group_row& from, std::vector<std::byte>& out) {
    encode<schema::OrderGroupRow>(from, 0, out);
}
result<order_group_row> decode_order_group_row(std::span<const std::byte> bytes) {
    return decode<schema::OrderGroupRow>(bytes, "orderGroupRow", order_group_row_version);
}

void encode_remembered_row(const remembered_row& from, std::vector<std::byte>& out) {
    encode<schema::RememberedRow>(from, 0, out);
}
result<remembered_row> decode_remembered_row(std::span<const std::byte> bytes) {
    return decode<schema::RememberedRow>(bytes, "rememberedRow", remembered_row_version);
}

void encode_lease_row(const lease_row& from, std::vector<std::byte>& out) {
    encode<schema::LeaseRow>(from, 0, out);
}
result<lease_row> decode_lease_row(std::span<const std::byte> bytes) {
    return decode<schema::LeaseRow>(bytes, "leaseRow", lease_row_version);
}

void encode_listing_row(const listing_row& from, std::vector<std::byte>& out) {
    encode<schema::ListingRow>(from, listing_words(from.what), out);
}
result<listing_row> decode_listing_row(std::span<const std::byte> bytes) {
    return decode<schema::ListingRow>(bytes, "listingRow", listing_row_version);
}

void encode_calendar_row(const calendar_row& from, std::vector<std::byte>& out) {
    encode<schema::CalendarRow>(from, session_list_words(from.sessions), out);
}
result<calendar_row> decode_calendar_row(std::span<const std::byte> bytes) {
    return decode<schema::CalendarRow>(bytes, "calendarRow", calendar_row_version);
}

void encode_shard_book_row(const shard_book_row& from, std::vector<std::byte>& out) {
    encode<schema::ShardBookRow>(from, book_row_words(from.rows.book), out);
}
result<shard_book_row> decode_shard_book_row(std::span<const std::byte> bytes) {
    return decode<schema::ShardBookRow>(bytes, "shardBookRow", shard_book_row_version);
}

void encode_channel_row(const channel_row& from, std::vector<std::byte>& out) {
    encode<schema::ChannelRow>(from, 0, out);
}
result<channel_row> decode_channel_row(std::span<const std::byte> bytes) {
    return decode<schema::ChannelRow>(bytes, "channelRow", channel_row_version);
}

void encode_channel_value(const channel_value& from, std::vector<std::byte>& out) {
    encode<schema::ChannelValueRow>(from, 0, out);
}
result<channel_value> decode_channel_value(std::span<const std::byte> bytes) {
    return decode<schema::ChannelValueRow>(bytes, "channelValueRow", channel_value_row_version);
}

void encode_record_row(const record_row& from, std::vector<std::byte>& out) {
    encode<schema::RecordRow>(from, data_words(from.key) + data_words(from.value), out);
}
result<record_row> decode_record_row(std::span<const std::byte> bytes) {
    return decode<schema::RecordRow>(bytes, "recordRow", record_row_version);
}

}  // namespace bourse
