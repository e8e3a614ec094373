// What operators ask of the directory: instruments and accounts.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "actors/book/order_book.hpp"
#include "market.hpp"
#include "messages/directory_codec.hpp"

using namespace bourse;

namespace {

deposit_spec cash(std::string amount, std::string currency = "USD") {
    return {.of_currency = true, .asset = std::move(currency), .amount = std::move(amount)};
}
deposit_spec holding(std::string amount, std::string instrument) {
    return {.of_currency = false, .asset = std::move(instrument), .amount = std::move(amount)};
}

wide_int total_of(const market& it, account_id account, asset_id asset) {
    for (const portfolio_line& line : it.machine.portfolio(account)) {
        if (line.asset == asset) {
            return line.total;
        }
    }
    return 0;
}

}  // namespace

TEST_CASE("an instrument is added with its currency, and its book is there") {
    market it;
    instrument_spec spec = an_instrument("AAPL");
    spec.description = "Apple Inc.";
    spec.terms.rules.band_bps = 1'000;
    REQUIRE(!it.carry_out(spec));
    CHECK(it.steps() == 4);
    const instrument_record* added = it.names.find_instrument("AAPL");
    REQUIRE(added != nullptr);
    CHECK(added->terms.tick_value == 1);
    CHECK(added->terms.book_shard == it.names.home());
    CHECK(it.machine.book(added->terms.rules.symbol)->rules().band_bps == 1'000);
    CHECK(it.names.find_currency("USD")->decimals == 2);
    REQUIRE(!it.carry_out(an_instrument("MSFT")));
    CHECK(it.steps() == 3);
    CHECK(it.names.find_instrument("MSFT")->terms.rules.symbol == symbol_id{2});
    CHECK(it.names.find_instrument("MSFT")->terms.currency == added->terms.currency);
    CHECK(it.is_in_step());
}

TEST_CASE("an act that is repeated is done at once, and changes nothing") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    REQUIRE(!it.carry_out(an_account("alice", {cash("100")})));
    const std::uint64_t index = it.machine.index();
    CHECK(!it.carry_out(an_instrument("AAPL")));
    CHECK(!it.carry_out(an_account("alice", {cash("100.00")})));
    CHECK(it.machine.index() == index);
}

TEST_CASE("an instrument that is there otherwise is refused with what differs") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    instrument_spec spec = an_instrument("AAPL");
    spec.tick = {5, 2};
    CHECK(it.said(spec) == "exists: AAPL is there already, and another: tick 0.01, not 0.05");
    spec = an_instrument("AAPL");
    spec.lot = {100, 0};
    spec.description = "x";
    CHECK(it.said(spec) ==
          "exists: AAPL is there already, and another: lot 1, not 100; description none, not x");
    spec = an_instrument("AAPL");
    spec.terms.rules.band_bps = 7;
    CHECK(it.said(spec) ==
          "exists: AAPL is there already, and another: other limits, bands, fees, "
          "shard or calendar");
    spec = an_instrument("AAPL");
    spec.symbol = {9};
    CHECK(it.said(spec) == "exists: AAPL is there already, and another: symbol 1, not 9");
    spec = an_instrument("AAPL");
    spec.currency_decimals = 3;
    CHECK(it.said(spec) == "exists: USD is there already, and another: decimals 2, not 3");
}

