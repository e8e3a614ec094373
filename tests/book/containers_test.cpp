// What a book is made of: event_buffer, growing_array, slot_pool, key_table, order_index, price_ladder and
// clearing_prices, each compared with what is simpler and slower.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "actors/book/clearing_prices.hpp"
#include "actors/book/event_buffer.hpp"
#include "actors/book/growing_array.hpp"
#include "actors/book/key_table.hpp"
#include "actors/book/order_index.hpp"
#include "actors/book/price_ladder.hpp"
#include "actors/book/slot_pool.hpp"
#include "tests/support/command_generator.hpp"

using namespace bourse;

TEST_CASE("event_buffer: appended events come back in order, over every growth") {
    event_buffer buffer;
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == 0);
    CHECK(buffer.events().empty());
    for (std::uint64_t i = 0; i < 5'000; ++i) {
        event e;
        e.number = i;
        switch (i % 3) {
            case 0:
                buffer.append(e);
                break;
            case 1:
                buffer.append().number = i;
                break;
            default:
                buffer.next() = e;
                break;
        }
    }
    REQUIRE(buffer.size() == 5'000);
    for (std::uint64_t i = 0; i < 5'000; ++i) {
        event expected;
        expected.number = i;
        REQUIRE(buffer.events()[i] == expected);
    }
}

TEST_CASE("event_buffer: clear keeps the memory, and append is all zero after it") {
    event_buffer buffer(100);
    CHECK(buffer.capacity() >= 100);
    for (int i = 0; i < 300; ++i) {
        buffer.next().number = 99;
    }
    const std::size_t capacity = buffer.capacity();
    buffer.clear();
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == capacity);
    CHECK(buffer.append() == event{});
    buffer.reserve(1);
    CHECK(buffer.size() == 1);
    CHECK(buffer.capacity() >= capacity);
}

TEST_CASE("growing_array: elements stay when it grows, new ones are zero") {
    growing_array<std::uint64_t> array;
    CHECK(array.capacity() == 0);
    std::size_t written = 0;
    // Beyond 8 MiB, where it moves to large pages.
    while (array.bytes() < (std::size_t{32} << 20U)) {
        array.grow(array.capacity() + 1);
        for (std::size_t i = written; i < array.capacity(); ++i) {
            REQUIRE(array[i] == 0);
            array[i] = i + 1;
        }
        written = array.capacity();
    }
    bool same = true;
    for (std::size_t i = 0; i < written; ++i) {
        same = same && array[i] == i + 1;
    }
    CHECK(same);
}

