// A whole node on real files, by its port: sessions, orders, reports, market data, names and keys.

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "actors/session/keys_actor.hpp"
#include "box_client.hpp"
#include "storage/journal_format.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

/// An operator's client, an instrument, and two accounts with money and shares.
struct market {
    explicit market(node& of, const std::string& folder) : boss(of.port()) {
        REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    }
    void set_up() {
        add_instrument share{
            .name = "AAPL", .currency = "USD", .description = "a share", .terms = {}};
        static_cast<void>(boss.get<done_answer>(share));
        for (const char* name : {"alice", "bob"}) {
            static_cast<void>(boss.get<done_answer>(open_named_account{
                .name = name, .deposits = {{true, "USD", "1000000"}, {false, "AAPL", "1000"}}}));
        }
        const auto accounts = boss.get<accounts_answer>(accounts_request{});
        REQUIRE(accounts.accounts.size() == 2);
        alice = accounts.accounts[0].id;
        bob = accounts.accounts[1].id;
        symbol = boss.get<instruments_answer>(instruments_request{})
                     .instruments.at(0)
                     .terms.rules.symbol;
        const auto opened = boss.get<submitted>(
            submit_request{{book_state{.symbol = symbol, .what = {.state = market_state::open}}}});
        REQUIRE(opened.outcomes.size() == 1);
        CHECK(opened.outcomes[0].first.what.kind == event_kind::command_done);
    }

    box_client boss;
    account_id alice{};
    account_id bob{};
    symbol_id symbol{};
};

wide_int total_of(const portfolio_answer& in, asset_id asset) {
    for (const position_line& each : in.lines) {
        if (each.asset == asset) {
            return each.total;
        }
    }
    return 0;
}

/// Levels by price, from a snapshot and increments.
using levels = std::map<std::int64_t, std::int64_t>;
void take(levels& into, const std::vector<level_line>& lines) {
    for (const level_line& each : lines) {
        if (each.lots.lots == 0) {
            into.erase(each.price.ticks);
        } else {
            into[each.price.ticks] = each.lots.lots;
        }
    }
}
std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
levels levels_of(const std::vector<level_line>& lines) {
    levels all;
    take(all, lines);
    return all;
}

/// Runs `check` in a process of its own, which may change its rights and limits; true if it returns true.
bool in_another_process(const std::function<bool()>& check) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(check() ? 0 : 1);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
/// All files of a folder, by name, but LMDB's lists of readers.
std::map<std::string, std::string> files_in(const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (each.is_regular_file() && each.path().filename() != "lock.mdb") {
            files[each.path().string()] = content_of(each.path().string());
        }
    }
    return files;
}

}  // namespace

