// Any bytes, taken for reports and ledger lines, one or many: never a crash, and what can be read survives
// being written and read again.

#include "messages/report_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "round_trip.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    bourse::check_round_trip(bytes, bourse::decode_report, bourse::encode_report);
    bourse::check_round_trip(bytes, bourse::decode_reports, bourse::encode_reports);
    bourse::check_round_trip(bytes, bourse::decode_ledger_line, bourse::encode_ledger_line);
    bourse::check_round_trip(bytes, bourse::decode_ledger_lines, bourse::encode_ledger_lines);
    return 0;
}
