// Shard RULES 1: entries, rounds, time.
#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

TEST_CASE("S1.1 a timestamp earlier than the last counts as the last") {
    venue it;
    it.pass(venue_start + 50);
    it.at(venue_start + 10);
    CHECK(it.answer(buying(1, 1, 10).not_after(venue_start + 49)) == reason::too_late);
    CHECK(it.machine.now() == timestamp{venue_start + 50});
    CHECK(it.answer(buying(1, 1, 10).not_after(venue_start + 50)) == reason::none);
}

TEST_CASE("S1.1 entries are numbered, and an empty one counts") {
    venue it;
    const std::uint64_t before = it.machine.index();
    it.apply({});
    CHECK(it.machine.index() == before + 1);
}

TEST_CASE("S1.2 client ids are forgotten before what is due, which is done before the commands") {
    venue it({.horizon = {100}});
    // The order is still open when ids are looked through, so its id is kept; then it expires.
    it.prepare({buying(1, 5, 10).until(venue_start + 101).id(4)});
    it.at(venue_start + 101);
    it.send(buying(1, 5, 10).id(4));
    it.expect({"1 cancelled 1 5 expired id 4", "1 repeated 1 none #5 id 4"});
}

TEST_CASE("S1.2 what is due comes before the entry's commands") {
    venue it;
    it.prepare({buying(1, 5, 10).until(venue_start + 200)});
    it.at(venue_start + 200);
    it.apply({selling(2, 5, 10), cancelling(1, nth(1))});
    it.expect(
        {"1 cancelled 1 5 expired", "1 cancel_rejected 1 unknown_order", "2 accepted 2 5@10"});
}

TEST_CASE("S1.3 each command goes to the ledger in order before a book hears of any") {
    venue it;
    it.apply({buying(1, 5, 10), selling(1, 5, 10).of(pear), buying(1, 1, 2'000'000)});
    it.expect({"1 rejected 0 insufficient_funds", "1 accepted 1 5@10", "1 accepted 2 5@10"});
}

TEST_CASE("S1.4 events go to the ledger by the position of their causes, not book by book") {
    venue it;
    it.apply({buying(1, 1, 10).of(pear), buying(1, 2, 10), buying(1, 3, 10).of(pear),
              selling(2, 2, 10), selling(2, 4, 10).of(pear)});
    it.expect_events({"accepted 1 1@10", "accepted 2 2@10", "accepted 3 3@10", "accepted 4 2@10",
                      "fill 2 2@10 done", "take 4 2@10 done", "accepted 5 4@10", "fill 1 1@10 done",
                      "take 5 1@10 left 3", "fill 3 3@10 done", "take 5 3@10 done"});
}

TEST_CASE("S1.4 what the ledger passes on after the first round is done in the same entry") {
    venue it;
    // The refusal of the second member is round 2, its sibling's cancel round 3.
    listing coarse = listing_of(symbol_id{9});
    coarse.rules.ticks = {{0, 5}};
    it.prepare({listing_as(coarse), going({9}, market_state::open),
                putting(1, asset_of(symbol_id{9}), 50)});
    it.apply({selling(1, 6, 121).of({9}).in(5, group_role::one_cancels_other, 2),
              selling(1, 5, 110).of({9}).in(5, group_role::one_cancels_other, 2)});
    it.expect({"1 rejected 1 off_tick", "1 accepted 2 5@110 held", "1 cancelled 2 5 group"});
}

TEST_CASE("S1.5 a command sees the reservations of its entry and no fill or release of it") {
    venue it;
    it.prepare({selling(2, 10, 50'000), buying(1, 1, 500'000).of(pear)});
    // The cancel's half million is not there yet, the first buy's is gone.
    it.apply(
        {cancelling(1, nth(2)), buying(1, 10, 50'000), buying(1, 1, 1), selling(1, 1'001, 60'000)});
    it.expect({"1 rejected 0 insufficient_funds", "1 rejected 0 insufficient_holdings",
               "1 cancelled 2 1 requested", "1 accepted 3 10@50000",
               "2 fill 1 10@50000 done cash 500000", "1 take 3 10@50000 done cash -500000"});
    CHECK(it.answer(buying(1, 1, 500'000)) == reason::none);
}

TEST_CASE("S1.6 a skipped entry changes the index and nothing else") {
    venue it;
    it.prepare({buying(1, 5, 10).until(venue_start + 5)});
    shard_rows before = it.machine.save();
    it.machine.skip(it.machine.index() + 1);
    shard_rows after = it.machine.save();
    CHECK(after.shard.index == before.shard.index + 1);
    after.shard.index = before.shard.index;
    CHECK(after == before);
    it.at(venue_start + 5);
    it.send(buying(1, 5, 10));
    it.expect({"1 cancelled 1 5 expired", "1 accepted 2 5@10"});
}

TEST_CASE("S1.7 rules have version 1 alone") {
    venue it;
    CHECK(it.answer(set_rules_version{.version = 0}) == reason::unsupported_rules);
    CHECK(it.answer(set_rules_version{.version = 2}) == reason::unsupported_rules);
    CHECK(it.answer(set_rules_version{.version = UINT32_MAX}) == reason::unsupported_rules);
    CHECK(it.answer(set_rules_version{.version = 1}) == reason::none);
    CHECK(it.machine.save().shard.rules_version == 1);
}

TEST_CASE("S1.4 books that take their turns in another order or at once say the same") {
    const auto run = [](const turn_runner& how) {
        venue it;
        it.alone();
        if (how) {
            it.machine.set_runner(how);
        }
        for (std::int64_t i = 0; i < 20; ++i) {
            it.apply({buying(1, 1 + i, 10 + i % 3).of(pear), selling(2, 2, 10 + i % 4),
                      selling(2, 3, 11).of(pear), buying(1, 1, 12), killing(1), killing(1, false)});
            it.pass(venue_start + i);
        }
        return it.machine.digest();
    };
    const std::uint64_t plain = run({});
    CHECK(plain == run([](std::span<book_turn* const> turns) {
              for (std::size_t i = turns.size(); i > 0; --i) {
                  turns[i - 1]->run();
              }
          }));
    CHECK(plain == run([](std::span<book_turn* const> turns) {
              std::vector<std::thread> threads;
              for (book_turn* turn : turns) {
                  threads.emplace_back([turn] { turn->run(); });
              }
              for (std::thread& each : threads) {
                  each.join();
              }
          }));
}