TEST_CASE("a node trades, tells of it, and is the same after it was stopped and started") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    portfolio_answer before;
    std::vector<report> told;
    account_id alice{};
    {
        const auto running = open_node(small_node(folder));
        struct stat file {};
        REQUIRE(::stat((folder + "/operator.key").c_str(), &file) == 0);
        CHECK((file.st_mode & 0777U) == 0600U);
        market at(*running, folder);
        const stops_first ends(*running);
        at.set_up();
        alice = at.alice;
        const std::uint64_t reports = at.boss.send(subscribe_reports{.account = at.alice});
        REQUIRE(std::holds_alternative<subscribed>(at.boss.wait(reports)));
        const std::uint64_t depth = at.boss.send(
            subscribe_market{.symbol = at.symbol, .feed = market_feed::depth, .depth = 100});
        REQUIRE(std::holds_alternative<subscribed>(at.boss.wait(depth)));
        const auto snapshot = std::get<market_push>(at.boss.wait(depth));
        CHECK(snapshot.is_snapshot);
        levels bids = levels_of(snapshot.bids);
        levels asks = levels_of(snapshot.asks);
        std::uint64_t number = snapshot.number;

        std::uint64_t last_index = 0;
        for (int i = 0; i < 60; ++i) {
            submit_request list;
            list.commands.push_back(
                an_order(at.alice.value, at.symbol.value, side::buy, 100 - i % 5, 3));
            list.commands.push_back(
                an_order(at.bob.value, at.symbol.value, side::sell, 99 + i % 4, 2));
            const auto done = at.boss.get<submitted>(list);
            REQUIRE(done.outcomes.size() == 2);
            for (const command_outcome& each : done.outcomes) {
                REQUIRE(each.first.what.kind == event_kind::accepted);
            }
            last_index = done.index;
            CHECK(done.outcomes[0].first.what.account == at.alice);
            CHECK(done.outcomes[1].first.what.account == at.bob);
            static_cast<void>(at.boss.get<done_answer>(grant_credit{reports, 4}));
            static_cast<void>(at.boss.get<done_answer>(grant_credit{depth, 4}));
        }
        // What was answered is in the history when it is asked.
        CHECK(at.boss.get<history_answer>(history_request{}).as_of >= last_index);
        const auto book = at.boss.get<book_answer>(book_request{.symbol = at.symbol, .depth = 100});
        while (number < book.number) {
            const auto push = std::get<market_push>(at.boss.wait(depth));
            REQUIRE(!push.is_snapshot);
            REQUIRE(push.previous == number);
            number = push.number;
            take(bids, push.bids);
            take(asks, push.asks);
        }
        CHECK(bids == levels_of(book.bids));
        CHECK(asks == levels_of(book.asks));

        before = at.boss.get<portfolio_answer>(portfolio_request{at.alice});
        CHECK(total_of(before, asset_of(at.symbol)) > 1'000);
        while (at.boss.waiting(reports) > 0) {
            const auto push = std::get<reports_push>(at.boss.wait(reports));
            for (const report& each : push.reports) {
                told.push_back(each);
            }
        }
        for (std::size_t i = 1; i < told.size(); ++i) {
            REQUIRE(told[i].number == told[i - 1].number + 1);
        }
    }
    const auto again = open_node(small_node(folder));
    market at(*again, folder);
    const stops_first ends(*again);
    const auto after = at.boss.get<portfolio_answer>(portfolio_request{alice});
    REQUIRE(after.lines.size() == before.lines.size());
    for (std::size_t i = 0; i < after.lines.size(); ++i) {
        CHECK(after.lines[i].total == before.lines[i].total);
        CHECK(after.lines[i].reserved == before.lines[i].reserved);
    }
    // From the event store, from any number on.
    REQUIRE(told.size() > 20);
    const std::uint64_t from = told[10].number;
    const std::uint64_t past = at.boss.send(subscribe_reports{.account = alice, .from = from});
    REQUIRE(std::holds_alternative<subscribed>(at.boss.wait(past)));
    std::size_t next = 10;
    while (next < told.size()) {
        const auto push = std::get<reports_push>(at.boss.wait(past));
        for (const report& each : push.reports) {
            if (next < told.size()) {
                REQUIRE(each == told[next++]);
            }
        }
    }
}

TEST_CASE("who reads the trades of a market is told each, and who reads its top the last") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    market at(*running, folder);
    const stops_first ends(*running);
    at.set_up();
    const auto order = [&](account_id whose, side which, std::int64_t ticks, std::int64_t lots) {
        const auto done = at.boss.get<submitted>(
            submit_request{{an_order(whose.value, at.symbol.value, which, ticks, lots)}});
        REQUIRE(done.outcomes.at(0).first.what.kind == event_kind::accepted);
    };
    order(at.alice, side::buy, 100, 2);
    order(at.alice, side::buy, 99, 3);
    std::map<market_feed, std::uint64_t> asks;
    for (const market_feed feed : {market_feed::trades, market_feed::top, market_feed::depth}) {
        const std::uint64_t ask =
            at.boss.send(subscribe_market{.symbol = at.symbol, .feed = feed, .depth = 5});
        REQUIRE(std::holds_alternative<subscribed>(at.boss.wait(ask)));
        const auto snapshot = std::get<market_push>(at.boss.wait(ask));
        CHECK(snapshot.is_snapshot);
        CHECK(snapshot.trades.empty());
        asks[feed] = ask;
    }
    order(at.bob, side::sell, 99, 4);
    const auto told = std::get<market_push>(at.boss.wait(asks[market_feed::trades]));
    CHECK_FALSE(told.is_snapshot);
    CHECK(told.bids.empty());
    REQUIRE(told.trades.size() == 2);
    CHECK(told.trades[0].price == price{100});
    CHECK(told.trades[0].lots == quantity{2});
    CHECK(told.trades[1].price == price{99});
    CHECK(told.trades[1].lots == quantity{2});
    CHECK(told.trades[1].aggressor == side::sell);
    CHECK(told.trades[1].number.value > told.trades[0].number.value);
    const auto top = std::get<market_push>(at.boss.wait(asks[market_feed::top]));
    CHECK(top.trades == std::vector{told.trades[1]});
    const auto depth = std::get<market_push>(at.boss.wait(asks[market_feed::depth]));
    CHECK(depth.trades.empty());
    CHECK_FALSE(depth.bids.empty());
}

