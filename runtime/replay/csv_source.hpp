#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/result.hpp"

namespace bourse {

/// For fields that may be as large as they can be.
inline constexpr std::int64_t most_integer = std::numeric_limits<std::int64_t>::max();

/// Where in a line a field is, and what it is called in messages.
struct csv_column {
    std::size_t index = 0;  ///< from 0; people are told it from 1
    std::string name;
};

/// A file of comma-separated fields, read line by line, for the readers of recorded order flow.
///
/// Whoever reads it wants numbers, and for each that is not one a message that names file, line,
/// column and what would be right. So the functions that read a field answer with zero when it is
/// wrong and keep the first fault of the line, which is asked for once a line:
///
///     while (line taken) { a = in.integer(…); b = in.decimal(…); if (auto fault = in.fault()) … }
///
/// Lines end with LF or CRLF, the last one also without; blank lines and a byte order mark are
/// passed over. No quoting: none of the formats has text with commas. Bound: 64 KiB a line.
class csv_source {
public:
    [[nodiscard]] static result<csv_source> open(const std::string& path);
    /// Reads from `in`, which messages will call `name`.
    csv_source(std::unique_ptr<std::istream> in, std::string name);

    /// Takes the next line: true if there was one, false at the end of the file.
    [[nodiscard]] result<bool> next();

    [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t index) const { return fields_[index]; }
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The column that the present line, a header, calls `name`; a fault if none is called so.
    [[nodiscard]] csv_column find(std::string_view name);
    /// A fault if the line has fewer than `least` or more than `most` fields.
    void expect_size(std::size_t least, std::size_t most);

    [[nodiscard]] std::int64_t integer(const csv_column& column, std::int64_t low,
                                       std::int64_t high);
    [[nodiscard]] std::uint64_t id(const csv_column& column);
    /// A decimal number as a count of 10^-`decimals`, exactly: more decimals than that may only be
    /// zeros.
    [[nodiscard]] std::int64_t decimal(const csv_column& column, unsigned decimals);
    /// A single letter out of `allowed`; the first of them if it is another.
    [[nodiscard]] char letter(const csv_column& column, std::string_view allowed);
    [[nodiscard]] bool is_empty(const csv_column& column) const;
    /// The field's text; a fault if the line is too short to have it.
    [[nodiscard]] std::string_view text(const csv_column& column);

    /// "`name`: line 17, column 8 (price): "13.4x" `sentence`", if it is the line's first fault.
    void add_fault(const csv_column& column, std::string_view sentence,
                   errc code = errc::malformed);
    /// The same about the whole line.
    void add_line_fault(std::string_view sentence);
    /// The first fault since the line was taken.
    [[nodiscard]] const std::optional<error>& fault() const noexcept { return fault_; }

private:
    void split(std::string_view line);
    [[nodiscard]] std::string place() const;

    std::unique_ptr<std::istream> in_;
    std::string name_;
    std::string buffer_;
    std::vector<std::string_view> fields_;
    std::uint64_t line_ = 0;
    std::optional<error> fault_;
};

}  // namespace bourse
