#include "actors/replica/log_payload.hpp"

#include <string>

#include "messages/entry_codec.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {

namespace {

constexpr std::size_t number_bytes = 8;
constexpr std::size_t mark_bytes = 2 * number_bytes;
constexpr std::size_t position_bytes = 3 * number_bytes;

void put(std::vector<std::byte>& into, std::uint64_t number) {
    for (unsigned i = 0; i < number_bytes; ++i) {
        into.push_back(static_cast<std::byte>(number >> (8U * i)));
    }
}

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t place) {
    std::uint64_t number = 0;
    for (unsigned i = 0; i < number_bytes; ++i) {
        number |= std::to_integer<std::uint64_t>(bytes[place * number_bytes + i]) << (8U * i);
    }
    return number;
}

error too_short(const char* what, std::size_t bytes) {
    return {errc::malformed,
            std::string(what) + ": " + std::to_string(bytes) + " bytes are too few"};
}

}  // namespace

std::vector<std::byte> encode_marked_entry(const digest_mark& mark, const entry& what) {
    const std::span<const shard_command> all(what.commands);
    return encode_marked_entry(mark, what.index, what.at, {&all, 1});
}

std::vector<std::byte> encode_marked_entry(const digest_mark& mark, std::uint64_t index,
                                           timestamp at, command_lists commands) {
    std::vector<std::byte> bytes;
    put(bytes, mark.index);
    put(bytes, mark.digest);
    encode_entry_in_parts(index, at, commands, bytes);
    return bytes;
}

std::uint64_t voided_by(std::span<const std::byte> payload) {
    return payload.size() >= mark_bytes && number_at(payload, 0) == void_mark
               ? number_at(payload, 1)
               : 0;
}

result<marked_entry> decode_marked_entry(std::span<const std::byte> bytes, entry memory) {
    if (bytes.size() < mark_bytes) {
        return too_short("entry of a log", bytes.size());
    }
    if (auto decoded = decode_entry_into(bytes.subspan(mark_bytes), memory); !decoded) {
        return decoded.error();
    }
    return marked_entry{{number_at(bytes, 0), number_at(bytes, 1)}, std::move(memory)};
}

void encode_journal_payload(const log_entry& from, std::vector<std::byte>& into) {
    into.clear();
    put(into, static_cast<std::uint64_t>(from.kind));
    const auto payload = from.payload.bytes();
    into.insert(into.end(), payload.begin(), payload.end());
}

result<log_entry> decode_journal_payload(std::uint64_t term, const shared_bytes& from) {
    const auto bytes = from.bytes();
    if (bytes.size() < number_bytes) {
        return too_short("entry of the journal", bytes.size());
    }
    const std::uint64_t kind = number_at(bytes, 0);
    if (kind < 1 || kind > static_cast<std::uint64_t>(log_entry_kind::membership)) {
        return error{errc::out_of_range, "entry of the journal: " + std::to_string(kind) +
                                             " is no kind of entry (1..3)"};
    }
    return log_entry{.term = term,
                     .kind = static_cast<log_entry_kind>(kind),
                     .payload = from.slice(bytes.subspan(number_bytes))};
}

std::vector<std::byte> encode_snapshot_position(const snapshot_position& from) {
    std::vector<std::byte> bytes;
    put(bytes, from.index);
    put(bytes, from.term);
    put(bytes, from.membership_index);
    encode_membership(from.in_force, bytes);
    return bytes;
}

result<snapshot_position> decode_snapshot_position(std::span<const std::byte> bytes) {
    if (bytes.size() < position_bytes) {
        return too_short("position of a snapshot", bytes.size());
    }
    auto members = decode_membership(bytes.subspan(position_bytes));
    if (!members) {
        return members.error();
    }
    return snapshot_position{.index = number_at(bytes, 0),
                             .term = number_at(bytes, 1),
                             .membership_index = number_at(bytes, 2),
                             .in_force = std::move(*members)};
}

}  // namespace bourse