TEST_CASE("an account has its commands a second once a node, however many sessions it has") {
    const temporary_folder temporary;
    node_options options = small_node(temporary.path() + "/data");
    options.limits.account = {.per_second = 1, .burst = 10};
    const auto running = open_node(options);
    market at(*running, options.data);
    box_client second(running->port());
    const stops_first ends(*running);
    at.set_up();
    REQUIRE(std::holds_alternative<logged_in>(second.log_in(operator_key(options.data))));
    const auto orders = [&](account_id account, std::size_t count) {
        return submit_request{std::vector<shard_command>(
            count, an_order(account.value, at.symbol.value, side::buy, 100, 1))};
    };
    CHECK(at.boss.get<submitted>(orders(at.alice, 10)).outcomes.size() == 10);
    const request_refused why = second.refusal(orders(at.alice, 10));
    CHECK(why.what == request_refused::kind::overloaded);
    CHECK(why.why == "too many commands a second of account " + std::to_string(at.alice.value));
    CHECK(why.retry_after_ms > 0);
    CHECK(why.retry_after_ms <= 10'001);
    CHECK(second.get<submitted>(orders(at.bob, 10)).outcomes.size() == 10);
}

TEST_CASE("what a user may not do is refused with a sentence, and what he may is his alone") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    market at(*running, folder);
    at.set_up();
    const auto key = at.boss.get<user_added>(
        add_user{.name = "tina", .role = user_role::trader, .accounts = {"alice"}});
    CHECK(at.boss.refusal(add_user{.name = "Tina!", .accounts = {}}).what ==
          request_refused::kind::malformed);

    box_client tina(running->port());
    box_client once_more(running->port());
    const stops_first ends(*running);
    CHECK(std::get<request_refused>(tina.log_in(key.key + "x")).what ==
          request_refused::kind::not_logged_in);
    CHECK(std::get<request_refused>(tina.log_in("")).what == request_refused::kind::not_logged_in);
    const auto in = std::get<logged_in>(tina.log_in(key.key));
    CHECK(in.user == "tina");
    CHECK(in.accounts == std::vector{at.alice});
    const auto not_permitted = request_refused::kind::not_permitted;
    CHECK(tina.refusal(portfolio_request{at.bob}).what == not_permitted);
    CHECK(tina.refusal(submit_request{{an_order(at.bob.value, at.symbol.value, side::buy, 1, 1)}})
              .what == not_permitted);
    CHECK(tina.refusal(submit_request{{deposit{.account = at.alice, .amount = 5}}}).what ==
          not_permitted);
    CHECK(tina.refusal(add_instrument{.name = "MINE", .description = "", .terms = {}}).what ==
          not_permitted);
    CHECK(tina.refusal(console_request{"actors", ""}).what == not_permitted);
    CHECK(tina.refusal(submit_request{}).what == request_refused::kind::malformed);
    CHECK(tina.refusal(book_request{.symbol = {77}}).what == request_refused::kind::not_found);
    CHECK(tina.refusal(unsubscribe{5}).what == request_refused::kind::not_found);
    CHECK(tina.get<accounts_answer>(accounts_request{}).accounts.size() == 1);
    const auto bought = tina.get<submitted>(
        submit_request{{an_order(at.alice.value, at.symbol.value, side::buy, 7, 1)}});
    CHECK(bought.outcomes.at(0).first.what.kind == event_kind::accepted);
    CHECK(tina.get<orders_answer>(orders_request{at.alice}).orders.size() == 1);

    const std::uint64_t actors = at.boss.send(console_request{"actors", ""});
    CHECK(std::get<table_answer>(at.boss.wait(actors)).rows.size() >= 10);
    CHECK(at.boss.get<table_answer>(console_request{"sessions", "tina"}).rows.size() == 1);
    CHECK(at.boss.get<table_answer>(console_request{"books", ""}).rows.size() == 1);
    CHECK(at.boss.refusal(console_request{"nothing", ""}).what == request_refused::kind::not_found);
    for (const char* what : {"nodes", "shards", "actors", "sessions", "books", "sinks"}) {
        const auto none = at.boss.refusal(console_request{what, "none"});
        CHECK(none.what == request_refused::kind::not_found);
        CHECK(none.why == std::string("there is no 'none' in ") + what + "; '" + what +
                              "' without a name shows all");
    }
    CHECK(at.boss.get<table_answer>(console_request{"shards", "1"}).rows.size() == 1);

    // Revoked: the session ends, and the key opens nothing.
    static_cast<void>(at.boss.get<done_answer>(revoke_user{"tina"}));
    CHECK(std::holds_alternative<session_ended>(tina.wait(0)));
    CHECK(std::get<request_refused>(once_more.log_in(key.key)).what ==
          request_refused::kind::not_logged_in);
}

