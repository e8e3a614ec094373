// What a session decides by itself: rights, bounds, tags, outcomes, leases, subscriptions.

#include <doctest/doctest.h>

#include "actors/session/session.hpp"

namespace bourse {
namespace {

constexpr account_id mine{7};

session_options trader() {
    return {.number = {3},
            .incarnation = 2,
            .user = "tina",
            .role = user_role::trader,
            .accounts = {mine},
            .cancel_on_disconnect = {},
            .limits = {}};
}
moment at(std::uint64_t ms) {
    return {.monotonic_ms = ms, .wall = {static_cast<std::int64_t>(ms) * 1'000'000}};
}

shard_command buys(client_id id = {}) {
    submit_order order;
    order.request.id = id;
    order.order.account = mine;
    return order;
}
shard_command cancels(order_id order, client_id named = {}) {
    return submit_cancel{.account = mine, .order = order, .named = named};
}
client_id id_of(const shard_command& from) {
    return std::visit(
        [](const auto& what) {
            if constexpr (requires { what.request; }) {
                return what.request.id;
            } else {
                return client_id{};
            }
        },
        from);
}
report said(event_kind kind, client_id client, order_id order, std::uint64_t number) {
    report told;
    told.what.kind = kind;
    told.what.account = mine;
    told.what.order = order;
    told.client = client;
    told.number = number;
    return told;
}
told_entry entry_of(std::uint64_t index, const std::vector<report>& reports) {
    applied_entry applied;
    applied.index = index;
    applied.out.reports.assign(reports.begin(), reports.end());
    return {{1}, std::move(applied)};
}
/// The only answer that is there.
template <class Answer>
Answer only(session& of) {
    session_effects out = of.take();
    REQUIRE(out.answers.size() == 1);
    REQUIRE(std::holds_alternative<Answer>(out.answers.front().what));
    return std::get<Answer>(std::move(out.answers.front().what));
}
request_refused::kind refusal(session& of) {
    return only<request_refused>(of).what;
}

}  // namespace

TEST_CASE("reports find back to the commands that they answer, in whatever order they arise") {
    session of(trader());
    const client_id named{1, 1};
    of.ask(at(1), 5,
           submit_request{{buys(), buys(named), cancels({40}), cancels({}, {1, 2}),
                           submit_mass_cancel{.account = mine}, buys(named)}});
    session_effects out = of.take();
    REQUIRE(out.submits.size() == 1);
    const std::vector<shard_command> sent = out.submits[0].list;
    REQUIRE(sent.size() == 6);
    CHECK(id_of(sent[0]).is_tag());
    CHECK(id_of(sent[1]) == named);
    of.ask(at(1), 6, submit_request{{buys()}});
    out = of.take();
    const client_id other = id_of(out.submits.at(0).list.at(0));
    REQUIRE(other.is_tag());
    CHECK(other.low == id_of(sent[0]).low + 6);

    const told_entry entry = entry_of(
        9,
        {said(event_kind::fill, id_of(sent[0]), {50}, 1),  // of an order of before, with this tag
         said(event_kind::accepted, other, {51}, 2),
         said(event_kind::cancel_rejected, id_of(sent[3]), {}, 3),
         said(event_kind::cancelled, {9, 9}, {40}, 4), said(event_kind::accepted, named, {52}, 5),
         said(event_kind::repeated, named, {52}, 6),
         said(event_kind::rejected, id_of(sent[0]), {}, 7)});
    of.told(entry, {5, 6});
    out = of.take();
    REQUIRE(out.answers.size() == 2);
    const auto& five = std::get<submitted>(out.answers[0].what);
    CHECK(out.answers[0].ask == 5);
    CHECK(five.index == 9);
    REQUIRE(five.outcomes.size() == 6);
    CHECK(five.outcomes[0].first.number == 7);
    CHECK(five.outcomes[1].first.number == 5);
    CHECK(five.outcomes[2].first.number == 4);
    CHECK(five.outcomes[3].first.number == 3);
    CHECK(five.outcomes[4].first.what.kind == event_kind::none);
    CHECK(five.outcomes[5].first.number == 6);
    CHECK(std::get<submitted>(out.answers[1].what).outcomes.at(0).first.number == 2);
    CHECK(of.in_flight() == 0);
}

TEST_CASE(
    "a trader has his accounts, a viewer nothing to submit, and nobody the exchange's own "
    "commands") {
    session tina(trader());
    tina.ask(at(1), 1, submit_request{{deposit{.account = mine, .amount = 1}}});
    CHECK(refusal(tina) == request_refused::kind::not_permitted);
    submit_order foreign;
    foreign.order.account = {8};
    tina.ask(at(1), 2, submit_request{{foreign}});
    CHECK(refusal(tina) == request_refused::kind::not_permitted);
    tina.ask(at(1), 3, submit_request{{renew_lease{.account = mine}}});
    CHECK(refusal(tina) == request_refused::kind::not_permitted);
    tina.ask(at(1), 4, submit_request{{buys({client_id::tag_high, 1})}});
    CHECK(refusal(tina) == request_refused::kind::malformed);
    tina.ask(at(1), 5, portfolio_request{{8}});
    CHECK(refusal(tina) == request_refused::kind::not_permitted);
    history_request past;
    past.what = history_request::kind::orders;
    tina.ask(at(1), 6, past);
    CHECK(refusal(tina) == request_refused::kind::not_permitted);
    past.what = history_request::kind::trades;
    tina.ask(at(1), 7, past);
    CHECK(tina.take().questions.size() == 1);
    // Which of all trades are of one order would say whose they are.
    past.order = {77};
    tina.ask(at(1), 8, past);
    CHECK(refusal(tina) == request_refused::kind::not_permitted);
    past.account = mine;
    tina.ask(at(1), 9, past);
    CHECK(tina.take().questions.size() == 1);

    // Nobody opens or lists by number: names would know nothing of it.
    session_options all = trader();
    all.role = user_role::market_operator;
    session boss(all);
    boss.ask(at(1), 1, submit_request{{open_account{.account = {9}}}});
    CHECK(refusal(boss) == request_refused::kind::not_permitted);
    boss.ask(at(1), 2, submit_request{{buys(), list_instrument{}}});
    CHECK(refusal(boss) == request_refused::kind::not_permitted);
    boss.ask(at(1), 3, submit_request{{deposit{.account = mine, .amount = 1}}});
    CHECK(boss.take().submits.size() == 1);

    session_options only_reads = trader();
    only_reads.role = user_role::viewer;
    session viewer(only_reads);
    viewer.ask(at(1), 1, submit_request{{buys()}});
    CHECK(refusal(viewer) == request_refused::kind::not_permitted);
    viewer.ask(at(1), 2, portfolio_request{mine});
    CHECK(viewer.take().questions.size() == 1);
}

TEST_CASE("every bound of a session has its refusal") {
    session of(trader());
    of.ask(at(1), 1,
           submit_request{std::vector<shard_command>(max_commands_of_request + 1, buys())});
    CHECK(refusal(of) == request_refused::kind::malformed);
    for (std::uint64_t ask = 1; ask <= max_requests_in_flight; ++ask) {
        of.ask(at(1), ask, submit_request{{buys()}});
    }
    CHECK(of.take().answers.empty());
    of.ask(at(1), 9'999, submit_request{{buys()}});
    CHECK(refusal(of) == request_refused::kind::overloaded);
    of.lost(1);
    CHECK(refusal(of) == request_refused::kind::unknown_outcome);
    of.ask(at(1), 10'000, submit_request{{buys()}});
    CHECK(of.take().submits.size() == 1);

    session other(trader());
    for (std::uint64_t ask = 1; ask <= max_subscriptions; ++ask) {
        other.ask(at(ask * 1'000), ask, subscribe_reports{.account = mine});
    }
    static_cast<void>(other.take());
    other.ask(at(1'000'000), 900, subscribe_reports{.account = mine});
    CHECK(refusal(other) == request_refused::kind::overloaded);
}

TEST_CASE("a throttle lets its burst pass, says when to come again, and lets cancels through") {
    session_options options = trader();
    options.limits.session = {.per_second = 1'000, .burst = 10};
    session of(options);
    of.ask(at(5), 1, submit_request{std::vector<shard_command>(10, buys())});
    CHECK(of.take().submits.size() == 1);
    of.ask(at(5), 2, submit_request{std::vector<shard_command>(5, buys())});
    const auto refused = only<request_refused>(of);
    CHECK(refused.what == request_refused::kind::overloaded);
    CHECK(refused.retry_after_ms >= 5);
    of.ask(at(5), 3, submit_request{std::vector<shard_command>(5, cancels({1}))});
    CHECK(of.take().submits.size() == 1);
    of.ask(at(5 + 4), 4, submit_request{std::vector<shard_command>(5, buys())});
    CHECK(refusal(of) == request_refused::kind::overloaded);
    of.ask(at(5 + 5 + refused.retry_after_ms), 5,
           submit_request{std::vector<shard_command>(5, buys())});
    CHECK(of.take().submits.size() == 1);
}

TEST_CASE(
    "orders are under a lease that is renewed while the client is heard of, and ended when he "
    "goes") {
    session_options options = trader();
    options.cancel_on_disconnect = {3'000'000'000};
    session of(options);
    of.ask(at(10), 1, submit_request{{buys(), buys()}});
    session_effects out = of.take();
    REQUIRE(out.submits.size() == 1);
    const auto list = out.submits[0].list;
    REQUIRE(list.size() == 3);
    const auto& made = std::get<renew_lease>(list[0]);
    CHECK(made.until.ns == 3'010'000'000);
    CHECK(std::get<submit_order>(list[1]).lease == made.lease);
    CHECK(out.tick_after_ms == 1'000);
    // The renewal in front is nobody's outcome.
    of.told(entry_of(2, {said(event_kind::accepted, id_of(list[1]), {1}, 1),
                         said(event_kind::accepted, id_of(list[2]), {2}, 2)}),
            {1});
    const auto done = only<submitted>(of);
    REQUIRE(done.outcomes.size() == 2);
    CHECK(done.outcomes[0].first.number == 1);
    CHECK(done.outcomes[1].first.number == 2);

    of.ask(at(1'000), 2, submit_request{{buys()}});
    CHECK(of.take().submits.at(0).list.size() == 1);  // it holds for long yet
    of.tick(at(1'500));
    out = of.take();
    REQUIRE(out.submits.size() == 1);
    CHECK(std::get<renew_lease>(out.submits[0].list.at(0)).until.ns == 4'500'000'000);
    of.tick(at(2'500));  // nothing was heard for more than a third of it
    CHECK(of.take().submits.empty());
    of.close(at(2'600));
    out = of.take();
    REQUIRE(out.submits.size() == 1);
    CHECK(std::get<renew_lease>(out.submits[0].list.at(0)).until.ns < 2'600'000'000);
    of.ask(at(2'700), 3, submit_request{{buys()}});
    CHECK(of.take().answers.empty());
}

TEST_CASE(
    "a subscription gives every report once and in order, whatever it could not take at first") {
    session of(trader());
    of.ask(at(1), 4, subscribe_reports{.account = mine, .from = 3});
    session_effects out = of.take();
    REQUIRE(out.watches.size() == 1);
    REQUIRE(out.wanted.size() == 1);
    CHECK(out.wanted[0].first == 3);
    CHECK(out.answers.empty());
    // While it waits for what was before, more happens.
    of.told(entry_of(9, {said(event_kind::fill, {}, {1}, 6)}), {});
    CHECK(of.take().answers.empty());
    of.past({.account = mine,
             .first = 3,
             .reports = {said(event_kind::fill, {}, {1}, 3), said(event_kind::fill, {}, {1}, 4),
                         said(event_kind::fill, {}, {1}, 5)},
             .at = {{1}, {1}, {1}},
             .first_kept = 0});
    out = of.take();
    REQUIRE(out.answers.size() == 2);
    CHECK(std::holds_alternative<subscribed>(out.answers[0].what));
    CHECK(std::get<reports_push>(out.answers[1].what).reports.size() == 3);
    REQUIRE(out.wanted.size() == 1);
    CHECK(out.wanted[0].first == 6);
    of.past({.account = mine,
             .first = 6,
             .reports = {said(event_kind::fill, {}, {1}, 6)},
             .at = {{1}},
             .first_kept = 0});
    CHECK(std::get<reports_push>(of.take().answers.at(0).what).reports.at(0).number == 6);
    // Live, until it has no credit left.
    std::uint64_t number = 7;
    for (std::uint32_t i = 2; i < first_credit; ++i, ++number) {
        of.told(entry_of(10 + i, {said(event_kind::fill, {}, {1}, number)}), {});
    }
    CHECK(of.take().answers.size() == first_credit - 2);
    of.told(entry_of(100, {said(event_kind::fill, {}, {1}, number)}), {});
    out = of.take();
    CHECK(out.answers.empty());
    CHECK(out.wanted.empty());
    of.ask(at(2), 5, grant_credit{4, 10});
    out = of.take();
    REQUIRE(out.wanted.size() == 1);
    CHECK(out.wanted[0].first == number);
    of.past({.account = mine, .first = number, .reports = {}, .at = {}, .first_kept = number + 5});
    out = of.take();
    CHECK(std::get<request_refused>(out.answers.at(0).what).what ==
          request_refused::kind::not_kept);
    CHECK(of.subscriptions() == 0);
}

TEST_CASE("however much credit a subscription is granted, it has what it may have") {
    session of(trader());
    of.ask(at(1), 4, subscribe_reports{.account = mine});
    static_cast<void>(only<subscribed>(of));
    // Added up without a bound this were none at all.
    of.ask(at(1), 5, grant_credit{4, max_credit});
    static_cast<void>(only<done_answer>(of));
    of.ask(at(1), 6, grant_credit{4, UINT32_MAX - max_credit - first_credit + 1});
    static_cast<void>(only<done_answer>(of));
    of.told(entry_of(2, {said(event_kind::fill, {}, {1}, 1)}), {});
    CHECK(only<reports_push>(of).reports.size() == 1);
}

TEST_CASE("a subscription has as much credit as may be and no more, and goes on when granted more" *
          doctest::test_suite("full")) {
    session of(trader());
    of.ask(at(1), 4, subscribe_reports{.account = mine});
    of.ask(at(1), 5, grant_credit{4, max_credit});
    static_cast<void>(of.take());
    std::uint64_t number = 1;
    std::uint64_t pushes = 0;
    for (; number <= max_credit; ++number) {
        of.told(entry_of(1 + number, {said(event_kind::fill, {}, {1}, number)}), {});
        pushes += of.take().answers.size();
    }
    REQUIRE(pushes == max_credit);
    of.told(entry_of(1 + number, {said(event_kind::fill, {}, {1}, number)}), {});
    CHECK(of.take().answers.empty());
    of.ask(at(2), 6, grant_credit{4, 1});
    const session_effects out = of.take();
    REQUIRE(out.wanted.size() == 1);
    CHECK(out.wanted[0].first == number);
}

TEST_CASE("records are written by the directory's acts alone, whoever asks") {
    session_options boss = trader();
    boss.role = user_role::market_operator;
    session of(boss);
    of.ask(at(1), 1, submit_request{{put_record{}}});
    CHECK(refusal(of) == request_refused::kind::not_permitted);
}

}  // namespace bourse
