#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/report.hpp"
#include "messages/shard_command.hpp"

/// Venues in which a case about ledgers and shards reads like its rule.
namespace bourse {

// The venue's instruments and money. Symbols 1 and 2 are in dollars.
inline constexpr symbol_id apple{1};
inline constexpr symbol_id pear{2};
inline constexpr currency_id dollar{1};
inline constexpr asset_id apples = asset_of(apple);
inline constexpr asset_id pears = asset_of(pear);
inline constexpr asset_id dollars = asset_of(dollar);

inline constexpr std::int64_t venue_start = 1'000'000'000;  ///< the first entry's time, ns
inline constexpr std::int64_t ns_per_second = 1'000'000'000;
inline constexpr std::int64_t ns_per_hour = 3'600 * ns_per_second;

/// The n-th order that a shard admits.
[[nodiscard]] constexpr order_id nth(std::uint64_t n, std::uint16_t shard = 1) noexcept {
    return {std::uint64_t{shard} << order_counter_bits | n};
}
[[nodiscard]] constexpr client_id called(std::uint64_t name) noexcept {
    return {0, name};
}
/// What makes a command safe to send again.
[[nodiscard]] constexpr request_id as(std::uint64_t name, std::int64_t not_after = 0) noexcept {
    return {called(name), {not_after}};
}

/// A submit in the making: a good-till-cancelled limit order for apple.
class ask {
public:
    ask(side which, std::uint32_t account, std::int64_t lots, std::int64_t ticks) {
        what_.symbol = apple;
        what_.order.side = which;
        what_.order.account = {account};
        what_.order.quantity = {lots};
        what_.order.price = {ticks};
        what_.order.tif = time_in_force::good_till_cancelled;
    }
    ask& id(std::uint64_t name, std::int64_t not_after = 0) {
        return set(what_.request, as(name, not_after));
    }
    ask& not_after(std::int64_t ns) { return set(what_.request.not_after, timestamp{ns}); }
    ask& of(symbol_id symbol) { return set(what_.symbol, symbol); }
    ask& no_price() {
        what_.order.price = {};
        return set(what_.has_price, false);
    }
    ask& reducing() { return set(what_.reduce_only, true); }
    ask& lease(std::uint64_t id) { return set(what_.lease, lease_id{id}); }
    ask& type(order_type kind) { return set(what_.order.type, kind); }
    ask& tif(time_in_force how) { return set(what_.order.tif, how); }
    ask& ioc() { return tif(time_in_force::immediate_or_cancel); }
    ask& market() { return ioc().type(order_type::market); }
    ask& stop(std::int64_t ticks) {
        what_.order.stop_price = {ticks};
        return type(order_type::stop);
    }
    ask& preventing(self_trade_prevention how) { return set(what_.order.self_trade, how); }
    ask& showing(std::int64_t lots) { return set(what_.order.display, quantity{lots}); }
    ask& until(std::int64_t ns) {
        what_.order.expires_at = {ns};
        return tif(time_in_force::good_till_date);
    }
    ask& in(std::uint64_t group, group_role role, std::uint8_t size) {
        what_.order.group = {group};
        what_.order.role = role;
        return set(what_.order.group_size, size);
    }
    [[nodiscard]] submit_order& raw() noexcept { return what_; }

