#pragma once

#include <cstdint>
#include <string_view>

#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"
#include "messages/reason.hpp"

namespace bourse {

/// What happened. The numbers are stored and sent: append only.
enum class event_kind : std::uint8_t {
    none = 0,
    // Answers to commands.
    accepted = 1,          ///< a new order is in the book
    rejected = 2,          ///< a new order is not; final
    replaced = 3,          ///< a replace was done
    replace_rejected = 4,  ///< a replace was refused, the order is as before
    cancel_rejected = 5,   ///< a cancel was refused
    command_rejected = 6,  ///< an operator command was refused
    // What becomes of an order.
    fill = 10,       ///< it traded: two of these a trade, resting order first, one number
    cancelled = 11,  ///< it ended without trading what remained; final
    reduced = 12,    ///< self-trade prevention took some of it
    triggered = 13,  ///< a stop's condition was met and it now acts
    activated = 14,  ///< a held group member now acts
    refilled = 15,   ///< an iceberg shows its next part, at the end of its queue
    prevented = 16,  ///< a match of one owner's orders did not happen
    // What becomes of the book.
    state_changed = 20,
    uncrossed = 21,  ///< an auction ended at a price
    reference_set = 22,
    // What the ledger says (actors/ledger/RULES.md, section 7).
    repeated = 30,         ///< the client id is known: nothing was done again
    command_refused = 31,  ///< a command that is about no order was refused
    account_changed = 32,  ///< an account was opened, or a limit, block or lease of it changed
    adjusted = 33,         ///< an asset of the account moved without a trade
    command_done = 34,     ///< a command that names no account was carried out or passed on
};

/// The kind's name as written above, for example "replace_rejected"; "unknown_kind" for other numbers.
[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;

/// One record of what a book did: 64 bytes, copied as it is.
///
/// Each answer about an order carries its whole standing: what is filled, what remains, its
/// version, and whether this is the final answer. `remaining + filled` is its total quantity, less
/// what self-trade prevention or a cancel took.
///
/// | kind             | order     | number            | price         | lots              |
/// |------------------|-----------|-------------------|---------------|-------------------|
/// | accepted         | the order | 0                 | worst price   | quantity          |
/// | rejected         | the order | 0                 | worst price   | quantity          |
/// | replaced         | the order | 0                 | worst price   | new total         |
/// | *_rejected       | as asked  | 0                 | 0             | 0                 |
/// | fill             | the order | trade number      | trade price   | traded            |
/// | cancelled        | the order | 0                 | worst price   | what was cancelled|
/// | reduced          | the order | 0                 | worst price   | what was taken    |
/// | triggered        | the order | 0                 | stop price    | remaining         |
/// | activated        | the order | 0                 | worst price   | remaining         |
/// | refilled         | the order | 0                 | its price     | shown now         |
/// | prevented        | resting   | aggressor's order | would-be price| would have traded |
/// | state_changed    | 0         | see state_number  | 0             | 0                 |
/// | uncrossed        | 0         | trades made       | auction price | volume            |
/// | reference_set    | 0         | 1 set, 0 cleared  | reference     | 0                 |
/// | repeated         | the first's | its report number | 0           | 0                 |
/// | command_refused  | 0         | 0                 | 0             | 0                 |
/// | account_changed  | 0         | 0                 | 0             | 0                 |
/// | adjusted         | 0         | the asset         | 0             | the signed amount |
/// | command_done     | 0         | 0                 | 0             | 0                 |
struct alignas(64) event {
    event_kind kind = event_kind::none;
    bourse::side side = bourse::side::buy;
    bourse::reason reason = bourse::reason::none;
    std::uint8_t flags = 0;
    std::uint32_t version = 0;  ///< replaces done on the order so far, modulo 2^31
    order_id order{};
    std::uint64_t number = 0;
    bourse::price price{};
    quantity lots{};
    quantity filled{};
    quantity remaining{};
    account_id account{};
    symbol_id symbol{};

    static constexpr std::uint8_t final_answer = 1;  ///< the order has ended
    static constexpr std::uint8_t aggressor = 2;     ///< fill: this order took
    static constexpr std::uint8_t in_auction = 4;    ///< fill: traded in a call auction
    static constexpr std::uint8_t held = 8;          ///< accepted: held until its group acts
    static constexpr std::uint8_t pending = 16;      ///< repeated: the first is not answered yet

    [[nodiscard]] constexpr bool is_final() const noexcept { return (flags & final_answer) != 0; }

    friend bool operator==(const event&, const event&) = default;
};
static_assert(sizeof(event) == 64);

/// `event::number` of a state change: state in bits 0–7, auction kind in 8–15, and the state
/// before in 16–23.
[[nodiscard]] constexpr std::uint64_t state_number(market_state now, auction_kind auction,
                                                   market_state before) noexcept {
    return static_cast<std::uint64_t>(now) | static_cast<std::uint64_t>(auction) << 8U |
           static_cast<std::uint64_t>(before) << 16U;
}

}  // namespace bourse
