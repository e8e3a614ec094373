#include "storage/row_format.hpp"

#include <algorithm>
#include <string_view>

#include "messages/assert.hpp"
#include "storage/crc32c.hpp"
#include "storage/journal_format.hpp"

namespace bourse {
namespace {

constexpr std::array<std::byte, 4> label_key_bytes = {std::byte{'h'}, std::byte{'e'},
                                                      std::byte{'a'}, std::byte{'d'}};

std::uint32_t sum_of(row_bytes key, row_bytes value) noexcept {
    // In LMDB's pages they lie together, and one piece is summed faster than two.
    if (key.data() + key.size() == value.data()) {
        return crc32c({key.data(), key.size() + value.size()});
    }
    return crc32c(value, crc32c(key));
}

}  // namespace

void seal(row_bytes key, std::vector<std::byte>& value) {
    append_little_endian(sum_of(key, value), seal_bytes, value);
}

std::uint32_t seal_of(row_bytes sealed) noexcept {
    BOURSE_ASSERT(sealed.size() >= seal_bytes);
    const auto bytes = sealed.last<seal_bytes>();
    return std::to_integer<std::uint32_t>(bytes[0]) |
           std::to_integer<std::uint32_t>(bytes[1]) << 8U |
           std::to_integer<std::uint32_t>(bytes[2]) << 16U |
           std::to_integer<std::uint32_t>(bytes[3]) << 24U;
}

bool are_sealed(std::span<const sealed_row, 3> rows) noexcept {
    std::array<row_bytes, 3> pieces;
    for (std::size_t i = 0; i < 3; ++i) {
        const sealed_row& row = rows[i];
        if (row.sealed.size() < seal_bytes ||
            row.key.data() + row.key.size() != row.sealed.data()) {
            return std::ranges::all_of(rows, [](const sealed_row& one) {
                return unseal(one.key, one.sealed).has_value();
            });
        }
        pieces.at(i) = {row.key.data(), row.key.size() + row.sealed.size() - seal_bytes};
    }
    const std::array<std::uint32_t, 3> sums = crc32c_of_three(pieces);
    return sums[0] == seal_of(rows[0].sealed) && sums[1] == seal_of(rows[1].sealed) &&
           sums[2] == seal_of(rows[2].sealed);
}

std::optional<row_bytes> unseal(row_bytes key, row_bytes sealed) noexcept {
    if (sealed.size() < seal_bytes) {
        return std::nullopt;
    }
    const row_bytes value = sealed.first(sealed.size() - seal_bytes);
    return sum_of(key, value) == seal_of(sealed) ? std::optional(value) : std::nullopt;
}

void append_big_endian(std::uint64_t number, std::size_t width, std::vector<std::byte>& out) {
    const std::size_t begin = out.size();
    out.resize(begin + width);
    for (std::size_t i = 0; i < width; ++i) {
        out[begin + i] = static_cast<std::byte>(number >> (8 * (width - 1 - i)));
    }
}

void append_little_endian(std::uint64_t number, std::size_t width, std::vector<std::byte>& out) {
    const std::size_t begin = out.size();
    out.resize(begin + width);
    for (std::size_t i = 0; i < width; ++i) {
        out[begin + i] = static_cast<std::byte>(number >> (8 * i));
    }
}

std::uint64_t read_big_endian(row_bytes from) noexcept {
    std::uint64_t number = 0;
    for (const std::byte byte : from) {
        number = number << 8U | static_cast<std::uint64_t>(byte);
    }
    return number;
}

row_bytes row_reading::bytes(std::size_t count) noexcept {
    if (count > rest_.size()) {
        is_good_ = false;
        return {};
    }
    const row_bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

std::uint64_t row_reading::number(std::size_t width) noexcept {
    return read_little_endian(bytes(width));
}

row_bytes label_key() noexcept {
    return label_key_bytes;
}

void append_label(const row_label& label, std::vector<std::byte>& out) {
    for (const char letter : label.magic) {
        out.push_back(static_cast<std::byte>(letter));
    }
    append_little_endian(label.version, 4, out);
    append_little_endian(label.shard, 4, out);
    append_little_endian(label.owner, 8, out);
}

result<row_bytes> check_label(const row_label& expected, row_bytes sealed,
                              const std::string& path) {
    row_reading reading(sealed);
    const row_bytes magic = reading.bytes(expected.magic.size());
    if (!std::ranges::equal(magic, std::as_bytes(std::span(expected.magic)))) {
        return error{errc::foreign,
                     path + ": holds something else; move it away, or choose another folder"};
    }
    const std::uint64_t version = reading.number(4);
    if (version > expected.version) {
        return error{errc::unsupported_version, path + ": was written by a newer version (format " +
                                                    std::to_string(version) + ", this one knows " +
                                                    std::to_string(expected.version) +
                                                    "); start that version again"};
    }
    const auto value = unseal(label_key(), sealed);
    const std::uint64_t shard = reading.number(4);
    const std::uint64_t owner = reading.number(8);
    if (!value || version != expected.version || !reading.is_good()) {
        return error{errc::corrupt, path +
                                        ": its head is damaged; move the folder away and get the "
                                        "state from another replica or a backup"};
    }
    if (owner != expected.owner || shard != expected.shard) {
        return error{errc::foreign,
                     path + ": belongs to node " + std::to_string(owner) +
                         (expected.shard != 0 ? ", shard " + std::to_string(shard) : "") +
                         ", and this is node " + std::to_string(expected.owner) +
                         (expected.shard != 0 ? ", shard " + std::to_string(expected.shard) : "") +
                         "; give each its own folder"};
    }
    return value->subspan(label_bytes);
}

std::string hexadecimal(row_bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t most = 32;
    std::string text;
    for (const std::byte byte : bytes.first(std::min(bytes.size(), most))) {
        text += digits[static_cast<std::size_t>(byte >> 4U)];
        text += digits[static_cast<std::size_t>(byte & std::byte{15})];
    }
    return bytes.size() > most ? text + "…" : text;
}

}  // namespace bourse