    // Not explicit, so that it goes wherever a command does.
    // NOLINTNEXTLINE(google-explicit-constructor)
    operator shard_command() const { return what_; }

private:
    template <class Field>
    ask& set(Field& field, Field value) {
        field = value;
        return *this;
    }
    submit_order what_;
};
[[nodiscard]] inline ask buying(std::uint32_t account, std::int64_t lots, std::int64_t ticks) {
    return {side::buy, account, lots, ticks};
}
[[nodiscard]] inline ask selling(std::uint32_t account, std::int64_t lots, std::int64_t ticks) {
    return {side::sell, account, lots, ticks};
}

// Commands in short.
[[nodiscard]] submit_cancel cancelling(std::uint32_t account, order_id order,
                                       const request_id& request = {});
[[nodiscard]] submit_cancel cancelling_named(std::uint32_t account, std::uint64_t name,
                                             const request_id& request = {});
[[nodiscard]] submit_replace repricing(std::uint32_t account, order_id order, std::int64_t ticks,
                                       const request_id& request = {});
[[nodiscard]] submit_replace resizing(std::uint32_t account, order_id order, std::int64_t total,
                                      const request_id& request = {});
[[nodiscard]] submit_replace replacing(std::uint32_t account, order_id order, std::int64_t total,
                                       std::int64_t ticks, const request_id& request = {});
[[nodiscard]] open_account opening(std::uint32_t account, account_kind kind = account_kind::cash,
                                   std::uint32_t risk_group = 0, std::uint8_t tier = 0,
                                   std::uint32_t trade_group = 0);
[[nodiscard]] deposit putting(std::uint32_t account, asset_id asset, std::int64_t amount,
                              std::int64_t cost = 0, const request_id& request = {});
[[nodiscard]] withdraw taking(std::uint32_t account, asset_id asset, std::int64_t amount,
                              const request_id& request = {});
[[nodiscard]] transfer moving(std::uint32_t account, std::uint32_t to, asset_id asset,
                              std::int64_t amount, std::uint16_t to_shard = 0,
                              const request_id& request = {});
[[nodiscard]] set_limit limiting(std::uint32_t account, limit_kind kind, asset_id asset,
                                 std::int64_t value);
[[nodiscard]] set_limit limiting_group(std::uint32_t group, limit_kind kind, asset_id asset,
                                       std::int64_t value);
[[nodiscard]] set_kill_switch killing(std::uint32_t account, bool on = true,
                                      const request_id& request = {});
[[nodiscard]] renew_lease leasing(std::uint32_t account, std::uint64_t lease, std::int64_t until);
[[nodiscard]] book_state going(symbol_id symbol, market_state state, std::int64_t until = 0,
                               market_state next = market_state::open);
[[nodiscard]] book_state auctioning(symbol_id symbol, auction_kind kind, std::int64_t until = 0,
                                    market_state next = market_state::open);
[[nodiscard]] book_reference referring(symbol_id symbol, std::int64_t ticks);
[[nodiscard]] market_halt halting(bool on = true);
/// A listing in dollars, of tick value 1, without fees.
[[nodiscard]] listing listing_of(symbol_id symbol, std::uint16_t book_shard = 1);
[[nodiscard]] list_instrument listing_as(const listing& what);

/// A report in short words, as `expect` wants it: the account, what happened, then what else is said.
/// Orders are called by their number alone.
///
///     1 accepted 2 10@100 id 7           the client calls it 7; "held" as in a book's
///     1 rejected 0 insufficient_funds    also cancel_rejected, replace_rejected
///     1 replaced 2 12@101 left 12
///     1 fill 2 10@100 left 5 cash -1000 fee 2    resting; "done" with the final answer
///     2 take 3 10@100 done cash 1000     the aggressor's; "cross" in an auction
///     1 cancelled 2 5 requested
///     1 adjusted s1 -5                   symbol 1; "c1": currency 1; "of s2": of a split or dividend
///     1 repeated 2 none #3 pending       the first's order, reason, report number
///     1 changed    1 refused too_late    0 done
[[nodiscard]] std::string in_short(const report& told);
/// A line in short words: holder ("fees", "external", "clearing 2" or the account), asset, amount, kind.
///
///     1 c1 -500 trade s1 order 2 #1
[[nodiscard]] std::string in_short(const ledger_line& line);
/// "fill 3 ..." as in book_fixture, with the order's number alone.
[[nodiscard]] std::string in_short_numbered(const event& e);

/// One shard, in which a case reads like its rule.
///
/// Every command is an entry of its own unless said otherwise. Reports are kept until `expect` says what
/// they should have been. Besides, after every entry: its lines add up to zero, all holders' positions do,
/// report numbers have no gap, no cash account is below zero; and every entry goes also to a second shard
/// which was restored from the first one's rows just before it, and must say and become the same.
class venue {
public:
    /// Two open books, apple and pear; cash accounts 1 and 2 with 1,000,000 dollars, 1,000 apples (cost 0) and
    /// 1,000 pears each; house account 3 with nothing but credit lines of the same amounts.
    venue();
    /// The same with other listings of the two, or other settings.
    explicit venue(const listing& first, const listing& second = listing_of(pear),
                   const shard_settings& settings = {});
    explicit venue(const shard_settings& settings);

    struct empty_tag {};
    /// Nothing at all in it.
    venue(empty_tag, const shard_settings& settings);

    /// Leaves out the second shard: for cases of so much state that it would take too long.
    void alone() { has_twin_ = false; }

