#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "actors/book/order_book.hpp"
#include "messages/book_rows.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/instrument.hpp"

namespace bourse {

/// A live order of the reference book: the row that everybody knows, and what only a book needs.
struct reference_order : order_row {
    bool ended = false;   ///< had its final answer; swept away when the command is done
    bool acting = false;  ///< taken out of its place to trade (RULES.md 1.5, 10.4)
    std::optional<bourse::price> moment;  ///< a peg's price of the moment (7.4)
    quantity asked;      ///< the total as last accepted or replaced; for `check` only
    quantity prevented;  ///< what self-trade prevention took since then; for `check` only

    [[nodiscard]] bool is_in(order_place where) const noexcept {
        return !ended && !acting && place == where;
    }
};

/// A group of the reference book (RULES.md 9). Members are named in order of acceptance.
struct reference_group {
    order_group_id id;
    account_id account;
    std::uint8_t size = 0;
    bool complete = false;
    std::vector<order_id> members;
};

/// The slow, obvious order book that the fast one is compared with.
///
/// It is written from actors/book/RULES.md alone, and each function names its rule. All orders
/// stand in one vector by rising id; whatever is asked, the vector is scanned. It has no index, so
/// there is no index that could be wrong. A whole book can be copied, which is how a trial (4.9)
/// is held: on a copy.
///
/// An order that ends stays in the vector, marked, until the command is done. New orders come only
/// at the begin of a command. So within a command references to orders stay valid.
class reference_book {
public:
    explicit reference_book(instrument rules, market_state state = market_state::open);

    // --- Commands: as in `order_book` ---------------------------------------------------------
    void apply(timestamp now, std::span<const command> commands, std::vector<event>& out);
    void advance(timestamp now, std::vector<event>& out);
    void submit(const new_order& order, std::vector<event>& out);
    void cancel(const cancel_order& request, std::vector<event>& out);
    void replace(const replace_order& request, std::vector<event>& out);
    void cancel_all(const mass_cancel& request, std::vector<event>& out);
    void change_state(const set_state& request, std::vector<event>& out);
    void change_reference(const set_reference& request, std::vector<event>& out);

    // --- Queries: as in `order_book` ----------------------------------------------------------
    [[nodiscard]] const instrument& rules() const noexcept { return *rules_; }
    [[nodiscard]] market_state state() const noexcept { return state_; }
    [[nodiscard]] auction_kind auction() const noexcept { return auction_; }
    [[nodiscard]] timestamp now() const noexcept { return now_; }
    [[nodiscard]] std::optional<timestamp> next_due() const noexcept;
    [[nodiscard]] std::optional<book_level> best(side which) const noexcept;
    [[nodiscard]] std::size_t depth(side which, std::span<book_level> levels) const noexcept;
    [[nodiscard]] std::optional<order_row> find(order_id id) const noexcept;
    [[nodiscard]] std::optional<queue_position> position(order_id id) const noexcept;
    [[nodiscard]] std::optional<indicative_auction> indicative() const;
    [[nodiscard]] const book_statistics& statistics() const noexcept { return statistics_; }
    [[nodiscard]] std::optional<price> last_price() const noexcept { return last_; }
    [[nodiscard]] std::optional<price> reference_price() const noexcept { return reference_; }
    [[nodiscard]] std::size_t size() const noexcept { return orders_.size(); }

    /// All live orders by rising id, for whoever makes up commands.
    [[nodiscard]] const std::vector<reference_order>& orders() const noexcept { return orders_; }
    [[nodiscard]] const std::vector<reference_group>& groups() const noexcept { return groups_; }
    [[nodiscard]] std::uint64_t trades_so_far() const noexcept { return next_trade_ - 1; }

    /// Ends the process with a message when an invariant does not hold. For use between commands.
    void check() const;

private:
    /// What RULES.md calls buy and sell, written once: is `a` a better price than `b` for `which`
    /// to have in its queue (1.6)?
    [[nodiscard]] static bool better(side which, price a, price b) noexcept;

    // Commands and time (reference_book.cpp).
    void begin_step(std::vector<event>& out);
    void end_step();
    void happen_next_due();
    [[nodiscard]] const reference_order* next_expiry() const noexcept;
    [[nodiscard]] bool keeps_priority(const reference_order& o, const replace_order& r) const;
    [[nodiscard]] reference_order& insert(const new_order& order);
    [[nodiscard]] reference_order* find_live(order_id id) noexcept;
    [[nodiscard]] reference_order* find_of(order_id id, account_id account) noexcept;
    reference_order& get(order_id id);
    [[nodiscard]] std::vector<reference_order*> live_orders();

