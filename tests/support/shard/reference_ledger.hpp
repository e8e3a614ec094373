#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/channel_message.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/reason.hpp"
#include "messages/shard_command.hpp"
#include "messages/shard_rows.hpp"

namespace bourse {

using reference_positions = std::map<asset_id, position_row>;

/// An account of the reference ledger: its row, and all that is its own, by key.
struct reference_account {
    account_row row{};
    reference_positions positions;
    std::map<order_id, open_order_row> orders;
    std::map<std::uint64_t, order_group_row> groups;  ///< by the client's group id
    std::uint64_t remembered = 0;
};

/// A risk group: its limits, and turnover.
struct reference_risk_group {
    risk_group_row row{};
    reference_positions positions;
};

/// What open orders could still do (ledger RULES 1.8), in lots of a symbol and in a currency.
struct reference_exposure {
    wide_int buys = 0;
    wide_int sells = 0;
    wide_int cash = 0;
};

/// One of the states that an order may be in, as far as its ledger knows (4.4).
struct reference_order_state {
    bourse::price price{};
    std::int64_t remaining = 0;
    bool sets_quantity = false;  ///< a pending replace that is done here sets the quantity
};

inline constexpr wide_int most_total = wide_int{1} << 62;

[[nodiscard]] inline wide_int magnitude(wide_int a) {
    return a < 0 ? -a : a;
}

/// Division that rounds up, for a divisor above zero.
[[nodiscard]] wide_int reference_ceil(wide_int a, wide_int b);

/// What the reference ledger asks of the shard around it.
class reference_surroundings {
public:
    virtual ~reference_surroundings() = default;

    /// To the book of the symbol, wherever it is.
    virtual void pass(symbol_id symbol,
                      std::variant<new_order, cancel_order, replace_order> what) = 0;
    /// Into the outbox to another shard.
    virtual void send(shard_id peer, channel_message what) = 0;
    /// Shard RULES 4.5; always true of the own shard. `most`: new order or transfer.
    [[nodiscard]] virtual bool has_room(shard_id peer, bool new_order_or_transfer) const = 0;
    /// 9.5: no order of the symbol in a book here, no transfer of it in an outbox.
    [[nodiscard]] virtual bool is_at_rest(symbol_id symbol) const = 0;
    /// The last trade price, if the book is in this shard and has traded.
    [[nodiscard]] virtual std::optional<price> last_price(symbol_id symbol) const = 0;
};

/// The slow, obvious ledger that the fast one is compared with.
///
/// Written from actors/ledger/RULES.md alone; functions name their rules. It keeps no sum: what is
/// reserved, open lots and available amounts are added up over the account's orders whenever they are
/// asked for, and an order or replace is checked by adding it, looking, and taking it away again.
class reference_ledger {
public:
    reference_ledger(const shard_settings& settings, reference_surroundings& around)
        : settings_(settings), around_(around) {}

    // --- Of an entry ------------------------------------------------------------------------------
    void begin_entry(timestamp now, std::size_t commands, shard_output& out);

    void apply(const submit_order& c);
    void apply(const submit_cancel& c);
    void apply(const submit_replace& c);
    void apply(const submit_mass_cancel& c);
    void apply(const renew_lease& c);
    void apply(const open_account& c);
    void apply(const set_limit& c);
    void apply(const set_kill_switch& c);
    void apply(const deposit& c);
    void apply(const withdraw& c);
    void apply(const transfer& c);
    void apply(const split& c);
    void apply(const dividend& c);

    /// An event of a book in shard `book` about an order of this shard (4.9, 4.10).
    void take_event(const event& e, shard_id book);
    /// The book's side of a fill of an order of shard `peer` (4.11).
    void book_side(const event& e, shard_id peer);
    /// 9.4: the reason why it is to go back, or none.
    [[nodiscard]] reason take_transfer(const transfer_message& m, shard_id from);
    void take_returned(const transfer_returned& m, shard_id from);
    /// Shard RULES 3.3.
    void end_lease(lease_id id);

