#include "messages/book_codec.hpp"

#include <algorithm>

#include "messages/book_record.hpp"
#include "messages/instrument_record.hpp"
#include "messages/known_numbers.hpp"
#include "messages/message_frame.hpp"
#include "messages/wide_halves.hpp"

namespace bourse {
namespace {

// --- Writing --------------------------------------------------------------------------------------

std::size_t group_row_words(const group_row& from) {
    return capnp::sizeInWords<schema::GroupRow>() + from.members.size();
}

void write(const book_statistics& from, schema::BookRow::Statistics::Builder to) {
    to.setTrades(from.trades);
    to.setLots(from.lots);
    const wide_halves turnover = halves_of(from.turnover);
    to.setTurnoverHigh(turnover.high);
    to.setTurnoverLow(turnover.low);
    to.setFirstTicks(from.first.ticks);
    to.setHighTicks(from.high.ticks);
    to.setLowTicks(from.low.ticks);
    to.setLastTicks(from.last.ticks);
}

void write(const order_row& from, schema::OrderRow::Builder to) {
    to.setVersion(order_row_version);
    to.setSide(static_cast<schema::Side>(from.side));
    to.setType(static_cast<schema::OrderType>(from.type));
    to.setTimeInForce(static_cast<schema::TimeInForce>(from.tif));
    to.setSelfTrade(static_cast<schema::SelfTradePrevention>(from.self_trade));
    to.setRole(static_cast<schema::GroupRole>(from.role));
    to.setPlace(static_cast<schema::OrderPlace>(from.place));
    to.setPostOnly(from.post_only);
    to.setAllOrNone(from.all_or_none);
    to.setTriggered(from.triggered);
    to.setHasStopPrice(from.has_stop_price);
    to.setAccount(from.account.value);
    to.setTradeGroup(from.trade_group.value);
    to.setOrderVersion(from.version);
    to.setId(from.id.value);
    to.setPriority(from.priority);
    to.setPriceTicks(from.price.ticks);
    to.setRemainingLots(from.remaining.lots);
    to.setFilledLots(from.filled.lots);
    to.setShownLots(from.shown.lots);
    to.setStopPriceTicks(from.stop_price.ticks);
    to.setOffsetTicks(from.offset_ticks);
    to.setDisplayLots(from.display.lots);
    to.setMinimumLots(from.minimum.lots);
    to.setExpiresAtNs(from.expires_at.ns);
    to.setGroup(from.group.value);
}

void write(const group_row& from, schema::GroupRow::Builder to) {
    to.setVersion(group_row_version);
    to.setSize(from.size);
    to.setComplete(from.complete);
    to.setAccount(from.account.value);
    to.setId(from.id.value);
    auto members = to.initMembers(static_cast<unsigned>(from.members.size()));
    for (unsigned i = 0; i < members.size(); ++i) {
        members.set(i, from.members[i].value);
    }
}

void write(const book_rows& from, schema::BookRows::Builder to) {
    to.setVersion(book_rows_version);
    write_book_row(from.book, to.initBook());
    auto orders = to.initOrders(static_cast<unsigned>(from.orders.size()));
    for (unsigned i = 0; i < orders.size(); ++i) {
        write(from.orders[i], orders[i]);
    }
    auto groups = to.initGroups(static_cast<unsigned>(from.groups.size()));
    for (unsigned i = 0; i < groups.size(); ++i) {
        write(from.groups[i], groups[i]);
    }
}

// --- Reading --------------------------------------------------------------------------------------

book_statistics read_statistics(schema::BookRow::Statistics::Reader from) {
    return {.trades = from.getTrades(),
            .lots = from.getLots(),
            .turnover = join(from.getTurnoverHigh(), from.getTurnoverLow()),
            .first = {from.getFirstTicks()},
            .high = {from.getHighTicks()},
            .low = {from.getLowTicks()},
            .last = {from.getLastTicks()}};
}

book_row read_book_row_version_1(schema::BookRow::Reader from, const record_path& at,
                                 record_faults& faults) {
    if (!from.hasRules()) {
        faults.add(errc::malformed, at.in("rules"), "the book has no instrument");
        return {};
    }
    book_row to;
    to.rules = read_instrument(from.getRules(), at.in("rules"), faults);
    to.now = {from.getNowNs()};
    to.state = checked_enum<market_state>(from.getState(), at, "state", faults);
    to.auction = checked_enum<auction_kind>(from.getAuction(), at, "auction", faults);
    to.until = {from.getUntilNs()};
    to.next = checked_enum<market_state>(from.getNext(), at, "next", faults);
    to.has_last_price = from.getHasLastPrice();
    to.has_reference_price = from.getHasReferencePrice();
    to.last_price = {from.getLastPriceTicks()};
    to.reference_price = {from.getReferencePriceTicks()};
    to.next_priority = from.getNextPriority();
    to.next_trade = from.getNextTrade();
    to.statistics = read_statistics(from.getStatistics());
    return to;
}

order_row read_order_row_version_1(schema::OrderRow::Reader from, const record_path& at,
                                   record_faults& faults) {
    order_row to;
    to.id = {from.getId()};
    to.account = {from.getAccount()};
    to.trade_group = {from.getTradeGroup()};
    to.side = checked_enum<side>(from.getSide(), at, "side", faults);
    to.type = checked_enum<order_type>(from.getType(), at, "type", faults);
    to.tif = checked_enum<time_in_force>(from.getTimeInForce(), at, "timeInForce", faults);
    to.self_trade =
        checked_enum<self_trade_prevention>(from.getSelfTrade(), at, "selfTrade", faults);
    to.role = checked_enum<group_role>(from.getRole(), at, "role", faults);
    to.place = checked_enum<order_place>(from.getPlace(), at, "place", faults);
    to.post_only = from.getPostOnly();
    to.all_or_none = from.getAllOrNone();
    to.triggered = from.getTriggered();
    to.has_stop_price = from.getHasStopPrice();
    to.version = from.getOrderVersion();
    to.priority = from.getPriority();
    to.price = {from.getPriceTicks()};
    to.remaining = {from.getRemainingLots()};
    to.filled = {from.getFilledLots()};
    to.shown = {from.getShownLots()};
    to.stop_price = {from.getStopPriceTicks()};
    to.offset_ticks = from.getOffsetTicks();
    to.display = {from.getDisplayLots()};
    to.minimum = {from.getMinimumLots()};
    to.expires_at = {from.getExpiresAtNs()};
    to.group = {from.getGroup()};
    return to;
}

group_row read_group_row_version_1(schema::GroupRow::Reader from) {
    group_row to;
    to.id = {from.getId()};
    to.account = {from.getAccount()};
    to.size = from.getSize();
    to.complete = from.getComplete();
    for (const std::uint64_t member : from.getMembers()) {
        to.members.push_back({member});
    }
    return to;
}

// Each version that was ever written has its case, for ever.

order_row read_order_row(schema::OrderRow::Reader from, const record_path& at,
                         record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_order_row_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), order_row_version, at);
            return {};
    }
}