    // Checks (reference_checks.cpp).
    [[nodiscard]] reason refusal(const new_order& o) const;
    [[nodiscard]] reason refusal_of_numbers(const new_order& o) const;
    [[nodiscard]] reason refusal_of_attributes(const new_order& o) const;
    [[nodiscard]] reason refusal_of_room(const new_order& o) const;
    [[nodiscard]] bool fits_group(const new_order& o) const;
    [[nodiscard]] reason refusal(const reference_order& o, const replace_order& r) const;
    [[nodiscard]] reason refusal_of_numbers(const reference_order& o, const replace_order& r) const;
    [[nodiscard]] reason refusal_of_attributes(const reference_order& o,
                                               const replace_order& r) const;
    [[nodiscard]] bool makes_sense(const set_state& request) const;
    [[nodiscard]] reason quantity_fault(quantity lots) const;
    [[nodiscard]] reason notional_fault(price at, quantity lots) const;
    [[nodiscard]] bool on_tick(price at) const;
    [[nodiscard]] bool in_band(price at) const;
    [[nodiscard]] bool would_take(side which, price worst, quantity lots) const;

    // Entering and matching (reference_matching.cpp).
    void enter(reference_order& o, bool by_group);
    void enter_stop(reference_order& o);
    void put(reference_order& o, order_place where);
    void execute(reference_order& a, price limit, bool keeps_hidden_priority = false);
    [[nodiscard]] bool walk(reference_order& a, price limit);
    [[nodiscard]] quantity trial(const reference_order& a, price limit) const;
    void deal_with_remainder(reference_order& a, bool interrupted, bool keeps_hidden_priority);
    [[nodiscard]] reference_order* candidate(const reference_order& a);
    void trade(reference_order& resting, reference_order& a, quantity lots, price at);
    void prevent(reference_order& resting, reference_order& a);
    void decrement(reference_order& resting, reference_order& a, quantity lots);
    void take_unfilled(reference_order& o, quantity lots);
    void take_filled(reference_order& o, quantity lots);
    void refill_if_due(reference_order& o);
    void interrupt();
    [[nodiscard]] bool outside_corridor(price at) const;
    [[nodiscard]] price price_now(const reference_order& o) const;
    void count_trade(price at, quantity lots);
    void look_at_prints();
    void trigger(reference_order& o);
    void price_pegs();
    [[nodiscard]] std::optional<price> peg_price(const reference_order& o) const;
    [[nodiscard]] std::optional<price> best_in_queue(side which) const;
    [[nodiscard]] std::optional<price> round_to_tick(price at, bool up) const;
    void settle();
    void act(reference_order& pending);
    [[nodiscard]] reference_order* first_pending();
    [[nodiscard]] reference_order* first_to_retry();

    // States and auctions (reference_auction.cpp).
    void go_to(market_state state, auction_kind auction, timestamp until, market_state next,
               reason why);
    void timer_fires();
    void uncross();
    void uncross_at(price at);
    [[nodiscard]] std::vector<price> auction_candidates() const;
    [[nodiscard]] std::optional<price> auction_reference() const;
    [[nodiscard]] indicative_auction outcome_at(price at) const;
    [[nodiscard]] reference_order* first_in_queue(side which);
    void cancel_what_was_for_the_auction();
    void expire_the_day();
    void unpark();

    // Groups and ends (reference_groups.cpp).
    void cancel_live(reference_order& o, reason why);
    void end_cancelled(reference_order& o, reason why, quantity lots);
    [[nodiscard]] reference_group* group_of(const reference_order& o);
    [[nodiscard]] reference_group* find_group(order_group_id id);
    [[nodiscard]] const reference_group* find_group(order_group_id id) const;
    [[nodiscard]] const reference_order* entry_of(const reference_group& g) const;
    void join_group(reference_order& o, std::uint8_t size);
    void complete_group(order_group_id id);
    void activate(reference_order& o);
    void after_trade(reference_order& o);
    void after_end(reference_order& o);
    void start_exits(reference_group& g, const reference_order& entry);
    void cancel_others(order_group_id id, order_id except);
    void dissolve(order_group_id id);

    // Events (reference_book.cpp).
    event& say(event_kind kind);
    event& say(event_kind kind, const reference_order& o);

    // Invariants (reference_invariants.cpp).
    void check_order(const reference_order& o) const;
    void check_place(const reference_order& o) const;
    void check_group(const reference_group& g) const;
    void check_counts() const;

    std::shared_ptr<const instrument> rules_;
    std::vector<reference_order> orders_;  ///< by rising id
    std::vector<reference_group> groups_;
    timestamp now_{};
    market_state state_;
    auction_kind auction_ = auction_kind::none;
    timestamp until_{};
    market_state next_ = market_state::open;
    std::optional<price> last_;
    std::optional<price> reference_;
    std::optional<price> corridor_base_;  ///< 7.3
    std::uint64_t next_priority_ = 1;
    std::uint64_t next_trade_ = 1;
    book_statistics statistics_;
    std::vector<price> prints_;  ///< 5.3: since the walk began
    bool on_paper_ = false;      ///< this book is the copy on which a trial is held
    std::vector<event>* out_ = nullptr;
};

/// 6.1
[[nodiscard]] bool is_conditional(const order_row& o) noexcept;
[[nodiscard]] bool is_peg(order_type type) noexcept;
[[nodiscard]] bool is_stop(order_type type) noexcept;
/// 6.2
[[nodiscard]] quantity requirement(const order_row& o) noexcept;

}  // namespace bourse
