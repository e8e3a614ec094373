// The same entries give the same bytes: in debug and in release, books in a loop or all at once, cut by save and
// restore or taken over from handed-over rows at any point. The digests are written here, so that no change of what a
// shard says goes unnoticed: a log that a newer program replays must give what it gave.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>

#include "full_life.hpp"
#include "logged_life.hpp"
#include "tests/support/shard/coverage.hpp"
#include "tests/support/shard/generator.hpp"

using namespace bourse;

namespace {

void check_full_life(std::uint16_t shards, const life_digests& written) {
    const full_life made = make_full_life(shards, 20'261'122, 1'500);
    // Of one shard nobody delivers anything.
    CHECK(made.commands.size() == std::variant_size_v<shard_command> - (shards == 1 ? 2 : 0));
    for (const int number : {1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 30, 31, 32, 33, 34}) {
        CHECK_MESSAGE(made.reports.contains(static_cast<event_kind>(number)), "no report of kind ",
                      number);
    }
    for (const int number : {20, 21, 22}) {
        CHECK_MESSAGE(made.events.contains(static_cast<event_kind>(number)), "no event of kind ",
                      number);
    }
    CHECK(made.messages.size() >= (shards == 1 ? 0 : 3));
    check_every_way(made.life, written);
}

/// As many commands of the generator's, in rare states and with all that can be wrong.
logged_life generated_life(std::uint64_t seed, std::uint16_t shards, std::size_t commands,
                           shard_coverage& reached) {
    shard_generator generator(seed, shards);
    life_log log(generator.settings());
    const auto apply = [&](const world_step& step) {
        log.apply(step);
        reached.count(step.shard, log.world().applied(), log.world().output());
        generator.learn(step, log.world().output(), log.world().machine(step.shard).next_due());
    };
    std::size_t sent = 0;
    for (std::size_t steps = 1; sent < commands; ++steps) {
        const world_step next = generator.next();
        sent += next.commands.size();
        apply(next);
        if (steps % 50 == 0) {
            for (const world_step& each : log.on_the_way()) {
                apply(each);
            }
        }
    }
    reached.count(log.world().transport());
    return std::move(log).take();
}

struct generated_case {
    std::uint64_t seed;
    life_digests written;
};

/// Lives that together reach all that a random run must reach.
void check_generated_lives(std::uint16_t shards, std::initializer_list<generated_case> lives) {
    shard_coverage reached;
    for (const generated_case& each : lives) {
        INFO("seed ", each.seed);
        check_every_way(generated_life(each.seed, shards, 3'000, reached), each.written);
    }
    for (const std::string& one : reached.missing(shards)) {
        FAIL_CHECK("never reached: " << one);
    }
}

}  // namespace

TEST_CASE("S1.1 a full life of one shard has the digest written here, in every build") {
    check_full_life(1, {{14273269074497702098U}, 7299607641244499611U});
}

TEST_CASE("S1.1 a full life of two shards has the digests written here, in every build") {
    check_full_life(2, {{2373061727492282439U, 1284668834221195642U}, 14692454556778710026U});
}

// A change of the generator changes these: put in what is printed.
TEST_CASE("S1.1 generated lives of one shard have the digests written here, in every build") {
    check_generated_lives(1, {{14, {{4896882748807849973U}, 16866014264168380064U}},
                              {15, {{1351945353314419068U}, 7802105202896312438U}},
                              {28, {{10087171935163335283U}, 13166094413269019403U}},
                              {31, {{3692237984548531602U}, 2094699112988406158U}}});
}

TEST_CASE("S1.1 generated lives of two shards have the digests written here, in every build") {
    check_generated_lives(
        2, {{3, {{1635736159430239855U, 9147356570224825152U}, 7878887815184349032U}},
            {15, {{11492045977835586696U, 3817141768329208956U}, 13390777722420449326U}}});
}