    /// What begins and ends every command with a request: 3.2, `act` (a reason: refused), answer, remember.
    struct outcome {
        reason why = reason::none;
        std::uint64_t first_report = 0;
    };
    template <typename Act>
    void operate(const request_id& request, account_id named, account_id ids_of, Act act) {
        const std::optional<reason> why = comes_past(request, ids_of, false);
        if (!why) {
            return;  // repeated
        }
        if (*why != reason::none) {
            tell_refused(named, *why, request.id);
            return;
        }
        outcome o = act();
        if (o.why != reason::none) {
            o.first_report = tell_refused(named, o.why, request.id);
        }
        remember(ids_of, request.id, {}, o.why, true, o.first_report);
    }
    /// The same for a command that is about an account.
    template <typename Act>
    void operate_account(const request_id& request, account_id account, Act act) {
        if (account.value == 0) {
            tell_refused(account, reason::unknown_account, request.id);
        } else {
            operate(request, account, account, act);
        }
    }
    /// The same for a command that names no account: `act` returns a reason; 7.6.
    template <typename Act>
    void operate_market(const request_id& request, Act act) {
        operate(request, {}, {}, [&] {
            outcome o;
            o.why = act();
            if (o.why == reason::none) {
                tell({}, make_event(event_kind::command_done, {}, reason::none), request.id);
            }
            return o;
        });
    }
    std::uint64_t tell_refused(account_id named, reason why, client_id client);

    // --- Queries ------------------------------------------------------------------------------------
    [[nodiscard]] std::vector<portfolio_line> portfolio(account_id id) const;
    void save(shard_rows& rows) const;
    [[nodiscard]] std::string find_violation() const;
    [[nodiscard]] wide_int total_of_book(account_id holder, asset_id asset) const;
    [[nodiscard]] wide_int value_of(const event& fill) const;
    [[nodiscard]] const open_order_row* find_order(order_id id) const;

    std::map<symbol_id, listing_row> listings;
    std::map<lease_id, lease_row> leases;
    std::map<account_id, reference_account> accounts;

private:
    // Answers and client ids (reference_ledger.cpp).
    [[nodiscard]] std::optional<reason> comes_past(const request_id& request, account_id of,
                                                   bool wants_account);
    void remember(account_id of, client_id id, order_id order, reason why, bool answered,
                  std::uint64_t first_report);
    [[nodiscard]] remembered_row* find_remembered(account_id of, client_id id);
    void forget_ids(std::size_t commands);
    std::uint64_t tell(account_id to, const event& what, client_id client, std::int64_t cash = 0,
                       std::int64_t fee = 0);
    [[nodiscard]] static event make_event(event_kind kind, account_id account, reason why);

    // Funds (reference_ledger_funds.cpp).
    void post(account_id holder, asset_id asset, wide_int amount, line_kind kind,
              symbol_id symbol = {}, order_id order = {}, std::uint64_t number = 0);
    std::uint64_t tell_adjusted(account_id to, asset_id asset, std::int64_t amount,
                                client_id client, symbol_id symbol = {}, reason why = reason::none);
    [[nodiscard]] reason asset_fault(asset_id asset, std::int64_t amount) const;
    [[nodiscard]] reason try_limit(const set_limit& c);
    [[nodiscard]] outcome try_transfer(const transfer& c);
    [[nodiscard]] reason try_split(const split& c);
    [[nodiscard]] reason try_dividend(const dividend& c);
    [[nodiscard]] reason not_available(const reference_account& a, asset_id asset,
                                       wide_int amount) const;
    void cost_comes(reference_account& a, asset_id asset, std::int64_t amount, std::int64_t cost);
    [[nodiscard]] std::int64_t cost_goes(reference_account& a, asset_id asset, std::int64_t amount);
    void cost_of_fill(position_row& p, side which, wide_int whole, std::int64_t lots);
    void before_lots_move(reference_account& a, asset_id asset, wide_int amount);
    void count_turnover(position_row& p, wide_int value) const;
    void settle_fill(reference_account& a, open_order_row& o, const event& e, shard_id book,
                     std::int64_t& cash, std::int64_t& fee);

