// Every mistake that is planted in ledger or shard is found by the comparison with the reference and the
// audit, within the lives that the test allows; without a mistake nothing is found in them.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "actors/ledger/planted_bug.hpp"
#include "tests/support/shard/comparison.hpp"

using namespace bourse;

namespace {

constexpr std::uint64_t most_lives = 20;
constexpr std::uint64_t commands_a_life = 4'000;
constexpr std::uint16_t shards = 2;

/// The seed of the first life in which something is found wrong, or zero.
std::uint64_t first_found(planted_bug bug) {
    planted = bug;
    for (std::uint64_t seed = 1; seed <= most_lives; ++seed) {
        if (find_difference(seed, commands_a_life, shards)) {
            planted = planted_bug::none;
            return seed;
        }
    }
    planted = planted_bug::none;
    return 0;
}

void check_found(planted_bug bug) {
    const std::uint64_t seed = first_found(bug);
    MESSAGE("found in life ", seed, " of at most ", most_lives);
    CHECK(seed != 0);
}

}  // namespace

TEST_CASE("nothing is found where nothing is planted") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        CHECK(find_difference(seed, commands_a_life, shards).value_or("") == "");
    }
}

TEST_CASE("a fill that settles twice is found") {
    check_found(planted_bug::settle_twice);
}

TEST_CASE("a forgotten release is found") {
    check_found(planted_bug::forget_release);
}

TEST_CASE("a fee rounded the wrong way is found") {
    check_found(planted_bug::fee_rounded_down);
}

TEST_CASE("a lost channel message is found") {
    check_found(planted_bug::lose_message);
}

TEST_CASE("a client id that is carried out again is found") {
    check_found(planted_bug::reuse_client_id);
}

TEST_CASE("a new client id that is taken for a known one is found") {
    check_found(planted_bug::repeat_of_nothing);
}

TEST_CASE("a reservation too small for a trade before a replace is found") {
    check_found(planted_bug::reserve_larger_only);
}

TEST_CASE("a reservation freed by a refused replace is found") {
    check_found(planted_bug::release_on_refusal);
}

TEST_CASE("S6.2 a changed row that is not handed over is found") {
    check_found(planted_bug::forget_change);
}

TEST_CASE("S6.3 a row that is handed over as it is later is found") {
    check_found(planted_bug::forget_copy);
}

TEST_CASE("S6.2 a row that is gone and not removed is found") {
    check_found(planted_bug::forget_removal);
}

TEST_CASE("S7.2 a record that is written over another revision than expected is found") {
    check_found(planted_bug::ignore_revision);
}

TEST_CASE("S7.5 a record that is written beside the digest is found") {
    check_found(planted_bug::forget_record);
}

TEST_CASE("L3.4 a repeated command that is not told why it was refused is found") {
    check_found(planted_bug::repeat_no_reason);
}

TEST_CASE("a report that has no number is found") {
    check_found(planted_bug::leave_out_report);
}

TEST_CASE("an event that has no number is found") {
    check_found(planted_bug::leave_out_event);
}

TEST_CASE("a deposit that comes from nobody is found") {
    check_found(planted_bug::deposit_of_nobody);
}
