// How many commands a second: of a session, and of an account, whichever sessions they come from.

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "actors/session/session.hpp"

namespace bourse {
namespace {

constexpr account_id one_account{7};
constexpr account_id other_account{8};
constexpr throttle_limit ten{.per_second = 1'000, .burst = 10};

moment at_ms(std::uint64_t ms) {
    return {.monotonic_ms = ms, .wall = {static_cast<std::int64_t>(ms) * 1'000'000}};
}

session_options trader(std::uint32_t number, std::shared_ptr<account_throttles> shared) {
    return {.number = {number},
            .incarnation = 1,
            .user = "tina",
            .role = user_role::trader,
            .accounts = {one_account, other_account},
            .cancel_on_disconnect = {},
            .limits = {},
            .accounts_throttled = std::move(shared)};
}

std::vector<shard_command> buys(account_id account, std::size_t count) {
    submit_order order;
    order.order.account = account;
    return std::vector<shard_command>(count, order);
}
std::vector<shard_command> cancels(account_id account, std::size_t count) {
    return std::vector<shard_command>(count, submit_cancel{.account = account, .order = {1}});
}
std::vector<shard_command> operator+(std::vector<shard_command> one,
                                     const std::vector<shard_command>& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

/// Nothing if it may pass.
std::optional<request_refused> refusal(session& of, std::uint64_t ms,
                                       std::vector<shard_command> commands) {
    of.ask(at_ms(ms), 1, submit_request{std::move(commands)});
    const session_effects out = of.take();
    if (!out.submits.empty()) {
        CHECK(out.answers.empty());
        return std::nullopt;
    }
    REQUIRE(out.answers.size() == 1);
    auto why = std::get<request_refused>(out.answers[0].what);
    CHECK(why.what == request_refused::kind::overloaded);
    return why;
}

}  // namespace

TEST_CASE("two sessions of an account have its burst together, and come again when it says") {
    const auto shared = std::make_shared<account_throttles>(ten);
    session one(trader(1, shared));
    session other(trader(2, shared));
    CHECK_FALSE(refusal(one, 5, buys(one_account, 6)));
    CHECK_FALSE(refusal(other, 5, buys(one_account, 4)));
    for (session* const each : {&one, &other}) {
        const auto why = refusal(*each, 5, buys(one_account, 1));
        REQUIRE(why);
        CHECK(why->why == "too many commands a second of account 7");
        CHECK(why->retry_after_ms == 2);  // one of a thousand a second, and what is left of this ms
    }
    // It says nothing of the other account, nor of itself.
    CHECK_FALSE(refusal(other, 5, buys(other_account, 10)));
    const auto three = refusal(one, 5, buys(one_account, 3));
    REQUIRE(three);
    CHECK(three->retry_after_ms == 4);
    CHECK_FALSE(refusal(other, 5 + three->retry_after_ms, buys(one_account, 4)));
    CHECK(refusal(one, 5 + three->retry_after_ms, buys(one_account, 1)));
}

TEST_CASE("sessions that share nothing, as those of two nodes, have an account's burst each") {
    session one(trader(1, std::make_shared<account_throttles>(ten)));
    session other(trader(2, std::make_shared<account_throttles>(ten)));
    CHECK_FALSE(refusal(one, 5, buys(one_account, 10)));
    CHECK_FALSE(refusal(other, 5, buys(one_account, 10)));
    CHECK(refusal(other, 5, buys(one_account, 1)));
}

TEST_CASE("a session with two accounts has the burst of each, and takes from both or from none") {
    session of(trader(1, std::make_shared<account_throttles>(ten)));
    CHECK_FALSE(refusal(of, 5, buys(one_account, 3) + buys(other_account, 8)));
    const auto why = refusal(of, 5, buys(one_account, 7) + buys(other_account, 3));
    REQUIRE(why);
    CHECK(why->why == "too many commands a second of account 8");
    CHECK(why->retry_after_ms == 2);
    CHECK_FALSE(refusal(of, 5, buys(other_account, 2) + buys(one_account, 7)));
    CHECK(refusal(of, 5, buys(one_account, 1)));
    CHECK(refusal(of, 5, buys(other_account, 1)));
}

TEST_CASE(
    "an account's limit is apart from its session's: what one refuses the other has not taken") {
    session_options options = trader(1, std::make_shared<account_throttles>(ten));
    options.limits.session = {.per_second = 1'000, .burst = 15};
    session of(options);
    CHECK_FALSE(refusal(of, 5, buys(one_account, 10)));
    const auto of_account = refusal(of, 5, buys(one_account, 5));
    REQUIRE(of_account);
    CHECK(of_account->why == "too many commands a second of account 7");
    const auto of_session = refusal(of, 5, buys(other_account, 6));
    REQUIRE(of_session);
    CHECK(of_session->why == "too many commands a second of this session");
    CHECK(of_session->retry_after_ms == 2);
    CHECK_FALSE(refusal(of, 5, buys(other_account, 5)));
    CHECK(refusal(of, 5, buys(other_account, 1))->why ==
          "too many commands a second of this session");
}

TEST_CASE("cancels of an account may overdraw its burst by as much again, from all its sessions") {
    const auto shared = std::make_shared<account_throttles>(ten);
    session one(trader(1, shared));
    session other(trader(2, shared));
    CHECK_FALSE(refusal(one, 5, buys(one_account, 10)));
    CHECK(refusal(one, 5, cancels(one_account, 1) + buys(one_account, 1)));
    CHECK_FALSE(refusal(one, 5, cancels(one_account, 6)));
    CHECK_FALSE(refusal(other, 5, cancels(one_account, 4)));
    const auto why = refusal(other, 5, cancels(one_account, 1));
    REQUIRE(why);
    CHECK(why->retry_after_ms == 12);  // an order's: ten that are owed, and itself
    CHECK_FALSE(refusal(other, 6, cancels(one_account, 1)));
    CHECK(refusal(one, 6, cancels(one_account, 1)));
}

TEST_CASE("a clock that is a little behind another session's fills nothing twice") {
    const auto shared = std::make_shared<account_throttles>(ten);
    session one(trader(1, shared));
    session other(trader(2, shared));
    CHECK_FALSE(refusal(one, 20, buys(one_account, 10)));
    CHECK(refusal(other, 15, buys(one_account, 1)));
    CHECK(refusal(one, 20, buys(one_account, 1)));
    CHECK_FALSE(refusal(other, 21, buys(one_account, 1)));
    CHECK(refusal(other, 21, buys(one_account, 1)));
}

TEST_CASE("accounts that have their whole burst again are forgotten, others are not") {
    account_throttles all(ten);
    const auto take = [&](std::uint64_t ms, std::uint32_t account) {
        const std::array wanted{account_throttles::wanted{{account}, 10}};
        return !all.take(ms, wanted, false);
    };
    std::size_t most = 0;
    for (std::uint32_t account = 1; account <= 100'000; ++account) {
        REQUIRE(take(account, account));
        REQUIRE_FALSE(take(account, account));
        if (account > 3) {
            REQUIRE_FALSE(take(account, account - 3));  // seven of ten are still missing
        }
        most = std::max(most, all.size());
    }
    CHECK(most <= 1'024);
    CHECK(all.size() >= 10);
}

TEST_CASE("accounts that are named beside one that has nothing left are forgotten too") {
    account_throttles all({.per_second = 1, .burst = 1});
    const account_id last{1'000'000'000};
    std::vector<account_throttles::wanted> wanted(1'000);
    wanted.back() = {last, 1};
    REQUIRE(!all.take(1'000, std::span(wanted).last(1), false));
    std::size_t most = 0;
    for (std::uint32_t n = 0; n < 10; ++n) {
        for (std::uint32_t i = 0; i + 1 < wanted.size(); ++i) {
            wanted[i] = {{n * 1'000 + i + 1}, 1};
        }
        const auto refused = all.take(1'000, wanted, false);
        CHECK((refused && refused->account == last));
        most = std::max(most, all.size());
    }
    CHECK(most < 3'000);
}

}  // namespace bourse
