// What is said and done when a part of a node fails: each kind of actor, made to fail.

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <caf/all.hpp>
#include <csignal>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include "actors/book/book_actor.hpp"
#include "actors/console/console_actor.hpp"
#include "actors/console/post.hpp"
#include "actors/console/supervisor_actor.hpp"
#include "actors/journal/journal_actor.hpp"
#include "actors/market_data/market_data_actor.hpp"
#include "actors/router/router_actor.hpp"
#include "actors/session/history_actor.hpp"
#include "actors/session/keys_actor.hpp"
#include "actors/session/past_actor.hpp"
#include "actors/shard/shard_actor.hpp"
#include "box_client.hpp"
#include "runtime/node/node_data.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

/// Threads that share one queue, as a node's do.
struct actor_config : caf::actor_system_config {
    actor_config() { set("scheduler.policy", caf::atom("sharing")); }
};

/// The real actors of a node, each spawned as its wiring does, one by one.
struct parts {
    explicit parts(const std::string& folder) : config(), system(config) {
        auto opened = node_data::open(small_node(folder));
        REQUIRE_MESSAGE(opened, opened.error().what);
        data = std::move(*opened);
    }
    ~parts() { system.await_all_actors_done(); }
    parts(const parts&) = delete;
    parts& operator=(const parts&) = delete;

    caf::actor spawn(const std::string& kind) {
        const auto count = registry->add(kind, "1");
        last_count = count;
        const auto nothing = [](const std::string&) {};
        if (kind == "shard") {
            auto made = std::make_shared<shard_parts>();
            made->desk = std::move(data->desk);
            made->acts = std::move(data->acts);
            made->table = table;
            made->past = data->past;
            made->fail = nothing;
            return as_actor(system.spawn<caf::detached>(shard_behavior, made,
                                                        std::make_shared<shard_figures>(), count));
        }
        if (kind == "journal") {
            return as_actor(
                system.spawn<caf::detached>(journal_behavior, work_owner{}, count, count));
        }
        if (kind == "past") {
            return as_actor(system.spawn<caf::detached>(
                past_behavior, data->past, table, std::function<void(const std::string&)>(nothing),
                count));
        }
        if (kind == "history") {
            return as_actor(system.spawn<caf::detached>(
                history_behavior, data->history_kept, table,
                std::function<void(const std::string&)>(nothing), count));
        }
        if (kind == "market_data") {
            return as_actor(
                system.spawn(market_data_behavior, post<watched_actor>{{}, count}, table, count));
        }
        if (kind == "console") {
            return as_actor(system.spawn(console_behavior, registry, table, count));
        }
        if (kind == "router") {
            return as_actor(system.spawn(router_behavior, router_links{}, count));
        }
        if (kind == "door") {
            return as_actor(system.spawn(
                door_behavior, door_links{{}, table, session_limits{}, 1, registry, gate, nullptr},
                count));
        }
        if (kind == "keys") {
            return as_actor(system.spawn<caf::detached>(keys_behavior, post<door_actor>{{}, count},
                                                        post<key_owner>{{}, count}, gate,
                                                        activity_log_ptr{}, count));
        }
        REQUIRE(kind == "book");
        return as_actor(system.spawn(book_behavior, count));
    }
    template <class Handle>
    static caf::actor as_actor(const Handle& made) {
        return caf::actor_cast<caf::actor>(made);
    }

    std::unique_ptr<node_data> data;
    std::shared_ptr<actor_registry> registry = std::make_shared<actor_registry>();
    std::shared_ptr<actor_count> last_count;  ///< of what was spawned last: who tells it needs it
    sessions_ptr table = std::make_shared<sessions>();
    std::shared_ptr<login_gate> gate = std::make_shared<login_gate>();
    actor_config config;
    caf::actor_system system;
};

}  // namespace

