#include "messages/listing.hpp"

namespace bourse {
namespace {

constexpr std::int64_t max_rate_ppm = 1'000'000;
constexpr std::int64_t max_per_lot = 1'000'000'000'000;
constexpr std::uint32_t max_protection_bps = 100'000;

bool in_range(const fee_rate& rate) noexcept {
    return -max_rate_ppm <= rate.rate_ppm && rate.rate_ppm <= max_rate_ppm &&
           -max_per_lot <= rate.per_lot && rate.per_lot <= max_per_lot;
}

}  // namespace

const char* find_fault(const listing& listed) noexcept {
    if (listed.rules.symbol.value == 0 || listed.rules.symbol.value >= asset_id::currency_bit) {
        return "the symbol must be 1 to 0x7FFFFFFF";
    }
    if (const char* fault = find_fault(listed.rules)) {
        return fault;
    }
    if (listed.currency.value == 0 || listed.currency.value >= asset_id::currency_bit) {
        return "the currency must be 1 to 0x7FFFFFFF";
    }
    if (listed.tick_value < 1) {
        return "a tick of a lot must be worth at least one minor unit";
    }
    for (const fee_tier& tier : listed.fees) {
        if (!in_range(tier.maker) || !in_range(tier.taker) || !in_range(tier.auction)) {
            return "a fee must be within 1,000,000 ppm and 10^12 millionths of a minor unit a lot";
        }
    }
    if (listed.protection_bps > max_protection_bps) {
        return "the protection must be at most 100,000 basis points";
    }
    if (listed.book_shard.value == 0 || listed.book_shard.value > max_shard) {
        return "the book's shard must be 1 to 32,767";
    }
    return nullptr;
}

}  // namespace bourse
