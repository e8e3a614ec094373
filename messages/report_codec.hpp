#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/report.hpp"
#include "messages/result.hpp"

/// What a shard tells, as bytes: the records `Report`, `ReportBatch`, `LedgerLine` and `LedgerLineBatch`
/// of schema/report.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example `report[7].side: 3 is not a side
/// (0..1)`. The reserved bytes of both structs are zero and are not written.
namespace bourse {

/// The versions written; these and all before them are read.
inline constexpr std::uint16_t report_version = 1;
inline constexpr std::uint16_t report_batch_version = 1;
inline constexpr std::uint16_t ledger_line_version = 1;
inline constexpr std::uint16_t ledger_line_batch_version = 1;

void encode_report(const report& from, std::vector<std::byte>& out);
[[nodiscard]] result<report> decode_report(std::span<const std::byte> bytes);

/// 112 bytes a report and 40 a batch; up to 2^25 of them.
void encode_reports(std::span<const report> from, std::vector<std::byte>& out);
[[nodiscard]] result<std::vector<report>> decode_reports(std::span<const std::byte> bytes);

void encode_ledger_line(const ledger_line& from, std::vector<std::byte>& out);
[[nodiscard]] result<ledger_line> decode_ledger_line(std::span<const std::byte> bytes);

/// 40 bytes a line and 40 a batch; up to 2^26 of them.
void encode_ledger_lines(std::span<const ledger_line> from, std::vector<std::byte>& out);
[[nodiscard]] result<std::vector<ledger_line>> decode_ledger_lines(
    std::span<const std::byte> bytes);

}  // namespace bourse
