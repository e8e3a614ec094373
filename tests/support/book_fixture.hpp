#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/instrument.hpp"
#include "tests/support/event_audit.hpp"

namespace bourse {

[[nodiscard]] constexpr price at(std::int64_t ticks) noexcept {
    return {ticks};
}

/// A new order in the making: good till cancelled, of the account whose number is the order's id.
class draft {
public:
    draft(side which, std::uint64_t id, std::int64_t lots, price worst) {
        order_.side = which;
        order_.id = {id};
        order_.account = {static_cast<std::uint32_t>(id)};
        order_.quantity = {lots};
        order_.price = worst;
        order_.tif = time_in_force::good_till_cancelled;
    }

    draft& type(order_type what) { return set(order_.type, what); }
    draft& tif(time_in_force how) { return set(order_.tif, how); }
    draft& account(std::uint32_t who) { return set(order_.account, account_id{who}); }
    draft& trade_group(std::uint32_t who) { return set(order_.trade_group, trade_group_id{who}); }
    draft& preventing(self_trade_prevention how) { return set(order_.self_trade, how); }
    draft& post_only() { return set(order_.post_only, true); }
    draft& all_or_none() { return set(order_.all_or_none, true); }
    draft& minimum(std::int64_t lots) { return set(order_.minimum, quantity{lots}); }
    draft& showing(std::int64_t lots) { return set(order_.display, quantity{lots}); }
    draft& until(std::int64_t ns) {
        order_.tif = time_in_force::good_till_date;
        return set(order_.expires_at, timestamp{ns});
    }
    draft& market(time_in_force how = time_in_force::immediate_or_cancel) {
        order_.tif = how;
        return type(order_type::market);
    }
    draft& ioc() { return tif(time_in_force::immediate_or_cancel); }
    draft& fok() { return tif(time_in_force::fill_or_kill); }
    draft& stop(price stop_price) {
        order_.stop_price = stop_price;
        return type(order_type::stop);
    }
    draft& stop_limit(price stop_price) { return stop(stop_price).type(order_type::stop_limit); }
    draft& trailing(std::int64_t offset) {
        order_.offset_ticks = offset;
        return type(order_type::trailing_stop);
    }
    draft& primary_peg(std::int64_t offset = 0) {
        order_.offset_ticks = offset;
        return type(order_type::primary_peg);
    }
    draft& mid_peg(std::int64_t offset = 0) {
        order_.offset_ticks = offset;
        return type(order_type::mid_peg);
    }
    draft& in_group(std::uint64_t group, group_role role, std::uint8_t size) {
        order_.group = {group};
        order_.role = role;
        return set(order_.group_size, size);
    }

    // Not explicit, so that a draft goes wherever a new order does.
    // NOLINTNEXTLINE(google-explicit-constructor)
    operator const new_order&() const { return order_; }

private:
    template <class Field>
    draft& set(Field& field, Field value) {
        field = value;
        return *this;
    }

    new_order order_;
};

[[nodiscard]] inline draft buy(std::uint64_t id, std::int64_t lots, price worst) {
    return {side::buy, id, lots, worst};
}
[[nodiscard]] inline draft sell(std::uint64_t id, std::int64_t lots, price worst) {
    return {side::sell, id, lots, worst};
}

/// An event in short words, in which a case expects it:
///
///     accepted 1 10@100            and "held"
///     rejected 1 off_tick          also cancel_rejected, replace_rejected; command_rejected off_tick
///     replaced 1 12@101 left 5
///     fill 1 10@100 left 5         the resting order's; "done" with the final answer
///     take 2 10@100 done           the aggressor's
///     cross 1 10@100 done          in an auction
///     cancelled 1 5 unfilled
///     reduced 1 5 left 5
///     triggered 1 5@95             remaining @ stop price
///     activated 1 5@100            remaining @ worst price
///     refilled 1 10@100
///     prevented 1 by 2 10@100
///     state open>auction/volatility volatility
///     uncrossed 120@11 trades 2
///     reference 100                or "reference none"
[[nodiscard]] std::string in_short(const event& e);

/// A book in which a case reads like its rule.
///
/// Commands are entries of one. Everything that the book answers is kept until `expect` says what it
/// should have been. Besides, every answer is checked for what is true of all: conserved lots, one
/// final answer, fields that are the order's; and every entry goes also to a second book which was
/// restored from the first one's rows just before it, and must say and become the same.
class book_fixture {
public:
    explicit book_fixture(const instrument& rules = {}, market_state state = market_state::open);