group_row read_group_row(schema::GroupRow::Reader from, const record_path& at,
                         record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_group_row_version_1(from);
        default:
            faults.add_version(from.getVersion(), group_row_version, at);
            return {};
    }
}

book_rows read_book_rows_version_1(schema::BookRows::Reader from, const record_path& at,
                                   record_faults& faults) {
    book_rows to;
    if (!from.hasBook()) {
        faults.add(errc::malformed, at.in("book"), "the book's own row is missing");
        return to;
    }
    to.book = read_book_row(from.getBook(), at.in("book"), faults);
    // Room is not made beforehand: a list of nothing can say that it is long.
    const auto orders = from.getOrders();
    const record_path order_path = at.in("orders");
    for (unsigned i = 0; i < orders.size() && !faults.any(); ++i) {
        to.orders.push_back(read_order_row(orders[i], order_path.at(i), faults));
    }
    const auto groups = from.getGroups();
    const record_path group_path = at.in("groups");
    for (unsigned i = 0; i < groups.size() && !faults.any(); ++i) {
        to.groups.push_back(read_group_row(groups[i], group_path.at(i), faults));
    }
    return to;
}

book_rows read_book_rows(schema::BookRows::Reader from, const record_path& at,
                         record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_book_rows_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), book_rows_version, at);
            return {};
    }
}

}  // namespace

