#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory_resource>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "actors/book/changed_rows.hpp"
#include "actors/book/clearing_prices.hpp"
#include "actors/book/node_memory.hpp"
#include "actors/book/order_book.hpp"
#include "actors/book/order_index.hpp"
#include "actors/book/price_ladder.hpp"
#include "actors/book/resting_order.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/assert.hpp"

namespace bourse {

/// What `order_book` is inside. Comments name the rules of RULES.md that a part implements.
///
/// Two halves. Plain limit orders live in `orders_`, `index_` and the two ladders, and what is done
/// to them is in matching.cpp. Everything rarer hangs on `order_terms` and on ordered sets that are
/// empty in a book that has none of it: hidden orders, stops, timers, groups. A plain command asks
/// of these only whether they are empty.
class order_book::machine {
public:
    machine(instrument rules, market_state state);

    // Commands: order_book.hpp. (matching.cpp, states.cpp)
    void apply(timestamp now, std::span<const command> commands, event_buffer& out);
    void apply(timestamp now, std::span<const command> commands, event_buffer& out,
               std::vector<std::size_t>& ends);
    void advance(timestamp now, event_buffer& out) {
        row_.now = std::max(row_.now, now);
        if (due_ <= row_.now) [[unlikely]] {
            do_what_is_due(out);
        }
    }
    void submit(const new_order& order, event_buffer& out);
    void cancel(const cancel_order& request, event_buffer& out);
    void replace(const replace_order& request, event_buffer& out);
    void cancel_all(const mass_cancel& request, event_buffer& out);
    void change_state(const set_state& request, event_buffer& out);
    void change_reference(const set_reference& request, event_buffer& out);
    void bound_replaces(wide_int most) noexcept { most_by_replace_ = most; }
    [[nodiscard]] wide_int most_by_replace() const noexcept { return most_by_replace_; }