TEST_CASE("what sessions and operators do is logged, with whom and what it is about") {
    struct lines_kept final : activity_log {
        bool wants_orders = false;
        std::vector<std::pair<level, activity>> lines;
        std::mutex mutex;
        [[nodiscard]] bool wants(level at) const noexcept override {
            return at != level::debug || wants_orders;
        }
        void write(level at, const activity& what) override {
            const std::lock_guard lock(mutex);
            lines.emplace_back(at, what);
        }
        [[nodiscard]] std::vector<activity> take(level at) {
            const std::lock_guard lock(mutex);
            std::vector<activity> found;
            for (const auto& [its, what] : std::exchange(lines, {})) {
                CHECK(its == at);
                found.push_back(what);
            }
            return found;
        }
    };
    using level = activity_log::level;
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto kept = std::make_shared<lines_kept>();
    node_options options = small_node(folder);
    options.log = kept;
    const auto running = open_node(options);
    static_cast<void>(kept->take(level::info));  // of a start that took long
    market at(*running, folder);
    at.set_up();
    auto lines = kept->take(level::info);
    REQUIRE(lines.size() == 9);
    CHECK(lines[0].what == "logged in, as an operator");
    CHECK(lines[0].user == "operator");
    CHECK(lines[1].what == "instrument AAPL is to be listed");
    CHECK(lines[2].what == "done");
    CHECK(lines[2].trace == lines[1].trace);
    CHECK(lines[7].what == "state of a market asked");
    CHECK(lines[7].symbol == at.symbol);
    CHECK(lines[8].outcome == event_kind::command_done);
    const auto key = at.boss.get<user_added>(
        add_user{.name = "tina", .role = user_role::trader, .accounts = {"alice"}});
    for (const activity& each : kept->take(level::info)) {
        CHECK(each.what.find(key.key) == std::string::npos);
    }

    box_client tina(running->port());
    const stops_first ends(*running);
    std::string wrong = key.key;
    wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
    static_cast<void>(tina.log_in(wrong));
    lines = kept->take(level::warn);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].what == "a log-in was refused: its key opens nothing");
    CHECK(lines[0].user == "tina");
    REQUIRE(std::holds_alternative<logged_in>(tina.log_in(key.key)));
    CHECK(kept->take(level::info).size() == 1);
    const auto order = [&](std::int64_t ticks) {
        return tina.get<submitted>(submit_request{
            {an_order(at.alice.value, at.symbol.value, side::buy, ticks, 1, {0, 9})}});
    };
    static_cast<void>(order(7));
    CHECK(kept->take(level::info).empty());
    kept->wants_orders = true;
    const auto placed = order(8);
    lines = kept->take(level::debug);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].what == "order asked");
    CHECK(lines[1].what == "answered");
    for (const activity& each : lines) {
        CHECK(each.trace == lines[0].trace);
        CHECK(each.user == "tina");
        CHECK(each.account == at.alice);
        CHECK(each.client == client_id{0, 9});
    }
    CHECK(lines[0].symbol == at.symbol);
    CHECK(lines[1].outcome == event_kind::repeated);
    CHECK(lines[1].order == placed.outcomes.at(0).first.what.order);
    CHECK(lines[1].order != order_id{});
    // A cancel of what is not there: with its reason.
    static_cast<void>(
        tina.get<submitted>(submit_request{{submit_cancel{.account = at.alice, .order = {77}}}}));
    lines = kept->take(level::debug);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].order == order_id{77});
    CHECK(lines[1].why == reason::unknown_order);
    kept->wants_orders = false;
    static_cast<void>(at.boss.get<done_answer>(revoke_user{"tina"}));
    CHECK(std::holds_alternative<session_ended>(tina.wait(0)));
    bool has_ended = false;
    while (!has_ended) {  // it is told before it is written down
        for (const activity& each : kept->take(level::info)) {
            has_ended = has_ended || each.what == "the session ends: the user was revoked";
        }
    }
}

