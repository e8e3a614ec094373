// Any bytes, taken for each record of the directory: never a crash, and what can be read survives being written
// and read again.

#include "messages/directory_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "messages/assert.hpp"
#include "messages/decimal.hpp"

#include "round_trip.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace bourse;
    const std::span bytes = std::as_bytes(std::span(data, size));
    check_round_trip(bytes, decode_currency_record, encode_currency_record);
    check_round_trip(bytes, decode_instrument_record, encode_instrument_record);
    check_round_trip(bytes, decode_account_record, encode_account_record);
    check_round_trip(bytes, decode_user_record, encode_user_record);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto user = read_user_record("bob", text)) {
        BOURSE_ASSERT(find_fault(*user) == nullptr && user->name == "bob");
    }
    if (const auto number = parse_decimal(text)) {
        BOURSE_ASSERT(is_normal(*number) && *parse_decimal(to_text(*number)) == *number);
    }
    return 0;
}