TEST_CASE("growing_array: grow makes room for as many as asked, and moving takes all along") {
    growing_array<std::uint32_t> array;
    array.grow(1'000'000);
    CHECK(array.capacity() >= 1'000'000);
    array[999'999] = 7;
    growing_array<std::uint32_t> moved(std::move(array));
    CHECK(moved[999'999] == 7);
    growing_array<std::uint32_t> assigned;
    assigned.grow(10);
    assigned = std::move(moved);
    CHECK(assigned[999'999] == 7);
    CHECK(moved.bytes() == 0);  // NOLINT(bugprone-use-after-move): that is what is asked
}

TEST_CASE("slot_pool: no slot is taken twice, and the last given back is the next taken") {
    slot_pool<std::uint64_t> pool;
    random_source random(1);
    std::vector<slot> taken;
    std::set<slot> live;
    for (int i = 0; i < 20'000; ++i) {
        if (taken.empty() || random.chance(550)) {
            const slot at = pool.take();
            REQUIRE(live.insert(at).second);
            pool[at] = at * std::uint64_t{3};
            taken.push_back(at);
        } else {
            std::swap(taken[random.below(taken.size())], taken.back());
            const slot at = taken.back();
            REQUIRE(pool[at] == at * std::uint64_t{3});
            taken.pop_back();
            live.erase(at);
            pool.give_back(at);
        }
        REQUIRE(pool.live() == live.size());
        REQUIRE((live.empty() || *live.rbegin() < pool.used()));
    }
    const slot last = taken.back();
    pool.give_back(last);
    CHECK(pool.take() == last);
}

namespace {

/// How keys or ids are made up.
enum class pattern { sequence, any, same_page, top_bits, strides };

std::uint64_t key_of(pattern how, random_source& random) {
    switch (how) {
        case pattern::sequence:
            return random.below(2'000);
        case pattern::any:
            return random.next() >> random.below(64);
        case pattern::same_page:
            return 0xFFFF'FFFF'FFFF'FFF0U + random.below(16);
        case pattern::top_bits:
            return random.below(1'024) << 54U;
        case pattern::strides:
            break;
    }
    // Multiples of the inverse of the hash's factor: their homes are neighbours.
    return random.below(1'500) * 0xF1DE83E19937733DU;
}

constexpr pattern patterns[] = {pattern::sequence, pattern::any, pattern::same_page,
                                pattern::top_bits, pattern::strides};

}  // namespace

TEST_CASE("key_table: finds what std::map finds, with keys of every pattern") {
    for (const pattern how : patterns) {
        CAPTURE(static_cast<int>(how));
        key_table table;
        std::map<std::uint64_t, slot> expected;
        random_source random(2);
        for (int i = 0; i < 30'000; ++i) {
            const std::uint64_t key = key_of(how, random);
            const auto found = expected.find(key);
            REQUIRE(table.find(key) == (found == expected.end() ? no_slot : found->second));
            // Grows for a while, then shrinks to nothing, and again.
            const bool grows = i / 5'000 % 2 == 0;
            if (found == expected.end()) {
                if (random.chance(grows ? 900 : 100)) {
                    const slot value = static_cast<slot>(random.below(1'000'000));
                    table.put(key, value);
                    expected.emplace(key, value);
                }
            } else if (random.chance(grows ? 100 : 900)) {
                table.erase(table.locate(key));
                expected.erase(found);
            }
        }
        for (const auto& [key, value] : expected) {
            REQUIRE(table.find(key) == value);
        }
        while (!expected.empty()) {
            table.erase(table.locate(expected.begin()->first));
            expected.erase(expected.begin());
            if (!expected.empty()) {
                REQUIRE(table.find(expected.rbegin()->first) == expected.rbegin()->second);
            }
        }
    }
}

TEST_CASE("key_table: the key zero is a key like any other") {
    key_table table;
    CHECK(table.find(0) == no_slot);
    table.put(0, 5);
    CHECK(table.find(0) == 5);
    table.erase(table.locate(0));
    CHECK(table.find(0) == no_slot);
}

TEST_CASE("order_index: finds what std::map finds, with ids of every pattern") {
    for (const pattern how : patterns) {
        CAPTURE(static_cast<int>(how));
        order_index index;
        std::map<std::uint64_t, slot> expected;
        random_source random(3);
        for (int i = 0; i < 30'000; ++i) {
            // Never zero, and often all of a page.
            const order_id id{std::max<std::uint64_t>(key_of(how, random), 1)};
            const auto found = expected.find(id.value);
            const auto where = index.locate(id);
            REQUIRE(where.found == (found == expected.end() ? no_slot : found->second));
            const bool grows = i / 5'000 % 2 == 0;
            if (found == expected.end()) {
                if (random.chance(grows ? 900 : 100)) {
                    const slot value = static_cast<slot>(random.below(1'000'000));
                    index.insert(id, where, value);
                    expected.emplace(id.value, value);
                }
            } else if (random.chance(grows ? 100 : 900)) {
                index.erase(where);
                expected.erase(found);
            }
        }
        for (const auto& [id, value] : expected) {
            REQUIRE(index.find({id}) == value);
        }
    }
}

TEST_CASE("order_index: ids in sequence that come and go leave no memory behind") {
    order_index index;
    const auto pass = [&index](std::uint64_t from) {
        for (std::uint64_t id = from; id < from + 10'000; ++id) {
            index.insert({id}, index.locate({id}), static_cast<slot>(id & 0xFFFFU));
            if (id >= from + 100) {
                index.erase(order_id{id - 100});
            }
        }
        for (std::uint64_t id = from + 9'900; id < from + 10'000; ++id) {
            index.erase(order_id{id});
        }
    };
    pass(1);
    const std::size_t bytes = index.bytes();
    for (std::uint64_t round = 1; round < 20; ++round) {
        pass(1 + round * 10'000);
    }
    CHECK(index.bytes() == bytes);
}

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

std::int64_t some_price(random_source& random) {
    switch (random.below(6)) {
        case 0:
            return random.between(-40, 40);
        case 1:
            return most - random.between(0, 40);
        case 2:
            return least + random.between(0, 40);
        case 3:
            return static_cast<std::int64_t>(random.next());
        default:
            return random.between(-5'000, 5'000);
    }
}

void compare_with_map(side which) {
    const bool buys = which == side::buy;
    price_ladder ladder(which);
    std::map<std::int64_t, slot> expected;
    random_source random(4);
    const auto outwards = [&] {
        std::vector<std::int64_t> prices;
        for (slot at = ladder.best(); at != no_slot; at = ladder.worse(at)) {
            prices.push_back(ladder[at].price_ticks);
        }
        return prices;
    };
    const auto wanted = [&] {
        std::vector<std::int64_t> prices;
        for (const auto& [price_ticks, at] : expected) {
            prices.push_back(price_ticks);
        }
        if (buys) {
            prices = {prices.rbegin(), prices.rend()};
        }
        return prices;
    };
    for (int i = 0; i < 20'000; ++i) {
        const bool grows = i / 2'500 % 2 == 0;
        const std::int64_t price_ticks =
            !expected.empty() && random.chance(300) ? ladder.best_price() : some_price(random);
        const auto found = expected.find(price_ticks);
        REQUIRE(ladder.find(price_ticks) == (found == expected.end() ? no_slot : found->second));
        if (found == expected.end()) {
            if (random.chance(grows ? 900 : 200)) {
                const slot at = ladder.find_or_add(price_ticks);
                REQUIRE(ladder[at].price_ticks == price_ticks);
                REQUIRE(ladder[at].head == no_slot);
                REQUIRE(ladder[at].orders == 0);
                REQUIRE(ladder.find_or_add(price_ticks) == at);
                expected.emplace(price_ticks, at);
            }
        } else if (random.chance(grows ? 200 : 900)) {
            ladder.erase(found->second);
            expected.erase(found);
        }
        REQUIRE(ladder.empty() == expected.empty());
        REQUIRE(ladder.size() == expected.size());
        if (!expected.empty()) {
            const std::int64_t best = buys ? expected.rbegin()->first : expected.begin()->first;
            REQUIRE(ladder.best_price() == best);
            REQUIRE(ladder[ladder.best()].price_ticks == best);
            REQUIRE(ladder.reached_by(best));
            REQUIRE(ladder.reached_by(buys ? least : most));
            REQUIRE(ladder.reached_by(buys ? most : least) == (best == (buys ? most : least)));
        } else {
            REQUIRE_FALSE(ladder.reached_by(0));
        }
        if (i % 500 == 0) {
            REQUIRE(outwards() == wanted());
        }
    }
    while (!expected.empty()) {  // from the best price on, as a sweep does
        REQUIRE(outwards() == wanted());
        for (int i = 0; i < 100 && !expected.empty(); ++i) {
            expected.erase(ladder.best_price());
            ladder.erase(ladder.best());
        }
    }
    REQUIRE(ladder.empty());
}

}  // namespace

TEST_CASE("price_ladder: bids go as in std::map, over the sign and at the limits") {
    compare_with_map(side::buy);
}

TEST_CASE("price_ladder: offers go as in std::map, over the sign and at the limits") {
    compare_with_map(side::sell);
}

TEST_CASE("price_ladder: every price of a block is a level of its own, and worse crosses blocks") {
    price_ladder bids(side::buy);
    for (std::int64_t ticks = -40; ticks <= 40; ++ticks) {
        const slot level = bids.find_or_add(ticks);
        bids[level].shown_lots = ticks;
    }
    std::int64_t expected = 40;
    for (slot at = bids.best(); at != no_slot; at = bids.worse(at)) {
        CHECK(bids[at].shown_lots == expected);
        --expected;
    }
    CHECK(expected == -41);
    const std::size_t bytes = bids.bytes();
    CHECK(bytes > 0);
}

namespace {

/// 8.3 as the rule says it: every price is tried.
std::optional<clearing> choose_slowly(const std::vector<clearing>& left,
                                      std::optional<std::int64_t> reference, bool on_tick) {
    std::vector<std::int64_t> candidates;
    for (const clearing& each : left) {
        if (each.demand + each.supply > 0) {
            candidates.push_back(each.price_ticks);
        }
    }
    if (reference && on_tick) {
        candidates.push_back(*reference);
    }
    std::optional<clearing> best;
    std::array<std::int64_t, 4> best_key{};
    for (const std::int64_t at : candidates) {
        clearing here{at, 0, 0};
        for (const clearing& each : left) {
            here.demand += each.price_ticks >= at ? each.demand : 0;
            here.supply += each.price_ticks <= at ? each.supply : 0;
        }
        const std::array<std::int64_t, 4> key{-std::min(here.demand, here.supply),
                                              std::abs(here.demand - here.supply),
                                              reference ? std::abs(at - *reference) : 0, at};
        if (key[0] != 0 && (!best || key < best_key)) {
            best = here;
            best_key = key;
        }
    }
    return best;
}

}  // namespace

TEST_CASE("clearing_prices: chooses as the rule does, also after any lots have left") {
    random_source random(11);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<clearing> left;
        const std::int64_t span = random.between(1, 12);
        for (std::uint64_t i = random.below(12); i > 0; --i) {
            const bool buys = random.chance(500);
            const std::int64_t lots = random.between(1, 4);
            left.push_back({random.between(-span, span), buys ? lots : 0, buys ? 0 : lots});
        }
        clearing_prices prices(left);
        while (true) {
            const auto reference = random.chance(700)
                                       ? std::optional{random.between(-span - 2, span + 2)}
                                       : std::nullopt;
            const bool on_tick = random.chance(800);
            const auto chosen = prices.choose(reference, on_tick);
            const auto expected = choose_slowly(left, reference, on_tick);
            REQUIRE(chosen.has_value() == expected.has_value());
            if (chosen) {
                REQUIRE(chosen->price_ticks == expected->price_ticks);
                REQUIRE(chosen->demand == expected->demand);
                REQUIRE(chosen->supply == expected->supply);
            }
            prices.take(side::buy, span + 1, 5);  // a price that does not take part
            if (left.empty()) {
                break;
            }
            clearing& some = left[random.below(left.size())];
            const bool buys = some.demand > 0;
            std::int64_t& lots = buys ? some.demand : some.supply;
            const std::int64_t gone = random.between(1, lots);
            prices.take(buys ? side::buy : side::sell, some.price_ticks, gone);
            lots -= gone;
            if (lots == 0) {
                some = left.back();
                left.pop_back();
            }
        }
    }
}