TEST_CASE(
    "each book has an actor, in which its turns of a round are taken, or a worker has them all") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    for (std::uint32_t start = 0; start < 2; ++start) {
        node_options options = small_node(folder);
        options.workers = 2 - start;
        const auto running = open_node(options);
        market at(*running, folder);
        const stops_first ends(*running);
        if (start == 0) {
            at.set_up();
            static_cast<void>(at.boss.get<done_answer>(
                add_instrument{.name = "PEAR", .currency = "USD", .description = "", .terms = {}}));
            static_cast<void>(at.boss.get<submitted>(submit_request{
                {book_state{.symbol = {2}, .what = {.state = market_state::open}}}}));
        }
        // One of the two is taken by the shard, and the last may be counted a little later; of a book whose actor is late some
        // are not handed out at all, on a busy machine nearly none.
        std::map<std::string, std::uint64_t> handled;
        for (int rounds = 0; rounds < 100 && handled["AAPL"] + handled["PEAR"] < 4; ++rounds) {
            for (int i = 0; i < 10; ++i) {
                submit_request list;
                for (const std::uint32_t symbol : {1U, 2U}) {
                    list.commands.push_back(an_order(1, symbol, side::buy, 10 + i, 1));
                }
                static_cast<void>(at.boss.get<submitted>(list));
            }
            const auto actors = at.boss.get<table_answer>(console_request{"actors", ""});
            REQUIRE(actors.columns.at(3) == "handled");
            for (const auto& row : actors.rows) {
                if (row.at(0) == "book") {
                    handled[row.at(1)] = std::stoull(row.at(3));
                }
            }
            REQUIRE(handled.size() == 2);
        }
        CHECK(handled.at("AAPL") + handled.at("PEAR") >= 4);
    }
}

TEST_CASE("an operator may trust a clock that jumped, and skip only what a shard is stuck at") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    market at(*running, folder);
    const stops_first ends(*running);
    const auto health = at.boss.get<table_answer>(console_request{"status", ""});
    CHECK(health.columns.at(3) == "health");
    CHECK(health.rows.at(0).at(3) == "serving");
    CHECK(at.boss.get<table_answer>(console_request{"accept-clock", ""}).rows.size() == 1);
    for (const char* entry : {"", "1", "x", "99999999999999999999"}) {
        const auto refused = at.boss.refusal(console_request{"make-void", entry});
        CHECK(refused.what == request_refused::kind::malformed);
        CHECK(refused.why.ends_with("now it is stuck at none"));
    }
}

