#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "messages/box.hpp"
#include "messages/channel_message.hpp"
#include "messages/command.hpp"
#include "messages/ids.hpp"
#include "messages/listing.hpp"
#include "messages/numbers.hpp"
#include "messages/timestamp.hpp"

/// What enters a shard's log (actors/ledger/RULES.md, actors/shard/RULES.md).
namespace bourse {

/// What makes a command safe to send again (ledger RULES 3).
struct request_id {
    client_id id{};         ///< none: the command is not remembered
    timestamp not_after{};  ///< none: no limit
    friend bool operator==(const request_id&, const request_id&) = default;
};

// --- Orders -------------------------------------------------------------------------------------

/// A new order of an account. Of `order`, id and trade group are zero: the ledger gives them.
struct submit_order {
    request_id request{};
    symbol_id symbol{};
    bool has_price = true;     ///< false: the ledger sets the worst price
    bool reduce_only = false;  ///< only ever shrinks the position
    lease_id lease{};          ///< cancelled when this lapses; none: never for that
    new_order order{};
    friend bool operator==(const submit_order&, const submit_order&) = default;
};

/// Cancels the order `order`, or, if that is none, the one that `named` names.
struct submit_cancel {
    request_id request{};
    account_id account{};
    order_id order{};
    client_id named{};
    friend bool operator==(const submit_cancel&, const submit_cancel&) = default;
};

/// Changes an order, named as in `submit_cancel`. Fields as in `replace_order`.
struct submit_replace {
    request_id request{};
    account_id account{};
    order_id order{};
    client_id named{};
    bool set_price = false;
    bool set_quantity = false;
    bool set_stop_price = false;
    bourse::price price{};
    bourse::quantity quantity{};
    bourse::price stop_price{};
    friend bool operator==(const submit_replace&, const submit_replace&) = default;
};

/// Cancels an account's orders in a symbol (none: in all).
struct submit_mass_cancel {
    request_id request{};
    account_id account{};
    symbol_id symbol{};
    side_filter sides = side_filter::both;
    friend bool operator==(const submit_mass_cancel&, const submit_mass_cancel&) = default;
};

/// Makes a lease or extends it; a time that is not later than now ends it.
struct renew_lease {
    account_id account{};
    lease_id lease{};
    timestamp until{};
    friend bool operator==(const renew_lease&, const renew_lease&) = default;
};

// --- Accounts and funds ---------------------------------------------------------------------------

enum class account_kind : std::uint8_t {
    cash = 0,   ///< never below zero in anything
    house = 1,  ///< may have credit
};
inline constexpr std::uint8_t account_kind_count = 2;

struct open_account {
    request_id request{};
    account_id account{};
    account_kind kind = account_kind::cash;
    std::uint8_t tier = 0;  ///< of fees, 0 to 7
    trade_group_id trade_group{};
    risk_group_id risk_group{};
    friend bool operator==(const open_account&, const open_account&) = default;
};

/// What `set_limit` sets (ledger RULES 2.2). The numbers are stored and sent: append only.
enum class limit_kind : std::uint8_t {
    credit_line = 0,
    max_order_quantity = 1,
    max_order_value = 2,
    max_open_orders = 3,
    max_position = 4,
    max_turnover = 5,
    fat_finger_bps = 6,
};
inline constexpr std::uint8_t limit_kind_count = 7;

struct set_limit {
    request_id request{};
    account_id account{};        ///< or none, and
    risk_group_id risk_group{};  ///< this
    limit_kind kind = limit_kind::credit_line;
    asset_id asset{};
    std::int64_t value = 0;  ///< zero: no limit
    friend bool operator==(const set_limit&, const set_limit&) = default;
};

struct set_kill_switch {
    request_id request{};
    account_id account{};
    bool on = true;
    friend bool operator==(const set_kill_switch&, const set_kill_switch&) = default;
};

struct deposit {
    request_id request{};
    account_id account{};
    asset_id asset{};
    std::int64_t amount = 0;  ///< minor units or lots
    std::int64_t cost = 0;    ///< of lots: what they cost in all, minor units
    friend bool operator==(const deposit&, const deposit&) = default;
};

struct withdraw {
    request_id request{};
    account_id account{};
    asset_id asset{};
    std::int64_t amount = 0;
    friend bool operator==(const withdraw&, const withdraw&) = default;
};

struct transfer {
    request_id request{};
    account_id account{};
    account_id to{};
    shard_id to_shard{};  ///< none: this one
    asset_id asset{};
    std::int64_t amount = 0;
    friend bool operator==(const transfer&, const transfer&) = default;
};

/// `numerator` new lots for each `denominator` old ones.
struct split {
    request_id request{};
    symbol_id symbol{};
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
    std::int64_t cash_per_lot = 0;  ///< what a whole new lot is paid for where only a part is due
    friend bool operator==(const split&, const split&) = default;
};

struct dividend {
    request_id request{};
    symbol_id symbol{};
    std::int64_t per_lot = 0;  ///< minor units of the instrument's currency
    friend bool operator==(const dividend&, const dividend&) = default;
};

// --- The market -----------------------------------------------------------------------------------

struct list_instrument {
    request_id request{};
    box<listing>
        what{};  ///< once a day at most; within, it would make every command four times as large
    friend bool operator==(const list_instrument&, const list_instrument&) = default;
};

struct book_state {
    request_id request{};
    symbol_id symbol{};
    set_state what{};
    friend bool operator==(const book_state&, const book_state&) = default;
};

struct book_reference {
    request_id request{};
    symbol_id symbol{};
    set_reference what{};
    friend bool operator==(const book_reference&, const book_reference&) = default;
};

/// Cancels every order in a book of this shard.
struct mass_cancel_book {
    request_id request{};
    symbol_id symbol{};
    friend bool operator==(const mass_cancel_book&, const mass_cancel_book&) = default;
};

struct market_halt {
    request_id request{};
    bool on = true;
    friend bool operator==(const market_halt&, const market_halt&) = default;
};

/// One change of state that a calendar asks for.
struct calendar_session {
    timestamp at{};
    set_state what{};
    friend bool operator==(const calendar_session&, const calendar_session&) = default;
};

struct set_calendar {
    request_id request{};
    calendar_id calendar{};
    std::vector<calendar_session> sessions;  ///< by rising `at`
    friend bool operator==(const set_calendar&, const set_calendar&) = default;
};

struct set_rules_version {
    request_id request{};
    std::uint32_t version = 1;
    friend bool operator==(const set_rules_version&, const set_rules_version&) = default;
};

// --- Records --------------------------------------------------------------------------------------

/// The tables of a shard's records (shard RULES 7). The numbers are stored and sent: append only.
enum class record_table : std::uint8_t {
    currencies = 1,
    instruments = 2,
    accounts = 3,
    users = 4,
};
inline constexpr std::uint8_t last_record_table = 4;
inline constexpr std::size_t max_record_key = 64;       ///< bytes
inline constexpr std::size_t max_record_value = 4'096;  ///< bytes

/// The bytes of a record. The shard does not interpret them.
struct record_text {
    std::string key;    ///< 1 to `max_record_key` bytes
    std::string value;  ///< 1 to `max_record_value` bytes
    friend bool operator==(const record_text&, const record_text&) = default;
};

/// Writes a record, or erases it.
struct put_record {
    request_id request{};
    record_table table = record_table::currencies;
    std::uint64_t expected = 0;  ///< the revision that it must have now; 0: it must not be there
    box<record_text> what{};     ///< an empty value: erase
    friend bool operator==(const put_record&, const put_record&) = default;
};

// --- Channels -------------------------------------------------------------------------------------

/// Messages of another shard, numbered from `first`.
struct channel_delivery {
    shard_id from{};
    std::uint64_t first = 1;
    std::vector<channel_message> messages;
    friend bool operator==(const channel_delivery&, const channel_delivery&) = default;
};

/// `from` has taken this shard's messages up to `up_to`.
struct channel_receipt {
    shard_id from{};
    std::uint64_t up_to = 0;
    friend bool operator==(const channel_receipt&, const channel_receipt&) = default;
};

using shard_command =
    std::variant<submit_order, submit_cancel, submit_replace, submit_mass_cancel, renew_lease,
                 open_account, set_limit, set_kill_switch, deposit, withdraw, transfer, split,
                 dividend, list_instrument, book_state, book_reference, mass_cancel_book,
                 market_halt, set_calendar, set_rules_version, channel_delivery, channel_receipt,
                 put_record>;

/// The unit of meaning: what is logged, replicated and applied as one.
struct entry {
    std::uint64_t index = 0;
    timestamp at{};
    std::vector<shard_command> commands;
    friend bool operator==(const entry&, const entry&) = default;
};
/// Commands of an entry where they lie: lists, one after the other.
using command_lists = std::span<const std::span<const shard_command>>;

}  // namespace bourse
