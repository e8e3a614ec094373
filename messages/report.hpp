#pragma once

#include <cstdint>
#include <type_traits>

#include "messages/event.hpp"
#include "messages/ids.hpp"
#include "messages/numbers.hpp"

/// What a shard tells: to accounts, and to the books of account.
namespace bourse {

/// Whose positions are no client's: the books that a double entry needs (ledger RULES 1.2).
inline constexpr account_id external_holder{0xFFFFFFFFU};
inline constexpr account_id fee_holder{0xFFFFFFFEU};
[[nodiscard]] constexpr account_id clearing_holder(shard_id peer) noexcept {
    return {0xFFFF0000U | peer.value};
}
inline constexpr std::uint32_t max_account = 0x7FFFFFFFU;

/// An execution report: one thing that an account is told, in order, without a gap. 128 bytes.
///
/// `what` is the book's or the ledger's event, as it happened; of an `adjusted`, `number` is the asset and
/// `lots` the signed amount.
struct report {
    event what{};
    std::uint64_t number = 0;  ///< of the account: 1, 2, 3 …; 0: to an account that is not there
    client_id client{};        ///< what the client calls the order or command
    money cash{};              ///< of a fill: what it moved in the account, fee apart
    money fee{};               ///< of a fill: what it cost; negative: a rebate
    std::uint64_t reserved[3] = {};

    friend bool operator==(const report&, const report&) = default;
};
static_assert(sizeof(report) == 128 && std::has_unique_object_representations_v<report>);

/// Why an amount moved. The numbers are stored and sent: append only.
enum class line_kind : std::uint8_t {
    none = 0,
    trade = 1,
    fee = 2,
    clearing = 3,  ///< the book's side of a trade of another shard's account
    deposit = 4,
    withdrawal = 5,
    transfer = 6,
    split = 7,
    dividend = 8,
};
inline constexpr std::uint8_t line_kind_count = 9;

/// One line of the double entry: `holder` has `amount` more of `asset`. 40 bytes.
struct ledger_line {
    account_id holder{};
    asset_id asset{};
    std::int64_t amount = 0;
    order_id order{};          ///< of a trade or fee
    std::uint64_t number = 0;  ///< the trade number
    symbol_id symbol{};        ///< the instrument that it is about; zero: none
    line_kind kind = line_kind::none;
    std::uint8_t reserved[3] = {};

    friend bool operator==(const ledger_line&, const ledger_line&) = default;
};
static_assert(sizeof(ledger_line) == 40 && std::has_unique_object_representations_v<ledger_line>);

}  // namespace bourse
