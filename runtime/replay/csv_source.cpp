#include "runtime/replay/csv_source.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

#include "messages/decimal.hpp"
#include "messages/numbers.hpp"
#include "messages/quoted.hpp"

namespace bourse {

namespace {

constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

enum class decimal_fault { none, not_a_number, too_many_decimals, too_large };

/// The digits of a decimal number, without sign, as a count of 10^-decimals.
decimal_fault read_digits(std::string_view text, unsigned decimals, wide_int& value) {
    // Beyond 64 bits there is no need to go on, and so the sum never leaves 128.
    constexpr wide_int most = wide_int{std::numeric_limits<std::int64_t>::max()} + 1;
    bool digits = false;
    bool point = false;
    unsigned places = 0;
    value = 0;
    for (const char letter : text) {
        if (letter == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(letter)) {
            return decimal_fault::not_a_number;
        }
        digits = true;
        if (point && places == decimals) {
            if (letter != '0') {
                return decimal_fault::too_many_decimals;
            }
            continue;
        }
        places += point ? 1 : 0;
        value = std::min(value * 10 + (letter - '0'), most);
    }
    for (; places < decimals; ++places) {
        value = std::min(value * 10, most);
    }
    return digits ? decimal_fault::none : decimal_fault::not_a_number;
}

decimal_fault read_decimal(std::string_view text, unsigned decimals, std::int64_t& value) {
    const bool negative = !text.empty() && text.front() == '-';
    wide_int wide = 0;
    const decimal_fault fault = read_digits(text.substr(negative ? 1 : 0), decimals, wide);
    if (fault != decimal_fault::none) {
        return fault;
    }
    const auto fits = narrow(negative ? -wide : wide);
    value = fits.value_or(0);
    return fits ? decimal_fault::none : decimal_fault::too_large;
}

}  // namespace

result<csv_source> csv_source::open(const std::string& path) {
    auto in = std::make_unique<std::ifstream>(path, std::ios::binary);
    // A folder opens as well, but cannot be read.
    if (!*in || (in->peek() == std::istream::traits_type::eof() && in->bad())) {
        return error{errc::unreadable, path +
                                           ": cannot be read; name a file that is there and "
                                           "that you may read"};
    }
    return csv_source(std::move(in), path);
}

csv_source::csv_source(std::unique_ptr<std::istream> in, std::string name)
    : in_(std::move(in)), name_(std::move(name)), buffer_(longest_line + 1, '\0') {}

result<bool> csv_source::next() {
    fault_.reset();
    fields_.clear();
    while (true) {
        in_->getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        auto count = static_cast<std::size_t>(in_->gcount());
        if (in_->bad()) {
            return error{errc::unreadable, place() + ": reading fails after this line"};
        }
        if (in_->eof() && count == 0) {
            return false;
        }
        ++line_;
        if (in_->fail() && !in_->eof()) {
            return error{errc::malformed,
                         place() + ": is longer than 64 KiB; is this a text file?"};
        }
        count -= in_->eof() ? 0U : 1U;  // the newline is counted, but not stored
        std::string_view line(buffer_.data(), count);
        if (line_ == 1 && line.starts_with(byte_order_mark)) {
            line.remove_prefix(byte_order_mark.size());
        }
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (!line.empty()) {
            split(line);
            return true;
        }
    }
}

void csv_source::split(std::string_view line) {
    while (true) {
        const std::size_t comma = line.find(',');
        fields_.push_back(line.substr(0, comma));
        if (comma == std::string_view::npos) {
            return;
        }
        line.remove_prefix(comma + 1);
    }
}

csv_column csv_source::find(std::string_view name) {
    const auto found = std::find(fields_.begin(), fields_.end(), name);
    if (found == fields_.end()) {
        add_line_fault("the header has no column " + std::string(name));
    }
    return {static_cast<std::size_t>(found - fields_.begin()), std::string(name)};
}

void csv_source::expect_size(std::size_t least, std::size_t most) {
    if (size() < least || size() > most) {
        add_line_fault("has " + std::to_string(size()) + " columns, but must have " +
                       std::to_string(least) +
                       (least == most ? std::string{} : " to " + std::to_string(most)));
    }
}

std::string_view csv_source::text(const csv_column& column) {
    if (column.index < fields_.size()) {
        return fields_[column.index];
    }
    add_fault(column, "is missing: the line has only " + std::to_string(size()) + " columns");
    return {};
}

bool csv_source::is_empty(const csv_column& column) const {
    return column.index < fields_.size() && fields_[column.index].empty();
}

std::int64_t csv_source::integer(const csv_column& column, std::int64_t low, std::int64_t high) {
    const std::string_view field = text(column);
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), value);
    const bool number = code != std::errc::invalid_argument && end == field.data() + field.size();
    if (!number || code != std::errc{} || value < low || value > high) {
        add_fault(
            column,
            "is not a whole number from " + std::to_string(low) + " to " + std::to_string(high),
            number ? errc::out_of_range : errc::malformed);
        return 0;
    }
    return value;
}

std::uint64_t csv_source::id(const csv_column& column) {
    const std::string_view field = text(column);
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (code != std::errc{} || end != field.data() + field.size()) {
        add_fault(column, "is not an order id, a whole number of up to 64 bits");
        return 0;
    }
    return value;
}

std::int64_t csv_source::decimal(const csv_column& column, unsigned decimals) {
    std::int64_t value = 0;
    const decimal_fault fault = read_decimal(text(column), decimals, value);
    switch (fault) {
        case decimal_fault::none:
            break;
        case decimal_fault::not_a_number:
            add_fault(column, "is not a decimal number such as 13.41");
            break;
        case decimal_fault::too_many_decimals:
            add_fault(column, "has more than " + std::to_string(decimals) + " decimals",
                      errc::out_of_range);
            break;
        case decimal_fault::too_large:
            add_fault(column,
                      "does not fit into 64 bits with " + std::to_string(decimals) + " decimals",
                      errc::out_of_range);
            break;
    }
    return fault == decimal_fault::none ? value : 0;
}

char csv_source::letter(const csv_column& column, std::string_view allowed) {
    const std::string_view field = text(column);
    if (field.size() == 1 && allowed.find(field.front()) != std::string_view::npos) {
        return field.front();
    }
    add_fault(column, "is not one of the letters " + std::string(allowed));
    return allowed.front();
}

std::string csv_source::place() const {
    return name_ + ": line " + std::to_string(line_);
}

void csv_source::add_fault(const csv_column& column, std::string_view sentence, errc code) {
    if (fault_) {
        return;
    }
    const std::string where =
        place() + ", column " + std::to_string(column.index + 1) + " (" + column.name + "): ";
    const bool there = column.index < fields_.size();
    fault_ =
        error{code, where + (there ? quoted(fields_[column.index], '\"') + " " : std::string{}) +
                        std::string(sentence)};
}

void csv_source::add_line_fault(std::string_view sentence) {
    if (!fault_) {
        fault_ = error{errc::malformed, place() + ": " + std::string(sentence)};
    }
}

}  // namespace bourse
