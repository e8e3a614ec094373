#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "actors/book/changed_rows.hpp"
#include "actors/book/growing_array.hpp"
#include "actors/book/key_table.hpp"
#include "actors/book/order_index.hpp"
#include "actors/book/slot_pool.hpp"
#include "actors/ledger/client_ids.hpp"
#include "actors/ledger/leases.hpp"
#include "actors/ledger/ledger_peers.hpp"
#include "actors/ledger/ledger_tables.hpp"
#include "actors/ledger/portfolio_line.hpp"
#include "messages/event.hpp"
#include "messages/numbers.hpp"
#include "messages/record_list.hpp"
#include "messages/report.hpp"
#include "messages/shard_command.hpp"
#include "messages/shard_rows.hpp"

namespace bourse {

/// What a ledger is made with; never changed.
struct ledger_settings {
    shard_id shard{1};
    duration horizon{};
    std::uint32_t max_open_orders = 1U << 22;
};

/// The accounts of one shard: a deterministic machine that reserves, settles and reports.
///
/// It stands before the books. A command comes here first: the ledger sets aside what it could cost at
/// worst, gives the order its id, and passes it on; every answer of a book comes back here and is settled at
/// once, trade and fee. RULES.md beside this file says what must happen.
///
/// Invariants, between commands:
/// - the positions of all holders add up to zero in each asset, but for what is between the two sides of
///   one trade (`clearing` of the own shard), which is zero at the end of an entry;
/// - what is reserved is the sum of what the open orders could still cost, and is available in cash accounts;
/// - sums that follow from the orders (reserved, open lots, counts) are kept, never recomputed: `restore` makes
///   them anew, and tests compare.
///
/// Cost: an order touches its account, two positions, the instrument and itself, found by hash; nothing on that
/// path allocates once the tables have been as large before. Bounds: RULES.md 2.1, 3.3, 4.1.
class ledger {
public:
    ledger(const ledger_settings& settings, ledger_peers& peers);

    /// Begins an entry of `commands` commands: sets the time, and where reports and lines go until the next
    /// entry begins. Forgets client ids that are due (RULES.md 3.3).
    void begin_entry(timestamp now, std::size_t commands, record_list<report>& reports,
                     record_list<ledger_line>& lines);

    /// Makes room for so many remembered client ids at once; otherwise it grows with them.
    void expect_client_ids(std::size_t count);

    // --- Memory asked for ahead: changes nothing, and may be left out ----------------------------

    /// Where some of a command's rows are, for when its turn comes; `no_slot`: it is not known. Orders may end
    /// meanwhile; all others stay where they are.
    struct found_ahead {
        slot account = no_slot;
        slot order = no_slot;
        slot listing = no_slot;
        slot lots = no_slot;  ///< the account's position in the symbol
        slot cash = no_slot;  ///< and in its currency
    };
    /// How many commands are asked for together: what they need fits the nearest cache.
    static constexpr std::size_t asked_together = 32;
    /// What the next commands will need; `found` has as many places.
    void ask_for(std::span<const shard_command* const> soon,
                 std::span<found_ahead> found) const noexcept;
    // Always inline, as the compiler takes a function that does nothing but this for one without effect,
    // and leaves out the calls.
    /// The row of an order.
    [[gnu::always_inline]] void ask_for_row(slot order) const noexcept {
        if (order != no_slot) [[likely]] {
            ask_for_two_lines(&orders_[order]);
        }
    }
    /// The row of an order that an event will be about. Tells where it is.
    [[nodiscard, gnu::always_inline]] slot ask_for_order(order_id id) const noexcept {
        const slot at = orders_by_id_.find(id);
        if (at != no_slot) {
            ask_for_two_lines(&orders_[at]);
        }
        return at;
    }
    /// What its account has, some events after `ask_for_order`.
    [[gnu::always_inline]] void ask_for_holdings(slot at) const noexcept {
        if (at != no_slot && orders_[at].id != order_id{}) {
            const open_order& order = orders_[at];
            __builtin_prefetch(&accounts_[order.account]);
            __builtin_prefetch(&account_links_[at]);
            ask_for_two_lines(&positions_[order.symbol_position]);
            __builtin_prefetch(&positions_[order.cash_position]);
        }
    }

    // --- Commands (RULES.md 2 to 9) -------------------------------------------------------------

