#include "messages/listing_codec.hpp"

#include <string>

#include "messages/instrument_record.hpp"
#include "messages/listing_record.hpp"
#include "messages/message_frame.hpp"

namespace bourse {
namespace {

/// How many tiers are written: none if nothing is charged to anybody.
std::size_t tiers_to_write(const listing& from) {
    return from.fees == listing{}.fees ? 0 : fee_tiers;
}

fee_tier read_tier(schema::FeeTier::Reader from) {
    return {.maker = {.rate_ppm = from.getMakerPpm(), .per_lot = from.getMakerPerLot()},
            .taker = {.rate_ppm = from.getTakerPpm(), .per_lot = from.getTakerPerLot()},
            .auction = {.rate_ppm = from.getAuctionPpm(), .per_lot = from.getAuctionPerLot()}};
}

void read_fees(schema::Listing::Reader from, const record_path& at, record_faults& faults,
               listing& to) {
    const auto tiers = from.getFees();
    if (tiers.size() != 0 && tiers.size() != fee_tiers) {
        faults.add(errc::malformed, at.in("fees"),
                   std::to_string(tiers.size()) + " tiers of fees, not 8 or none");
        return;
    }
    for (unsigned i = 0; i < tiers.size(); ++i) {
        to.fees[i] = read_tier(tiers[i]);
    }
}

listing read_version_1(schema::Listing::Reader from, const record_path& at, record_faults& faults) {
    listing to;
    if (!from.hasRules()) {
        faults.add(errc::malformed, at.in("rules"), "the listing has no instrument");
        return to;
    }
    to.rules = read_instrument(from.getRules(), at.in("rules"), faults);
    to.currency = {from.getCurrency()};
    to.tick_value = from.getTickValue();
    read_fees(from, at, faults, to);
    to.protection_bps = from.getProtectionBps();
    to.book_shard = {from.getBookShard()};
    to.calendar = {from.getCalendar()};
    return to;
}

}  // namespace

std::size_t listing_words(const listing& from) {
    const std::size_t tiers = tiers_to_write(from);
    return capnp::sizeInWords<schema::Listing>() + instrument_words(from.rules) +
           (tiers == 0 ? 0 : list_tag + tiers * capnp::sizeInWords<schema::FeeTier>());
}

void write_listing(const listing& from, schema::Listing::Builder to) {
    to.setVersion(listing_version);
    to.setBookShard(from.book_shard.value);
    to.setCurrency(from.currency.value);
    to.setCalendar(from.calendar.value);
    to.setProtectionBps(from.protection_bps);
    to.setTickValue(from.tick_value);
    write_instrument(from.rules, to.initRules());
    if (tiers_to_write(from) == 0) {
        return;
    }
    auto tiers = to.initFees(fee_tiers);
    for (unsigned i = 0; i < fee_tiers; ++i) {
        const fee_tier& tier = from.fees[i];
        tiers[i].setMakerPpm(tier.maker.rate_ppm);
        tiers[i].setMakerPerLot(tier.maker.per_lot);
        tiers[i].setTakerPpm(tier.taker.rate_ppm);
        tiers[i].setTakerPerLot(tier.taker.per_lot);
        tiers[i].setAuctionPpm(tier.auction.rate_ppm);
        tiers[i].setAuctionPerLot(tier.auction.per_lot);
    }
}

/// Each version that was ever written has its case, for ever.
listing read_listing(schema::Listing::Reader from, const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), listing_version, at);
            return {};
    }
}

void encode_listing(const listing& from, std::vector<std::byte>& out) {
    append_message<schema::Listing>(out, 1 + listing_words(from),
                                    [&](schema::Listing::Builder to) { write_listing(from, to); });
}

result<listing> decode_listing(std::span<const std::byte> bytes) {
    return read_message<schema::Listing>(bytes, "listing", read_listing);
}

}  // namespace bourse
