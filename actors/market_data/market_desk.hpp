#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "actors/market_data/market_change.hpp"
#include "actors/session/session.hpp"

namespace bourse {

/// Who reads: a session, and the number of its request.
struct market_reader_id {
    std::uint64_t session = 0;
    std::uint64_t ask = 0;
    friend constexpr auto operator<=>(const market_reader_id&, const market_reader_id&) = default;
};

/// What the market's desk says, to whom; and what it wants.
struct market_effects {
    struct push {
        market_reader_id to;
        session_answer what;
    };
    /// What it wants to hear of from now on. Depth zero: nothing any more.
    struct watch {
        market_wish wish;
        bool wants_whole = false;  ///< and all of it, once, now
    };
    std::vector<push> pushes;
    std::vector<watch> watches;
};

/// Market data of many symbols for many readers: a snapshot, then what has changed.
///
/// The problem: a book changes faster than some readers read, and what one reader cannot take must not cost others. So nothing is
/// queued: a reader without credit is left out, and when it has credit again it gets a new snapshot.
///
/// What holds, of every reader:
/// 1. First comes a snapshot. Every increment says the number before (`previous`), which is that of the push before; in between nothing
///    happened that the feed would show.
/// 2. Levels: applied to the snapshot, increments give the levels of the book after the event `number`, exactly. A trade is told once,
///    unless the reader was conflated (`was_conflated`), and those of before its snapshot are not told.
/// 3. Each push costs one credit; nothing is pushed without.
///
/// Bounds: readers are those of the sessions; of trades only those of one change are kept. One thread; no clock.
class market_desk {
public:
    /// Answered by `subscribed` and the snapshot, when `changed` brings it, or by `not_found`.
    void subscribe(market_reader_id who, const subscribe_market& what);
    void unsubscribe(market_reader_id who);
    void grant(market_reader_id who, std::uint32_t pushes);
    void close(std::uint64_t session);
    /// What was wished for, in order.
    void changed(const market_change& change);
    /// There is no such symbol.
    void missing(symbol_id symbol);

    [[nodiscard]] market_effects take();
    [[nodiscard]] std::size_t readers() const noexcept { return symbols_of_.size(); }

private:
    struct reader {
        market_feed feed = market_feed::top;
        std::uint32_t depth = 1;
        std::uint32_t credit = first_credit;
        std::uint64_t number = 0;  ///< of the last push
        bool is_begun = false;     ///< has had a snapshot
        bool is_behind = false;    ///< something was left out
        market_state state = market_state::open;
        std::vector<level_line> bids;  ///< as told
        std::vector<level_line> asks;

        /// A snapshot may be on its way that was asked for before this one came, and has less in it.
        [[nodiscard]] bool is_served_by(const market_change& whole) const noexcept {
            return whole.depth >= depth && (whole.with_orders || feed != market_feed::orders);
        }
    };
    struct symbol_readers {
        market_wish wish;
        std::map<market_reader_id, reader> readers;
    };

    void wish_anew(symbol_readers& of, bool wants_whole);
    void tell(market_reader_id who, reader& to, const market_change& change);
    void tell_whole(market_reader_id who, reader& to, const market_change& change);

    std::map<symbol_id, symbol_readers> symbols_;
    std::map<market_reader_id, symbol_id> symbols_of_;
    market_effects out_;
};

}  // namespace bourse