    // --- Commands -------------------------------------------------------------------------------
    const shard_output& apply(std::vector<shard_command> commands);
    const shard_output& send(const shard_command& one) { return apply({one}); }
    /// Sends each as an entry of its own and forgets what was said.
    void prepare(std::initializer_list<shard_command> commands);
    /// Sends one and gives the reason of what its account was first told; all that was said is forgotten. What the
    /// ledger refused or answered as a repeat must have moved, reserved and passed on nothing (6.4 apart).
    reason answer(const shard_command& one);
    /// Sets the time of the entries to come.
    void at(std::int64_t ns) { now_ = {ns}; }
    /// An entry without commands at this moment.
    void pass(std::int64_t ns);
    /// Accounts 1 and 2 (other: 2 sells to 1) trade `lots` at `ticks`; all forgotten.
    void trade(std::int64_t lots, std::int64_t ticks, symbol_id symbol = apple);

    // --- What it said ---------------------------------------------------------------------------
    void expect(std::initializer_list<std::string_view> lines, const char* file = __builtin_FILE(),
                int line = __builtin_LINE());
    /// The ledger lines of the last entry.
    void expect_lines(std::initializer_list<std::string_view> lines,
                      const char* file = __builtin_FILE(), int line = __builtin_LINE()) const;
    /// The events of books here of the last entry.
    void expect_events(std::initializer_list<std::string_view> lines,
                       const char* file = __builtin_FILE(), int line = __builtin_LINE()) const;
    void forget() { reports_.clear(); }
    [[nodiscard]] const std::vector<report>& reports() const noexcept { return reports_; }
    [[nodiscard]] const shard_output& out() const noexcept { return out_; }

    // --- What it is -----------------------------------------------------------------------------
    [[nodiscard]] portfolio_line line(std::uint32_t account, asset_id asset) const;
    [[nodiscard]] std::int64_t total(std::uint32_t account, asset_id asset) const;
    [[nodiscard]] std::int64_t reserved(std::uint32_t account, asset_id asset) const;
    [[nodiscard]] std::int64_t available(std::uint32_t account, asset_id asset) const;
    /// What a holder that is no account has.
    [[nodiscard]] std::int64_t held_by(account_id holder, asset_id asset) const;
    [[nodiscard]] bool is_open(std::uint64_t n) const {
        return machine.order(nth(n, machine.settings().id.value)).has_value();
    }
    [[nodiscard]] open_order_row row(std::uint64_t n) const;
    [[nodiscard]] market_state state(symbol_id symbol = apple) const;
    [[nodiscard]] std::size_t remembered() const { return machine.save().remembered.size(); }

    shard machine;

private:
    /// What the accounts have, reserved and not, and their open orders.
    struct standing {
        std::map<account_id, std::vector<portfolio_line>> portfolios;
        std::vector<open_order_row> orders;
    };
    [[nodiscard]] standing stand() const;
    void check(const shard_output& out);
    void check_nothing_done(const shard_command& refused, const standing& before) const;
    void fill_with(const listing& first, const listing& second);

    shard_output out_;
    std::vector<report> reports_;
    std::map<std::uint32_t, std::uint64_t> last_report_;
    std::set<account_id> accounts_;  ///< that were opened, some of them if there are very many
    timestamp now_{venue_start};
    bool has_twin_ = true;
};

/// Shards 1 and 2; the book of apple is in shard 1, of pear in shard 2. In each shard h, cash account
/// 10 × h + 1 and 10 × h + 2 with a million dollars, 1,000 apples and 1,000 pears.
///
/// Nothing moves between them but by these calls; so a case may lose, repeat or hold back what it likes.
class two_shards {
public:
    explicit two_shards(std::uint32_t max_outbox = 65'536);

    [[nodiscard]] venue& operator[](std::uint16_t shard) { return shard == 1 ? one : two; }
    /// Delivers what `from` has not got confirmed to the other, from its number `first` on, but no more
    /// than `most`. The receipt that comes back is not delivered.
    const shard_output& deliver(std::uint16_t from, std::size_t most = 1'000'000,
                                std::uint64_t first = 0);
    /// Delivers what the other has taken as a receipt to `to`.
    const shard_output& confirm(std::uint16_t to);
    /// Delivers and confirms until nothing is on the way; then clearing must add up to nothing.
    void settle();
    void expect_settled();

    venue one;
    venue two;
};

}  // namespace bourse