TEST_CASE("orders of a session that asked for it are cancelled when its connection ends") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    market at(*running, folder);
    at.set_up();
    const auto key = at.boss.get<user_added>(
        add_user{.name = "tina", .role = user_role::trader, .accounts = {"alice"}});
    box_client tina(running->port());
    const stops_first ends(*running);
    REQUIRE(std::holds_alternative<logged_in>(tina.log_in(key.key, {60'000'000'000})));
    const auto placed = tina.get<submitted>(
        submit_request{{an_order(at.alice.value, at.symbol.value, side::buy, 7, 1)}});
    REQUIRE(placed.outcomes.size() == 1);
    REQUIRE(placed.outcomes[0].first.what.kind == event_kind::accepted);
    const std::uint64_t reports = at.boss.send(subscribe_reports{.account = at.alice});
    REQUIRE(std::holds_alternative<subscribed>(at.boss.wait(reports)));
    tina.close();
    const auto push = std::get<reports_push>(at.boss.wait(reports));
    REQUIRE(!push.reports.empty());
    CHECK(std::any_of(push.reports.begin(), push.reports.end(), [](const report& each) {
        return each.what.kind == event_kind::cancelled && each.what.reason == reason::disconnected;
    }));
}

TEST_CASE("checkpoints are taken while orders come, and the next start is the same") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto checkpoint = [](box_client& of) {
        const auto lines = of.get<table_answer>(console_request{"shards", ""});
        REQUIRE(lines.columns.at(7) == "checkpoint");
        return std::stoull(lines.rows.at(0).at(7));
    };
    std::size_t open = 0;
    account_id alice{};
    symbol_id symbol{};
    {
        // One worker, which the shard must share while it gathers rows.
        node_options options = small_node(folder);
        options.workers = 1;
        const auto running = open_node(options);
        market at(*running, folder);
        const stops_first ends(*running);
        at.set_up();
        alice = at.alice;
        symbol = at.symbol;
        std::set<std::uint64_t> seen;
        const std::uint64_t before = checkpoint(at.boss);
        // Orders are under way whenever it is asked about checkpoints.
        while (seen.size() < 3 && open < 50'000) {
            std::vector<std::uint64_t> asked;
            for (int i = 0; i < 20; ++i) {
                asked.push_back(at.boss.send(
                    submit_request{{an_order(alice.value, symbol.value, side::buy, 1 + i, 1)}}));
            }
            if (const std::uint64_t now = checkpoint(at.boss); now > before) {
                seen.insert(now);
            }
            for (const std::uint64_t each : asked) {
                const auto done = std::get<submitted>(at.boss.wait(each));
                REQUIRE(done.outcomes.at(0).first.what.kind == event_kind::accepted);
                ++open;
            }
        }
        CHECK(seen.size() == 3);
    }
    const auto again = open_node(small_node(folder));
    market at(*again, folder);
    const stops_first ends(*again);
    CHECK(at.boss.get<orders_answer>(orders_request{alice}).orders.size() == open);
    const auto more = at.boss.get<submitted>(
        submit_request{{an_order(alice.value, symbol.value, side::buy, 1, 1)}});
    CHECK(more.outcomes.at(0).first.what.kind == event_kind::accepted);
}

TEST_CASE("as many users are being added as may be, and who wants one more is to come again") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    box_client boss(running->port());
    const stops_first ends(*running);
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    std::uint64_t users = 0;
    std::uint64_t added = 0;
    std::vector<request_refused> refused;
    // Many at once, and again if this process was so slow that each found room.
    for (int round = 0; refused.empty() && round < 100; ++round) {
        std::vector<std::uint64_t> asks;
        for (std::uint32_t i = 0; i < 4 * max_keys_made; ++i) {
            asks.push_back(boss.send(add_user{
                .name = "u" + std::to_string(++users), .role = user_role::viewer, .accounts = {}}));
        }
        for (const std::uint64_t ask : asks) {
            session_answer answer = boss.wait(ask);
            if (const auto* no = std::get_if<request_refused>(&answer)) {
                refused.push_back(*no);
            } else {
                CHECK(std::holds_alternative<user_added>(answer));
                ++added;
            }
        }
    }
    REQUIRE(!refused.empty());
    for (const request_refused& each : refused) {
        CHECK(each.what == request_refused::kind::overloaded);
        CHECK(each.why ==
              std::to_string(max_keys_made) + " users are being added, and a key takes its time");
        CHECK(each.retry_after_ms > 0);
    }
    CHECK(added >= max_keys_made);
    CHECK(added + refused.size() == users);
    // There is room again, as often as there was.
    for (std::uint32_t i = 0; i < 2 * max_keys_made; ++i) {
        static_cast<void>(boss.get<user_added>(add_user{
            .name = "more" + std::to_string(i), .role = user_role::viewer, .accounts = {}}));
    }
}

TEST_CASE("what a start is at is said while it takes") {
    struct lines_kept final : activity_log {
        std::mutex mutex;
        std::set<std::string> parts;
        [[nodiscard]] bool wants(level at) const noexcept override { return at != level::debug; }
        void write(level at, const activity& what) override {
            const std::string by_now = " s by now: ";
            const std::size_t found = what.what.find(by_now);
            const std::lock_guard lock(mutex);
            if (at == level::info && what.what.starts_with("starting, for ") &&
                found != std::string::npos) {
                const std::string part = what.what.substr(found + by_now.size());
                parts.insert(part.substr(0, part.find(',')));
            }
        }
    };
    const temporary_folder temporary;
    const auto kept = std::make_shared<lines_kept>();
    node_options options = small_node(temporary.path() + "/data");
    options.log = kept;
    const auto lines = [&] {
        const std::lock_guard lock(kept->mutex);
        return kept->parts;
    };
    options.say_start_every = {1};
    for (int start = 0; start < 20 && !lines().contains("the log is applied"); ++start) {
        open_node(options)->stop();  // an election takes its time, in which it is said
    }
    CHECK(lines().contains("the log is applied"));
}

// Each takes long, on purpose: a node that stops looks at no more of them.
TEST_CASE("as many log-ins are under way as may be; a node that stops refuses them all at once") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    box_client boss(running->port());
    const stops_first ends(*running);
    const std::string key = operator_key(folder);
    const auto log_in = [&](std::uint64_t ask) {
        running->port().log_in(ask, {.key = key, .peer = "test", .cancel_on_disconnect = {}}, boss);
    };
    const std::clock_t begun = std::clock();  // of this process: as much as it works
    // Until one is refused, which is at once. The first may be in before the last has asked.
    std::vector<std::uint64_t> under_way;
    std::optional<request_refused> refused;
    for (std::uint64_t ask = 1'000; !refused && ask < 1'000 + 100 * max_log_ins; ++ask) {
        log_in(ask);
        if (boss.waiting(ask) == 0) {
            under_way.push_back(ask);
        } else if (const session_answer answer = boss.wait(ask);
                   const auto* no = std::get_if<request_refused>(&answer)) {
            refused = *no;
        }
    }
    REQUIRE(refused.has_value());
    CHECK(refused->what == request_refused::kind::overloaded);
    CHECK(refused->retry_after_ms > 0);
    REQUIRE(under_way.size() >= max_log_ins);
    CHECK(std::holds_alternative<logged_in>(boss.wait(under_way.front())));
    const std::clock_t one_is_in = std::clock();
    running->stop();
    CHECK(std::clock() - one_is_in < max_log_ins / 2 * (one_is_in - begun));
    std::uint32_t come_too_late = 0;
    under_way.front() = 1;
    log_in(under_way.front());  // once more, when it has stopped
    for (const std::uint64_t ask : under_way) {
        REQUIRE(boss.waiting(ask) == 1);  // each has its answer when the node has stopped
        const session_answer answer = boss.wait(ask);
        if (const auto* late = std::get_if<request_refused>(&answer)) {
            CHECK(late->what == request_refused::kind::unavailable);
            CHECK(late->why == "the node stops");
            CHECK(late->retry_after_ms > 0);
            ++come_too_late;
        }
    }
    CHECK(come_too_late > 1);  // beside that last one
}

