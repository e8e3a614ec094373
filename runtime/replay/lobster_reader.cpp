#include "runtime/replay/lobster_reader.hpp"

#include <limits>

namespace bourse {

namespace {

constexpr std::int64_t no_price = 9'999'999'999;
/// What a whole book may hold (numbers.hpp).
constexpr std::int64_t most_level_lots = std::int64_t{1} << 62;

const csv_column time_column{0, "time"};
const csv_column type_column{1, "type"};
const csv_column order_column{2, "order id"};
const csv_column size_column{3, "size"};
const csv_column price_column{4, "price"};
const csv_column direction_column{5, "direction"};

/// LOBSTER's numbers.
enum class lobster_type { add = 1, partial_cancel, remove, execution, hidden, cross, halt };

flow_action action_of(std::int64_t type) {
    switch (static_cast<lobster_type>(type)) {
        case lobster_type::add:
            return flow_action::add;
        case lobster_type::partial_cancel:
        case lobster_type::remove:
            return flow_action::reduce;
        case lobster_type::execution:
            return flow_action::execute;
        case lobster_type::hidden:
        case lobster_type::cross:
            return flow_action::trade;
        case lobster_type::halt:
            return flow_action::halt;
    }
    return flow_action::nothing;
}

template <typename Line, typename Reader>
result<std::vector<Line>> all_of(Reader& reader, const csv_source& in) {
    std::vector<Line> lines;
    while (true) {
        auto line = reader.next();
        if (!line) {
            return line.error();
        }
        if (!*line) {
            break;
        }
        lines.push_back(**std::move(line));
    }
    if (lines.empty()) {
        return error{errc::malformed, in.name() + ": is empty; it must have at least one line"};
    }
    return lines;
}

}  // namespace

// --- Messages -------------------------------------------------------------------------------------

result<lobster_message_reader> lobster_message_reader::open(const std::string& path,
                                                            lobster_options options) {
    auto in = csv_source::open(path);
    if (!in) {
        return in.error();
    }
    return lobster_message_reader(std::move(*in), options);
}

result<std::optional<flow_message>> lobster_message_reader::next() {
    const auto line = in_.next();
    if (!line) {
        return line.error();
    }
    if (!*line) {
        return std::optional<flow_message>{};
    }
    in_.expect_size(6, 7);
    flow_message message;
    message.line = in_.line();
    message.sequence = in_.line();
    const std::int64_t ns = in_.decimal(time_column, 9);
    if (ns < 0) {
        in_.add_fault(time_column, "is before midnight");
    }
    message.at = options_.midnight + duration{ns};
    const std::int64_t type = in_.integer(type_column, 1, 7);
    message.action = action_of(type);
    if (message.action == flow_action::halt) {
        const bool resumes = in_.integer(price_column, -1, 1) == 1;
        message.action = resumes ? flow_action::resume : flow_action::halt;
    } else {
        read_order(message);
    }
    if (const auto& fault = in_.fault()) {
        return *fault;
    }
    return std::optional{message};
}

void lobster_message_reader::read_order(flow_message& message) {
    const bool order = message.action != flow_action::trade;
    message.order = {in_.id(order_column)};
    if (order && message.order.value == 0) {
        in_.add_fault(order_column, "is no order's id: it must be above zero");
    }
    message.lots = {in_.integer(size_column, order ? 1 : 0, max_order_lots.lots)};
    message.price = {
        in_.integer(price_column, std::numeric_limits<std::int64_t>::min(), most_integer)};
    const std::int64_t direction = in_.integer(direction_column, -1, 1);
    if (direction == 0) {
        in_.add_fault(direction_column, "is neither 1 (buy) nor -1 (sell)");
    }
    const side resting = direction > 0 ? side::buy : side::sell;
    // A hidden order's execution is told from the resting side too.
    message.side = order ? resting : opposite(resting);
    message.has_side = true;
}

result<std::vector<flow_message>> lobster_message_reader::read_all() {
    return all_of<flow_message>(*this, in_);
}

// --- Book -----------------------------------------------------------------------------------------

result<lobster_book_reader> lobster_book_reader::open(const std::string& path) {
    auto in = csv_source::open(path);
    if (!in) {
        return in.error();
    }
    return lobster_book_reader(std::move(*in));
}

result<std::optional<depth_row>> lobster_book_reader::next() {
    const auto line = in_.next();
    if (!line) {
        return line.error();
    }
    if (!*line) {
        return std::optional<depth_row>{};
    }
    if (levels_ == 0) {
        if (in_.size() % 4 != 0) {
            in_.add_line_fault("has " + std::to_string(in_.size()) +
                               " columns, but must have four for each level");
        }
        levels_ = in_.size() / 4;
    }
    in_.expect_size(4 * levels_, 4 * levels_);
    depth_row row;
    row.levels = levels_;
    row.has_orders = false;
    // Not before the width is known to be right: the levels are as many as it says.
    if (!in_.fault()) {
        read_side(0, "ask", row.asks);
        read_side(2, "bid", row.bids);
    }
    if (const auto& fault = in_.fault()) {
        return *fault;
    }
    return std::optional{std::move(row)};
}

void lobster_book_reader::read_side(std::size_t offset, std::string_view name,
                                    std::vector<book_level>& levels) {
    const std::string which(name);
    for (std::size_t i = 0; i < levels_; ++i) {
        const csv_column price_at{4 * i + offset, which + " price " + std::to_string(i + 1)};
        const csv_column size_at{4 * i + offset + 1, which + " size " + std::to_string(i + 1)};
        const std::int64_t ticks = in_.integer(price_at, -most_integer, most_integer);
        const std::int64_t lots = in_.integer(size_at, 0, most_level_lots);
        if (ticks == no_price || ticks == -no_price) {
            continue;
        }
        if (lots == 0) {
            in_.add_fault(size_at, "must be above zero where there is a price");
        }
        levels.push_back({price{ticks}, quantity{lots}, 0});
    }
}

result<std::vector<depth_row>> lobster_book_reader::read_all() {
    return all_of<depth_row>(*this, in_);
}

}  // namespace bourse