TEST_CASE("a part that fails is named, of every kind, and one that was asked to stop is not") {
    const temporary_folder temporary;
    parts of(temporary.path() + "/data");
    for (const char* kind : {"shard", "journal", "past", "history", "market_data", "console",
                             "router", "door", "keys", "book"}) {
        for (const bool by_itself : {true, false}) {
            if (!by_itself && std::string(kind) == "shard") {
                continue;  // there is one desk
            }
            const caf::actor made = of.spawn(kind);
            const caf::actor other = of.spawn("console");
            std::promise<std::string> said;
            auto heard = said.get_future();
            const caf::actor watching = of.system.spawn<caf::detached>(
                supervisor_behavior,
                std::vector<watched_part>{{made, std::string(kind) + " 1"}, {other, "console 2"}},
                std::function<void(const std::string&)>(
                    [&](const std::string& why) { said.set_value(why); }),
                of.registry->add("supervisor", "1"));
            caf::anon_send_exit(made, by_itself ? caf::exit_reason::unhandled_exception
                                                : caf::exit_reason::user_shutdown);
            if (!by_itself) {  // then the first that is heard of is the other
                caf::scoped_actor self(of.system);
                self->wait_for(made);
                caf::anon_send_exit(other, caf::exit_reason::kill);
            }
            REQUIRE(heard.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
            const std::string why = heard.get();
            CHECK(why.starts_with(by_itself ? std::string(kind) + " 1 failed ("
                                            : "console 2 failed ("));
            CHECK(why.find("what was acknowledged is durable") != std::string::npos);
            caf::anon_send_exit(other, caf::exit_reason::user_shutdown);
            caf::anon_send_exit(watching, caf::exit_reason::user_shutdown);
        }
    }
}

TEST_CASE("a part that was gone before it is watched is named too") {
    const temporary_folder temporary;
    parts of(temporary.path() + "/data");
    const caf::actor gone = of.spawn("console");
    caf::anon_send_exit(gone, caf::exit_reason::unhandled_exception);
    {
        caf::scoped_actor self(of.system);
        self->wait_for(gone);
    }
    std::promise<std::string> said;
    const caf::actor watching = of.system.spawn<caf::detached>(
        supervisor_behavior, std::vector<watched_part>{{gone, "console 1"}},
        std::function<void(const std::string&)>(
            [&](const std::string& why) { said.set_value(why); }),
        of.registry->add("supervisor", "1"));
    auto heard = said.get_future();
    REQUIRE(heard.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    CHECK(heard.get().starts_with("console 1 failed ("));
    caf::anon_send_exit(watching, caf::exit_reason::user_shutdown);
}

TEST_CASE("what a shard noted for the disk is written whole when its actor is gone before") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    {
        std::promise<journal_work> noted;
        parts of(folder);
        const caf::actor shard = of.spawn("shard");
        const auto shard_count = of.last_count;
        // Writes nothing: keeps the first piece for us.
        using first_piece = std::shared_ptr<std::promise<journal_work>*>;
        const auto count = of.registry->add("journal", "1");
        const journal_actor writer = of.system.spawn(
            [count](journal_actor::pointer, first_piece keep) {
                return journal_actor::behavior_type{
                    [keep, count](const journal_work& work) {
                        const handling here(count);
                        if (auto* const to = std::exchange(*keep, nullptr)) {
                            to->set_value(work);
                        }
                    },
                    [count](const rows_work&) { const handling here(count); }};
            },
            std::make_shared<std::promise<journal_work>*>(&noted));
        shard_begin begin;
        begin.journal = begin.rows = begin.events = {writer, count};
        const post<shard_actor> to{caf::actor_cast<shard_actor>(shard), shard_count};
        put_record note{.table = record_table::users};
        note.what = record_text{"tina", "a note"};
        to.tell(commands_mail{
            // before it begins: in the first piece that it hands out
            1, 1, std::make_shared<std::vector<shard_command>>(std::vector<shard_command>{note})});
        to.tell(begin);
        journal_work work = noted.get_future().get();
        REQUIRE(!work.what->empty());
        caf::anon_send_exit(shard, caf::exit_reason::kill);
        caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
        while (work.of.use_count() > 1) {
            std::this_thread::yield();
        }
        CHECK(work.what->carry_out());
    }
    const auto again = node_data::open(small_node(folder));
    REQUIRE_MESSAGE(again, again.error().what);
    CHECK((*again)->desk->state().record(record_table::users, "tina") != nullptr);
}

TEST_CASE("a session that fails is told its client, and its node goes on") {
    const temporary_folder temporary;
    parts of(temporary.path() + "/data");
    // The door tells the router that it is gone, and that whoever knew of it.
    router_links links;
    const caf::actor shard = of.spawn("shard");
    links.shard = {caf::actor_cast<shard_port_actor>(shard), of.last_count};
    const caf::actor market = of.spawn("market_data");
    links.market = {caf::actor_cast<market_port_actor>(market), of.last_count};
    const auto router_count = of.registry->add("router", "1");
    const router_actor router = of.system.spawn(router_behavior, links, router_count);
    const auto count = of.registry->add("door", "1");
    const door_actor door = of.system.spawn(
        door_behavior,
        door_links{
            {router, router_count}, of.table, session_limits{}, 1, of.registry, of.gate, nullptr},
        count);
    std::promise<std::pair<session_number, session_answer>> last;
    auto who = std::make_shared<login>();
    who->gate = of.gate;
    who->gate->waiting = 1;
    who->say = [&](session_number session, std::uint64_t, session_answer answer) {
        if (std::holds_alternative<session_ended>(answer)) {
            last.set_value({session, std::move(answer)});
        }
    };
    auto user = std::make_shared<user_record>();
    user->name = "tina";
    post<door_actor>{door, count}.tell(verified_mail{who, user});
    while (of.table->size() == 0) {
        std::this_thread::yield();
    }
    const lane_ptr lane = of.table->all().front();
    caf::anon_send_exit(lane->post.to, caf::exit_reason::kill);
    const auto [session, answer] = last.get_future().get();
    CHECK(session == lane->options.number);
    CHECK(std::get<session_ended>(answer).why == "the session failed; log in again");
    CHECK(of.table->size() == 0);
    for (const caf::actor& each : {shard, market, parts::as_actor(router), parts::as_actor(door)}) {
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    }
}

TEST_CASE("a node full of sessions lets nobody in, and says when to come again") {
    const temporary_folder temporary;
    parts of(temporary.path() + "/data");
    const caf::actor door = of.spawn("door");
    const post<door_actor> to{caf::actor_cast<door_actor>(door), of.last_count};
    for (std::uint64_t i = 1; i <= max_sessions; ++i) {
        session_options options;
        options.number = {1'000'000 + i};
        REQUIRE(
            of.table->add(std::make_shared<open_lane>(options, session_post{}, session_voice{})));
    }
    std::promise<std::pair<session_number, session_answer>> said;
    auto heard = said.get_future();
    auto who = std::make_shared<login>();
    who->gate = of.gate;
    who->gate->waiting = 1;
    who->say = [&](session_number session, std::uint64_t, session_answer answer) {
        said.set_value({session, std::move(answer)});
    };
    auto user = std::make_shared<user_record>();
    user->name = "tina";
    to.tell(verified_mail{who, user});
    REQUIRE(heard.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    const auto [session, answer] = heard.get();
    CHECK(session == session_number{});
    REQUIRE(std::holds_alternative<request_refused>(answer));
    const auto& refused = std::get<request_refused>(answer);
    CHECK(refused.what == request_refused::kind::overloaded);
    CHECK(refused.why == std::to_string(max_sessions) + " sessions are open");
    CHECK(refused.retry_after_ms > 0);
    CHECK(of.gate->waiting == 0);
    CHECK(of.table->size() == max_sessions);
    CHECK(of.registry->actors("session").rows.empty());
    caf::anon_send_exit(door, caf::exit_reason::user_shutdown);
}

TEST_CASE("each actor of a node is watched, and a node whose console fails says so and ends") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    box_client boss(running->port());
    const stops_first ends(*running);
    std::promise<std::string> said;
    auto heard = said.get_future();
    running->on_failure([&](const std::string& why) { said.set_value(why); });
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    static_cast<void>(boss.get<done_answer>(
        add_instrument{.name = "AAPL", .currency = "USD", .description = {}, .terms = {}}));
    const auto unwatched = [&] {
        const auto actors = boss.get<table_answer>(console_request{"actors", ""});
        REQUIRE(actors.columns.at(5) == "watched");
        std::set<std::string> kinds;
        std::vector<std::string> without;
        for (const auto& row : actors.rows) {
            kinds.insert(row.at(0));
            if (row.at(5) != "yes") {
                without.push_back(row.at(0) + " " + row.at(1));
            }
        }
        CHECK(kinds == std::set<std::string>{"book", "console", "door", "history", "journal",
                                             "keys", "market_data", "past", "router", "session",
                                             "shard", "supervisor"});
        return without;
    };
    // It is asked to watch each, and does so a little later. Nobody watches itself.
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (unwatched().size() > 1 && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    CHECK(unwatched() == std::vector<std::string>{"supervisor 1"});

    running->add_table("boom", [](const std::string&) -> session_answer {
        throw std::runtime_error("a table that fails");
    });
    static_cast<void>(boss.send(console_request{"boom", ""}));
    REQUIRE(heard.wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    CHECK(heard.get().starts_with("console 1 failed ("));
}

TEST_CASE("a node that can write no more says which file, acknowledges nothing more, and stops") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    {
        const auto running = open_node(small_node(folder));
        box_client boss(running->port());
        const stops_first ends(*running);
        REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
        static_cast<void>(
            boss.get<done_answer>(open_named_account{.name = "alice", .deposits = {}}));
        std::promise<std::string> said;
        auto heard = said.get_future();
        running->on_failure([&](const std::string& why) { said.set_value(why); });
        // From now on no file can be written.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit none = before;
        none.rlim_cur = 0;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
        const std::uint64_t lost = boss.send(submit_request{{deposit{
            .request = {}, .account = {1}, .asset = asset_of(currency_id{1}), .amount = 5}}});
        const bool has_failed =
            heard.wait_for(std::chrono::minutes(1)) == std::future_status::ready;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        REQUIRE(has_failed);
        const std::string why = heard.get();
        // Whichever is written first: the journal, or the events of the entry before.
        const bool names_a_file =
            why.find("journal") != std::string::npos || why.find("events") != std::string::npos;
        CHECK_MESSAGE(names_a_file, why);
        CHECK(boss.waiting(lost) == 0);
    }
    const auto again = open_node(small_node(folder));
    box_client boss(again->port());
    const stops_first ends(*again);
    CHECK(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    CHECK(boss.get<accounts_answer>(accounts_request{}).accounts.size() == 1);
}

}  // namespace bourse
