#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/event_store.hpp"
#include "storage/row_format.hpp"

/// The rows of an event store, as FORMAT.md has them. Decoders take any bytes.
namespace bourse::event_rows {

inline constexpr row_table head_table{0};
inline constexpr row_table shards_table{1};
inline constexpr row_table entries_table{2};
inline constexpr row_table reports_table{3};

[[nodiscard]] row_label label_of(std::uint64_t owner);

[[nodiscard]] std::vector<std::byte> shard_key(shard_id shard);
[[nodiscard]] std::vector<std::byte> entry_key(shard_id shard, std::uint64_t index);
[[nodiscard]] std::vector<std::byte> report_key(shard_id shard, account_id account,
                                                std::uint64_t last);
/// Whether a key of an entry, or of reports, is of the shard, or of the account.
[[nodiscard]] bool is_of(row_bytes key, shard_id shard) noexcept;
[[nodiscard]] bool is_of(row_bytes key, shard_id shard, account_id account) noexcept;
/// The last report of a key of reports.
[[nodiscard]] std::uint64_t last_of(row_bytes key) noexcept;

[[nodiscard]] std::vector<std::byte> encode_positions(row_bytes key, const event_positions& of);
[[nodiscard]] std::optional<std::pair<shard_id, event_positions>> decode_positions(
    row_bytes key, row_bytes sealed);

/// Whether it can be stored: bounds, and reports that rise.
[[nodiscard]] outcome check_entry(const entry_events& entry);
[[nodiscard]] std::vector<std::byte> encode_entry(shard_id shard, const entry_events& entry);
[[nodiscard]] std::optional<entry_events> decode_entry(row_bytes key, row_bytes sealed);
/// What an entry counts for, with its part of the rows of reports.
[[nodiscard]] std::uint64_t row_bytes_of(std::size_t sealed_bytes, std::size_t reports) noexcept;
/// Whether a shard has more than it is to keep, and not its last entry only.
[[nodiscard]] bool has_too_much(const event_positions& of, std::uint64_t keep_bytes) noexcept;

/// Where an account's reports of one entry begin.
struct report_step {
    std::uint64_t index = 0;  ///< of the entry
    std::uint64_t first = 0;  ///< its first report
};
/// So many a row at most: who looks for one reads the row.
inline constexpr std::size_t max_report_steps = 256;
/// Whether a row that begins with `first` can have `later`.
[[nodiscard]] bool is_near(const report_step& first, const report_step& later) noexcept;
/// Of the entries of one commit that have reports of the account, at least one, rising: the reports of each go up to the next
/// one's first, of the last up to the key's.
[[nodiscard]] std::vector<std::byte> encode_reports(row_bytes key,
                                                    std::span<const report_step> steps);
/// None: they do not rise, or are not what was sealed.
[[nodiscard]] std::optional<std::vector<report_step>> decode_reports(row_bytes key,
                                                                     row_bytes sealed);

[[nodiscard]] error damaged(const std::string& path, const std::string& what);
[[nodiscard]] error damaged_entry(const std::string& path, row_bytes key);

}  // namespace bourse::event_rows