    void apply(const submit_order& asked, const found_ahead& found);
    void apply(const submit_cancel& asked, const found_ahead& found);
    void apply(const submit_replace& asked, const found_ahead& found);
    void apply(const submit_mass_cancel& asked);
    void apply(const open_account& asked);
    void apply(const set_limit& asked);
    void apply(const set_kill_switch& asked);
    void apply(const deposit& asked);
    void apply(const withdraw& asked);
    void apply(const transfer& asked);
    void apply(const split& asked);
    void apply(const dividend& asked);
    void apply(const renew_lease& asked);

    // --- For commands that the shard carries out ------------------------------------------------

    /// The beginning of every operator command that names no account (RULES.md 3.2); false: it has been
    /// answered, and nothing else is to be done.
    [[nodiscard]] bool begin_operator_command(const request_id& request);
    /// Answers the command that was begun: done, or refused with `why`.
    void answer_operator_command(const request_id& request, reason why);
    /// Tells an account that a command without client id was refused.
    void refuse(account_id account, reason why);

    [[nodiscard]] bool has_account(account_id id) const noexcept;
    /// Takes an instrument on and returns its number; it is not listed yet, and has no fault.
    std::uint32_t list(const listing& what);
    /// The number of a listed symbol, or nothing.
    [[nodiscard]] std::optional<std::uint32_t> find_listing(symbol_id symbol) const noexcept;
    [[nodiscard]] std::span<const listing_state> listings() const noexcept { return listings_; }
    void set_reference_price(std::uint32_t listing, const set_reference& what);
    /// The moment at which the first lease lapses, or nothing.
    [[nodiscard]] std::optional<timestamp> next_lapse() const noexcept;
    /// Ends the lease that lapses first and cancels what names it (shard RULES 3.3).
    void lapse_first();

    // --- Answers --------------------------------------------------------------------------------

    /// Whether a shard that keeps the rules could say this now (shard RULES 4.7). What cannot be must go no further.
    [[nodiscard]] bool can_be(const new_order& asked, symbol_id symbol) const noexcept;
    [[nodiscard]] bool can_be(const event& what, shard_id from) const noexcept;
    [[nodiscard]] bool can_be(const transfer_message& what) const noexcept;
    [[nodiscard]] bool can_be(const transfer_returned& what) const noexcept;

    /// An event about an order of this shard's accounts, by a book of `book_shard`. `soon`: where the order may be,
    /// as `ask_for_order` told or the ledger when it passed something on to the book.
    void settle(const event& what, shard_id book_shard, slot soon = no_slot);
    /// The book's side of a fill of an order of another shard (RULES.md 4.11).
    void clear(const event& fill, std::uint32_t listing, shard_id account_shard);
    /// A transfer from another shard; what cannot be booked is none, else why it must go back.
    [[nodiscard]] reason take_transfer(const transfer_message& what, shard_id from);
    void take_returned(const transfer_returned& what, shard_id from);

    // --- Queries --------------------------------------------------------------------------------

    [[nodiscard]] std::optional<open_order_row> order(order_id id) const;
    [[nodiscard]] std::vector<open_order_row> orders_of(account_id account) const;
    /// The account's positions by rising asset, without unrealised profit, which needs a mark price.
    [[nodiscard]] std::vector<portfolio_line> portfolio(account_id account) const;
    /// The number of the account's newest report; zero: none yet, or no such account.
    [[nodiscard]] std::uint64_t last_report(account_id account) const;
    [[nodiscard]] std::uint32_t open_orders() const noexcept { return orders_.live(); }

    // --- State as rows --------------------------------------------------------------------------

    /// Adds all that the ledger keeps to `rows`: everything but the shard's own, books and channels.
    void save(shard_rows& rows) const;
    /// The ledger's part of the shard's own row.
    void save_counters(shard_row& row) const noexcept;
    /// Takes over what `save` gave, into a ledger that is empty; false when the rows contradict themselves.
    [[nodiscard]] bool restore(const shard_rows& rows);

    /// Rows that have changed since the last hand-over that was stored, in slices (shard RULES 6): as of
    /// `begin_hand_over`. Adds changes to `out` until it holds `most`; true when all have been handed over.
    void begin_hand_over();
    [[nodiscard]] bool hand_over(std::size_t most, std::vector<row_change>& out);
    void end_hand_over(bool stored);

private:
    /// A command that has passed RULES.md 3.2, and by what it is remembered.
    struct admission {
        bool goes_on = false;
        reason why = reason::none;  ///< if it does not go on; none: it was repeated, and answered
        slot remembered = no_slot;
    };