// --- The book's own row, as others use it too -------------------------------------------------------

std::size_t book_row_words(const book_row& from) {
    return capnp::sizeInWords<schema::BookRow>() + instrument_words(from.rules);
}

void write_book_row(const book_row& from, schema::BookRow::Builder to) {
    to.setVersion(book_row_version);
    to.setState(static_cast<schema::MarketState>(from.state));
    to.setAuction(static_cast<schema::AuctionKind>(from.auction));
    to.setNext(static_cast<schema::MarketState>(from.next));
    to.setHasLastPrice(from.has_last_price);
    to.setHasReferencePrice(from.has_reference_price);
    to.setNowNs(from.now.ns);
    to.setUntilNs(from.until.ns);
    to.setLastPriceTicks(from.last_price.ticks);
    to.setReferencePriceTicks(from.reference_price.ticks);
    to.setNextPriority(from.next_priority);
    to.setNextTrade(from.next_trade);
    write(from.statistics, to.getStatistics());
    write_instrument(from.rules, to.initRules());
}

// Each version that was ever written has its case, for ever.
book_row read_book_row(schema::BookRow::Reader from, const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_book_row_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), book_row_version, at);
            return {};
    }
}

// --- Bytes ----------------------------------------------------------------------------------------

void encode_book_row(const book_row& from, std::vector<std::byte>& out) {
    append_message<schema::BookRow>(out, root_pointer + book_row_words(from),
                                    [&](schema::BookRow::Builder to) { write_book_row(from, to); });
}

result<book_row> decode_book_row(std::span<const std::byte> bytes) {
    return read_message<schema::BookRow>(bytes, "bookRow", read_book_row);
}

void encode_order_row(const order_row& from, std::vector<std::byte>& out) {
    append_message<schema::OrderRow>(out, root_pointer + capnp::sizeInWords<schema::OrderRow>(),
                                     [&](schema::OrderRow::Builder to) { write(from, to); });
}

result<order_row> decode_order_row(std::span<const std::byte> bytes) {
    return read_message<schema::OrderRow>(bytes, "orderRow", read_order_row);
}

void encode_group_row(const group_row& from, std::vector<std::byte>& out) {
    append_message<schema::GroupRow>(out, root_pointer + group_row_words(from),
                                     [&](schema::GroupRow::Builder to) { write(from, to); });
}

result<group_row> decode_group_row(std::span<const std::byte> bytes) {
    return read_message<schema::GroupRow>(bytes, "groupRow", read_group_row);
}

void encode_book_rows(const book_rows& from, std::vector<std::byte>& out) {
    std::size_t words = root_pointer + capnp::sizeInWords<schema::BookRows>() +
                        book_row_words(from.book) + list_tag +
                        from.orders.size() * capnp::sizeInWords<schema::OrderRow>() + list_tag;
    for (const group_row& group : from.groups) {
        words += group_row_words(group);
    }
    append_message<schema::BookRows>(out, words,
                                     [&](schema::BookRows::Builder to) { write(from, to); });
}

result<book_rows> decode_book_rows(std::span<const std::byte> bytes) {
    return read_message<schema::BookRows>(bytes, "bookRows", read_book_rows);
}

}  // namespace bourse
