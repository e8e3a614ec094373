#include "runtime/replay/databento_reader.hpp"

#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

namespace bourse {

namespace {

constexpr std::int64_t most_lots = max_order_lots.lots;
constexpr std::string_view actions = "ACMRTFN";

flow_action action_of(char letter) {
    switch (letter) {
        case 'A':
            return flow_action::add;
        case 'C':
            return flow_action::reduce;
        case 'M':
            return flow_action::change;
        case 'R':
            return flow_action::clear;
        case 'T':
            return flow_action::trade;
        case 'F':
            return flow_action::fill;
        default:
            return flow_action::nothing;
    }
}

/// Whether a line of this action is about an order, which then has all of its fields.
bool is_about_order(flow_action action) {
    return action == flow_action::add || action == flow_action::reduce ||
           action == flow_action::change || action == flow_action::fill;
}

/// `count` digits at the front of `text`, which are taken off; −1 if they are not digits.
int take_digits(std::string_view& text, std::size_t count) {
    int value = 0;
    if (text.size() < count) {
        return -1;
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char letter) {
    if (!text.starts_with(letter)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// ".035627674", or nothing, as nanoseconds; −1 if it is neither.
std::int64_t take_fraction(std::string_view& text) {
    if (!take(text, '.')) {
        return 0;
    }
    std::int64_t ns = 0;
    std::size_t digits = 0;
    for (int digit = 0; digits < 9 && (digit = take_digits(text, 1)) >= 0; ++digits) {
        ns = ns * 10 + digit;
    }
    for (std::size_t i = digits; i < 9; ++i) {
        ns *= 10;
    }
    return digits == 0 ? -1 : ns;
}

/// "2025-07-17T07:05:09.035627674Z" as nanoseconds since 1970.
std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
    const int year = take_digits(text, 4);
    const bool dash = take(text, '-');
    const int month = take_digits(text, 2);
    const bool second_dash = take(text, '-');
    const int day = take_digits(text, 2);
    const bool separator = take(text, 'T') || take(text, ' ');
    const int hour = take_digits(text, 2);
    const bool colon = take(text, ':');
    const int minute = take_digits(text, 2);
    const bool second_colon = take(text, ':');
    const int second = take_digits(text, 2);
    const std::int64_t fraction = take_fraction(text);
    const bool utc = text == "Z" || text == "+00:00";
    const bool shape = dash && second_dash && separator && colon && second_colon && utc;
    if (!shape || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0 || fraction < 0 ||
        hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    // 64 bits of nanoseconds end in 2262.
    if (!date.ok() || year < 1970 || year > 2261) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return seconds * 1'000'000'000 + fraction;
}

timestamp read_timestamp(csv_source& in, const csv_column& column) {
    const std::string_view text = in.text(column);
    std::int64_t ns = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), ns);
    if (!text.empty() && code == std::errc{} && end == text.data() + text.size() && ns >= 0) {
        return {ns};
    }
    const auto parsed = parse_rfc3339(text);
    if (!parsed) {
        in.add_fault(column, "is not a time such as 2025-07-17T13:30:00.000000001Z");
    }
    return {parsed.value_or(0)};
}

std::string level_name(std::string_view what, std::size_t level) {
    return std::string(what) + (level < 10 ? "_0" : "_") + std::to_string(level);
}

/// Takes the header line.
std::optional<error> take_header(csv_source& in) {
    const auto line = in.next();
    if (!line) {
        return line.error();
    }
    if (!*line) {
        return error{errc::malformed, in.name() +
                                          ": is empty; it must begin with a header such as "
                                          "ts_event,action,side,price,size,…"};
    }
    return std::nullopt;
}

template <typename Reader>
result<Reader> opened(const std::string& path, databento_options options) {
    auto in = csv_source::open(path);
    return in ? Reader::from(std::move(*in), options) : result<Reader>(in.error());
}

}  // namespace

// --- MBO ------------------------------------------------------------------------------------------

result<mbo_reader> mbo_reader::open(const std::string& path, databento_options options) {
    return opened<mbo_reader>(path, options);
}

result<mbo_reader> mbo_reader::from(csv_source in, databento_options options) {
    if (auto fault = take_header(in)) {
        return *std::move(fault);
    }
    mbo_reader reader(std::move(in), options);
    reader.read_header();
    if (const auto& fault = reader.in_.fault()) {
        return *fault;
    }
    return reader;
}

void mbo_reader::read_header() {
    ts_event_ = in_.find("ts_event");
    action_ = in_.find("action");
    side_ = in_.find("side");
    price_ = in_.find("price");
    size_ = in_.find("size");
    order_id_ = in_.find("order_id");
    sequence_ = in_.find("sequence");
}

result<std::optional<flow_message>> mbo_reader::next() {
    const auto line = in_.next();
    if (!line) {
        return line.error();
    }
    if (!*line) {
        return std::optional<flow_message>{};
    }
    flow_message message;
    message.line = in_.line();
    message.at = read_timestamp(in_, ts_event_);
    message.action = action_of(in_.letter(action_, actions));
    const bool order = is_about_order(message.action);
    const char side_letter = in_.letter(side_, order ? "BA" : "BAN");
    message.side = side_letter == 'A' ? side::sell : side::buy;
    message.has_side = side_letter != 'N';
    if (order || !in_.is_empty(price_)) {
        message.price = {in_.decimal(price_, options_.price_decimals)};
    }
    message.lots = {in_.integer(size_, order ? 1 : 0, most_lots)};
    message.order = {in_.id(order_id_)};
    if (order && message.order.value == 0) {
        in_.add_fault(order_id_, "is no order's id: it must be above zero");
    }
    message.sequence = static_cast<std::uint64_t>(in_.integer(sequence_, 0, most_integer));
    if (const auto& fault = in_.fault()) {
        return *fault;
    }
    return std::optional{message};
}

// --- MBP-10 ---------------------------------------------------------------------------------------

bool describes(const mbp_row& row, const flow_message& message) noexcept {
    return row.action == message.action && row.sequence == message.sequence &&
           row.at == message.at && row.price == message.price && row.lots == message.lots;
}

result<mbp_reader> mbp_reader::open(const std::string& path, databento_options options) {
    return opened<mbp_reader>(path, options);
}

result<mbp_reader> mbp_reader::from(csv_source in, databento_options options) {
    if (auto fault = take_header(in)) {
        return *std::move(fault);
    }
    mbp_reader reader(std::move(in), options);
    reader.read_header();
    if (const auto& fault = reader.in_.fault()) {
        return *fault;
    }
    return reader;
}

void mbp_reader::read_header() {
    ts_event_ = in_.find("ts_event");
    action_ = in_.find("action");
    price_ = in_.find("price");
    size_ = in_.find("size");
    sequence_ = in_.find("sequence");
    for (std::size_t i = 0; i < levels; ++i) {
        bids_[i] = {in_.find(level_name("bid_px", i)), in_.find(level_name("bid_sz", i)),
                    in_.find(level_name("bid_ct", i))};
        asks_[i] = {in_.find(level_name("ask_px", i)), in_.find(level_name("ask_sz", i)),
                    in_.find(level_name("ask_ct", i))};
    }
}

result<std::optional<mbp_row>> mbp_reader::next() {
    const auto line = in_.next();
    if (!line) {
        return line.error();
    }
    if (!*line) {
        return std::optional<mbp_row>{};
    }
    mbp_row row;
    row.line = in_.line();
    row.at = read_timestamp(in_, ts_event_);
    row.action = action_of(in_.letter(action_, actions));
    if (!in_.is_empty(price_)) {
        row.price = {in_.decimal(price_, options_.price_decimals)};
    }
    row.lots = {in_.integer(size_, 0, most_lots)};
    row.sequence = static_cast<std::uint64_t>(in_.integer(sequence_, 0, most_integer));
    row.depth.levels = levels;
    row.depth.bids = read_levels(bids_);
    row.depth.asks = read_levels(asks_);
    if (const auto& fault = in_.fault()) {
        return *fault;
    }
    return std::optional{std::move(row)};
}

std::vector<book_level> mbp_reader::read_levels(const side_columns& columns) {
    std::vector<book_level> found;
    bool ended = false;
    for (const level_columns& column : columns) {
        if (in_.is_empty(column.price)) {
            ended = true;
            continue;
        }
        if (ended) {
            in_.add_fault(column.price, "follows a level without a price: levels have no gaps");
        }
        constexpr std::int64_t most_orders = std::numeric_limits<std::uint32_t>::max();
        book_level level;
        level.price = {in_.decimal(column.price, options_.price_decimals)};
        level.lots = {in_.integer(column.lots, 1, most_integer)};
        level.orders = static_cast<std::uint32_t>(in_.integer(column.orders, 1, most_orders));
        found.push_back(level);
    }
    return found;
}

}  // namespace bourse