    /// Asks for a row of 128 bytes.
    [[gnu::always_inline]] static void ask_for_two_lines(const void* row) noexcept {
        __builtin_prefetch(row);
        __builtin_prefetch(static_cast<const std::byte*>(row) + 64);
    }

    // --- Client ids, reports: reports.cpp, order_path.hpp
    static constexpr std::uint32_t max_remembered = 1U << 24;
    [[nodiscard]] inline admission admit(slot account, account_id owner, const request_id& request);
    [[nodiscard]] inline admission admit_order(slot account, account_id owner,
                                               const request_id& request);
    [[nodiscard]] admission admit_client(slot account, account_id owner, const request_id& request);
    [[nodiscard]] admission admit_operator(const request_id& request);
    void tell_repeated(slot account, account_id owner, client_id client,
                       const remembered_command& first);
    void forget_due(std::size_t commands);
    inline void note_answer(slot remembered, order_id order, reason why, bool answered,
                            std::uint64_t report_number);
    /// An account, and one of its open orders.
    struct named_order {
        slot account = no_slot;
        slot order = no_slot;
    };
    [[nodiscard]] named_order find_named(account_id account, order_id order, client_id named,
                                         const found_ahead& found) const;
    [[nodiscard]] slot find_order(slot account, order_id order, client_id named) const;
    report& add_report(slot account, const event& what, client_id client, money cash = {},
                       money fee = {}) {
        std::uint64_t number = 0;
        if (account != no_slot) [[likely]] {
            touch(table::accounts, account);
            number = ++accounts_[account].last_report;
        }
        // Field by field in place, as in `make_order`.
        report& told = reports_->emplace_back();
        told.what = what;
        told.number = number;
        told.client = client;
        told.cash = cash;
        told.fee = fee;
        told.reserved[0] = told.reserved[1] = told.reserved[2] = 0;
        return told;
    }
    void answer(slot account, event_kind kind, account_id owner, reason why, client_id client,
                slot remembered);
    void refuse_order(const submit_order& asked, slot account, reason why, slot remembered);
    void refuse_change(event_kind kind, slot account, account_id owner, order_id asked, slot order,
                       reason why, client_id client, slot remembered);

    // --- Orders: orders.cpp, cancels.cpp, limits.cpp
    /// What an order or replace is about to do, for the limits.
    struct change {
        slot account = no_slot;
        slot lots = no_slot;  ///< the account's position in the symbol
        slot cash = no_slot;  ///< and in its currency
        std::uint32_t listing = 0;
        bourse::side side = bourse::side::buy;
        bool is_new = false;
        bool reduce_only = false;
        price worst{};                 ///< the dearest price
        std::int64_t order_lots = 0;   ///< the greatest total
        wide_int order_value = 0;      ///< the greatest |value| of a total
        std::int64_t trade_value = 0;  ///< the greatest |value| of what could trade
        exposure before{};
        exposure after{};
    };
    struct draft;
    [[nodiscard]] inline reason check_fields(const submit_order& asked, draft& out) const noexcept;
    [[nodiscard]] inline reason draft_order(const submit_order& asked, draft& out);
    [[nodiscard]] reason check_carefully(const submit_order& asked, draft& drafted) const;
    [[nodiscard]] reason draft_member(const submit_order& asked, draft& drafted, change& out) const;
    [[nodiscard]] reason draft_replace(const submit_replace& asked, slot order,
                                       const pending_replace& added, change& out) const;
    [[nodiscard]] bool has_room(slot listing, outbox_room what) const {
        const shard_id book_shard = listings_[listing].what.book_shard;
        return book_shard == settings_.shard || peers_->has_room(book_shard, what);
    }
    [[nodiscard]] static std::optional<price> protection_price(const listing_state& listed,
                                                               side which) noexcept;
    [[nodiscard]] reason check_limits(const change& what) const;
    [[nodiscard]] inline reason check_available(slot symbol, slot currency, std::int64_t sells,
                                                wide_int reserve) const;
    [[nodiscard]] bool is_fat_finger(const change& what, std::int64_t bps) const;
    [[nodiscard]] reason draft_single_replace(const submit_replace& asked, const open_order& order,
                                              change& out) const;
    void pass_on_replace(const submit_replace& asked, slot at, const pending_replace& added,
                         const change& what, slot remembered);
    void put_lease(const lease_row& row);
    void end_lease(lease_id lease, account_id owner);
    void protect_reduce_only(slot account, slot lots, wide_int total, wide_int buys,
                             wide_int sells) {
        const reduce_only_orders& open = positions_[lots].reduce;
        if ((open.buys | open.sells) != 0) [[unlikely]] {
            cancel_reduce_only(account, lots, total, buys, sells);
        }
    }
    void cancel_reduce_only(slot account, slot lots, wide_int total, wide_int buys, wide_int sells);
    void clear_reduce_only(open_order& order);
    void cancel_by_ledger(slot order, reason cause);
    template <class Predicate>
    void cancel_each(slot account, reason cause, Predicate&& wanted);
    inline void make_order(const submit_order& asked, const draft& drafted, slot remembered);
    inline void link_order(slot at);
    inline void end_order(slot at);
    void end_replaces(const open_order& order);

