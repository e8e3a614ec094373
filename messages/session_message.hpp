#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "messages/directory_records.hpp"
#include "messages/event.hpp"
#include "messages/ids.hpp"
#include "messages/listing.hpp"
#include "messages/numbers.hpp"
#include "messages/report.hpp"
#include "messages/shard_command.hpp"
#include "messages/timestamp.hpp"

/// What a client's session is asked, and what it answers: between a gateway, which speaks to clients, and
/// the session's actor. Whatever a gateway's wire looks like, it becomes these.
///
/// Every request gets one answer, `session_answer`, under the number that the gateway gave it. A subscription is
/// answered by `subscribed`, and from then on by pushes under the same number, until it is ended.
namespace bourse {

/// One session of this start of a node: 1, 2, 3 …
struct session_number {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(const session_number&, const session_number&) = default;
};

// --- Requests -------------------------------------------------------------------------------------

struct log_in_request {
    std::string key;   ///< as it was given out
    std::string peer;  ///< where the connection comes from, for logs and limits
    /// Not zero: the session's orders are cancelled when nothing has been heard of the client for so long
    /// (and at once when its connection ends): up to an hour.
    duration cancel_on_disconnect{};
    friend bool operator==(const log_in_request&, const log_in_request&) = default;
};

/// Commands of one account or of an operator, done in this order. `submit_order::lease` is the session's business.
struct submit_request {
    std::vector<shard_command> commands;
};

struct orders_request {
    account_id account{};
};
struct portfolio_request {
    account_id account{};
};
struct book_request {
    symbol_id symbol{};
    std::uint32_t depth = 10;  ///< levels a side, up to 10,000
};

/// What a name stands for, or all of them by name, from the directory. Text in, so that a client needs no numbers beforehand.
struct instruments_request {
    std::string after;  ///< those behind this name; empty: from the first
    std::uint32_t most = 1000;
};
struct accounts_request {
    std::string after;
    std::uint32_t most = 1000;
};

/// Orders or trades of the past, newest first, from the history sink.
struct history_request {
    enum class kind : std::uint8_t { orders = 0, trades = 1 };
    kind what = kind::trades;
    account_id account{};  ///< none: all, for those who may
    symbol_id symbol{};    ///< none: all
    order_id order{};
    std::optional<bourse::side> side{};
    std::optional<bool> open{};  ///< orders: whether they have ended
    timestamp from{};
    timestamp until{};     ///< none: no end
    std::string cursor{};  ///< as an answer gave it; empty: from the newest
    std::uint32_t most = 100;
    friend bool operator==(const history_request&, const history_request&) = default;
};

/// Execution reports of an account, from number `from` on: those that are kept, then new ones as they come.
struct subscribe_reports {
    account_id account{};
    std::uint64_t from = 0;  ///< zero: only new ones
};

enum class market_feed : std::uint8_t {
    top = 0,     ///< the best level of each side, and the last trade
    depth = 1,   ///< every level up to `depth`
    trades = 2,  ///< every trade
    orders = 3,  ///< every order that is shown, one by one
};
inline constexpr std::uint8_t market_feed_count = 4;
struct subscribe_market {
    symbol_id symbol{};
    market_feed feed = market_feed::top;
    std::uint32_t depth = 20;  ///< of `depth`
};
/// The client has taken so many more pushes of a subscription: so many more may come.
struct grant_credit {
    std::uint64_t subscription = 0;  ///< the number of the request that began it
    std::uint32_t pushes = 0;
};
struct unsubscribe {
    std::uint64_t subscription = 0;
};

/// Operators' acts that need more than a command: names, users, keys (actors/directory).
struct add_instrument {
    std::string name;
    std::string currency = "USD";  ///< made if it is not there
    std::string tick = "0.01";     ///< exact decimals, in the currency's major unit
    std::string lot = "1";
    std::string description;
    listing terms{};  ///< symbol, currency, ticks and lot are the directory's to fill in
};
struct open_named_account {
    std::string name;
    account_kind kind = account_kind::cash;
    std::uint8_t tier = 0;
    trade_group_id trade_group{};
    risk_group_id risk_group{};
    /// What it is given, by name of the asset; once, however often this is asked.
    struct gift {
        bool of_currency = true;  ///< false: of an instrument
        std::string asset;
        std::string amount;  ///< exact decimals
    };
    std::vector<gift> deposits;
};
struct add_user {
    std::string name;
    user_role role = user_role::viewer;
    std::vector<std::string> accounts;
};
struct revoke_user {
    std::string name;
};

/// The console: what is running. Answered by a table.
struct console_request {
    /// nodes, shards, actors, sessions, books, sinks, status, log-level; accept-clock, make-void
    std::string what;
    std::string name;  ///< of one of them; empty: all. The level; the entry
};

/// Nothing, as a sign of life.
struct keep_alive {};

using session_request =
    std::variant<submit_request, orders_request, portfolio_request, book_request,
                 instruments_request, accounts_request, history_request, subscribe_reports,
                 subscribe_market, grant_credit, unsubscribe, add_instrument, open_named_account,
                 add_user, revoke_user, console_request, keep_alive>;

// --- Answers --------------------------------------------------------------------------------------

/// Why a request as a whole was not done. What the shard's rules refuse is not here, but in the outcome
/// of the command.
struct request_refused {
    enum class kind : std::uint8_t {
        not_logged_in = 0,  ///< the key is wrong, or revoked
        not_permitted = 1,  ///< the user's role or accounts do not allow it
        malformed = 2,      ///< something in it cannot be; `why` says what, and what would be right
        not_found = 3,
        overloaded = 4,    ///< nothing was done: again after `retry_after_ms`
        storage_full = 5,  ///< nothing was done; cancels are still taken
        unavailable = 6,   ///< nothing was done: no leader, or the node is stopping
        /// Perhaps done, perhaps not: ask again with the same client ids, and the first outcome comes.
        unknown_outcome = 7,
        not_kept = 8,  ///< asked for what retention has dropped; `why` says the first number kept
    };
    kind what = kind::malformed;
    std::string why;
    std::uint32_t retry_after_ms = 0;
    friend bool operator==(const request_refused&, const request_refused&) = default;
};
inline constexpr std::uint8_t request_refused_count = 9;

struct logged_in {
    session_number session{};
    std::string user;
    user_role role = user_role::viewer;
    std::vector<account_id> accounts;  ///< of an operator: empty, as all are his
};

/// What became of a command: the first report that answers it. Of a command that has none (a mass cancel that found
/// nothing, a lease renewed) the kind of `first.what` is none, and it was done.
struct command_outcome {
    report first{};
};
struct submitted {
    std::uint64_t index = 0;                ///< the entry of the shard's log in which they are
    std::vector<command_outcome> outcomes;  ///< one a command, in order
};

struct order_standing {
    order_id id{};
    account_id account{};
    symbol_id symbol{};
    bourse::side side = bourse::side::buy;
    bourse::price price{};
    quantity remaining{};
    quantity filled{};
    std::uint32_t version = 0;
    client_id client{};
};
struct orders_answer {
    std::uint64_t as_of = 0;
    std::vector<order_standing> orders;
};

struct position_line {
    asset_id asset{};
    wide_int total = 0;
    wide_int reserved = 0;
    wide_int available = 0;
    wide_int cost = 0;  ///< of a symbol; its average is cost / total
    wide_int realised = 0;
    std::optional<wide_int> unrealised;
};
struct portfolio_answer {
    account_id account{};
    std::uint64_t as_of = 0;
    std::uint64_t last_report = 0;  ///< the number of its newest report; zero: none yet
    std::vector<position_line> lines;
};

struct level_line {
    bourse::price price{};
    quantity lots{};  ///< zero, in an increment: the level is gone
    std::uint32_t orders = 0;
    friend bool operator==(const level_line&, const level_line&) = default;
};
struct book_answer {
    symbol_id symbol{};
    std::uint64_t number = 0;  ///< of the last event of this symbol that is in it
    market_state state = market_state::open;
    std::vector<level_line> bids;  ///< the best first
    std::vector<level_line> asks;
    std::optional<bourse::price> last;
    std::optional<bourse::price> reference;
};

struct instrument_line {
    std::string name;
    std::string description;
    std::string currency;
    std::uint8_t currency_decimals = 2;
    std::string tick;  ///< exact decimals
    std::string lot;
    listing terms{};
    market_state state = market_state::open;
};
struct instruments_answer {
    std::vector<instrument_line> instruments;
    bool is_last = true;
};
struct account_line {
    std::string name;
    account_id id{};
    account_kind kind = account_kind::cash;
};
struct accounts_answer {
    std::vector<account_line> accounts;
    bool is_last = true;
};

struct history_order {
    order_id id{};
    account_id account{};
    symbol_id symbol{};
    bourse::side side = bourse::side::buy;
    bourse::price price{};
    quantity lots{};
    quantity filled{};
    quantity remaining{};
    bool open = false;
    reason why = reason::none;
    client_id client{};
    timestamp at{};       ///< when it came
    timestamp changed{};  ///< and was last told of
    friend bool operator==(const history_order&, const history_order&) = default;
};
struct history_trade {
    trade_number number{};
    symbol_id symbol{};
    bourse::price price{};
    quantity lots{};
    timestamp at{};
    bourse::side aggressor = bourse::side::buy;
    /// Of whose these are and who may see it: none otherwise.
    account_id buyer{};
    account_id seller{};
    order_id buy{};
    order_id sell{};
    friend bool operator==(const history_trade&, const history_trade&) = default;
};
struct history_answer {
    std::uint64_t as_of = 0;  ///< complete to this index
    std::vector<history_order> orders;
    std::vector<history_trade> trades;
    std::string next;  ///< the cursor for what follows; empty: there is no more
};

struct subscribed {};
struct done_answer {
    std::string text;
};
/// The only time that the key is ever said.
struct user_added {
    std::string key;
};
struct table_answer {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

// --- Pushes ---------------------------------------------------------------------------------------

/// Reports with rising numbers, no number left out.
struct reports_push {
    account_id account{};
    std::vector<report> reports;
    std::vector<timestamp> at;  ///< when each happened
};

/// A trade as the public sees it.
struct trade_line {
    trade_number number{};
    bourse::price price{};
    quantity lots{};
    timestamp at{};
    bourse::side aggressor = bourse::side::buy;
    bool in_auction = false;
    friend bool operator==(const trade_line&, const trade_line&) = default;
};
/// What has changed in an order that is shown; `lots` zero: it is gone.
struct shown_order {
    order_id id{};
    bourse::side side = bourse::side::buy;
    bourse::price price{};
    quantity lots{};
    friend bool operator==(const shown_order&, const shown_order&) = default;
};
/// A symbol's market data. A snapshot says all; an increment what changed from `previous` to `number`. Who has another number
/// than `previous` has missed something, and asks for a snapshot by subscribing again.
struct market_push {
    symbol_id symbol{};
    market_feed feed = market_feed::top;
    bool is_snapshot = false;
    /// The client was too slow: what lay between was left out, and this is a new snapshot.
    bool was_conflated = false;
    std::uint64_t previous = 0;
    std::uint64_t number = 0;
    market_state state = market_state::open;
    timestamp at{};
    std::vector<level_line> bids;
    std::vector<level_line> asks;
    std::vector<trade_line> trades;
    std::vector<shown_order> orders;
    friend bool operator==(const market_push&, const market_push&) = default;
};

/// The session has ended: by the operator, by time, or as the node stops. The last thing that is said.
struct session_ended {
    std::string why;
};

using session_answer =
    std::variant<request_refused, logged_in, submitted, orders_answer, portfolio_answer,
                 book_answer, instruments_answer, accounts_answer, history_answer, subscribed,
                 done_answer, user_added, table_answer, reports_push, market_push, session_ended>;

/// What is allowed, in one place; the gateway refuses what is beyond before it makes a request of it.
inline constexpr std::uint32_t max_commands_of_request = 4'096;
inline constexpr std::uint32_t max_requests_in_flight = 1'024;  ///< of a session
inline constexpr std::uint32_t max_subscriptions = 256;         ///< of a session
inline constexpr std::uint32_t max_sessions = 4'096;            ///< of a node
inline constexpr std::uint32_t max_depth_asked = 10'000;

}  // namespace bourse
