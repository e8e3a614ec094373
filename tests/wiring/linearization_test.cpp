// The search for a linearization against all orders that there are, tried one by one.
#include "tests/simulation/linearization.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/support/command_generator.hpp"

using namespace bourse;

namespace {

constexpr std::size_t many_steps = 1'000'000;

book_operation enter(std::uint64_t order, side which, std::int64_t price, std::int64_t lots,
                     std::uint64_t asked_us, std::uint64_t told_us,
                     std::vector<plain_fill> fills = {}) {
    book_operation made;
    made.order = order;
    made.side = which;
    made.price = price;
    made.lots = lots;
    made.asked_us = asked_us;
    made.told_us = told_us;
    made.fills = std::move(fills);
    return made;
}

book_operation look(const book_top& seen, std::uint64_t asked_us, std::uint64_t told_us) {
    book_operation made;
    made.what = book_operation::kind::look;
    made.seen = seen;
    made.asked_us = asked_us;
    made.told_us = told_us;
    return made;
}

book_operation end(std::uint64_t order, std::int64_t left, std::uint64_t asked_us,
                   std::uint64_t told_us) {
    book_operation made;
    made.what = book_operation::kind::end;
    made.order = order;
    made.left = left;
    made.asked_us = asked_us;
    made.told_us = told_us;
    return made;
}

/// Whether these, in this order, keep to time and give these answers.
bool is_one(const std::vector<book_operation>& all) {
    plain_book book;
    std::uint64_t latest_us = 0;
    for (const book_operation& each : all) {
        latest_us = std::max(latest_us, each.asked_us);
        if (each.told_us < latest_us || !answers_so(book, each)) {
            return false;
        }
    }
    return true;
}

/// Every choice of those that nobody was told of, in every order.
bool is_linearizable(const std::vector<book_operation>& all) {
    for (unsigned chosen = 0; chosen < 1U << all.size(); ++chosen) {
        std::vector<std::size_t> places;
        bool has_all = true;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool is_chosen = (chosen >> i & 1U) != 0;
            has_all = has_all && (is_chosen || all[i].told_us == never_us);
            if (is_chosen) {
                places.push_back(i);
            }
        }
        while (has_all) {
            std::vector<book_operation> ordered;
            for (const std::size_t i : places) {
                ordered.push_back(all[i]);
            }
            if (is_one(ordered)) {
                return true;
            }
            has_all = std::next_permutation(places.begin(), places.end());
        }
    }
    return false;
}

/// What a plain book answered to random things, asked and told at random times around when it did them; then
/// perhaps one of them is changed.
std::vector<book_operation> some_history(random_source& random) {
    plain_book book;
    std::vector<book_operation> all;
    for (std::uint64_t i = 1; i <= 6; ++i) {
        const std::uint64_t at_us = 100 * i;
        const std::uint64_t asked_us = at_us - random.below(250 < at_us ? 250 : at_us);
        const std::uint64_t told_us = random.chance(200) ? never_us : at_us + random.below(250);
        const std::uint64_t dice = random.below(10);
        if (dice < 6) {
            book_operation made =
                enter(i, random.chance(500) ? side::buy : side::sell, random.between(10, 12),
                      random.between(1, 3), asked_us, told_us);
            static_cast<void>(book.enter(i, made.side, made.price, made.lots, made.fills));
            all.push_back(std::move(made));
        } else if (dice < 8) {
            const std::uint64_t order = 1 + random.below(i);
            if (const auto left = book.take_away(order)) {
                all.push_back(end(order, *left, asked_us, told_us));
            }
        } else {
            all.push_back(look(book.top(), asked_us, told_us));
        }
    }
    if (!all.empty() && random.chance(700)) {
        book_operation& changed = all[random.below(all.size())];
        const std::uint64_t later_us = random.below(600);
        changed.asked_us += later_us;
        changed.told_us = changed.told_us == never_us ? never_us : changed.told_us + later_us;
        if (random.chance(500) && !changed.fills.empty()) {
            changed.fills.pop_back();
        }
        changed.seen.bid_lots += random.chance(300) ? 1 : 0;
    }
    return all;
}

}  // namespace

TEST_CASE("what a read does not see yet was asked later, or nobody was told of it") {
    const book_top empty;
    const book_top one{.bid = 10, .bid_lots = 5, .ask = 0, .ask_lots = 0};
    const auto verdict = [](std::vector<book_operation> all) {
        return find_linearization(std::move(all), many_steps);
    };
    CHECK(verdict({enter(1, side::buy, 10, 5, 0, 20), look(one, 30, 40)}) == linearization::found);
    CHECK(verdict({enter(1, side::buy, 10, 5, 0, 20), look(empty, 30, 40)}) == linearization::none);
    CHECK(verdict({enter(1, side::buy, 10, 5, 0, 30), look(empty, 20, 40)}) ==
          linearization::found);
    CHECK(verdict({enter(1, side::buy, 10, 5, 0, never_us), look(empty, 30, 40)}) ==
          linearization::found);
    CHECK(verdict({enter(1, side::buy, 10, 5, 0, never_us), look(one, 30, 40),
                   look(empty, 50, 60)}) == linearization::none);
}

TEST_CASE(
    "of two orders at one price the one that was told before the other was asked trades first") {
    const std::vector<plain_fill> first{{1, 10, 5}};
    const std::vector<plain_fill> second{{2, 10, 5}};
    const auto verdict = [&](std::uint64_t asked_us, const std::vector<plain_fill>& fills) {
        return find_linearization(
            {enter(1, side::sell, 10, 5, 0, 20), enter(2, side::sell, 10, 5, asked_us, 50),
             enter(3, side::buy, 10, 5, 60, 70, fills)},
            many_steps);
    };
    CHECK(verdict(30, first) == linearization::found);
    CHECK(verdict(30, second) == linearization::none);
    CHECK(verdict(10, second) == linearization::found);
}

TEST_CASE("a search that may take no steps says that it does not know") {
    CHECK(find_linearization({enter(1, side::buy, 10, 5, 0, 20)}, 0) == linearization::undecided);
}

TEST_CASE("the search finds an order exactly where there is one") {
    random_source random(7);
    int found = 0;
    constexpr int histories = 3'000;
    for (int i = 0; i < histories; ++i) {
        const std::vector<book_operation> all = some_history(random);
        const bool expected = is_linearizable(all);
        found += expected ? 1 : 0;
        REQUIRE_MESSAGE((find_linearization(all, many_steps) == linearization::found) == expected,
                        i);
    }
    CHECK(found > histories / 3);
    CHECK(found < histories * 5 / 6);
}
