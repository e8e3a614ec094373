#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/book_rows.hpp"
#include "messages/channel_message.hpp"
#include "messages/ids.hpp"
#include "messages/listing.hpp"
#include "messages/numbers.hpp"
#include "messages/reason.hpp"
#include "messages/shard_command.hpp"
#include "messages/timestamp.hpp"

/// A shard's state as rows: what a checkpoint stores and `shard::restore` reads. A risk group or position of which all
/// numbers are zero has no row; a turnover of zero has day zero.
/// Sums that follow from other rows
/// (what is reserved, open lots, a risk group's totals) are not stored but made anew.
namespace bourse {

struct account_row {
    account_id id{};
    account_kind kind = account_kind::cash;
    std::uint8_t tier = 0;
    bool blocked = false;
    trade_group_id trade_group{};
    risk_group_id risk_group{};
    std::uint64_t last_report = 0;  ///< the newest report's number
    std::int64_t max_open_orders = 0;
    std::int64_t fat_finger_bps = 0;
    friend bool operator==(const account_row&, const account_row&) = default;
};

/// Limits of a risk group that are about no asset; there once one was set.
struct risk_group_row {
    risk_group_id id{};
    std::int64_t max_open_orders = 0;
    std::int64_t fat_finger_bps = 0;
    friend bool operator==(const risk_group_row&, const risk_group_row&) = default;
};

/// What one holder has of one asset, and its limits there. Of a risk group (`of_group`) only limits
/// and turnover mean something, and `holder` is the group's number. There once anything was set or moved.
struct position_row {
    account_id holder{};
    bool of_group = false;
    asset_id asset{};
    wide_int total = 0;
    std::int64_t credit = 0;
    std::int64_t max_order = 0;  ///< of a symbol max_order_quantity, of a currency max_order_value
    std::int64_t max_total = 0;  ///< of a symbol max_position, of a currency max_turnover
    wide_int cost = 0;           ///< of a symbol (ledger RULES 8.1)
    wide_int realised = 0;       ///< of a symbol
    wide_int turnover = 0;       ///< of a currency: traded on `turnover_day`
    std::int64_t turnover_day = 0;  ///< days since 1970
    friend bool operator==(const position_row&, const position_row&) = default;
};

/// A replace that has been passed on and not been answered.
struct pending_replace {
    bool set_price = false;
    bool set_quantity = false;
    bourse::price price{};
    bourse::quantity quantity{};
    client_id client{};
    friend bool operator==(const pending_replace&, const pending_replace&) = default;
};

/// An order as its account's ledger knows it.
struct open_order_row {
    order_id id{};
    account_id account{};
    symbol_id symbol{};
    bourse::side side = bourse::side::buy;
    bool reduce_only = false;
    std::uint8_t tier = 0;
    group_role role = group_role::none;
    reason cause = reason::none;  ///< why the ledger cancelled it
    std::uint32_t version = 0;
    std::uint32_t residue = 0;  ///< ledger RULES 1.5
    bourse::price price{};      ///< the worst price
    quantity remaining{};
    quantity filled{};
    lease_id lease{};
    order_group_id group{};  ///< as the client gave it; none: the order counts by itself
    client_id client{};
    std::vector<pending_replace> pending{};  ///< the oldest first
    friend bool operator==(const open_order_row&, const open_order_row&) = default;
};

/// A group as the ledger knows it (ledger RULES 6).
struct order_group_row {
    account_id account{};
    order_group_id id{};
    std::uint8_t size = 0;
    std::uint8_t admitted = 0;
    bool broken = false;
    bool has_exit = false;    ///< an exit was ever admitted
    bool entry_done = false;  ///< the entry ended by a fill with nothing remaining
    quantity entry_filled{};  ///< while the entry is not done
    order_id decided{};       ///< the member that traded; none: none has
    friend bool operator==(const order_group_row&, const order_group_row&) = default;
};

/// A client id that is remembered (ledger RULES 3.3), in the order in which they came or were kept.
struct remembered_row {
    std::uint64_t sequence = 0;  ///< 1, 2, 3 … as they came or were kept
    account_id account{};
    client_id id{};
    order_id order{};
    bourse::reason reason = bourse::reason::none;
    bool answered = false;
    std::uint64_t first_report = 0;
    timestamp forget_at{};
    friend bool operator==(const remembered_row&, const remembered_row&) = default;
};

struct lease_row {
    lease_id id{};
    account_id account{};
    timestamp until{};
    friend bool operator==(const lease_row&, const lease_row&) = default;
};

/// An instrument as the ledger knows it.
struct listing_row {
    listing what{};
    bool has_reference = false;
    price reference{};
    friend bool operator==(const listing_row&, const listing_row&) = default;
};

/// A book of this shard beside its own rows.
struct shard_book_row {
    std::uint64_t last_event = 0;  ///< the newest event's number
    std::uint64_t digest = 0;
    bool has_held_state = false;  ///< a market-wide halt holds it:
    set_state held_state{};       ///< the state that it goes to afterwards
    book_rows rows{};
    friend bool operator==(const shard_book_row&, const shard_book_row&) = default;
};

struct calendar_row {
    calendar_id id{};
    std::vector<calendar_session> sessions;  ///< those to come
    friend bool operator==(const calendar_row&, const calendar_row&) = default;
};

/// What was sent to and received from another shard, of one asset, in value (shard RULES 4.6).
struct channel_value {
    asset_id asset{};
    wide_int sent = 0;
    wide_int received = 0;
    friend bool operator==(const channel_value&, const channel_value&) = default;
};

struct channel_row {
    shard_id peer{};
    std::uint64_t last_sent = 0;
    std::uint64_t last_taken = 0;
    bool choked = false;
    std::vector<channel_value> values;    ///< by rising asset
    std::vector<channel_message> outbox;  ///< numbers last_sent − size + 1 … last_sent
    friend bool operator==(const channel_row&, const channel_row&) = default;
};

/// A record (shard RULES 7).
struct record_row {
    record_table table = record_table::currencies;
    std::uint32_t number = 0;    ///< 1, 2, 3 …, unique
    std::uint64_t revision = 0;  ///< the index of the entry that wrote it
    std::string key;             ///< unique in its table
    std::string value;
    friend bool operator==(const record_row&, const record_row&) = default;
};

/// Everything else.
struct shard_row {
    shard_id id{};
    std::uint64_t index = 0;  ///< of the last entry
    timestamp now{};
    std::uint32_t rules_version = 1;
    duration horizon{};
    std::uint32_t max_outbox = 0;
    std::uint32_t max_open_orders = 0;
    bool market_halted = false;
    std::uint64_t last_order = 0;       ///< the newest order id's lower 48 bits
    std::uint64_t last_remembered = 0;  ///< the newest `remembered_row::sequence`
    std::uint64_t ledger_digest = 0;
    friend bool operator==(const shard_row&, const shard_row&) = default;
};

/// A whole shard, each list by rising key.
struct shard_rows {
    shard_row shard;
    std::vector<account_row> accounts;
    std::vector<risk_group_row> risk_groups;
    std::vector<position_row> positions;  ///< by (of_group, holder, asset)
    std::vector<open_order_row> orders;
    std::vector<order_group_row> order_groups;  ///< by (account, id)
    std::vector<remembered_row> remembered;     ///< by sequence
    std::vector<lease_row> leases;
    std::vector<listing_row> listings;
    std::vector<calendar_row> calendars;
    std::vector<shard_book_row> books;
    std::vector<channel_row> channels;
    std::vector<record_row> records;  ///< by number
    friend bool operator==(const shard_rows&, const shard_rows&) = default;
};

}  // namespace bourse