    /// Leaves out the second book: for cases of so many orders that it would take too long.
    void alone() { has_twin_ = false; }

    // --- Commands -------------------------------------------------------------------------------
    void entry(const std::vector<command>& commands);
    void send(const command& one) { entry({one}); }
    void enter(const new_order& order) { send(command{order}); }
    void buy(std::uint64_t id, std::int64_t lots, price worst) {
        enter(bourse::buy(id, lots, worst));
    }
    void sell(std::uint64_t id, std::int64_t lots, price worst) {
        enter(bourse::sell(id, lots, worst));
    }
    void cancel(std::uint64_t id, std::uint32_t account = 0) {
        send(cancel_order{{id}, {account}});
    }
    void reprice(std::uint64_t id, price worst);
    void resize(std::uint64_t id, std::int64_t total);
    void replace(std::uint64_t id, std::int64_t total, price worst);
    void restop(std::uint64_t id, price stop_price);
    void cancel_all(std::uint32_t account = 0, side_filter sides = side_filter::both) {
        send(mass_cancel{{account}, sides});
    }
    void go(market_state state, std::int64_t until = 0, market_state next = market_state::open) {
        send(set_state{state, auction_kind::none, {until}, next});
    }
    void auction(auction_kind kind, std::int64_t until = 0,
                 market_state next = market_state::open) {
        send(set_state{market_state::auction, kind, {until}, next});
    }
    void reference(price value) { send(set_reference{false, value}); }
    void clear_reference() { send(set_reference{true, {}}); }
    /// An entry without commands at this moment.
    void pass(std::int64_t now);
    /// Two strangers trade one lot in the open book, and nothing of it is left or kept.
    void trade_at(price where);

    // --- What it answered -----------------------------------------------------------------------
    /// All that was answered since the last `expect` or `forget`, in order.
    void expect(std::initializer_list<std::string_view> lines, const char* file = __builtin_FILE(),
                int line = __builtin_LINE());
    void forget() { out_.clear(); }
    [[nodiscard]] std::vector<event> said() const {
        return {out_.events().begin(), out_.events().end()};
    }

    // --- What it is -----------------------------------------------------------------------------
    [[nodiscard]] order_row row(std::uint64_t id) const;
    [[nodiscard]] bool lives(std::uint64_t id) const { return book.find({id}).has_value(); }
    [[nodiscard]] order_place place(std::uint64_t id) const { return row(id).place; }
    /// The side's levels from the best outwards: "10@100x1 5@99x2", lots @ price x orders.
    [[nodiscard]] std::string depth(side which) const;
    [[nodiscard]] std::string bids() const { return depth(side::buy); }
    [[nodiscard]] std::string asks() const { return depth(side::sell); }
    /// "volume@price imbalance", or "none".
    [[nodiscard]] std::string indicative() const;

    order_book book;

private:
    void apply(const std::vector<command>& commands);
    void check_answers(std::size_t from);
    [[nodiscard]] const char* fault_of(const event& e) const;

    event_buffer out_;
    event_audit audit_;
    std::map<std::uint64_t, new_order> sent_;
    timestamp now_{};
    std::uint64_t stranger_ = 1'000'000;
    bool has_twin_ = true;
};

}  // namespace bourse
