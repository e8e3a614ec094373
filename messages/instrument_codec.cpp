#include "messages/instrument_codec.hpp"

#include <algorithm>

#include "messages/instrument_record.hpp"
#include "messages/message_frame.hpp"

namespace bourse {
namespace {

std::vector<tick_row> read_ticks(schema::Instrument::Reader from) {
    std::vector<tick_row> to;
    for (const schema::TickRow::Reader row : from.getTicks()) {
        to.push_back({.from_ticks = row.getFromTicks(), .tick_ticks = row.getTickTicks()});
    }
    return to;
}

instrument read_version_1(schema::Instrument::Reader from) {
    return {.symbol = {from.getSymbol()},
            .ticks = read_ticks(from),
            .lot = {from.getLot()},
            .min_quantity = {from.getMinQuantityLots()},
            .max_quantity = {from.getMaxQuantityLots()},
            .min_notional = from.getMinNotional(),
            .max_notional = from.getMaxNotional(),
            .band_bps = from.getBandBps(),
            .volatility_bps = from.getVolatilityBps(),
            .volatility_auction = {from.getVolatilityAuctionNs()},
            .reopening_auction = {from.getReopeningAuctionNs()},
            .max_orders = from.getMaxOrders(),
            .max_hidden_orders = from.getMaxHiddenOrders(),
            .max_trailing_stops = from.getMaxTrailingStops()};
}

}  // namespace

std::size_t instrument_words(const instrument& from) {
    return capnp::sizeInWords<schema::Instrument>() + list_tag +
           from.ticks.size() * capnp::sizeInWords<schema::TickRow>();
}

void write_instrument(const instrument& from, schema::Instrument::Builder to) {
    to.setVersion(instrument_version);
    to.setSymbol(from.symbol.value);
    to.setBandBps(from.band_bps);
    to.setVolatilityBps(from.volatility_bps);
    to.setMaxOrders(from.max_orders);
    to.setMaxHiddenOrders(from.max_hidden_orders);
    to.setMaxTrailingStops(from.max_trailing_stops);
    to.setLot(from.lot.lots);
    to.setMinQuantityLots(from.min_quantity.lots);
    to.setMaxQuantityLots(from.max_quantity.lots);
    to.setMinNotional(from.min_notional);
    to.setMaxNotional(from.max_notional);
    to.setVolatilityAuctionNs(from.volatility_auction.ns);
    to.setReopeningAuctionNs(from.reopening_auction.ns);
    auto rows = to.initTicks(static_cast<unsigned>(from.ticks.size()));
    for (unsigned i = 0; i < rows.size(); ++i) {
        rows[i].setFromTicks(from.ticks[i].from_ticks);
        rows[i].setTickTicks(from.ticks[i].tick_ticks);
    }
}

/// Each version that was ever written has its case, for ever.
instrument read_instrument(schema::Instrument::Reader from, const record_path& at,
                           record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_version_1(from);
        default:
            faults.add_version(from.getVersion(), instrument_version, at);
            return {};
    }
}

void encode_instrument(const instrument& from, std::vector<std::byte>& out) {
    append_message<schema::Instrument>(
        out, 1 + instrument_words(from),
        [&](schema::Instrument::Builder to) { write_instrument(from, to); });
}

result<instrument> decode_instrument(std::span<const std::byte> bytes) {
    return read_message<schema::Instrument>(bytes, "instrument", read_instrument);
}

}  // namespace bourse
