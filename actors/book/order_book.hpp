#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "messages/book_rows.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/instrument.hpp"
#include "messages/numbers.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

struct row_change;

/// One price of the book as the public sees it.
struct book_level {
    bourse::price price;
    quantity lots;             ///< shown parts only
    std::uint32_t orders = 0;  ///< how many orders stand in the queue here
    friend bool operator==(const book_level&, const book_level&) = default;
};

/// What an auction would do now (RULES.md 8.4).
struct indicative_auction {
    bourse::price price;
    quantity volume;
    std::int64_t imbalance_lots = 0;  ///< demand − supply at the price
    friend bool operator==(const indicative_auction&, const indicative_auction&) = default;
};

/// How far an order is from the front of its queue (RULES.md 12.6).
struct queue_position {
    std::uint64_t orders_ahead = 0;
    quantity lots_ahead;  ///< shown parts of the orders ahead
    friend bool operator==(const queue_position&, const queue_position&) = default;
};

/// The order book of one symbol: a deterministic machine that matches orders.
///
/// Commands go in, events come out; RULES.md beside this file says what must happen. Nothing else
/// goes in: no clock, no randomness, no I/O, no thread, no floating point, and no order of
/// addresses or hash tables decides anything.
///
/// Invariants, between commands:
/// - every live order is in exactly one place (RULES.md 1.4);
/// - in state open the queues are not crossed;
/// - the same entries, cut anywhere by `save` and `restore`, give the same events and the same rows.
///
/// Cost: a command on plain limit orders touches a constant number of cache lines, whatever rests;
/// a new price costs one search in an ordered index of price blocks. No command on that path
/// allocates once the book has held as many orders before. Memory follows what rests: `compact`
/// gives back what a past peak has left behind.
///
/// What a single command may cost beyond that, README.md says.
///
/// One thread at a time. Bounds: `instrument::max_orders` live orders, `max_hidden_orders`,
/// `max_trailing_stops`; events a command: 2 a trade and 1 a refill, at most 100 refills an order.
class order_book {
public:
    /// A book by `rules`, in `state` (not auction), with nothing in it. `find_fault(rules)` must be null: an
    /// instrument that is wrong is refused where it enters, not here.
    /// A book that was moved from may only be destroyed or assigned to.
    explicit order_book(instrument rules, market_state state = market_state::open);
    ~order_book();
    order_book(order_book&&) noexcept;
    order_book& operator=(order_book&&) noexcept;

    // --- Commands -------------------------------------------------------------------------------

    /// Applies one entry (RULES.md 1.2): what is due at `now`, then each command. Events are
    /// appended to `out`.
    void apply(timestamp now, std::span<const command> commands, event_buffer& out);

    /// The same, and appends to `ends` how many events `out` had after each command: what is due counts
    /// with the first.
    void apply(timestamp now, std::span<const command> commands, event_buffer& out,
               std::vector<std::size_t>& ends);

    /// Only the first part of `apply`: time passes to `now`, and what is due happens. A time before
    /// the last one counts as the last one.
    void advance(timestamp now, event_buffer& out);

    /// One command, at the time that the book has. `apply` is `advance` and these.
    void submit(const new_order& order, event_buffer& out);
    void cancel(const cancel_order& request, event_buffer& out);
    void replace(const replace_order& request, event_buffer& out);
    /// Looks at every live order once, whosever it is: O(live orders), even for an account that has
    /// none. Who knows an account's orders cancels them one by one instead.
    void cancel_all(const mass_cancel& request, event_buffer& out);
    void change_state(const set_state& request, event_buffer& out);
    void change_reference(const set_reference& request, event_buffer& out);

    /// From now on a replace that would leave more than `most` ticks × lots to be traded is refused with `above_max_notional`,
    /// whatever the instrument allows: who settles what trades can bear no more. Not part of the rows.
    void bound_replaces(wide_int most) noexcept;

    // --- Queries --------------------------------------------------------------------------------

    [[nodiscard]] const instrument& rules() const noexcept;
    [[nodiscard]] market_state state() const noexcept;
    [[nodiscard]] auction_kind auction() const noexcept;
    /// The state with its timer, as the `set_state` that would bring it about.
    [[nodiscard]] set_state timed_state() const noexcept;
    [[nodiscard]] timestamp now() const noexcept;
    /// The next moment at which something is due, or nothing (RULES.md 11.3).
    [[nodiscard]] std::optional<timestamp> next_due() const noexcept;

    /// The best level of a side, or nothing.
    [[nodiscard]] std::optional<book_level> best(side which) const noexcept;
    /// Fills `levels` from the best price outwards and returns how many there were to fill.
    [[nodiscard]] std::size_t depth(side which, std::span<book_level> levels) const noexcept;
    /// All that is known of a live order, or nothing.
    [[nodiscard]] std::optional<order_row> find(order_id id) const noexcept;
    /// Where a live order stands in its queue; nothing if it is in no queue. Walks the queue.
    [[nodiscard]] std::optional<queue_position> position(order_id id) const noexcept;
    /// What the auction would do now, or nothing if no volume would trade. Walks the levels.
    [[nodiscard]] std::optional<indicative_auction> indicative() const;
    [[nodiscard]] const book_statistics& statistics() const noexcept;
    [[nodiscard]] std::optional<price> last_price() const noexcept;
    [[nodiscard]] std::optional<price> reference_price() const noexcept;
    /// How many orders are live.
    [[nodiscard]] std::size_t size() const noexcept;

    // --- State as rows --------------------------------------------------------------------------

    /// The whole state, in an order that depends on nothing but the state: two books with the same
    /// rows behave alike for ever.
    [[nodiscard]] book_rows save() const;

    /// A book with exactly the state of `rows`, or nothing when they contradict themselves (an id
    /// twice, a place that does not fit the order, a group that is not whole).
    [[nodiscard]] static std::optional<order_book> restore(const book_rows& rows);

    /// What is neither an order nor a group.
    [[nodiscard]] const book_row& row() const noexcept;

    /// Orders and groups that have changed since the last hand-over that was stored, in slices: `begin_hand_over`
    /// says as of when; `hand_over` adds changes to `out` until it holds `most`, and is true when all
    /// have been handed over; between two slices the book may go on. Then `end_hand_over` says whether they
    /// have been stored; what has not comes again next time. A restored book begins with all of it stored.
    void begin_hand_over();
    [[nodiscard]] bool hand_over(std::size_t most, std::vector<row_change>& out);
    void end_hand_over(bool stored);

    /// Gives back the memory that a past peak has left behind: moves the live orders together and
    /// frees the rest. Changes nothing that can be seen. Cost follows what rests; meant for idle
    /// moments between checkpoints: not while rows are handed over, and then all orders are handed
    /// over once more.
    void compact();

    /// Bytes held from the allocator for orders, levels, indexes and sets, in use or not.
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    class machine;
    std::unique_ptr<machine> machine_;
};

}  // namespace bourse