    // --- Exposure and groups: exposure.cpp
    [[nodiscard]] standing_list standings(const open_order& order,
                                          const pending_replace* added) const;
    [[nodiscard]] static std::optional<quantity> cap_of(const order_group& group,
                                                        const open_order& order) noexcept;
    [[nodiscard]] std::optional<std::int64_t> cash_of(const open_order& order,
                                                      const standing_list& list) const;
    [[nodiscard]] inline std::optional<contribution> plain_contribution(
        const open_order& order) const;
    [[nodiscard]] std::optional<contribution> try_contribution(const open_order& order,
                                                               const order_group* group,
                                                               const pending_replace* added) const;
    [[nodiscard]] exposure exposure_with(const order_group& group, const open_order* changed,
                                         const contribution& its) const;
    void add_exposure(slot lots, slot cash, const exposure& before, const exposure& after);
    inline void add_contribution(const open_order& order, const contribution& before,
                                 const contribution& after);
    inline void refresh(slot at);
    void refresh_otherwise(slot at);
    void refresh_group(slot at);
    [[nodiscard]] std::uint64_t group_key(slot account, order_group_id id) const noexcept {
        return std::uint64_t{accounts_[account].id.value} << 32U | id.value;
    }
    [[nodiscard]] slot find_group(slot account, order_group_id id) const noexcept;
    [[nodiscard]] static bool makes_group(const new_order& order) noexcept;
    void join_group(slot at, const new_order& asked);
    void leave_group(slot at);
    void break_group(slot account, order_group_id id);
    void cancel_group(slot at, slot but);
    void note_group_fill(const open_order& order, bool ended);

    // --- Positions, lines, settlement: accounts.cpp, settlement.cpp
    [[nodiscard]] slot position_of(account_id holder, asset_id asset);
    [[nodiscard]] slot find_position(account_id holder, asset_id asset) const noexcept {
        return positions_by_key_.find(std::uint64_t{holder.value} << 32U | asset.value);
    }
    [[nodiscard]] slot position_of_account(slot account, asset_id asset) {
        const slot found = find_position(accounts_[account].id, asset);
        return found != no_slot ? found : add_position(account, asset);
    }
    [[nodiscard]] slot add_position(slot account, asset_id asset);
    [[nodiscard]] slot group_position(risk_group_id group, asset_id asset);
    void move(slot position, std::int64_t amount, line_kind kind, symbol_id symbol,
              order_id order = {}, std::uint64_t number = 0);
    inline void tell_lines(const event& fill, account_id holder, const listing_state& listed,
                           std::int64_t cash, std::int64_t lots, std::int64_t fee);
    slot end_pending(open_order& order, const event& what, client_id& client);
    inline void settle_fill(open_order& order, const event& fill, shard_id book_shard,
                            report& told);
    void settle_rare(slot at, const event& what, report& told);
    void tell_of_no_order(const event& what);
    inline void book_cost(position_state& lots, side which, quantity traded, wide_int whole);
    void add_turnover(position_state& cash, std::int64_t value) noexcept;
    [[nodiscard]] wide_int turnover_today(const position_state& cash) const noexcept;
    [[nodiscard]] std::int64_t take_cost(position_state& lots, std::int64_t amount);
    void add_cost(position_state& lots, std::int64_t amount, std::int64_t cost);

