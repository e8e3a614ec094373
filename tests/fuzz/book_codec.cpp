// Any bytes, taken for each row of a book, for a whole book and for an instrument: never a crash, and
// what can be read survives being written and read again.

#include "messages/book_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "messages/instrument_codec.hpp"
#include "round_trip.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    bourse::check_round_trip(bytes, bourse::decode_book_row, bourse::encode_book_row);
    bourse::check_round_trip(bytes, bourse::decode_order_row, bourse::encode_order_row);
    bourse::check_round_trip(bytes, bourse::decode_group_row, bourse::encode_group_row);
    bourse::check_round_trip(bytes, bourse::decode_book_rows, bourse::encode_book_rows);
    bourse::check_round_trip(bytes, bourse::decode_instrument, bourse::encode_instrument);
    return 0;
}
