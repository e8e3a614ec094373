#include "actors/replica/stored_output.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "messages/event_codec.hpp"
#include "messages/report_codec.hpp"

namespace bourse {

namespace {

constexpr std::uint64_t output_version = 1;
constexpr std::size_t number_bytes = 8;
constexpr std::size_t head_numbers = 6;
constexpr std::size_t head_bytes = head_numbers * number_bytes;

void put(std::span<std::byte> into, std::size_t place, std::uint64_t number) {
    for (unsigned i = 0; i < number_bytes; ++i) {
        into[place + i] = static_cast<std::byte>(number >> (8U * i));
    }
}

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t place) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < number_bytes; ++i) {
        number |= std::to_integer<std::uint64_t>(bytes[place + i]) << (8U * i);
    }
    return number;
}

/// Each account's reports have consecutive numbers.
std::vector<report_range> ranges_of(const std::vector<report>& reports) {
    std::vector<report_range> all;
    all.reserve(reports.size());
    for (const report& each : reports) {
        if (each.number != 0) {
            all.push_back({each.what.account, each.number, each.number});
        }
    }
    std::ranges::sort(all, [](const report_range& a, const report_range& b) {
        return std::pair(a.account.value, a.first) < std::pair(b.account.value, b.first);
    });
    std::size_t kept = 0;
    for (const report_range& each : all) {
        if (kept != 0 && all[kept - 1].account == each.account) {
            all[kept - 1].last = each.last;
        } else {
            all[kept++] = each;
        }
    }
    all.resize(kept);
    return all;
}

/// The next part, and whether there are so many bytes.
bool take(std::span<const std::byte>& rest, std::uint64_t size, std::span<const std::byte>& part) {
    if (size > rest.size()) {
        return false;
    }
    part = rest.first(size);
    rest = rest.subspan(size);
    return true;
}

template <class Value, class Decode>
std::optional<error> decode_part(std::span<const std::byte> bytes, Decode decode,
                                 std::vector<Value>& into) {
    if (bytes.empty()) {
        return std::nullopt;
    }
    auto decoded = decode(bytes);
    if (!decoded) {
        return decoded.error();
    }
    into = std::move(*decoded);
    return std::nullopt;
}

error malformed(const std::string& what) {
    return {errc::malformed, "what an entry gave out: " + what};
}

}  // namespace

entry_events pack_output(std::uint64_t index, timestamp at, std::uint64_t digest,
                         const shard_output& out) {
    entry_events row{.index = index, .reports = ranges_of(out.reports), .events = {}};
    std::vector<std::byte>& bytes = row.events;
    bytes.resize(head_bytes);
    std::array<std::uint64_t, head_numbers> head{
        output_version, static_cast<std::uint64_t>(at.ns), digest, 0, 0, 0};
    if (!out.reports.empty()) {
        encode_reports(out.reports, bytes);
        head[3] = bytes.size() - head_bytes;
    }
    if (!out.lines.empty()) {
        const std::size_t before = bytes.size();
        encode_ledger_lines(out.lines, bytes);
        head[4] = bytes.size() - before;
    }
    if (!out.events.empty()) {
        const std::size_t before = bytes.size();
        encode_events(out.events, bytes);
        head[5] = bytes.size() - before;
    }
    for (std::size_t i = 0; i < head.size(); ++i) {
        put(bytes, i * number_bytes, head.at(i));
    }
    const std::size_t numbers = bytes.size();
    bytes.resize(numbers + out.event_numbers.size() * number_bytes);
    for (std::size_t i = 0; i < out.event_numbers.size(); ++i) {
        put(bytes, numbers + i * number_bytes, out.event_numbers[i]);
    }
    return row;
}

result<stored_output> unpack_output(std::span<const std::byte> bytes) {
    if (bytes.size() < head_bytes) {
        return malformed(std::to_string(bytes.size()) + " bytes are too few");
    }
    if (const std::uint64_t version = number_at(bytes, 0); version != output_version) {
        return error{errc::unsupported_version,
                     "what an entry gave out: version " + std::to_string(version)};
    }
    stored_output made;
    made.at.ns = static_cast<std::int64_t>(number_at(bytes, number_bytes));
    made.digest = number_at(bytes, 2 * number_bytes);
    std::span<const std::byte> rest = bytes.subspan(head_bytes);
    std::array<std::span<const std::byte>, 3> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!take(rest, number_at(bytes, (3 + i) * number_bytes), parts.at(i))) {
            return malformed("part " + std::to_string(i + 1) + " is longer than all");
        }
    }
    if (auto wrong = decode_part(parts[0], decode_reports, made.reports)) {
        return *wrong;
    }
    if (auto wrong = decode_part(parts[1], decode_ledger_lines, made.lines)) {
        return *wrong;
    }
    if (auto wrong = decode_part(parts[2], decode_events, made.events)) {
        return *wrong;
    }
    if (rest.size() != made.events.size() * number_bytes) {
        return malformed(std::to_string(rest.size()) + " bytes of numbers, for " +
                         std::to_string(made.events.size()) + " events");
    }
    for (std::size_t i = 0; i < made.events.size(); ++i) {
        made.event_numbers.push_back(number_at(rest, i * number_bytes));
    }
    return made;
}

}  // namespace bourse
