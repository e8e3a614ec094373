// Market data over RPC, from a node to clients that do not take it as fast as it comes.

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "box_client.hpp"
#include "runtime/client/client.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

using levels = std::map<std::int64_t, std::int64_t>;

/// A client that follows a book, and takes no push while it is held.
class reader {
public:
    reader(const std::string& server, const std::string& key, symbol_id symbol) {
        client_options options;
        options.server = server;
        options.key = key;
        auto made = client::connect(std::move(options));
        REQUIRE(made);
        client_ = std::move(*made);
        const auto refused = client_->subscribe(
            subscribe_market{.symbol = symbol, .feed = market_feed::depth, .depth = 100},
            {.take = [this](const market_push& push) { take(push); }});
        REQUIRE_FALSE(refused);
    }
    ~reader() {
        let_go();
        client_.reset();
    }
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;

    /// From the next push on; returns when it stands in one.
    void hold() {
        const std::lock_guard lock(mutex_);
        is_held_ = true;
    }
    void wait_until_held() {
        std::unique_lock lock(mutex_);
        REQUIRE(changed_.wait_for(lock, std::chrono::minutes(1), [&] { return is_waiting_; }));
    }
    void let_go() {
        const std::lock_guard lock(mutex_);
        is_held_ = false;
        changed_.notify_all();
    }
    /// Until it has seen the book as of `number`.
    void wait_for(std::uint64_t number) {
        std::unique_lock lock(mutex_);
        REQUIRE(changed_.wait_for(lock, std::chrono::minutes(1), [&] {
            return !pushes_.empty() && pushes_.back().number >= number;
        }));
    }
    [[nodiscard]] levels bids() const {
        const std::lock_guard lock(mutex_);
        return bids_;
    }
    /// Those taken since the start, without their levels.
    [[nodiscard]] std::vector<market_push> pushes() const {
        const std::lock_guard lock(mutex_);
        return pushes_;
    }

private:
    void take(const market_push& push) {
        std::unique_lock lock(mutex_);
        is_waiting_ = is_held_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return !is_held_; });
        is_waiting_ = false;
        if (push.is_snapshot) {
            bids_.clear();
        }
        for (const level_line& each : push.bids) {
            bids_[each.price.ticks] = each.lots.lots;
            if (each.lots.lots == 0) {
                bids_.erase(each.price.ticks);
            }
        }
        pushes_.push_back(push);
        pushes_.back().bids.clear();
        changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_held_ = false;
    bool is_waiting_ = false;
    levels bids_;
    std::vector<market_push> pushes_;
    std::unique_ptr<client> client_;
};

}  // namespace

TEST_CASE(
    "who takes no market data while the book changes is sent no more than its credit, then the "
    "book as it is") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    box_client boss(running->port());
    const stops_first ends(*running);
    auto front = gateway::start(running->port(), {.listen = "127.0.0.1:0"});
    REQUIRE(front);
    const std::string key = operator_key(folder);
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(key)));
    static_cast<void>(boss.get<done_answer>(
        add_instrument{.name = "AAPL", .currency = "USD", .description = "a share", .terms = {}}));
    static_cast<void>(boss.get<done_answer>(
        open_named_account{.name = "alice", .deposits = {{true, "USD", "1000000"}}}));
    const account_id alice = boss.get<accounts_answer>(accounts_request{}).accounts.at(0).id;
    const symbol_id symbol =
        boss.get<instruments_answer>(instruments_request{}).instruments.at(0).terms.rules.symbol;
    static_cast<void>(boss.get<submitted>(
        submit_request{{book_state{.symbol = symbol, .what = {.state = market_state::open}}}}));
    const auto order = [&](std::int64_t ticks) {
        const auto done = boss.get<submitted>(
            submit_request{{an_order(alice.value, symbol.value, side::buy, ticks, 1)}});
        REQUIRE(done.outcomes.at(0).first.what.kind == event_kind::accepted);
    };

    reader slow((*front)->address(), key, symbol);
    reader quick((*front)->address(), key, symbol);
    order(100);
    const auto number = [&] {
        return boss.get<book_answer>(book_request{.symbol = symbol, .depth = 100}).number;
    };
    slow.wait_for(number());
    const std::size_t before = slow.pushes().size();

    slow.hold();
    constexpr std::size_t changes = 4 * first_credit;
    for (std::size_t i = 0; i < changes; ++i) {
        order(100 + static_cast<std::int64_t>(i % 50));
    }
    slow.wait_until_held();
    order(200);  // a level of its own: this too is to be seen
    const std::uint64_t last = number();
    // Nobody else waits for it.
    quick.wait_for(last);
    CHECK(slow.pushes().size() == before);

    slow.let_go();
    slow.wait_for(last);
    std::vector<market_push> told = slow.pushes();
    told.erase(told.begin(), told.begin() + static_cast<std::ptrdiff_t>(before));
    // Those that it had credit for, one after the other; then a snapshot that says that something was left out.
    std::size_t kept = 0;
    while (kept < told.size() && !told[kept].is_snapshot) {
        CHECK_FALSE(told[kept].was_conflated);
        CHECK((kept == 0 || told[kept].previous == told[kept - 1].number));
        ++kept;
    }
    CHECK(kept > 0);
    CHECK(kept <= first_credit);
    REQUIRE(kept < told.size());
    CHECK(told[kept].was_conflated);

    levels whole;
    for (const level_line& each :
         boss.get<book_answer>(book_request{.symbol = symbol, .depth = 100}).bids) {
        whole[each.price.ticks] = each.lots.lots;
    }
    CHECK(whole.size() == 51);
    CHECK(slow.bids() == whole);
    CHECK(quick.bids() == whole);
    // And from then on, as everybody.
    order(201);
    slow.wait_for(number());
    CHECK(slow.bids().contains(201));
    CHECK_FALSE(slow.pushes().back().is_snapshot);
}

}  // namespace bourse
