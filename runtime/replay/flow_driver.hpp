#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "messages/command.hpp"
#include "messages/result.hpp"
#include "runtime/replay/flow_message.hpp"

namespace bourse {

/// What is made of the trades in recorded order flow.
enum class flow_mode : std::uint8_t {
    /// Only the changes of the book are sent: an executed order is reduced. Nothing may match, so
    /// the book must be in state pre_open, where a file's locked or crossed book stands as it is.
    changes,
    /// Each trade becomes the order that must have come in, which has to hit the orders named. The
    /// book must be open.
    trades,
    /// As `trades`, but all trades of one time and side are one incoming order, as they were.
    runs,
};

/// One trade that an incoming order must make.
struct flow_fill {
    order_id maker{};
    bourse::price price{};
    quantity lots{};
    friend bool operator==(const flow_fill&, const flow_fill&) = default;
};

/// What a book is told next, and what must come of it.
struct flow_step {
    timestamp at{};
    std::vector<command> commands{};
    std::vector<flow_fill> fills{};  ///< what the commands must trade with, in this order
    std::optional<depth_row> row{};  ///< what the book must show then, where the file says
    std::uint64_t line = 0;          ///< of the file: what the step comes from
};

struct flow_options {
    flow_mode mode = flow_mode::trades;
    std::string file = "order flow";  ///< for messages
    account_id makers{1};             ///< whose the orders in the file are
    account_id takers{2};             ///< whose the incoming orders are
};

namespace detail {

/// An order of the file that rests.
struct resting_flow_order {
    bourse::side side = bourse::side::buy;
    bourse::price price{};
    quantity total{};  ///< as the book counts it: what was filled is in it
    quantity remaining{};
};
/// Trades that belong together and are held back.
struct open_flow_trade {
    timestamp at{};
    std::uint64_t sequence = 0;
    std::uint64_t line = 0;
    std::optional<bourse::side> makers_side{};
    std::vector<flow_fill> fills{};
    std::vector<flow_fill> reported{};  ///< fills whose reduction is still to come
    std::optional<depth_row> row{};
};

}  // namespace detail

/// Turns recorded order flow into commands for a book; whoever has the book sends them.
///
/// An order that rests is a good-till-cancelled limit order under the id of the file. A reduction
/// is a replace to a smaller total, which keeps the order's place, or a cancel. The order behind a
/// trade is an immediate-or-cancel limit order, as large as what it traded and at the worst price
/// that it traded at: so whom it meets is for the book alone to say. Its id is above 2^63.
///
/// Trades are held back until the first line that does not belong to them; so the row that a file
/// gives for a trade, which is the book after it, comes with the step that makes it.
class flow_driver {
public:
    explicit flow_driver(flow_options options) : options_(std::move(options)) {}

    /// The state in which the book must be before the first step.
    [[nodiscard]] market_state first_state() const noexcept {
        return options_.mode == flow_mode::changes ? market_state::pre_open : market_state::open;
    }

    /// Appends what `message` brings about to `out`; `row` is what the file says the book shows
    /// after it. An error if it cannot be: an order that is not there or is there twice.
    [[nodiscard]] std::optional<error> on(const flow_message& message, std::optional<depth_row> row,
                                          std::vector<flow_step>& out);
    /// Appends what was held back at the end of the file.
    void finish(std::vector<flow_step>& out) { close_trade(out); }

    /// How many rows could not be put into a step, because they show the book in the middle of an
    /// incoming order (flow_mode::runs).
    [[nodiscard]] std::uint64_t passed_over() const noexcept { return passed_over_; }

private:
    [[nodiscard]] bool belongs(const flow_message& message) const;
    [[nodiscard]] bool is_reported(const flow_message& message) const;
    void open(const flow_message& message);
    void set_row(std::optional<depth_row> row);
    void close_trade(std::vector<flow_step>& out);
    [[nodiscard]] new_order incoming_order(const detail::open_flow_trade& trade);

    [[nodiscard]] std::optional<error> add(const flow_message& message, flow_step& step);
    [[nodiscard]] std::optional<error> change(const flow_message& message, flow_step& step);
    [[nodiscard]] std::optional<error> reduce(const flow_message& message, flow_step& step);
    [[nodiscard]] std::optional<error> trade(const flow_message& message,
                                             std::vector<flow_step>& out);
    [[nodiscard]] std::optional<error> act(const flow_message& message, flow_step& step);
    [[nodiscard]] error fault(const flow_message& message, std::string_view sentence) const;

    flow_options options_;
    std::unordered_map<std::uint64_t, detail::resting_flow_order> resting_;
    std::optional<detail::open_flow_trade> trade_;
    std::uint64_t next_incoming_ = std::uint64_t{1} << 63U;
    std::uint64_t passed_over_ = 0;
};

/// Whether a book with these levels, which are its best `row.levels` or all there are, is as `row`
/// says.
[[nodiscard]] bool shows(const depth_row& row, std::span<const book_level> bids,
                         std::span<const book_level> asks);

}  // namespace bourse