TEST_CASE("a folder that cannot be a node's is refused by name, and left as it is") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    {
        const auto running = open_node(small_node(folder));
        const auto second = node::open(small_node(folder));
        REQUIRE(!second.has_value());
        CHECK(second.error().code == errc::locked);
        CHECK(second.error().what.find(folder) != std::string::npos);
    }
    std::ofstream(folder + "/node") << "something else\n";
    const auto foreign = node::open(small_node(folder));
    REQUIRE(!foreign.has_value());
    CHECK(foreign.error().code == errc::foreign);
    CHECK(foreign.error().what.find(folder + "/node") != std::string::npos);
    CHECK(content_of(folder + "/node") == "something else\n");
    const auto nowhere = node::open(small_node(temporary.path() + "/none/data"));
    REQUIRE(!nowhere.has_value());
    CHECK(nowhere.error() ==
          error{errc::unreadable, temporary.path() +
                                      "/none/data: the folder cannot be made: No such file or "
                                      "directory; make what is missing, or choose another folder"});
    std::ofstream(temporary.path() + "/file") << "x";
    const auto no_folder = node::open(small_node(temporary.path() + "/file"));
    REQUIRE(!no_folder.has_value());
    CHECK(no_folder.error().what.ends_with(
        "the folder cannot be opened: Not a directory; move away what is there, or choose another "
        "folder"));
    const std::string closed = temporary.path() + "/closed";
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(temporary.path(), std::filesystem::perms{0755});
    std::filesystem::permissions(closed, std::filesystem::perms{0555});
    CHECK(in_another_process([&] {
        // Root may write everywhere.
        if (::geteuid() == 0 && ::seteuid(65534) != 0) {
            return false;
        }
        const auto refused = node::open(small_node(closed));
        return !refused &&
               refused.error() ==
                   error{errc::unwritable,
                         closed +
                             ": no file can be made in this folder: Permission denied; give "
                             "it to the user who starts the node, or choose another folder"};
    }));
    CHECK(std::filesystem::is_empty(closed));
}

