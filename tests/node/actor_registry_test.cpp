// What is counted of actors, as the console shows it.

#include "actors/console/actor_registry.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace bourse {
namespace {

const std::vector<std::string> columns{"kind",    "name",       "waiting",
                                       "handled", "per_second", "watched"};

/// The only line.
std::vector<std::string> line_of(actor_registry& all, const std::string& name) {
    const table_answer table = all.actors(name);
    REQUIRE(table.columns == columns);
    REQUIRE(table.rows.size() == 1);
    REQUIRE(table.rows[0].size() == columns.size());
    return table.rows[0];
}

}  // namespace

TEST_CASE("what waits for an actor is what was sent to it and not handled, and not below zero") {
    actor_registry all;
    const auto count = all.add("journal", "rows");
    CHECK(line_of(all, "rows") == std::vector<std::string>{"journal", "rows", "0", "0", "0", "no"});
    count->sent += 3;
    count->handled += 1;
    CHECK(line_of(all, "journal")[2] == "2");
    CHECK(line_of(all, "rows")[3] == "1");
    count->handled += 3;  // sent by itself, and not counted yet
    CHECK(line_of(all, "rows")[2] == "0");
    count->watched = true;
    CHECK(line_of(all, "rows")[5] == "yes");
}

TEST_CASE("what an actor handles a second is said from the first time on that anybody asks") {
    actor_registry all;
    const auto busy = all.add("shard", "1");
    const auto idle = all.add("door", "1");
    for (int asked = 0; asked < 3; ++asked) {
        busy->handled += 1'000'000;
        busy->sent += 1'000'000;
        const table_answer table = all.actors("");
        REQUIRE(table.rows.size() == 2);
        CHECK(table.rows[0][0] == "door");
        CHECK(table.rows[0][4] == "0");
        CHECK(std::stoull(table.rows[1][4]) > 0);
    }
    // Of nothing since.
    CHECK(line_of(all, "shard")[4] == "0");
}

TEST_CASE(
    "an actor that nobody counts for any more is gone, and one that is not there is not found") {
    actor_registry all;
    auto gone = all.add("book", "AAPL");
    const auto stays = all.add("book", "PEAR");
    CHECK(all.actors("book").rows.size() == 2);
    gone = nullptr;
    CHECK(all.actors("book").rows.size() == 1);
    const session_answer none = all.answer({"actors", "AAPL"});
    REQUIRE(std::holds_alternative<request_refused>(none));
    CHECK(std::get<request_refused>(none).what == request_refused::kind::not_found);
}

}  // namespace bourse
