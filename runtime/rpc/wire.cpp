#include "runtime/rpc/wire.hpp"

#include "messages/known_numbers.hpp"
#include "messages/listing_record.hpp"
#include "messages/wide_halves.hpp"

namespace bourse {
namespace {

/// The numbers of an enumeration here, which count from zero without a gap.
template <typename Enum, typename Wire>
Enum counted_enum(Wire wire, std::uint8_t count, const record_path& outer, std::string_view field,
                  std::string_view word, record_faults& faults) {
    const auto number = static_cast<std::uint16_t>(wire);
    if (number >= count) {
        faults.add(errc::out_of_range, outer.in(field),
                   std::to_string(number) + " is not " + std::string(word) + " (0.." +
                       std::to_string(count - 1) + ")");
        return Enum{};
    }
    return static_cast<Enum>(number);
}

level_line read(rpc::Level::Reader from, const record_path&) {
    return {.price = {from.getPriceTicks()}, .lots = {from.getLots()}, .orders = from.getOrders()};
}

position_line read(rpc::Position::Reader from, const record_path&) {
    position_line to;
    to.asset = {from.getAsset()};
    to.total = join(from.getTotalHigh(), from.getTotalLow());
    to.reserved = join(from.getReservedHigh(), from.getReservedLow());
    to.available = join(from.getAvailableHigh(), from.getAvailableLow());
    to.cost = join(from.getCostHigh(), from.getCostLow());
    to.realised = join(from.getRealisedHigh(), from.getRealisedLow());
    if (from.getHasUnrealised()) {
        to.unrealised = join(from.getUnrealisedHigh(), from.getUnrealisedLow());
    }
    return to;
}

template <typename Row, typename List, typename... More>
std::vector<Row> read_list(List from, const record_path& at, More&... more) {
    std::vector<Row> to;
    to.reserve(from.size());
    for (unsigned i = 0; i < from.size(); ++i) {
        to.push_back(read(from[i], at.at(i), more...));
    }
    return to;
}

}  // namespace

std::string text_of(capnp::Text::Reader from) {
    return {from.begin(), from.size()};
}

std::vector<std::string> read_texts(capnp::List<capnp::Text>::Reader from) {
    std::vector<std::string> to;
    to.reserve(from.size());
    for (const capnp::Text::Reader each : from) {
        to.push_back(text_of(each));
    }
    return to;
}

void write_texts(const std::vector<std::string>& from, capnp::List<capnp::Text>::Builder to) {
    for (unsigned i = 0; i < to.size(); ++i) {
        to.set(i, from[i].c_str());
    }
}

user_role read_role(rpc::Role from, const record_path& at, record_faults& faults) {
    return counted_enum<user_role>(from, user_role_count, at, "role", "a role", faults);
}

market_feed read_feed(rpc::MarketFeed from, const record_path& at, record_faults& faults) {
    return counted_enum<market_feed>(from, market_feed_count, at, "feed", "a market feed", faults);
}

// --- Status ---------------------------------------------------------------------------------------

void write(const request_refused& from, rpc::Status::Builder to) {
    // `ok` comes before the kinds.
    to.setCode(static_cast<rpc::StatusCode>(static_cast<unsigned>(from.what) + 1));
    to.setRetryAfterMs(from.retry_after_ms);
    to.setWhy(from.why.c_str());
}

std::optional<request_refused> read_status(rpc::Status::Reader from) {
    const auto code = static_cast<unsigned>(from.getCode());
    if (code == 0) {
        return std::nullopt;
    }
    request_refused to;
    to.why = text_of(from.getWhy());
    to.retry_after_ms = from.getRetryAfterMs();
    // A newer node may say more kinds: none of them is that something was done.
    to.what = code <= request_refused_count ? static_cast<request_refused::kind>(code - 1)
                                            : request_refused::kind::unavailable;
    return to;
}

// --- What is --------------------------------------------------------------------------------------

void write(const order_standing& from, rpc::OpenOrder::Builder to) {
    to.setOrder(from.id.value);
    to.setAccount(from.account.value);
    to.setSymbol(from.symbol.value);
    to.setSide(static_cast<schema::Side>(from.side));
    to.setPriceTicks(from.price.ticks);
    to.setRemainingLots(from.remaining.lots);
    to.setFilledLots(from.filled.lots);
    to.setOrderVersion(from.version);
    to.setClientHigh(from.client.high);
    to.setClientLow(from.client.low);
}

order_standing read(rpc::OpenOrder::Reader from, const record_path& at, record_faults& faults) {
    return {.id = {from.getOrder()},
            .account = {from.getAccount()},
            .symbol = {from.getSymbol()},
            .side = checked_enum<side>(from.getSide(), at, "side", faults),
            .price = {from.getPriceTicks()},
            .remaining = {from.getRemainingLots()},
            .filled = {from.getFilledLots()},
            .version = from.getOrderVersion(),
            .client = {from.getClientHigh(), from.getClientLow()}};
}

void write(const position_line& from, rpc::Position::Builder to) {
    const auto total = halves_of(from.total);
    const auto reserved = halves_of(from.reserved);
    const auto available = halves_of(from.available);
    const auto cost = halves_of(from.cost);
    const auto realised = halves_of(from.realised);
    const auto unrealised = halves_of(from.unrealised.value_or(0));
    to.setAsset(from.asset.value);
    to.setTotalHigh(total.high);
    to.setTotalLow(total.low);
    to.setReservedHigh(reserved.high);
    to.setReservedLow(reserved.low);
    to.setAvailableHigh(available.high);
    to.setAvailableLow(available.low);
    to.setCostHigh(cost.high);
    to.setCostLow(cost.low);
    to.setRealisedHigh(realised.high);
    to.setRealisedLow(realised.low);
    to.setHasUnrealised(from.unrealised.has_value());
    to.setUnrealisedHigh(unrealised.high);
    to.setUnrealisedLow(unrealised.low);
}

void write(const portfolio_answer& from, rpc::Portfolio::Builder to) {
    to.setAccount(from.account.value);
    to.setAsOf(from.as_of);
    to.setLastReport(from.last_report);
    write_list(from.lines, to.initPositions(list_size(from.lines.size())));
}

portfolio_answer read(rpc::Portfolio::Reader from) {
    portfolio_answer to;
    to.account = {from.getAccount()};
    to.as_of = from.getAsOf();
    to.last_report = from.getLastReport();
    to.lines = read_list<position_line>(from.getPositions(), record_path("portfolio"));
    return to;
}

void write(const level_line& from, rpc::Level::Builder to) {
    to.setPriceTicks(from.price.ticks);
    to.setLots(from.lots.lots);
    to.setOrders(from.orders);
}

void write(const book_answer& from, rpc::Book::Builder to) {
    to.setSymbol(from.symbol.value);
    to.setNumber(from.number);
    to.setState(static_cast<schema::MarketState>(from.state));
    write_list(from.bids, to.initBids(list_size(from.bids.size())));
    write_list(from.asks, to.initAsks(list_size(from.asks.size())));
    to.setHasLast(from.last.has_value());
    to.setLastTicks(from.last.value_or(price{}).ticks);
    to.setHasReference(from.reference.has_value());
    to.setReferenceTicks(from.reference.value_or(price{}).ticks);
}

book_answer read(rpc::Book::Reader from, const record_path& at, record_faults& faults) {
    book_answer to;
    to.symbol = {from.getSymbol()};
    to.number = from.getNumber();
    to.state = checked_enum<market_state>(from.getState(), at, "state", faults);
    to.bids = read_list<level_line>(from.getBids(), at);
    to.asks = read_list<level_line>(from.getAsks(), at);
    if (from.getHasLast()) {
        to.last = price{from.getLastTicks()};
    }
    if (from.getHasReference()) {
        to.reference = price{from.getReferenceTicks()};
    }
    return to;
}

void write(const instrument_line& from, rpc::Instrument::Builder to) {
    to.setName(from.name.c_str());
    to.setDescription(from.description.c_str());
    to.setCurrency(from.currency.c_str());
    to.setCurrencyDecimals(from.currency_decimals);
    to.setTick(from.tick.c_str());
    to.setLot(from.lot.c_str());
    to.setState(static_cast<schema::MarketState>(from.state));
    write_listing(from.terms, to.initTerms());
}

instrument_line read(rpc::Instrument::Reader from, const record_path& at, record_faults& faults) {
    instrument_line to;
    to.name = text_of(from.getName());
    to.description = text_of(from.getDescription());
    to.currency = text_of(from.getCurrency());
    to.currency_decimals = from.getCurrencyDecimals();
    to.tick = text_of(from.getTick());
    to.lot = text_of(from.getLot());
    to.state = checked_enum<market_state>(from.getState(), at, "state", faults);
    to.terms = read_listing(from.getTerms(), at.in("terms"), faults);
    return to;
}

void write(const account_line& from, rpc::Account::Builder to) {
    to.setName(from.name.c_str());
    to.setAccount(from.id.value);
    to.setKind(static_cast<schema::AccountKind>(from.kind));
}

account_line read(rpc::Account::Reader from, const record_path& at, record_faults& faults) {
    return {.name = text_of(from.getName()),
            .id = {from.getAccount()},
            .kind = checked_enum<account_kind>(from.getKind(), at, "kind", faults)};
}

void write(const table_answer& from, rpc::Table::Builder to) {
    write_texts(from.columns, to.initColumns(list_size(from.columns.size())));
    auto rows = to.initRows(list_size(from.rows.size()));
    for (unsigned i = 0; i < rows.size(); ++i) {
        write_texts(from.rows[i], rows[i].initCells(list_size(from.rows[i].size())));
    }
}

table_answer read(rpc::Table::Reader from) {
    table_answer to;
    to.columns = read_texts(from.getColumns());
    for (const rpc::Table::Row::Reader row : from.getRows()) {
        to.rows.push_back(read_texts(row.getCells()));
    }
    return to;
}

// --- What was -------------------------------------------------------------------------------------

void write(const history_request& from, rpc::HistoryQuery::Builder to) {
    using filter = rpc::HistoryQuery::StateFilter;
    to.setTrades(from.what == history_request::kind::trades);
    to.setAccount(from.account.value);
    to.setSymbol(from.symbol.value);
    to.setOrder(from.order.value);
    to.setHasSide(from.side.has_value());
    to.setSide(static_cast<schema::Side>(from.side.value_or(side::buy)));
    to.setState(!from.open ? filter::ANY : *from.open ? filter::OPEN : filter::ENDED);
    to.setFromNs(from.from.ns);
    to.setUntilNs(from.until.ns);
    to.setCursor(from.cursor.c_str());
    to.setMost(from.most);
}

history_request read(rpc::HistoryQuery::Reader from, const record_path& at, record_faults& faults) {
    using filter = rpc::HistoryQuery::StateFilter;
    constexpr std::uint32_t usual = 100;
    history_request to;
    to.what = from.getTrades() ? history_request::kind::trades : history_request::kind::orders;
    to.account = {from.getAccount()};
    to.symbol = {from.getSymbol()};
    to.order = {from.getOrder()};
    if (from.getHasSide()) {
        to.side = checked_enum<side>(from.getSide(), at, "side", faults);
    }
    switch (from.getState()) {
        case filter::ANY:
            break;
        case filter::OPEN:
            to.open = true;
            break;
        case filter::ENDED:
            to.open = false;
            break;
        default:
            faults.add(errc::out_of_range, at.in("state"), "it is none of any, open, ended");
    }
    to.from = {from.getFromNs()};
    to.until = {from.getUntilNs()};
    to.cursor = text_of(from.getCursor());
    to.most = from.getMost() == 0 ? usual : from.getMost();
    return to;
}

void write(const history_order& from, rpc::PastOrder::Builder to) {
    to.setOrder(from.id.value);
    to.setAccount(from.account.value);
    to.setSymbol(from.symbol.value);
    to.setSide(static_cast<schema::Side>(from.side));
    to.setIsOpen(from.open);
    to.setReason(static_cast<schema::Reason>(from.why));
    to.setPriceTicks(from.price.ticks);
    to.setLots(from.lots.lots);
    to.setFilledLots(from.filled.lots);
    to.setRemainingLots(from.remaining.lots);
    to.setClientHigh(from.client.high);
    to.setClientLow(from.client.low);
    to.setAtNs(from.at.ns);
    to.setChangedNs(from.changed.ns);
}

history_order read(rpc::PastOrder::Reader from, const record_path& at, record_faults& faults) {
    return {.id = {from.getOrder()},
            .account = {from.getAccount()},
            .symbol = {from.getSymbol()},
            .side = checked_enum<side>(from.getSide(), at, "side", faults),
            .price = {from.getPriceTicks()},
            .lots = {from.getLots()},
            .filled = {from.getFilledLots()},
            .remaining = {from.getRemainingLots()},
            .open = from.getIsOpen(),
            .why = checked_enum<reason>(from.getReason(), at, "reason", faults),
            .client = {from.getClientHigh(), from.getClientLow()},
            .at = {from.getAtNs()},
            .changed = {from.getChangedNs()}};
}

void write(const history_trade& from, rpc::PastTrade::Builder to) {
    to.setNumber(from.number.value);
    to.setSymbol(from.symbol.value);
    to.setAggressor(static_cast<schema::Side>(from.aggressor));
    to.setPriceTicks(from.price.ticks);
    to.setLots(from.lots.lots);
    to.setAtNs(from.at.ns);
    to.setBuyer(from.buyer.value);
    to.setSeller(from.seller.value);
    to.setBuyOrder(from.buy.value);
    to.setSellOrder(from.sell.value);
}

history_trade read(rpc::PastTrade::Reader from, const record_path& at, record_faults& faults) {
    return {.number = {from.getNumber()},
            .symbol = {from.getSymbol()},
            .price = {from.getPriceTicks()},
            .lots = {from.getLots()},
            .at = {from.getAtNs()},
            .aggressor = checked_enum<side>(from.getAggressor(), at, "aggressor", faults),
            .buyer = {from.getBuyer()},
            .seller = {from.getSeller()},
            .buy = {from.getBuyOrder()},
            .sell = {from.getSellOrder()}};
}

void write(const history_answer& from, rpc::History::Builder to) {
    to.setAsOf(from.as_of);
    write_list(from.orders, to.initOrders(list_size(from.orders.size())));
    write_list(from.trades, to.initTrades(list_size(from.trades.size())));
    to.setNext(from.next.c_str());
}

history_answer read(rpc::History::Reader from, const record_path& at, record_faults& faults) {
    history_answer to;
    to.as_of = from.getAsOf();
    to.orders = read_list<history_order>(from.getOrders(), at.in("orders"), faults);
    to.trades = read_list<history_trade>(from.getTrades(), at.in("trades"), faults);
    to.next = text_of(from.getNext());
    return to;
}

// --- What the market does -------------------------------------------------------------------------

void write(const trade_line& from, rpc::Trade::Builder to) {
    to.setNumber(from.number.value);
    to.setPriceTicks(from.price.ticks);
    to.setLots(from.lots.lots);
    to.setAtNs(from.at.ns);
    to.setAggressor(static_cast<schema::Side>(from.aggressor));
    to.setInAuction(from.in_auction);
}

trade_line read(rpc::Trade::Reader from, const record_path& at, record_faults& faults) {
    return {.number = {from.getNumber()},
            .price = {from.getPriceTicks()},
            .lots = {from.getLots()},
            .at = {from.getAtNs()},
            .aggressor = checked_enum<side>(from.getAggressor(), at, "aggressor", faults),
            .in_auction = from.getInAuction()};
}

void write(const shown_order& from, rpc::ShownOrder::Builder to) {
    to.setOrder(from.id.value);
    to.setSide(static_cast<schema::Side>(from.side));
    to.setPriceTicks(from.price.ticks);
    to.setLots(from.lots.lots);
}

shown_order read(rpc::ShownOrder::Reader from, const record_path& at, record_faults& faults) {
    return {.id = {from.getOrder()},
            .side = checked_enum<side>(from.getSide(), at, "side", faults),
            .price = {from.getPriceTicks()},
            .lots = {from.getLots()}};
}

void write(const market_push& from, rpc::MarketUpdate::Builder to) {
    to.setSymbol(from.symbol.value);
    to.setFeed(static_cast<rpc::MarketFeed>(from.feed));
    to.setIsSnapshot(from.is_snapshot);
    to.setWasConflated(from.was_conflated);
    to.setPrevious(from.previous);
    to.setNumber(from.number);
    to.setState(static_cast<schema::MarketState>(from.state));
    to.setAtNs(from.at.ns);
    write_list(from.bids, to.initBids(list_size(from.bids.size())));
    write_list(from.asks, to.initAsks(list_size(from.asks.size())));
    write_list(from.trades, to.initTrades(list_size(from.trades.size())));
    write_list(from.orders, to.initOrders(list_size(from.orders.size())));
}

market_push read(rpc::MarketUpdate::Reader from, const record_path& at, record_faults& faults) {
    market_push to;
    to.symbol = {from.getSymbol()};
    to.feed = read_feed(from.getFeed(), at, faults);
    to.is_snapshot = from.getIsSnapshot();
    to.was_conflated = from.getWasConflated();
    to.previous = from.getPrevious();
    to.number = from.getNumber();
    to.state = checked_enum<market_state>(from.getState(), at, "state", faults);
    to.at = {from.getAtNs()};
    to.bids = read_list<level_line>(from.getBids(), at);
    to.asks = read_list<level_line>(from.getAsks(), at);
    to.trades = read_list<trade_line>(from.getTrades(), at.in("trades"), faults);
    to.orders = read_list<shown_order>(from.getOrders(), at.in("orders"), faults);
    return to;
}

// --- What an operator asks for --------------------------------------------------------------------

void write(const add_instrument& from, rpc::NewInstrument::Builder to) {
    to.setName(from.name.c_str());
    to.setCurrency(from.currency.c_str());
    to.setTick(from.tick.c_str());
    to.setLot(from.lot.c_str());
    to.setDescription(from.description.c_str());
    write_listing(from.terms, to.initTerms());
}

add_instrument read(rpc::NewInstrument::Reader from, const record_path& at, record_faults& faults) {
    const auto or_usual = [](capnp::Text::Reader text, const char* usual) {
        return text.size() == 0 ? std::string(usual) : text_of(text);
    };
    add_instrument to;
    to.name = text_of(from.getName());
    to.currency = or_usual(from.getCurrency(), "USD");
    to.tick = or_usual(from.getTick(), "0.01");
    to.lot = or_usual(from.getLot(), "1");
    to.description = text_of(from.getDescription());
    if (from.hasTerms()) {
        to.terms = read_listing(from.getTerms(), at.in("terms"), faults);
    }
    return to;
}

void write(const open_named_account& from, rpc::NewAccount::Builder to) {
    to.setName(from.name.c_str());
    to.setKind(static_cast<schema::AccountKind>(from.kind));
    to.setTier(from.tier);
    to.setTradeGroup(from.trade_group.value);
    to.setRiskGroup(from.risk_group.value);
    auto gifts = to.initGifts(list_size(from.deposits.size()));
    for (unsigned i = 0; i < gifts.size(); ++i) {
        gifts[i].setOfInstrument(!from.deposits[i].of_currency);
        gifts[i].setAsset(from.deposits[i].asset.c_str());
        gifts[i].setAmount(from.deposits[i].amount.c_str());
    }
}

open_named_account read(rpc::NewAccount::Reader from, const record_path& at,
                        record_faults& faults) {
    open_named_account to;
    to.name = text_of(from.getName());
    to.kind = checked_enum<account_kind>(from.getKind(), at, "kind", faults);
    to.tier = from.getTier();
    to.trade_group = {from.getTradeGroup()};
    to.risk_group = {from.getRiskGroup()};
    for (const rpc::NewAccount::Gift::Reader gift : from.getGifts()) {
        to.deposits.push_back({.of_currency = !gift.getOfInstrument(),
                               .asset = text_of(gift.getAsset()),
                               .amount = text_of(gift.getAmount())});
    }
    return to;
}

}  // namespace bourse
