// Any bytes, taken for each row of a shard, for a key and for a whole shard: never a crash, and what can be
// read survives being written and read again.

#include "messages/shard_rows_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/assert.hpp"
#include "messages/row_key.hpp"

namespace {

template <typename Decode, typename Encode>
void check(std::span<const std::byte> bytes, Decode decode, Encode encode) {
    if (const auto value = decode(bytes)) {
        std::vector<std::byte> again;
        encode(*value, again);
        const auto same = decode(again);
        BOURSE_ASSERT(same.has_value() && *same == *value);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    check(bytes, bourse::decode_shard_row, bourse::encode_shard_row);
    check(bytes, bourse::decode_account_row, bourse::encode_account_row);
    check(bytes, bourse::decode_risk_group_row, bourse::encode_risk_group_row);
    check(bytes, bourse::decode_position_row, bourse::encode_position_row);
    check(bytes, bourse::decode_open_order_row, bourse::encode_open_order_row);
    check(bytes, bourse::decode_order_group_row, bourse::encode_order_group_row);
    check(bytes, bourse::decode_remembered_row, bourse::encode_remembered_row);
    check(bytes, bourse::decode_lease_row, bourse::encode_lease_row);
    check(bytes, bourse::decode_listing_row, bourse::encode_listing_row);
    check(bytes, bourse::decode_calendar_row, bourse::encode_calendar_row);
    check(bytes, bourse::decode_shard_book_row, bourse::encode_shard_book_row);
    check(bytes, bourse::decode_channel_row, bourse::encode_channel_row);
    check(bytes, bourse::decode_channel_value, bourse::encode_channel_value);
    check(bytes, bourse::decode_shard_rows, bourse::encode_shard_rows);
    if (const auto key = bourse::row_key::read(bytes)) {
        BOURSE_ASSERT(*bourse::row_key::read(key->bytes()) == *key);
        BOURSE_ASSERT(key->bytes().size() == bytes.size());
    }
    return 0;
}