    // Queries. (queries.cpp, auction.cpp)
    [[nodiscard]] const book_row& row() const noexcept { return row_; }
    [[nodiscard]] std::optional<timestamp> next_due() const noexcept;
    [[nodiscard]] std::optional<book_level> best(side which) const noexcept;
    [[nodiscard]] std::size_t depth(side which, std::span<book_level> levels) const noexcept;
    [[nodiscard]] std::optional<order_row> find(order_id id) const noexcept;
    [[nodiscard]] std::optional<queue_position> position(order_id id) const noexcept;
    [[nodiscard]] std::optional<indicative_auction> auction_price() const;
    [[nodiscard]] std::size_t size() const noexcept { return orders_.live(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

    // State as rows. (rows.cpp, changes.cpp)
    [[nodiscard]] book_rows save() const;
    [[nodiscard]] bool load(const book_rows& rows);
    void begin_hand_over();
    [[nodiscard]] bool hand_over(std::size_t most, std::vector<row_change>& out);
    void end_hand_over(bool stored);
    void note_all_stored();
    void take_over_changes(machine& other);

private:
    [[nodiscard]] price_ladder& ladder(side which) noexcept {
        return ladders_[static_cast<std::size_t>(which)];
    }
    [[nodiscard]] const price_ladder& ladder(side which) const noexcept {
        return ladders_[static_cast<std::size_t>(which)];
    }
    /// The other side's.
    [[nodiscard]] price_ladder& against(side which) noexcept {
        return ladders_[1U - static_cast<std::size_t>(which)];
    }
    [[nodiscard]] price_ladder& bids() noexcept { return ladders_[0]; }
    [[nodiscard]] const price_ladder& bids() const noexcept { return ladders_[0]; }
    [[nodiscard]] price_ladder& asks() noexcept { return ladders_[1]; }
    [[nodiscard]] const price_ladder& asks() const noexcept { return ladders_[1]; }

    /// A key of the ordered sets: `rank` ascending, then priority.
    struct ranked {
        std::int64_t rank;
        std::uint64_t priority;
        slot order;
        friend auto operator<=>(const ranked&, const ranked&) = default;
    };
    using ranked_set = std::pmr::set<ranked>;
    static constexpr ranked first_ranked{std::numeric_limits<std::int64_t>::min(), 0, 0};
    /// Orders by priority.
    using queue_set = std::pmr::map<std::uint64_t, slot>;
    struct timer {
        timestamp at;
        order_id id;
        slot order;
        friend auto operator<=>(const timer&, const timer&) = default;
    };

    static constexpr std::size_t max_group = 8;
    struct group {
        account_id account;
        std::uint8_t size = 0;
        bool complete = false;
        std::uint8_t count = 0;
        slot number = no_slot;                  ///< in `group_ids_`
        std::array<slot, max_group> members{};  ///< in order of acceptance
    };
    using group_map = std::pmr::map<std::uint64_t, group>;

    /// How a walk ended.
    enum class walk_end : std::uint8_t { done, interrupted, cancelled };

    // --- Orders and their terms -------------------------------------------------------------------
    [[nodiscard]] slot find_slot(order_id id) const noexcept { return index_.find(id); }
    [[nodiscard]] order_terms* terms_of(const order_node& node) noexcept {
        return node.terms == no_slot ? nullptr : &terms_[node.terms];
    }
    [[nodiscard]] const order_terms* terms_of(const order_node& node) const noexcept {
        return node.terms == no_slot ? nullptr : &terms_[node.terms];
    }
    /// A plain order is in the queue, but while it acts.
    [[nodiscard]] node_place place_of(const order_node& node) const noexcept {
        if (node.terms != no_slot) {
            return terms_[node.terms].place;
        }
        return node.in_queue() ? node_place::queue : node_place::acting;
    }
    void set_place(order_node& node, node_place place) noexcept {
        if (node.terms != no_slot) {
            terms_[node.terms].place = place;
        }
    }
    /// What a candidate offers (4.7.4).
    [[nodiscard]] std::int64_t offered(const order_node& node) const noexcept;
    [[nodiscard]] static bool is_peg(const order_node& node) noexcept {
        return node.type == order_type::primary_peg || node.type == order_type::mid_peg;
    }
    [[nodiscard]] static bool is_stop(const order_node& node) noexcept {
        return node.type >= order_type::stop && node.type <= order_type::trailing_stop;
    }
    /// Whether what remains of the order stands in the queue rather than among the hidden.
    [[nodiscard]] static bool is_hidden(const order_node& node, const order_terms& terms) noexcept {
        return is_peg(node) || is_conditional(node, terms);
    }
    [[nodiscard]] static bool is_conditional(const order_node& node,
                                             const order_terms& terms) noexcept {
        return terms.all_or_none || node.filled < terms.minimum;
    }
    [[nodiscard]] static std::int64_t requirement(const order_node& node,
                                                  const order_terms& terms) noexcept;
    /// Of two resting orders, or of one and one that comes.
    template <class Order>
    [[nodiscard]] static bool same_owner(const Order& a, const order_node& b) noexcept {
        return a.account == b.account ||
               (a.trade_group == b.trade_group && a.trade_group.value != 0);
    }
    [[gnu::always_inline]] inline static void write_order(order_node& node, const new_order& order,
                                                          slot level, bool post_only) noexcept;
    inline slot add_order(const new_order& order, const order_index::position& where);
    void add_terms(slot at, const new_order& order);
    void count_in(slot at);
    void forget(slot at) noexcept;
    /// Whether an uncrossing ends the order if it is in the queue then (2.5.2).
    [[nodiscard]] static bool ends_with_auction(const order_node& node) noexcept {
        return node.type == order_type::market || node.tif == time_in_force::at_the_open ||
               node.tif == time_in_force::at_the_close;
    }

    // --- Events -----------------------------------------------------------------------------------
    [[nodiscard]] event about(slot at, event_kind kind) const noexcept;
    void tell(slot at, event_kind kind, std::int64_t lots, reason why, event_buffer& out) const;
    void refuse(event_kind kind, order_id id, account_id account, reason why,
                event_buffer& out) const;

    // --- Checks (checks.cpp): sections 3 and 12.3 ---------------------------------------------------
    /// True if the order needs no `order_terms`, whatever the checks say of it.
    [[nodiscard]] static bool needs_no_terms(const new_order& order) noexcept;
    /// True if a plain order that is not post-only passes all checks, while the book is calm and has
    /// fewer orders than it may have.
    [[nodiscard]] bool passes(const new_order& order) const noexcept {
        return order.id.value != 0 && order.quantity.lots > 0 && order.quantity <= max_order_lots;
    }
    /// True if nothing but the queues and the stops has to be looked at.
    void note_calm() noexcept {
        calm_ = is_open() && plain_rules_ && row_.rules.volatility_bps == 0 &&
                hidden_by_priority_.empty() && pending_.empty();
        quiet_ = calm_ && !notes_changes_;
    }
    [[nodiscard]] static bool combination_allowed(const new_order& order) noexcept;
    [[nodiscard]] reason check_new(const new_order& order) const;
    [[nodiscard]] reason check_replace(slot at, const replace_order& request) const;
    [[nodiscard]] reason check_quantity(std::int64_t lots) const noexcept;
    [[nodiscard]] bool accepted_now(time_in_force tif) const noexcept;
    [[nodiscard]] bool outside_band(std::int64_t price_ticks) const noexcept;
    [[nodiscard]] reason check_notional(std::int64_t price_ticks, std::int64_t lots) const noexcept;
    [[nodiscard]] reason check_replace_standing(const order_node& node,
                                                const replace_order& request, std::int64_t price,
                                                std::int64_t total) const;
    [[nodiscard]] reason check_room(const new_order& order) const;
    [[nodiscard]] bool on_tick(std::int64_t price_ticks) const noexcept;
    [[nodiscard]] bool would_take(side which, std::int64_t limit, std::int64_t lots) const;

    // --- Entering and matching (matching.cpp): sections 4 and 6 ------------------------------------
    [[nodiscard]] inline static bool has_only(const new_order& order,
                                              std::uint64_t allowed) noexcept;
    [[nodiscard]] inline bool is_plain(slot at, account_id asked_by) const noexcept;
    [[gnu::always_inline]] inline void tell_accepted(const new_order& order,
                                                     event& told) const noexcept;
    [[gnu::always_inline]] inline void tell_cancelled(const order_node& node,
                                                      event& told) const noexcept;
    [[gnu::always_inline]] inline void tell_replaced(const order_node& node,
                                                     event& told) const noexcept;
    // Twice each: with `Notes`, of a book that notes what changes (changes.cpp).
    template <bool Notes>
    [[gnu::always_inline]] inline void submit_quickly(const new_order& order, event_buffer& out);
    template <bool Notes>
    [[gnu::always_inline]] inline void cancel_quickly(const cancel_order& request,
                                                      event_buffer& out);
    template <bool Notes>
    [[gnu::always_inline]] inline void replace_quickly(const replace_order& request,
                                                       event_buffer& out);
    [[gnu::noinline]] void submit_noting(const new_order& order, event_buffer& out);
    [[gnu::noinline]] void cancel_noting(const cancel_order& request, event_buffer& out);
    [[gnu::noinline]] void replace_noting(const replace_order& request, event_buffer& out);
    [[gnu::always_inline]] inline void apply_one(const command& each, event_buffer& out);
    [[gnu::noinline]] void apply_entry(std::span<const command> commands, event_buffer& out);
    void apply_ahead(std::span<const command> commands, event_buffer& out, std::size_t* ends);
    [[gnu::noinline]] void apply_rare(const command& rare, event_buffer& out);
    [[gnu::noinline]] void submit_otherwise(const new_order& order, event_buffer& out);
    [[gnu::noinline]] void cancel_otherwise(const cancel_order& request, event_buffer& out);
    [[gnu::noinline]] void replace_otherwise(const replace_order& request, event_buffer& out);
    void submit_plain(const new_order& order, const order_index::position& where,
                      event_buffer& out);
    [[nodiscard]] bool take(const new_order& order, std::int64_t& remaining, event_buffer& out);
    [[nodiscard]] bool take_level(const new_order& order, std::int64_t& remaining,
                                  price_ladder& book, event_buffer& out);
    void submit_carefully(const new_order& order, const order_index::position& where,
                          event_buffer& out);
    void submit_with_terms(const new_order& order, const order_index::position& where,
                           event_buffer& out);
    void reject(const new_order& order, reason why, event_buffer& out);
    void replace_done(slot at, const replace_order& request, event_buffer& out);
    void enter(slot at, event_buffer& out);
    void execute(slot at, std::int64_t limit, event_buffer& out);
    [[nodiscard]] walk_end walk(slot at, std::int64_t limit, event_buffer& out);
    template <bool AnyHidden>
    [[nodiscard]] walk_end walk_past(slot at, std::int64_t limit, event_buffer& out);
    void dispose_remainder(slot at, walk_end how, event_buffer& out);
    /// The first hidden order of a side for an aggressor with this much left (4.7.1), or none.
    /// Begins at `passed` and moves it on: one walk looks at each order once.
    [[nodiscard]] slot hidden_candidate(side which, std::int64_t remaining, std::int64_t limit,
                                        ranked& passed) const;
    [[nodiscard]] const ranked_set& hidden_of(side which) const noexcept {
        return hidden_[static_cast<std::size_t>(which)];
    }
    void trade(slot resting, slot aggressor, std::int64_t price_ticks, event_buffer& out);
    void after_trade(slot resting, std::int64_t lots, event_buffer& out);
    void free_met_minimum(slot at);
    /// Remembers a print for 5.3. A walk's prices only get worse, so its first and last tell all.
    void note_print(std::int64_t price_ticks) {
        if (waiting_[0].empty() && waiting_[1].empty()) {
            return;
        }
        if (prints_.size() < 2) {
            prints_.push_back(price_ticks);
        } else {
            prints_.back() = price_ticks;
        }
    }
    /// Some trades at one price, of `lots` together.
    void count_trades(std::uint64_t trades, std::int64_t price_ticks, std::int64_t lots) noexcept;
    [[gnu::always_inline]] inline void tell_fill(slot at, std::int64_t price_ticks,
                                                 std::int64_t lots, std::uint8_t flags,
                                                 event_buffer& out) const;
    [[gnu::always_inline]] inline void tell_taken(const new_order& order, std::int64_t price_ticks,
                                                  std::int64_t lots, std::int64_t remaining,
                                                  event_buffer& out) const;
    /// True if the aggressor ended (6.7).
    [[nodiscard]] bool prevent(slot resting, slot aggressor, std::int64_t price_ticks,
                               event_buffer& out);
    [[nodiscard]] bool decrement(slot resting, slot aggressor, std::int64_t lots,
                                 event_buffer& out);
    void shrink(slot at, std::int64_t lots) noexcept;
    void refill_if_empty(slot at, event_buffer& out);
    [[nodiscard]] bool outside_corridor(std::int64_t price_ticks) const noexcept {
        return corridor_on_ && (price_ticks < corridor_low_ || price_ticks > corridor_high_);
    }
    void set_corridor() noexcept;
    void interrupt(event_buffer& out);

    // --- The trial (trial.cpp): 4.9 -----------------------------------------------------------------
    struct paper;
    struct trial_result {
        bool fills = false;
        trial_memory failed{};  ///< if it does not fill: for later
    };
    [[nodiscard]] trial_result trial(slot at, std::int64_t limit, std::int64_t wanted) const;
    [[nodiscard]] std::int64_t most_to_fill(const order_node& aggressor, std::int64_t limit,
                                            std::int64_t wanted) const;
    void trial_walk(paper& sheet) const;
    void end_at_corridor(paper& sheet, std::int64_t price) const;
    void trial_level(paper& sheet, slot level) const;
    [[nodiscard]] bool prevents(const order_node& aggressor,
                                const order_node& resting) const noexcept {
        return aggressor.self_trade != self_trade_prevention::none &&
               same_owner(aggressor, resting);
    }
    [[nodiscard]] standing standing_of(const order_node& node) const noexcept;
    bool trial_meet(paper& sheet, slot resting, std::int64_t& left, std::int64_t offer) const;

    // --- Places (places.cpp): 1.4 -------------------------------------------------------------------
    [[gnu::always_inline]] inline void link_behind(slot tail, slot at, price_level& level) noexcept;
    inline price_level& link(slot at);
    [[gnu::always_inline]] inline void unlink_from(price_level& level, slot at) noexcept;
    void append(slot at);
    void remove(slot at) noexcept;
    void to_queue(slot at);
    void to_hidden(slot at, bool keep_priority);
    void to_waiting(slot at);
    [[nodiscard]] ranked stop_key(slot at) const noexcept;
    void to_parked(slot at);
    void to_pending(slot at);
    void to_held(slot at);
    void leave_place(slot at) noexcept;
    void unrank_hidden(slot at) noexcept;
    void rank_hidden(slot at);
    [[nodiscard]] static std::int64_t rank_of(side which, std::int64_t price_ticks) noexcept {
        // Better prices first: the complement turns the order around without overflow.
        return which == side::buy ? ~price_ticks : price_ticks;
    }

    // --- Ends and groups (groups.cpp): section 9 ----------------------------------------------------
    /// Ends an order with `cancelled`: event, out of its place, group effects, forgotten.
    void end(slot at, reason why, event_buffer& out);
    /// Ends those of all live orders that are `wanted`, by rising order id; nothing to look for if
    /// it is known that there are `none`.
    template <class Predicate>
    void end_all(const Predicate& wanted, bool none, reason why, event_buffer& out);
    void uncount_if_ordinary(const order_node& node, order_terms& terms) noexcept;
    void join_group(slot at, const new_order& order);
    void complete_group(std::uint64_t id, event_buffer& out);
    void activate(slot at, event_buffer& out);
    void group_after_trade(slot at, event_buffer& out);
    void group_after_end(slot at, event_buffer& out);
    void cancel_others(group_map::iterator where, slot except, event_buffer& out);
    void activate_exits(group_map::iterator where, slot entry, event_buffer& out);
    void leave_alone(group_map::iterator where);
    [[nodiscard]] bool fits_group(const new_order& order) const;
    [[nodiscard]] bool entry_lives(const group& all) const noexcept;
    void fail_group(const new_order& order, event_buffer& out);

    // --- Stops, pegs, settling (settling.cpp): 5, 7.4, 10 -------------------------------------------
    void begin_command() noexcept {
        if (row_.rules.volatility_bps != 0) {
            set_corridor();
        }
    }
    void enter_stop(slot at, event_buffer& out);
    void trigger(slot at, event_buffer& out);
    [[nodiscard]] bool meets_stop(const order_node& node, const order_terms& terms,
                                  std::int64_t last) const noexcept;
    void look_at_prints(event_buffer& out);
    void elect(std::int64_t print);
    void move_trailing(std::int64_t print);
    void settle(event_buffer& out) {
        if (!calm_) {
            settle_fully(out);
        }
    }
    void retry(slot at, event_buffer& out);
    void settle_fully(event_buffer& out);
    void act(slot at, event_buffer& out);
    void price_pegs();
    [[nodiscard]] std::optional<std::int64_t> peg_price(const order_node& node,
                                                        const order_terms& terms) const noexcept;
    [[nodiscard]] slot find_retry();
    [[nodiscard]] bool hidden_may_trade() const noexcept;
    /// So many lots have come to or will leave a place from which they may trade. Every change of the
    /// queues and of what is hidden is noted, while there are hidden orders.
    void note_change(slot at, std::int64_t lots) noexcept {
        if (!hidden_by_priority_.empty()) [[unlikely]] {
            tell_hidden(at, lots);
        }
    }
    void tell_hidden(slot at, std::int64_t lots) noexcept;
    /// All trials may come out otherwise now.
    void forget_trials() noexcept;

    // --- States, time, auctions (states.cpp, auction.cpp): 2, 8, 11 ---------------------------------
    void note_rules() noexcept;
    void note_due() noexcept { due_ = next_due().value_or(timestamp{INT64_MAX}); }
    void do_what_is_due(event_buffer& out);
    void enter_state(const set_state& wanted, reason why, event_buffer& out);
    void fire_timer(event_buffer& out);
    void uncross(event_buffer& out);
    [[nodiscard]] clearing_prices crossed_prices() const;
    [[nodiscard]] std::optional<clearing> choose(const clearing_prices& prices) const;
    /// Returns the lots.
    std::int64_t trade_in_auction(std::int64_t price_ticks, event_buffer& out);
    void take_in_auction(slot at, std::int64_t lots) noexcept;
    void show_icebergs_anew();

    // --- Changes (changes.cpp) ----------------------------------------------------------------------
    struct order_table;
    struct group_table;
    /// Before an order changes.
    void touch(slot at) {
        if (notes_changes_ && !changed_orders_.is_noted(at)) [[unlikely]] {
            note_order(at);
        }
    }
    /// Before an order goes.
    void drop(slot at) {
        if (!notes_changes_) {
            return;
        }
        if (changed_orders_.is_known(at)) [[unlikely]] {
            drop_order(at);
        } else {
            changed_orders_.forget(at);
        }
    }
    void begin_noting();
    [[gnu::noinline]] void note_order(slot at);
    [[gnu::noinline]] void drop_order(slot at);
    void touch_group(const group& all);
    void drop_group(const group& all);

    // --- Rows (rows.cpp) ----------------------------------------------------------------------------
    [[nodiscard]] order_row row_of(slot at) const noexcept;
    [[nodiscard]] group_row row_of(std::uint64_t id, const group& all) const;
    // What rows must be for the book to work (row_checks.cpp).
    [[nodiscard]] static bool is_sound(const book_row& row) noexcept;
    /// The order as it might have been asked for.
    [[nodiscard]] static new_order asked(const order_row& row) noexcept;
    [[nodiscard]] static bool is_sound(const order_row& row) noexcept;
    [[nodiscard]] bool is_sound(const group_row& row) const;
    [[nodiscard]] bool load_order(const order_row& row);
    [[nodiscard]] bool load_group(const group_row& row);
    void load_place(slot at, order_place place);
    [[nodiscard]] bool load_shown(slot at, std::int64_t shown) noexcept;
    [[nodiscard]] bool members_have_groups() const;

    [[nodiscard]] bool is_open() const noexcept { return row_.state == market_state::open; }
    [[nodiscard]] bool is_collecting() const noexcept {
        return row_.state == market_state::pre_open || row_.state == market_state::auction;
    }

    // What every command looks at, together.
    order_pool orders_;
    order_index index_;
    changed_rows changed_orders_;
    std::array<price_ladder, 2> ladders_{price_ladder{side::buy}, price_ladder{side::sell}};
    book_row row_;
    timestamp due_{INT64_MAX};  ///< nothing is due before
    bool calm_ = false;
    bool quiet_ = false;          ///< calm, and changes are not noted
    bool notes_changes_ = false;  ///< false: changed rows have not been asked for yet
    bool plain_rules_ = false;    ///< tick and lot 1, no limits but max_order_lots, no band
    bool corridor_on_ = false;
    std::int64_t corridor_low_ = 0;
    std::int64_t corridor_high_ = 0;
    std::uint32_t conditional_or_pegged_ = 0;  ///< 3.19: live orders that count as hidden
    std::uint32_t trailing_count_ = 0;
    wide_int most_by_replace_ = wide_int{1} << 126U;  ///< ticks × lots; no order has more
    std::uint32_t auction_only_ = 0;  ///< live orders that an uncrossing ends (2.5.2)
    bool try_again_ = false;          ///< some hidden order's trial has to be made again
    bool pegs_dirty_ = false;         ///< a peg came, or the book opened, since pegs were priced

    // Everything rarer.
    slot_pool<order_terms> terms_;
    node_memory nodes_;
    std::array<ranked_set, 2> hidden_{ranked_set(nodes_.get()), ranked_set(nodes_.get())};
    queue_set hidden_by_priority_{nodes_.get()};
    queue_set pegs_{nodes_.get()};  ///< those of the hidden orders that are pegged
    std::array<ranked_set, 2> waiting_{ranked_set(nodes_.get()), ranked_set(nodes_.get())};
    queue_set trailing_{nodes_.get()};  ///< those of the waiting orders that trail
    queue_set parked_{nodes_.get()};
    queue_set pending_{nodes_.get()};
    std::pmr::set<timer> timers_{nodes_.get()};
    group_map groups_{nodes_.get()};
    slot_pool<std::uint64_t> group_ids_;  ///< of the groups, by a number of each
    changed_rows changed_groups_;
    std::vector<std::int64_t> prints_;      ///< since 5.3 was last done
    std::optional<std::int64_t> pegs_bid_;  ///< best prices that the pegs were last priced by
    std::optional<std::int64_t> pegs_ask_;
    std::vector<ranked> elected_;
    clearing_prices* clearing_ = nullptr;  ///< of the uncrossing that is being done
};

}  // namespace bourse
