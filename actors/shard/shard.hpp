#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "actors/ledger/portfolio_line.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/book_rows.hpp"
#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/shard_command.hpp"
#include "messages/shard_rows.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

class order_book;
struct row_change;

/// What a shard is made with. Part of its state; never changed.
struct shard_settings {
    shard_id id{1};
    duration horizon{24LL * 3600 * 1'000'000'000};  ///< how long client ids are remembered
    std::uint32_t max_outbox = 65'536;              ///< messages to one other shard, at least 8
    std::uint32_t max_open_orders = 1U << 22;
    friend bool operator==(const shard_settings&, const shard_settings&) = default;
};

/// The work that one book has in one round; independent of that of any other book.
class book_turn {
public:
    virtual ~book_turn() = default;
    virtual void run() = 0;
};

/// Runs each of the turns once, in any order or at the same time, and returns when all are done.
using turn_runner = std::function<void(std::span<book_turn* const> turns)>;

/// A deterministic machine of one ledger and many books: it reserves, matches and settles.
///
/// Entries go in, in one order; reports, ledger lines, events and messages for other shards come out.
/// RULES.md beside this file says what must happen, and how the parts take turns. The same entries give
/// the same bytes on every replica, for ever, whether books take their turns in a loop or at once.
///
/// Invariants, after every entry:
/// - for each asset, the positions of all holders add up to zero;
/// - a cash account has nothing negative available;
/// - every order admitted has had its final answer, or is open in its ledger;
/// - report, event, trade and channel numbers have no gap.
///
/// One thread at a time, but for the turns that a `turn_runner` runs. Bounds: see RULES.md.
class shard {
public:
    explicit shard(const shard_settings& settings);
    ~shard();
    shard(shard&&) noexcept;
    shard& operator=(shard&&) noexcept;

    /// Books take their turns by `run`; without one, in a loop.
    void set_runner(turn_runner run);

    /// Takes memory for so many remembered client ids now, where it would otherwise grow with them, and entries
    /// wait for it. Worth calling with a day's orders before a market opens. Changes nothing that can be seen.
    void expect_client_ids(std::size_t count);

    /// Asks memory for what these commands will need, of one entry or of several that are applied soon: worth it where entries
    /// are small and some are known beforehand. Changes nothing.
    void ask_for(std::span<const shard_command* const> soon) const noexcept;
    /// Applies the next entry and leaves in `out` what came of it.
    void apply(const entry& next, shard_output& out);
    /// Passes over an entry that was made void.
    void skip(std::uint64_t index);

    // --- Queries --------------------------------------------------------------------------------

    [[nodiscard]] const shard_settings& settings() const noexcept;
    [[nodiscard]] std::uint64_t index() const noexcept;
    [[nodiscard]] timestamp now() const noexcept;
    /// The next moment at which something is due (RULES.md 3.4), or nothing.
    [[nodiscard]] std::optional<timestamp> next_due() const;
    /// The book of a symbol, or null if it is not here. Valid until the next `apply`.
    [[nodiscard]] const order_book* book(symbol_id symbol) const noexcept;
    /// The number of the newest event of a symbol whose book is here; zero: none yet, or it is not.
    [[nodiscard]] std::uint64_t last_event(symbol_id symbol) const noexcept;
    [[nodiscard]] std::vector<portfolio_line> portfolio(account_id account) const;
    /// The number of the account's newest report; zero: none yet, or no such account here.
    [[nodiscard]] std::uint64_t last_report(account_id account) const;
    [[nodiscard]] std::optional<open_order_row> order(order_id id) const;
    [[nodiscard]] std::vector<open_order_row> orders_of(account_id account) const;
    /// The messages to `peer` that it has not confirmed, from number `first` on: what the transport
    /// sends again. Copies at most `most` of them.
    [[nodiscard]] channel_delivery unconfirmed(shard_id peer, std::uint64_t first,
                                               std::size_t most) const;
    /// A record (RULES.md 7), or null if it is not there. Valid until the next `apply`.
    [[nodiscard]] const record_row* record(record_table table, std::string_view key) const;
    /// At most `most` records of a table by rising key, from behind `after` on; after an empty key: from the
    /// first on.
    [[nodiscard]] std::vector<record_row> records(record_table table, std::string_view after,
                                                  std::size_t most) const;
    /// Over everything that was ever put out (RULES.md 5.2).
    [[nodiscard]] std::uint64_t digest() const noexcept;

    // --- State as rows --------------------------------------------------------------------------

    /// The whole state, in an order that depends on nothing but the state.
    [[nodiscard]] shard_rows save() const;
    /// A shard with exactly the state of `rows`, or nothing when they contradict themselves.
    /// The checkpoint that they came from has all of it: nothing is to be handed over.
    [[nodiscard]] static std::optional<shard> restore(const shard_rows& rows);

    /// Hands over what has changed since the last hand-over that was stored, as it is now (RULES.md 6):
    ///
    ///     begin_hand_over();
    ///     do { apply(…) as often as wanted; done = hand_over(1'000, out); store(out) } while (!done);
    ///     end_hand_over(commit());
    ///
    /// Stored one after the other, the changes make what was stored before into the rows of this moment. Only
    /// one hand-over at a time.
    void begin_hand_over();
    /// Replaces `out` by the next changes, at most `most`, at least 1; true when there are no more.
    [[nodiscard]] bool hand_over(std::size_t most, std::vector<row_change>& out);
    /// Says what became of them. Not stored, at any time, all of it is handed over again next time.
    void end_hand_over(bool stored);

private:
    class machine;
    std::unique_ptr<machine> machine_;
};

}  // namespace bourse