    // Orders (reference_ledger_orders.cpp).
    [[nodiscard]] reason try_admit(const submit_order& c, order_id& id);
    [[nodiscard]] reason form_fault(const submit_order& c) const;
    [[nodiscard]] std::optional<price> worst_price(const listing_row& l,
                                                   const submit_order& c) const;
    [[nodiscard]] reason try_replace(const submit_replace& c, reference_account* a,
                                     open_order_row* o);
    /// 4.1 numbers 10, 11, 14, 15 at one state; `lots` the total for 10 and 11, `remaining` for 14.
    [[nodiscard]] reason limit_fault(const reference_account& a, const listing_row& l, side which,
                                     price at, std::int64_t lots, std::int64_t remaining,
                                     int number) const;
    [[nodiscard]] bool position_fault(const reference_account& a, symbol_id symbol,
                                      side which) const;
    [[nodiscard]] reason funds_fault(const reference_account& a, const listing_row& l,
                                     const reference_exposure& lots_before,
                                     wide_int cash_before) const;
    [[nodiscard]] bool too_many_open(const reference_account& a) const;
    [[nodiscard]] open_order_row* meant(reference_account& a, order_id id, client_id named);
    void cancel(open_order_row& o, reason cause);
    void keep_reduce_only(reference_account& a, symbol_id symbol, side which, wide_int total);
    [[nodiscard]] static bool reduces(side which, wide_int total, const reference_exposure& e);
    void break_group(account_id account, order_group_id group);
    void group_traded(reference_account& a, open_order_row& o, const event& e);
    void forget(reference_account& a, order_id id);
    std::uint64_t tell_event(reference_account& a, open_order_row& o, const event& e,
                             std::int64_t cash, std::int64_t fee);

    // Sums, made anew each time (reference_ledger_sums.cpp).
    [[nodiscard]] static std::vector<reference_order_state> states_of(const open_order_row& o);
    [[nodiscard]] std::optional<wide_int> worst_cash(const open_order_row& o) const;
    [[nodiscard]] wide_int exact_cost(const open_order_row& o, price at, std::int64_t lots) const;
    [[nodiscard]] wide_int worst_cost(const open_order_row& o, price at, std::int64_t lots) const;
    [[nodiscard]] bool fits(const listing& l, const open_order_row& o, price at,
                            std::int64_t lots) const;
    [[nodiscard]] reference_exposure contribution(const open_order_row& o,
                                                  const order_group_row* group) const;
    [[nodiscard]] reference_exposure exposure(const reference_account& a, symbol_id symbol,
                                              currency_id currency) const;
    [[nodiscard]] reference_exposure lots_open(const reference_account& a, symbol_id symbol) const;
    [[nodiscard]] wide_int reserved(const reference_account& a, asset_id asset) const;
    [[nodiscard]] wide_int available(const reference_account& a, asset_id asset) const;
    [[nodiscard]] static const position_row& position(const reference_positions& in,
                                                      asset_id asset);
    [[nodiscard]] static position_row& position(reference_positions& in, account_id holder,
                                                bool of_group, asset_id asset);
    [[nodiscard]] const reference_risk_group* risk_group_of(const reference_account& a) const;
    [[nodiscard]] std::int64_t today() const;
    [[nodiscard]] std::size_t open_orders() const;

    [[nodiscard]] reference_account* find(account_id id);
    [[nodiscard]] const reference_account* find(account_id id) const;

    shard_settings settings_;
    reference_surroundings& around_;
    shard_output* out_ = nullptr;
    timestamp now_{};
    std::uint64_t last_order_ = 0;
    std::uint64_t last_remembered_ = 0;
    std::map<risk_group_id, reference_risk_group> risk_groups_;
    std::map<account_id, reference_positions> books_;  ///< of fees, external and clearing
    std::map<std::uint64_t, remembered_row> remembered_;
    std::map<std::pair<account_id, client_id>, std::uint64_t> by_client_id_;
    std::uint64_t remembered_by_none_ = 0;  ///< those of account 0
};

}  // namespace bourse
