#include "storage/event_rows.hpp"

#include <algorithm>
#include <limits>

namespace bourse::event_rows {
namespace {

constexpr std::size_t shard_key_bytes = 2;
constexpr std::size_t entry_key_bytes = 10;
constexpr std::size_t report_key_bytes = 14;
constexpr std::size_t range_bytes = 20;
constexpr std::size_t first_step_bytes = 16;
constexpr std::size_t step_bytes = 8;
/// What a range counts for: never less than it takes, and for ever the same, as the sums are stored.
constexpr std::size_t report_row_bytes = report_key_bytes + first_step_bytes + seal_bytes;

std::uint64_t number_at(row_bytes key, std::size_t offset, std::size_t width) {
    return read_big_endian(key.subspan(offset, width));
}

shard_id shard_of(row_bytes key) {
    return {static_cast<std::uint16_t>(number_at(key, 0, 2))};
}

}  // namespace

row_label label_of(std::uint64_t owner) {
    return {{'B', 'O', 'U', 'R', 'S', 'E', 'E', '\n'}, 1, owner, 0};
}

// --- keys ------------------------------------------------------------------------------------------

std::vector<std::byte> shard_key(shard_id shard) {
    std::vector<std::byte> key;
    append_big_endian(shard.value, 2, key);
    return key;
}

std::vector<std::byte> entry_key(shard_id shard, std::uint64_t index) {
    std::vector<std::byte> key;
    key.reserve(entry_key_bytes);
    append_big_endian(shard.value, 2, key);
    append_big_endian(index, 8, key);
    return key;
}

std::vector<std::byte> report_key(shard_id shard, account_id account, std::uint64_t last) {
    std::vector<std::byte> key;
    key.reserve(report_key_bytes);
    append_big_endian(shard.value, 2, key);
    append_big_endian(account.value, 4, key);
    append_big_endian(last, 8, key);
    return key;
}

bool is_of(row_bytes key, shard_id shard) noexcept {
    return key.size() == entry_key_bytes && shard_of(key) == shard;
}

bool is_of(row_bytes key, shard_id shard, account_id account) noexcept {
    return key.size() == report_key_bytes && shard_of(key) == shard &&
           number_at(key, 2, 4) == account.value;
}

std::uint64_t last_of(row_bytes key) noexcept {
    return number_at(key, 6, 8);
}

// --- a shard ---------------------------------------------------------------------------------------

std::vector<std::byte> encode_positions(row_bytes key, const event_positions& of) {
    std::vector<std::byte> value;
    for (const std::uint64_t number : {of.first, of.last, of.bytes, of.stale_bytes}) {
        append_little_endian(number, 8, value);
    }
    seal(key, value);
    return value;
}

std::optional<std::pair<shard_id, event_positions>> decode_positions(row_bytes key,
                                                                     row_bytes sealed) {
    const auto value = unseal(key, sealed);
    if (!value || key.size() != shard_key_bytes) {
        return std::nullopt;
    }
    row_reading reading(*value);
    event_positions found;
    found.first = reading.number(8);
    found.last = reading.number(8);
    found.bytes = reading.number(8);
    found.stale_bytes = reading.number(8);
    const shard_id shard = shard_of(key);
    if (!reading.is_good() || !reading.rest().empty() || found.first == 0 ||
        found.last < found.first - 1 || shard.value == 0 || shard.value > max_shard) {
        return std::nullopt;
    }
    return std::pair(shard, found);
}

// --- an entry --------------------------------------------------------------------------------------

outcome check_entry(const entry_events& entry) {
    if (entry.events.size() > max_event_bytes || entry.reports.size() > max_report_ranges) {
        return error{errc::over_bound, "entry " + std::to_string(entry.index) + " has " +
                                           std::to_string(entry.events.size()) +
                                           " bytes of events and " +
                                           std::to_string(entry.reports.size()) +
                                           " accounts, more than one may have"};
    }
    account_id before{};
    for (const report_range& range : entry.reports) {
        if (range.account <= before || range.first == 0 || range.last < range.first) {
            return error{errc::out_of_range,
                         "entry " + std::to_string(entry.index) + " has reports " +
                             std::to_string(range.first) + " to " + std::to_string(range.last) +
                             " of account " + std::to_string(range.account.value) +
                             ", which do not rise"};
        }
        before = range.account;
    }
    if (entry.index == 0) {
        return error{errc::out_of_range, "there is no entry 0"};
    }
    return done{};
}

std::vector<std::byte> encode_entry(shard_id shard, const entry_events& entry) {
    std::vector<std::byte> value;
    value.reserve(4 + entry.reports.size() * range_bytes + entry.events.size() + seal_bytes);
    append_little_endian(entry.reports.size(), 4, value);
    for (const report_range& range : entry.reports) {
        append_little_endian(range.account.value, 4, value);
        append_little_endian(range.first, 8, value);
        append_little_endian(range.last, 8, value);
    }
    value.insert(value.end(), entry.events.begin(), entry.events.end());
    seal(entry_key(shard, entry.index), value);
    return value;
}

std::optional<entry_events> decode_entry(row_bytes key, row_bytes sealed) {
    const auto value = unseal(key, sealed);
    if (!value || key.size() != entry_key_bytes) {
        return std::nullopt;
    }
    row_reading reading(*value);
    entry_events entry;
    entry.index = number_at(key, 2, 8);
    const std::uint64_t count = reading.number(4);
    if (count > reading.rest().size() / range_bytes) {
        return std::nullopt;
    }
    entry.reports.resize(count);
    for (report_range& range : entry.reports) {
        range.account = {static_cast<std::uint32_t>(reading.number(4))};
        range.first = reading.number(8);
        range.last = reading.number(8);
    }
    entry.events.assign(reading.rest().begin(), reading.rest().end());
    return reading.is_good() ? std::optional(std::move(entry)) : std::nullopt;
}

std::uint64_t row_bytes_of(std::size_t sealed_bytes, std::size_t reports) noexcept {
    return entry_key_bytes + sealed_bytes + reports * report_row_bytes;
}

bool has_too_much(const event_positions& of, std::uint64_t keep_bytes) noexcept {
    return of.bytes > keep_bytes && of.first < of.last;
}

// --- reports ---------------------------------------------------------------------------------------

bool is_near(const report_step& first, const report_step& later) noexcept {
    constexpr std::uint64_t far = std::numeric_limits<std::uint32_t>::max();
    return later.index - first.index <= far && later.first - first.first <= far;
}

std::vector<std::byte> encode_reports(row_bytes key, std::span<const report_step> steps) {
    const report_step& first = steps.front();
    std::vector<std::byte> value;
    value.reserve(first_step_bytes + (steps.size() - 1) * step_bytes + seal_bytes);
    append_little_endian(first.index, 8, value);
    append_little_endian(first.first, 8, value);
    for (const report_step& each : steps.subspan(1)) {
        append_little_endian(each.index - first.index, 4, value);
        append_little_endian(each.first - first.first, 4, value);
    }
    seal(key, value);
    return value;
}

std::optional<std::vector<report_step>> decode_reports(row_bytes key, row_bytes sealed) {
    const auto value = unseal(key, sealed);
    if (!value || key.size() != report_key_bytes || value->size() < first_step_bytes ||
        value->size() % step_bytes != 0) {
        return std::nullopt;
    }
    row_reading reading(*value);
    report_step first;
    first.index = reading.number(8);
    first.first = reading.number(8);
    std::vector<report_step> steps{first};
    steps.reserve(1 + reading.rest().size() / step_bytes);
    while (!reading.rest().empty()) {
        report_step next;
        next.index = first.index + reading.number(4);
        next.first = first.first + reading.number(4);
        if (next.index <= steps.back().index || next.first <= steps.back().first) {
            return std::nullopt;
        }
        steps.push_back(next);
    }
    return steps.back().first <= last_of(key) ? std::optional(std::move(steps)) : std::nullopt;
}

error damaged(const std::string& path, const std::string& what) {
    return {errc::corrupt,
            path + ": " + what +
                "; move the folder away and get the events from another replica or a backup"};
}

error damaged_entry(const std::string& path, row_bytes key) {
    return damaged(path, "the row of entry " + std::to_string(number_at(key, 2, 8)) + " of shard " +
                             std::to_string(shard_of(key).value) + " is missing or damaged");
}

}  // namespace bourse::event_rows
