#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "storage/row_store.hpp"

/// The bytes of rows, as FORMAT.md has them: sums, numbers and the label of a store.
namespace bourse {

inline constexpr std::size_t seal_bytes = 4;

/// Appends to a value the sum of its key and itself.
void seal(row_bytes key, std::vector<std::byte>& value);
/// The value without its sum; nothing if the sum is wrong.
[[nodiscard]] std::optional<row_bytes> unseal(row_bytes key, row_bytes sealed) noexcept;
/// Of three rows at once whether each has the right sum: in half the time, if key and value lie together.
struct sealed_row {
    row_bytes key;
    row_bytes sealed;
};
[[nodiscard]] bool are_sealed(std::span<const sealed_row, 3> rows) noexcept;
/// The sum that a sealed value ends with; the value must have one.
[[nodiscard]] std::uint32_t seal_of(row_bytes sealed) noexcept;

/// Numbers of `width` bytes: big-endian in keys, so that their order is the keys'; little-endian in values.
void append_big_endian(std::uint64_t number, std::size_t width, std::vector<std::byte>& out);
void append_little_endian(std::uint64_t number, std::size_t width, std::vector<std::byte>& out);
[[nodiscard]] std::uint64_t read_big_endian(row_bytes from) noexcept;

/// Takes numbers and bytes off the begin of a value.
class row_reading {
public:
    explicit row_reading(row_bytes of) : rest_(of) {}
    /// Zero if there are fewer bytes left; `is_good` says so.
    std::uint64_t number(std::size_t width) noexcept;
    row_bytes bytes(std::size_t count) noexcept;
    [[nodiscard]] row_bytes rest() const noexcept { return rest_; }
    [[nodiscard]] bool is_good() const noexcept { return is_good_; }

private:
    row_bytes rest_;
    bool is_good_ = true;
};

/// What a store is, and whose: the begin of its first table's only row.
struct row_label {
    std::array<char, 8> magic{};
    std::uint32_t version = 0;
    std::uint64_t owner = 0;
    std::uint16_t shard = 0;  ///< zero: of all
};
inline constexpr std::size_t label_bytes = 24;
/// The key of that row.
[[nodiscard]] row_bytes label_key() noexcept;

void append_label(const row_label& label, std::vector<std::byte>& out);
/// What follows the label `expected` in a sealed value. `foreign`, `unsupported_version` or `corrupt` with the path
/// and what can be done otherwise.
[[nodiscard]] result<row_bytes> check_label(const row_label& expected, row_bytes sealed,
                                            const std::string& path);

/// "0102ff", for people; the first 32 bytes.
[[nodiscard]] std::string hexadecimal(row_bytes bytes);

}  // namespace bourse