TEST_CASE("an instrument that cannot be is refused before anything is written") {
    market it;
    const auto refused = [&](auto change) {
        instrument_spec spec = an_instrument("AAPL");
        change(spec);
        std::string said = it.said(spec);
        CHECK(it.machine.index() == 0);
        return said;
    };
    CHECK(refused([](auto& s) { s.name = "aapl"; }) ==
          "malformed: 'aapl' cannot be an instrument's name: that is 1 to 16 of A-Z, 0-9, '.', '_' "
          "and '-', as AAPL");
    CHECK(refused([](auto& s) { s.name.assign(17, 'A'); }).starts_with("malformed: "));
    CHECK(refused([](auto& s) { s.currency = s.name; }) ==
          "exists: 'AAPL' is a currency: an instrument needs another name");
    CHECK(refused([](auto& s) { s.currency = "$"; }) ==
          "malformed: '$' cannot be a currency's name: that is 3 to 8 of A-Z and 0-9, as USD");
    CHECK(refused([](auto& s) {
              s.tick = {0, 0};
          }) == "out_of_range: tick and lot must be above zero");
    CHECK(refused([](auto& s) { s.tick = {1, 4}; }).starts_with("out_of_range: a tick of 0.0001"));
    CHECK(refused([](auto& s) { s.symbol = {0x80000000U}; }) ==
          "out_of_range: symbol 2147483648 is reserved: numbers are 1 to 2147483647");
    CHECK(refused([](auto& s) { s.description.assign(257, 'd'); }) ==
          "out_of_range: the description must be at most 256 bytes");
    CHECK(refused([](auto& s) { s.terms.rules.lot = {0}; }) ==
          "out_of_range: the lot must be at least 1");
    CHECK(refused([](auto& s) {
              s.currency = "XYZ";
              s.currency_decimals = 19;
          }) != "done");
}

TEST_CASE("a name is a currency's or an instrument's, and not both") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    CHECK(it.said(an_instrument("USD")) ==
          "exists: 'USD' is a currency: an instrument needs another name");
    instrument_spec paid_in_lots = an_instrument("MSFT");
    paid_in_lots.currency = "AAPL";
    CHECK(it.said(paid_in_lots) ==
          "exists: 'AAPL' is an instrument, and cannot be what another is paid in");
    CHECK(it.names.kept_instrument("MSFT") == nullptr);
}

TEST_CASE("a currency that is made has the decimals that are asked for") {
    market it;
    instrument_spec spec = an_instrument("BTC-USDT");
    spec.currency = "USDT";
    spec.currency_decimals = 8;
    spec.lot = {1, 6};
    REQUIRE(!it.carry_out(spec));
    CHECK(it.names.find_currency("USDT")->decimals == 8);
    CHECK(it.names.find_instrument("BTC-USDT")->terms.tick_value == 1);
}

TEST_CASE("a symbol or account number that is asked for is given once") {
    market it;
    instrument_spec spec = an_instrument("AAPL");
    spec.symbol = {500};
    REQUIRE(!it.carry_out(spec));
    CHECK(it.names.instrument({500})->name == "AAPL");
    spec.name = "MSFT";
    CHECK(it.said(spec) == "exists: symbol 500 is another's already");
    REQUIRE(!it.carry_out(an_instrument("MSFT")));
    CHECK(it.names.find_instrument("MSFT")->terms.rules.symbol == symbol_id{501});
    account_spec alice = an_account("alice");
    alice.account = {0xFFFFFFFEU};
    CHECK(it.said(alice) ==
          "out_of_range: account 4294967294 is reserved: numbers are 1 to 2147483647");
}

TEST_CASE("an account is opened with its kind and what it is given") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    account_spec spec = an_account("alice", {cash("100000"), holding("500", "AAPL")});
    spec.kind = account_kind::house;
    REQUIRE(!it.carry_out(spec));
    const account_record* alice = it.names.find_account("alice");
    REQUIRE(alice != nullptr);
    CHECK(alice->home == it.names.home());
    CHECK((total_of(it, alice->id, asset_of(currency_id{1})) == 10'000'000));
    CHECK((total_of(it, alice->id, asset_of(symbol_id{1})) == 500));
    CHECK(it.machine.save().accounts[0].kind == account_kind::house);
}

