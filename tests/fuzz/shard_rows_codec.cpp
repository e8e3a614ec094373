// Any bytes, taken for each row of a shard, for a key and for a whole shard: never a crash, and what can be
// read survives being written and read again.

#include "messages/shard_rows_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "messages/assert.hpp"
#include "messages/row_key.hpp"

#include "round_trip.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    bourse::check_round_trip(bytes, bourse::decode_shard_row, bourse::encode_shard_row);
    bourse::check_round_trip(bytes, bourse::decode_account_row, bourse::encode_account_row);
    bourse::check_round_trip(bytes, bourse::decode_risk_group_row, bourse::encode_risk_group_row);
    bourse::check_round_trip(bytes, bourse::decode_position_row, bourse::encode_position_row);
    bourse::check_round_trip(bytes, bourse::decode_open_order_row, bourse::encode_open_order_row);
    bourse::check_round_trip(bytes, bourse::decode_order_group_row, bourse::encode_order_group_row);
    bourse::check_round_trip(bytes, bourse::decode_remembered_row, bourse::encode_remembered_row);
    bourse::check_round_trip(bytes, bourse::decode_lease_row, bourse::encode_lease_row);
    bourse::check_round_trip(bytes, bourse::decode_listing_row, bourse::encode_listing_row);
    bourse::check_round_trip(bytes, bourse::decode_calendar_row, bourse::encode_calendar_row);
    bourse::check_round_trip(bytes, bourse::decode_shard_book_row, bourse::encode_shard_book_row);
    bourse::check_round_trip(bytes, bourse::decode_channel_row, bourse::encode_channel_row);
    bourse::check_round_trip(bytes, bourse::decode_channel_value, bourse::encode_channel_value);
    bourse::check_round_trip(bytes, bourse::decode_record_row, bourse::encode_record_row);
    bourse::check_round_trip(bytes, bourse::decode_shard_rows, bourse::encode_shard_rows);
    if (const auto key = bourse::row_key::read(bytes)) {
        BOURSE_ASSERT(*bourse::row_key::read(key->bytes()) == *key);
        BOURSE_ASSERT(key->bytes().size() == bytes.size());
    }
    return 0;
}