    // --- Accounts and funds: accounts.cpp, funds.cpp
    [[nodiscard]] slot find_account(account_id id) const noexcept {
        return accounts_by_id_.find(id.value);
    }
    [[nodiscard]] slot risk_group_of(risk_group_id id);
    slot make_account(const account_row& row);
    [[nodiscard]] reason check_limit(const set_limit& asked, slot account) const noexcept;
    void put_limit(const set_limit& asked, slot account);
    [[nodiscard]] reason check_amount(asset_id asset, std::int64_t amount) const noexcept;
    [[nodiscard]] reason check_leaves(slot account, asset_id asset, std::int64_t amount);
    void lots_arrive(slot account, slot position, std::int64_t amount, std::int64_t cost);
    [[nodiscard]] std::int64_t lots_leave(slot account, slot position, std::int64_t amount);
    std::uint64_t tell_adjusted(slot account, asset_id asset, std::int64_t amount, symbol_id symbol,
                                reason why, client_id client);
    template <class Command, class Check, class Do>
    void carry_out(const Command& asked, Check&& check, Do&& act);
    void send_transfer(const transfer& asked, slot account, slot remembered);
    void settle_transfer(const transfer& asked, slot account, slot remembered);
    [[nodiscard]] std::vector<slot> holders_of(symbol_id symbol) const;

    // --- Changed rows: changes.cpp
    enum class table : std::uint8_t {
        accounts,
        risk_groups,
        positions,
        orders,
        groups,
        remembered,
        leases,
        listings
    };
    static constexpr std::size_t table_count = 8;
    struct rows_of;
    [[nodiscard]] changed_rows& changed(table which) noexcept {
        return changed_[static_cast<std::size_t>(which)];
    }
    /// Before a row changes, or when it came.
    void touch(table which, slot at) {
        if (!changed(which).is_noted(at)) [[unlikely]] {
            note_row(which, at);
        }
    }
    /// Before a row goes.
    void drop(table which, slot at) {
        if (changed(which).is_known(at)) [[unlikely]] {
            drop_row(which, at);
        } else {
            changed(which).forget(at);
        }
    }
    [[gnu::noinline]] void note_row(table which, slot at);
    [[gnu::noinline]] void drop_row(table which, slot at);
    [[nodiscard]] bool is_of_group(slot position) const noexcept;

    // --- Rows: rows.cpp
    [[nodiscard]] static account_row row_of(const account_state& account);
    [[nodiscard]] position_row row_of_position(slot at) const;
    /// True if such a position has no row.
    [[nodiscard]] static bool is_empty(const position_row& row) noexcept;
    [[nodiscard]] order_group_row row_of(const order_group& group) const;
    [[nodiscard]] static remembered_row row_of(const remembered_command& asked);
    [[nodiscard]] static risk_group_row row_of(const risk_group_state& group);
    [[nodiscard]] static listing_row row_of(const listing_state& listed);
    [[nodiscard]] open_order_row row_of(const open_order& order) const;
    void save_accounts(shard_rows& rows) const;
    void save_orders(shard_rows& rows) const;
    [[nodiscard]] bool restore_positions(const shard_rows& rows);
    [[nodiscard]] bool restore_remembered(const shard_rows& rows);
    [[nodiscard]] bool restore_orders(const shard_rows& rows);
    [[nodiscard]] bool restore_order(const open_order_row& row);
    void restore_pending(const open_order_row& row, slot at);
    void link_remembered(slot remembered);

    ledger_settings settings_;
    ledger_peers* peers_;
    timestamp now_{};
    std::int64_t day_ = 0;
    record_list<report>* reports_ = nullptr;
    record_list<ledger_line>* lines_ = nullptr;

    slot_pool<account_state> accounts_;
    key_table accounts_by_id_;
    slot_pool<position_state> positions_;
    key_table positions_by_key_;  ///< holder × 2^32 + asset
    key_table group_positions_;   ///< risk group × 2^32 + asset
    slot_pool<risk_group_state> risk_groups_;
    key_table risk_groups_by_id_;
    slot_pool<open_order> orders_;
    growing_array<account_links> account_links_;  ///< of each order's slot
    order_index orders_by_id_;
    slot_pool<pending_replaces> pending_;
    slot_pool<order_group> groups_;
    key_table groups_by_key_;  ///< account × 2^32 + group id
    client_ids client_ids_;
    leases leases_;
    std::uint32_t operator_ids_ = 0;  ///< remembered ids of account 0
    std::vector<listing_state> listings_;
    key_table listings_by_symbol_;
    std::uint64_t last_order_ = 0;
    std::array<changed_rows, table_count> changed_;
    slot begun_ = no_slot;  ///< the remembered operator command that was begun
};

}  // namespace bourse