TEST_CASE("a first start on a full disk is refused, and goes on where there is room") {
    const temporary_folder temporary;
    // No file may be longer: than a few bytes of the node's; than LMDB's first pages; than a segment of the journal, without one byte.
    for (const std::uint64_t most : {5U, 5'000U, (1U << 20U) - 1}) {
        const std::string folder = temporary.path() + "/" + std::to_string(most);
        CHECK(in_another_process([&] {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit bound{most, most};
            if (::setrlimit(RLIMIT_FSIZE, &bound) != 0) {
                return false;
            }
            const auto refused = node::open(small_node(folder));
            const std::string said = refused ? "" : refused.error().what;
            return said.starts_with(folder) && said.find("make room") != std::string::npos;
        }));
        const auto running = open_node(small_node(folder));
        market at(*running, folder);
        const stops_first ends(*running);
        at.set_up();
    }
}

TEST_CASE(
    "a node whose journal, rows or events are damaged, or another's, does not start, names the "
    "folder, and leaves all files as they are") {
    namespace files = std::filesystem;
    const temporary_folder temporary;
    const std::string whole = temporary.path() + "/whole";
    const std::string other = temporary.path() + "/other";
    for (const std::string& made : {whole, other}) {
        node_options options = small_node(made);
        options.checkpoint_every = 1;
        const auto running = open_node(options);
        market at(*running, made);
        const stops_first ends(*running);
        at.set_up();
        // Rows have no label before the first.
        while (at.boss.get<table_answer>(console_request{"shards", ""}).rows.at(0).at(7) == "0") {
            static_cast<void>(
                at.boss.get<submitted>(submit_request{{an_order(1, 1, side::buy, 1, 1)}}));
        }
    }
    const std::string folder = temporary.path() + "/data";
    const auto copy_whole = [&] {
        files::remove_all(folder);
        files::copy(whole, folder, files::copy_options::recursive);
    };
    const auto starts_not = [&](const std::string& because_of) {
        const auto before = files_in(folder);
        const auto opened = node::open(small_node(folder));
        REQUIRE_FALSE(opened.has_value());
        const std::string place = files::path(because_of).parent_path().string();
        CHECK_MESSAGE(opened.error().what.find(place) != std::string::npos, opened.error().what);
        CHECK(files_in(folder) == before);
    };
    const auto is_refused = [&](const std::string& file, std::streamoff offset, std::size_t size) {
        copy_whole();
        const std::string path = folder + "/" + file;
        std::string damaged = content_of(path);
        REQUIRE(damaged.size() > static_cast<std::size_t>(offset) + size);
        for (std::size_t i = 0; i < size; ++i) {
            damaged[static_cast<std::size_t>(offset) + i] ^= 0x55;
        }
        std::ofstream(path, std::ios::binary) << damaged;
        starts_not(path);
    };
    is_refused("journal/" + segment_name(1), segment_head_bytes + 8, 1);
    is_refused("shard-1/rows/data.mdb", 0, 8'192);
    is_refused("events/data.mdb", 0, 8'192);
    // Sound files of LMDB, but of another node.
    for (const std::string file : {"shard-1/rows/data.mdb", "events/data.mdb"}) {
        copy_whole();
        files::copy(other + "/" + file, folder + "/" + file,
                    files::copy_options::overwrite_existing);
        starts_not(folder + "/" + file);
    }
}

}  // namespace bourse
