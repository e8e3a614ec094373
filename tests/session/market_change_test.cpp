// What entries mean for market data: trades, levels and orders, from a shard that applies them.

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <utility>

#include "actors/book/order_book.hpp"
#include "actors/market_data/market_change.hpp"
#include "tests/support/shard/fixture.hpp"

namespace bourse {
namespace {

/// A venue whose entries are told to somebody who wishes to hear of apple.
class told_venue {
public:
    told_venue() {
        it_.alone();
        wishes_[apple] = {.symbol = apple, .depth = 4, .with_orders = true};
    }
    /// Nothing if it had no events of apple.
    market_change_ptr apply(const shard_command& one) {
        applied_entry done;
        done.out = it_.apply({one});
        done.what = {.index = it_.machine.index(), .at = it_.machine.now(), .commands = {one}};
        done.index = done.what.index;
        const std::vector<told_entry_ptr> told{
            std::make_shared<const told_entry>(shard_id{1}, std::move(done))};
        const auto changes = changes_of(it_.machine, told, wishes_);
        return changes.empty() ? nullptr : changes.at(0);
    }
    [[nodiscard]] market_change whole() const { return *whole_of(it_.machine, wishes_.at(apple)); }
    [[nodiscard]] const order_book& book() const { return *it_.machine.book(apple); }
    void at(std::int64_t ns) { it_.at(ns); }

private:
    venue it_;
    std::map<symbol_id, market_wish> wishes_;
};

using shown_by_id = std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>>;
void take(shown_by_id& into, const std::vector<shown_order>& orders) {
    for (const shown_order& each : orders) {
        into.erase(each.id.value);
        if (each.lots.lots > 0) {
            into[each.id.value] = {each.price.ticks, each.lots.lots};
        }
    }
}

}  // namespace

TEST_CASE("each trade is told once, with the side that took, and those of an auction as such") {
    told_venue it;
    it.apply(selling(2, 5, 100));
    auto change = it.apply(buying(1, 3, 100));
    REQUIRE(change->trades.size() == 1);
    CHECK(change->trades[0].number.value == 1);
    CHECK(change->trades[0].lots.lots == 3);
    CHECK(change->trades[0].aggressor == side::buy);
    CHECK_FALSE(change->trades[0].in_auction);
    change = it.apply(selling(2, 1, 90));
    CHECK(change->trades.empty());
    it.apply(auctioning(apple, auction_kind::opening));
    CHECK(it.apply(buying(1, 2, 110))->trades.empty());
    change = it.apply(going(apple, market_state::open));
    REQUIRE(change->trades.size() == 2);  // one from each of the sellers
    CHECK(change->trades[0].number.value == 2);
    CHECK(change->trades[1].number.value == 3);
    CHECK(change->trades[0].in_auction);
    CHECK(change->trades[1].in_auction);
    CHECK(change->trades[0].price == change->trades[1].price);
}

TEST_CASE("a snapshot's orders are as they would trade") {
    told_venue it;
    for (const auto& each : {buying(1, 5, 98), buying(2, 7, 99), buying(1, 1, 98),
                             selling(2, 4, 102), selling(1, 9, 101)}) {
        it.apply(each);
    }
    std::vector<std::int64_t> lots;
    for (const shown_order& each : it.whole().orders) {
        lots.push_back(each.lots.lots);
    }
    CHECK(lots == std::vector<std::int64_t>{7, 5, 1, 9, 4});
}

TEST_CASE("orders one by one, applied to what was shown, are those that the book shows") {
    std::mt19937_64 random(11);
    const auto draw = [&](std::int64_t from, std::int64_t to) {
        return from +
               static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(to - from + 1));
    };
    unsigned closings = 0;
    std::uint64_t auction_trades = 0;
    for (int life = 0; life < 20; ++life) {
        told_venue it;
        shown_by_id shown;
        std::uint64_t trades = 0;
        std::uint64_t orders = 0;
        for (int step = 1; step <= 300; ++step) {
            it.at(venue_start + step);
            const auto account = static_cast<std::uint32_t>(draw(1, 2));
            ask next(draw(0, 1) == 0 ? side::buy : side::sell, account, draw(1, 9), draw(95, 105));
            shard_command sent = next;
            const std::int64_t kind = draw(1, 100);
            if (kind <= 10) {
                sent = next.showing(1);
            } else if (kind <= 20) {
                sent = next.ioc();
            } else if (kind <= 30) {
                sent = next.tif(time_in_force::at_the_close);
            } else if (kind <= 40 && orders > 0) {
                sent = cancelling(account, nth(1 + random() % orders));
            } else if (kind <= 50 && orders > 0) {
                sent = repricing(account, nth(1 + random() % orders), draw(95, 105));
            } else if (kind <= 53) {
                sent = auctioning(apple, auction_kind::closing);
                ++closings;
            } else if (kind <= 55) {
                sent = auctioning(apple, auction_kind::opening);
            } else if (kind <= 60) {
                sent = going(apple, market_state::open);
            }
            orders += std::holds_alternative<submit_order>(sent) ? 1U : 0U;
            if (const market_change_ptr change = it.apply(sent)) {
                take(shown, change->orders);
                for (const trade_line& each : change->trades) {
                    REQUIRE(each.number.value == ++trades);
                    auction_trades += each.in_auction ? 1U : 0U;
                }
            }
            shown_by_id wanted;
            take(wanted, it.whole().orders);
            REQUIRE(shown == wanted);
            REQUIRE(trades == it.book().statistics().trades);
        }
    }
    CHECK(closings > 0);
    CHECK(auction_trades > 0);
}

}  // namespace bourse
