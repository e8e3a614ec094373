// A process that runs a node is killed with -9 while it acknowledges orders, again and again. What it said it did is there, once.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <random>

#include "box_client.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t orders_of_request = 5;

client_id id_of(std::uint64_t order) {
    return {0x4B494C4CU, order};
}

submit_request request_of(std::uint64_t number, account_id account, symbol_id symbol) {
    submit_request request;
    for (std::uint64_t i = 0; i < orders_of_request; ++i) {
        const std::uint64_t order = number * orders_of_request + i + 1;
        request.commands.push_back(an_order(account.value, symbol.value,
                                            order % 2 == 0 ? side::buy : side::sell,
                                            order % 2 == 0 ? 100 : 200, 1, id_of(order)));
    }
    return request;
}

/// An account without bounds and an open instrument.
void set_up(box_client& boss, account_id& account, symbol_id& symbol) {
    static_cast<void>(
        boss.get<done_answer>(add_instrument{.name = "AAPL", .description = "", .terms = {}}));
    static_cast<void>(boss.get<done_answer>(
        open_named_account{.name = "house", .kind = account_kind::house, .deposits = {}}));
    account = boss.get<accounts_answer>(accounts_request{}).accounts.at(0).id;
    symbol =
        boss.get<instruments_answer>(instruments_request{}).instruments.at(0).terms.rules.symbol;
    const asset_id dollars = asset_of(currency_id{1});
    static_cast<void>(boss.get<submitted>(submit_request{
        {book_state{.symbol = symbol, .what = {.state = market_state::open}},
         set_limit{.account = account, .asset = dollars, .value = 1'000'000'000'000},
         set_limit{.account = account, .asset = asset_of(symbol), .value = 1'000'000'000}}}));
}

/// Submits from request `next` on, several at a time, for ever, and says each that was answered.
[[noreturn]] void trade_for_ever(const std::string& folder, std::uint64_t next, int said) {
    auto opened = node::open(small_node(folder));
    if (!opened) {
        ::_exit(2);
    }
    box_client boss((*opened)->port());
    if (!std::holds_alternative<logged_in>(boss.log_in(operator_key(folder)))) {
        ::_exit(3);
    }
    account_id account{};
    symbol_id symbol{};
    if (next == 0) {
        set_up(boss, account, symbol);
    } else {
        account = boss.get<accounts_answer>(accounts_request{}).accounts.at(0).id;
        symbol = boss.get<instruments_answer>(instruments_request{})
                     .instruments.at(0)
                     .terms.rules.symbol;
    }
    constexpr std::uint64_t ahead = 8;
    std::map<std::uint64_t, std::uint64_t> asks;
    for (std::uint64_t sent = next, answered = next;; ++answered) {
        for (; sent < answered + ahead; ++sent) {
            asks[sent] = boss.send(request_of(sent, account, symbol));
        }
        const auto answer = boss.wait(asks.at(answered));
        const auto* done = std::get_if<submitted>(&answer);
        if (done == nullptr || done->outcomes.size() != orders_of_request) {
            ::_exit(4);
        }
        for (const command_outcome& each : done->outcomes) {
            // Repeated: on its way when the one before was killed.
            if (each.first.what.kind != event_kind::accepted &&
                each.first.what.kind != event_kind::repeated) {
                ::_exit(5);
            }
        }
        if (::write(said, &answered, sizeof(answered)) != sizeof(answered)) {
            ::_exit(6);
        }
    }
}

/// Starts such a process, kills it after it said `count` requests, and returns how many it said in all.
std::uint64_t run_and_kill(const std::string& folder, std::uint64_t next, std::uint64_t count) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        trade_for_ever(folder, next, ends[1]);
    }
    ::close(ends[1]);
    std::uint64_t last = 0;
    std::uint64_t said = next;
    while (said < next + count && ::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
        said = last + 1;
    }
    ::kill(child, SIGKILL);
    while (::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
        said = last + 1;
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE_MESSAGE(WIFSIGNALED(status), "it ended by itself with " << WEXITSTATUS(status));
    return said;
}

}  // namespace

TEST_CASE("a node killed while it trades has every order that it acknowledged, once") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    std::mt19937_64 random(2);
    const unsigned kills = is_full_run() ? 100 : 4;
    std::uint64_t next = 0;
    for (unsigned i = 0; i < kills; ++i) {
        const std::uint64_t said = run_and_kill(folder, next, 1 + random() % 60);
        // In a process of its own: this one must have no threads when it forks again.
        const pid_t child = ::fork();
        if (child == 0) {
            auto opened = node::open(small_node(folder));
            if (!opened) {
                ::_exit(2);
            }
            box_client boss((*opened)->port());
            static_cast<void>(boss.log_in(operator_key(folder)));
            const account_id account =
                boss.get<accounts_answer>(accounts_request{}).accounts.at(0).id;
            const symbol_id symbol = boss.get<instruments_answer>(instruments_request{})
                                         .instruments.at(0)
                                         .terms.rules.symbol;
            // What was acknowledged is known by its client id, and not done again.
            for (std::uint64_t each = next; each < said; ++each) {
                const auto again = boss.get<submitted>(request_of(each, account, symbol));
                for (const command_outcome& one : again.outcomes) {
                    if (one.first.what.kind != event_kind::repeated ||
                        one.first.what.reason != reason::none) {
                        ::_exit(7);
                    }
                }
            }
            // And there is nothing that was not asked for: at most the requests that were on their way.
            const auto open = boss.get<orders_answer>(orders_request{account}).orders.size();
            const bool is_right =
                open >= said * orders_of_request && open <= (said + 8) * orders_of_request;
            (*opened)->stop();
            ::_exit(is_right ? 0 : 8);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
        next = said;
    }
}

}  // namespace bourse