TEST_CASE("an account that cannot be, or is there otherwise, is refused") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    CHECK(it.said(an_account("Alice")) ==
          "malformed: 'Alice' cannot be an account's name: that is 1 to 32 of a-z, 0-9, '.', '_' "
          "and '-', as alice");
    CHECK(it.said(an_account("alice", {cash("1", "EUR")})) ==
          "unknown: there is no currency 'EUR': it is made with the first instrument that is paid "
          "in it");
    CHECK(it.said(an_account("alice", {holding("1", "MSFT")})) ==
          "unknown: there is no instrument 'MSFT': add it first");
    CHECK(it.said(an_account("alice", {cash("1"), cash("2")})) ==
          "malformed: USD is deposited twice: give each asset once");
    // 2^62 cents is the most, and one more would leave the name to nobody.
    CHECK(it.said(an_account("alice", {cash("46116860184273879.05")})) ==
          "out_of_range: an account holds at most 4611686018427387904 of the smallest unit of a "
          "currency, or lots of an instrument");
    CHECK(!it.carry_out(an_account("rich", {cash("46116860184273879.04")})));
    CHECK(it.said(an_account("alice", {cash("0.001")})).starts_with("out_of_range: "));
    account_spec tier = an_account("alice");
    tier.tier = 8;
    CHECK(it.said(tier) == "out_of_range: the account's tier must be 0 to 7");
    CHECK(it.names.kept_account("alice") == nullptr);
    REQUIRE(!it.carry_out(an_account("alice", {cash("1")})));
    CHECK(it.said(an_account("alice")) ==
          "exists: alice is there already, and another: other opening deposits");
    account_spec house = an_account("alice", {cash("1")});
    house.kind = account_kind::house;
    house.risk_group = {5};
    CHECK(it.said(house) ==
          "exists: alice is there already, and another: kind cash, not house; risk group 0, not 5");
}

