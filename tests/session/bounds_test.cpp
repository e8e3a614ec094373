// How many sessions and acts of operators there may be at once.

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "actors/session/act_desk.hpp"
#include "actors/session/session_table.hpp"
#include "actors/shard/shard.hpp"

namespace bourse {

TEST_CASE("a node has as many sessions as it may, and room again when one has ended") {
    session_table<int> table;
    const auto lane = [](std::uint64_t number) {
        session_options options;
        options.number = {number};
        return std::make_shared<session_lane<int>>(options, 0, session_voice{});
    };
    for (std::uint64_t i = 1; i <= max_sessions; ++i) {
        REQUIRE(table.add(lane(i)));
    }
    CHECK_FALSE(table.add(lane(max_sessions + 1)));
    CHECK(table.find(max_sessions + 1) == nullptr);
    table.remove(7);
    CHECK(table.add(lane(max_sessions + 1)));
    CHECK(table.size() == max_sessions);
}

TEST_CASE("as many acts of operators are under way as may be, and the next is to come again") {
    const shard machine(shard_settings{});
    act_desk desk(machine, 0);
    for (std::uint64_t ask = 1; ask <= act_desk::max_acts + 1; ++ask) {
        account_spec spec;
        spec.name = "a" + std::to_string(ask);
        desk.begin(1, ask, directory_act::spec(spec), {1});
    }
    const act_desk::effects out = desk.take();
    CHECK(out.commands.size() == act_desk::max_acts);
    REQUIRE(out.answers.size() == 1);
    CHECK(out.answers[0].ask == act_desk::max_acts + 1);
    const auto& refused = std::get<request_refused>(out.answers[0].what);
    CHECK(refused.what == request_refused::kind::overloaded);
    CHECK(refused.retry_after_ms > 0);
    // One has ended: there is room.
    desk.lost(out.commands[0].act);
    static_cast<void>(desk.take());
    desk.begin(1, 100, directory_act::spec(account_spec{}), {1});
    const act_desk::effects more = desk.take();
    CHECK((more.answers.empty() || std::get<request_refused>(more.answers[0].what).what !=
                                       request_refused::kind::overloaded));
}

}  // namespace bourse