TEST_CASE("acts that are left half way are carried on, wherever they were left") {
    const account_spec alice = an_account("alice", {cash("100"), holding("5", "AAPL")});
    for (std::size_t left = 0; left < 12; ++left) {
        CAPTURE(left);
        market it;
        (void)it.carry_out(an_instrument("AAPL"), left);
        REQUIRE(!it.carry_out(an_instrument("AAPL")));
        (void)it.carry_out(alice, left);
        REQUIRE(!it.carry_out(alice));
        CHECK((total_of(it, {1}, asset_of(currency_id{1})) == 10'000));
        CHECK((total_of(it, {1}, asset_of(symbol_id{1})) == 5));
        CHECK(it.names.find_account("alice")->id == account_id{1});
        CHECK(it.is_in_step());
    }
}

TEST_CASE("a step that was done and not answered is done once when the act begins again") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    const account_spec alice = an_account("alice", {cash("100")});
    // Every command goes in, and its answer is lost.
    for (int i = 0; i < 6; ++i) {
        directory_act act(alice, it.now);
        for (int step = 0; step < i; ++step) {
            const auto next = act.next(it.names);
            REQUIRE(next.has_value());
            if (!*next) {
                break;
            }
            const reason why = it.answer((*next)->what);
            if (step + 1 < i) {
                act.answer(why);
            }
        }
    }
    REQUIRE(!it.carry_out(alice));
    CHECK((total_of(it, {1}, asset_of(currency_id{1})) == 10'000));
}

TEST_CASE("an opening that is carried on too late deposits nothing twice, and says so") {
    shard_settings settings;
    settings.horizon = {1'000};
    market it(settings);
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    const account_spec alice = an_account("alice", {cash("100"), holding("5", "AAPL")});
    (void)it.carry_out(alice, 3);  // the record, the account, shares
    it.now = it.now + duration{5'000};
    CHECK(it.said(alice) ==
          "refused: alice is open, but its opening deposits could not all be made in time: look at "
          "its portfolio, and deposit what is missing");
    CHECK((total_of(it, {1}, asset_of(currency_id{1})) == 0));
    CHECK((total_of(it, {1}, asset_of(symbol_id{1})) == 5));
    CHECK(it.said(alice) == "done");
}

TEST_CASE("two operators at once get one id each") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    // Both plan their first step on the same names, and each is then told what came of it.
    directory_act alice(an_account("alice"), it.now);
    directory_act bob(an_account("bob"), it.now);
    const auto first = alice.next(it.names);
    const auto second = bob.next(it.names);
    REQUIRE((first && *first && second && *second));
    bob.answer(it.answer((*second)->what));
    alice.answer(it.answer((*first)->what));
    CHECK_FALSE(it.names.kept_account("alice")->has_id);
    for (directory_act* act : {&alice, &bob, &alice, &bob, &alice, &bob, &alice, &bob}) {
        const auto next = act->next(it.names);
        REQUIRE(next);
        if (*next) {
            act->answer(it.answer((*next)->what));
        }
    }
    CHECK(it.names.find_account("bob")->id == account_id{1});
    CHECK(it.names.find_account("alice")->id == account_id{2});
    CHECK(it.machine.save().accounts.size() == 2);
}

TEST_CASE("two operators who add the same instrument at once add it once") {
    market it;
    directory_act one(an_instrument("AAPL"), it.now);
    directory_act other(an_instrument("AAPL"), it.now);
    int left = 40;
    for (bool done = false; !done && left > 0; --left) {
        const auto first = one.next(it.names);
        const auto second = other.next(it.names);
        REQUIRE((first && second));
        done = !*first && !*second;
        if (*first) {
            one.answer(it.answer((*first)->what));
        }
        if (*second) {
            other.answer(it.answer((*second)->what));
        }
    }
    CHECK(left > 0);
    CHECK(it.names.instruments("", 9).size() == 1);
    CHECK(it.machine.save().listings.size() == 1);
}

TEST_CASE("an act gives up after 16 conflicts in a row") {
    market it;
    directory_act act(an_account("alice"), it.now);
    for (int i = 0; i < 16; ++i) {
        REQUIRE(act.next(it.names).has_value());
        act.answer(reason::record_conflict);
    }
    CHECK(act.next(it.names).error().code == errc::overloaded);
}

TEST_CASE("what the shard refuses ends the act with its reason") {
    market it;
    directory_act act(an_account("alice"), it.now);
    REQUIRE(act.next(it.names).has_value());
    act.answer(reason::too_many_records);
    const auto next = act.next(it.names);
    REQUIRE(!next);
    CHECK(next.error() == error{errc::refused, "the shard refused it: too_many_records"});
}

// The same acts in any order, by several operators, with answers that are lost and acts that are begun again.
TEST_CASE("random acts that meet and are left end as if each had been alone") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        std::uint64_t state = seed;
        const auto draw = [&](std::uint64_t below) {
            state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
            return (state >> 33U) % below;
        };
        market it;
        std::vector<directory_act::spec> asked;
        for (int i = 0; i < 4; ++i) {
            asked.emplace_back(an_instrument("I" + std::to_string(i)));
            asked.emplace_back(an_account("a" + std::to_string(i)));
        }
        std::vector<directory_act> acts;
        acts.reserve(asked.size());
        for (const auto& each : asked) {
            acts.emplace_back(each, it.now);
        }
        for (int steps = 0; steps < 200; ++steps) {
            // Some plan on the same names before any of their commands is done.
            std::vector<std::pair<std::size_t, shard_command>> planned;
            for (std::uint64_t i = 0; i <= draw(4); ++i) {
                const std::size_t who = draw(acts.size());
                const auto next = acts[who].next(it.names);
                REQUIRE(next.has_value());
                const bool twice = std::any_of(planned.begin(), planned.end(),
                                               [&](const auto& p) { return p.first == who; });
                if (*next && !twice) {
                    planned.emplace_back(who, (*next)->what);
                }
            }
            for (const auto& [who, what] : planned) {
                const reason why = it.answer(what);
                if (draw(5) == 0) {
                    acts[who] = directory_act(asked[who], it.now);
                } else {
                    acts[who].answer(why);
                }
            }
        }
        for (const auto& each : asked) {
            REQUIRE(it.said(each) == "done");
        }
        CHECK(it.names.instruments("", 99).size() == 4);
        CHECK(it.names.accounts("", 99).size() == 4);
        CHECK(it.machine.save().listings.size() == 4);
        CHECK(it.machine.save().accounts.size() == 4);
        CHECK(it.is_in_step());
    }
}
