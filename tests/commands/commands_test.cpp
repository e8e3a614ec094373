#include <doctest/doctest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "runtime/client/reason_text.hpp"
#include "runtime/client/words.hpp"
#include "runtime/command_line.hpp"
#include "runtime/commands.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/exchange/small_exchange.hpp"
#include "tests/support/recorded_data.hpp"

using namespace bourse;

namespace {

struct said {
    exit_code code = exit_code::done;
    std::string out, err;
};

/// Hears each piece of what is written, when it is.
class heard_text final : public std::stringbuf {
public:
    explicit heard_text(std::function<void(const std::string& so_far)> hears)
        : hears_(std::move(hears)) {}

protected:
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        const std::streamsize written = std::stringbuf::xsputn(text, size);
        if (hears_) {
            hears_(str());
        }
        return written;
    }
    int sync() override {
        if (hears_) {
            hears_(str());
        }
        return std::stringbuf::sync();
    }

private:
    std::function<void(const std::string&)> hears_;
};

/// An exchange behind a gateway, and `bourse` as people call it, in this process.
class shell {
public:
    shell() {
        auto made = gateway::start(exchange_, {.listen = "127.0.0.1:0"});
        REQUIRE(made);
        front_ = std::move(*made);
        key_file_ =
            std::filesystem::temp_directory_path() / ("bourse-key-" + std::to_string(::getpid()));
        std::ofstream(key_file_) << "operator\n";
    }
    ~shell() { std::filesystem::remove(key_file_); }
    shell(const shell&) = delete;
    shell& operator=(const shell&) = delete;

    said run(const std::string& line) const { return heard(line, {}); }
    static said run(const std::string& line, const std::vector<std::string>& more) {
        return heard(line, more, {});
    }
    /// `hears` is told each time what was said on standard error so far.
    said heard(const std::string& line,
               const std::function<void(const std::string& err)>& hears) const {
        return heard(line, {"--server", front_->address(), "--key-file", key_file_.string()},
                     hears);
    }
    static said heard(const std::string& line, const std::vector<std::string>& more,
                      const std::function<void(const std::string& err)>& hears) {
        std::vector<std::string> words{"bourse"};
        std::istringstream in(line);
        for (std::string word; in >> word;) {
            words.push_back(word == "''" ? "" : word);
        }
        words.insert(words.end(), more.begin(), more.end());
        std::vector<const char*> arguments;
        for (const std::string& each : words) {
            arguments.push_back(each.c_str());
        }
        std::ostringstream out;
        heard_text err(hears);
        std::streambuf* const cout_before = std::cout.rdbuf(out.rdbuf());
        std::streambuf* const cerr_before = std::cerr.rdbuf(&err);
        said answer;
        answer.code = run_command_line(static_cast<int>(arguments.size()), arguments.data());
        std::cout.rdbuf(cout_before);
        std::cerr.rdbuf(cerr_before);
        answer.out = out.str();
        answer.err = err.str();
        return answer;
    }
    /// What it prints, when it must be done.
    std::string done(const std::string& line) const {
        const said answer = run(line);
        CHECK_MESSAGE(answer.code == exit_code::done, line << ": " << answer.err);
        return answer.out;
    }
    void open_market() const {
        done("instrument add AAPL --tick 0.01 --lot 1 --currency USD --band-percent 10");
        done("account open alice --deposit USD=100000 --holding AAPL=500");
        done("account open bob --deposit USD=5000");
    }
    small_exchange& exchange() { return exchange_; }
    const gateway& front() const { return *front_; }

private:
    small_exchange exchange_;
    std::unique_ptr<gateway> front_;
    std::filesystem::path key_file_;
};

/// Without the line that a call of more than a second begins with, on a busy machine.
std::string without_wait(const std::string& err) {
    const std::size_t end = err.find('\n');
    const bool waited = err.substr(0, end).find(": waiting for ") != std::string::npos;
    return waited ? err.substr(end + 1) : err;
}

/// The document that a load prints, whole.
bool is_load(const std::string& out, unsigned orders, const std::string& from) {
    const std::string all = std::to_string(orders);
    const std::string number = R"(\d+\.\d{3})";
    return std::regex_match(
        out,
        std::regex(R"(\{"orders":)" + all + R"(,"accepted":)" + all +
                   R"(,"refused":0,"retried":0,"seconds":)" + number + R"(,"orders_per_second":)" +
                   number + R"(,"latency_from":")" + from + R"(","latency_us":\{"p50":)" + number +
                   R"(,"p90":)" + number + R"(,"p99":)" + number + R"(,"p99_9":)" + number +
                   R"(,"max":)" + number + R"(\}\}\n)"));
}

}  // namespace

TEST_CASE("a day of two accounts, as it is typed, and as programs read it") {
    shell at;
    at.open_market();
    CHECK(at.done("instrument list --json") ==
          R"({"instruments":[{"name":"AAPL","symbol":1,"currency":"USD","tick":"0.01","lot":"1",)"
          R"("state":"open","description":""}]})"
          "\n");
    CHECK(at.done("order alice sell AAPL 100 @ 585.33 --client-id A1 --json") ==
          R"({"status":"accepted","order":281474976710657,"client_id":"A1","account":"alice",)"
          R"("symbol":"AAPL","side":"sell","filled":0,"remaining":100,"reason":"","fills":[]})"
          "\n");
    CHECK(at.done("order bob buy AAPL 5 @585.40 --client-id B1 --json") ==
          R"({"status":"filled","order":281474976710658,"client_id":"B1","account":"bob",)"
          R"("symbol":"AAPL","side":"buy","filled":5,"remaining":0,"reason":"","fills":[)"
          R"({"trade":1,"price":"585.33","quantity":5,"fee":"0.00"}]})"
          "\n");
    CHECK(at.done("book AAPL --json") ==
          R"({"symbol":"AAPL","seq":5,"bids":[],"asks":[["585.33",95,1]],"state":"open",)"
          R"("last":"585.33"})"
          "\n");
    CHECK(at.done("portfolio bob --json") ==
          R"({"account":"bob","as_of":)" + std::to_string(at.exchange().index()) +
              R"(,"cash":{"USD":{"total":"2073.35","reserved":"0.00","available":"2073.35"}},)"
              R"("holdings":{"AAPL":{"total":5,"reserved":0,"available":5,)"
              R"("average_cost":"585.3300"}},"realised":"0.00","unrealised":"0.00",)"
              R"("profits":{"USD":{"realised":"0.00","unrealised":"0.00"}}})"
              "\n");
    CHECK(
        at.done("orders alice").find("281474976710657  AAPL    sell  585.33       5         95") !=
        std::string::npos);
    CHECK(at.done("replace alice --client-id A1 --price 586 --quantity 50 --json")
              .find(R"("status":"replaced")") != std::string::npos);
    // The order is still called as its owner calls it.
    CHECK(at.done("orders alice --json").find(R"("client_id":"A1")") != std::string::npos);
    CHECK(at.done("replace alice --client-id A1 --quantity 40").starts_with("replaced"));
    CHECK(at.done("cancel alice --client-id A1").starts_with("cancelled  order 281474976710657"));
    CHECK(at.done("account deposit bob USD=500 --id D1") == "USD=500 to bob\n");
    CHECK(at.done("account deposit bob USD=500 --id D1") ==
          "USD=500 to bob: was done already under this id\n");
    CHECK(at.done("halt AAPL") == "AAPL is halted\n");
    CHECK(at.run("order alice buy AAPL 1 @ 585").code == exit_code::refused);
    CHECK(at.done("resume AAPL") == "AAPL is open\n");
    CHECK(at.done("watch --account bob --from 1 --count 2 --json").find(R"("report":2)") !=
          std::string::npos);
    CHECK(at.done("user add carol --role viewer --account bob") == "carol.00000000.secret\n");
    CHECK(at.done("cancel bob --all") == "done\n");
}

TEST_CASE("profits are decimals, of one currency or of none, and null where several have no sum") {
    const shell at;
    at.open_market();
    at.done("instrument add ERIC --currency EUR");
    at.done("account open nobody");
    at.done("account open dan --deposit EUR=10 --holding AAPL=5 --holding ERIC=3");
    const auto profits = [&](const std::string& account) {
        const std::string all = at.done("portfolio " + account + " --json");
        return all.substr(std::min(all.size(), all.find(R"("realised")")));
    };
    CHECK(profits("bob") == R"("realised":"0.00","unrealised":"0.00","profits":{}})"
                            "\n");
    CHECK(profits("nobody") == profits("bob"));
    CHECK(profits("alice") == R"("realised":"0.00","unrealised":"0.00",)"
                              R"("profits":{"USD":{"realised":"0.00","unrealised":"0.00"}}})"
                              "\n");
    CHECK(profits("dan") == R"("realised":null,"unrealised":null,)"
                            R"("profits":{"EUR":{"realised":"0.00","unrealised":"0.00"},)"
                            R"("USD":{"realised":"0.00","unrealised":"0.00"}}})"
                            "\n");
}

TEST_CASE("of open orders those of a symbol are shown, if it is said") {
    const shell at;
    at.open_market();
    at.done("instrument add PEAR");
    at.done("order alice sell AAPL 1 @ 585");
    at.done("order alice buy PEAR 2 @ 7");
    const std::string both = at.done("orders alice");
    CHECK(both.find("AAPL") != std::string::npos);
    CHECK(both.find("PEAR") != std::string::npos);
    const std::string one = at.done("orders alice --symbol PEAR");
    CHECK(one.find("AAPL") == std::string::npos);
    CHECK(one.find("PEAR") != std::string::npos);
}

TEST_CASE("who waits for more than a second is told so, and for what") {
    shell at;
    at.open_market();
    const auto slow = [&](const std::string& line, const std::function<void()>& go_on) {
        bool is_told = false;
        const said answer = at.heard(line, [&](const std::string& err) {
            if (!is_told && err.ends_with("\n")) {
                is_told = true;
                go_on();
            }
        });
        CHECK(answer.code == exit_code::done);
        const std::string called = line.substr(0, line.find(' '));
        const std::string expected =
            "bourse " + called + ": waiting for " + at.front().address() + "\n";
        CHECK_MESSAGE(answer.err.ends_with(expected), answer.err);
    };
    at.exchange().hold();  // nobody is let in
    slow("status --json", [&] { at.exchange().let_go(); });
    at.exchange().hold_requests();  // nor answered
    slow("portfolio alice", [&] { at.exchange().let_go(); });
    at.exchange().lose_answers(1'000'000);  // nor told what became of it
    slow("cancel bob --all", [&] { at.exchange().lose_answers(0); });
}

TEST_CASE("what is wrong is said, and what would be right") {
    shell at;
    at.open_market();
    const auto refused = [&](const std::string& line, exit_code code) {
        const said answer = at.run(line);
        CHECK_MESSAGE(answer.code == code, line << ": " << static_cast<int>(answer.code));
        return without_wait(answer.err);
    };
    CHECK(refused("order alice buy APPL 1 @ 5", exit_code::refused) ==
          "bourse order: no instrument is called 'APPL'; did you mean AAPL?\n");
    CHECK(refused("order alise buy AAPL 1 @ 5", exit_code::refused) ==
          "bourse order: no account is called 'alise'; did you mean alice?\n");
    CHECK(
        refused("portfolio zzz", exit_code::refused) ==
        "bourse portfolio: no account is called 'zzz'; 'bourse account list' shows those that you "
        "may use\n");
    CHECK(refused("order alice buy AAPL 1 @ 585.333", exit_code::refused)
              .find("nearest: 585.33 and 585.34") != std::string::npos);
    CHECK(refused("order alice buy AAPL 1.5 @ 585", exit_code::refused).find("lot") !=
          std::string::npos);
    CHECK(refused("order alice buy AAPL 1", exit_code::usage).find("needs a price") !=
          std::string::npos);
    CHECK(refused("order alice bye AAPL 1 @ 5", exit_code::usage).find("buy") != std::string::npos);
    CHECK(refused("cancel alice", exit_code::usage).find("ORDER_ID, --client-id X, or --all") !=
          std::string::npos);
    CHECK(refused("account open eve --deposit USD", exit_code::usage).find("USD=500") !=
          std::string::npos);
    CHECK(refused("account deposit alice USD=abc", exit_code::usage)
              .find("'abc' is not a decimal number: write digits and a point") !=
          std::string::npos);
    CHECK(refused("account deposit alice USD=-5", exit_code::usage)
              .find("USD: '-5' is not above zero") != std::string::npos);
    CHECK(refused("account open eve --deposit USD=x", exit_code::usage)
              .find("USD: 'x' is not a decimal number") != std::string::npos);
    CHECK(refused("account open eve --holding AAPL=0", exit_code::usage)
              .find("AAPL: '0' is not above zero") != std::string::npos);
    CHECK(refused("instrument add XYZ --tick 0", exit_code::usage)
              .find("--tick: '0' is not above zero") != std::string::npos);
    CHECK(refused("instrument add XYZ --lot 1e3", exit_code::usage).find("--lot: '1e3' is not a") !=
          std::string::npos);
    CHECK(refused("order alice buy AAPL 1 @ 5.x", exit_code::usage).find("'5.x'") !=
          std::string::npos);
    // In the wrong case, or nearly.
    CHECK(refused("book aapl", exit_code::refused) ==
          "bourse book: no instrument is called 'aapl'; did you mean AAPL?\n");
    CHECK(refused("account deposit alice aapl=5", exit_code::refused) ==
          "bourse account deposit: no instrument and no currency is called 'aapl'; did you mean "
          "AAPL?\n");
    CHECK(refused("account withdraw alice usd=5", exit_code::refused).find("mean USD?") !=
          std::string::npos);
    const std::uint64_t before = at.exchange().index();
    CHECK(refused("account open eve --deposit usd=5", exit_code::refused) ==
          "bourse account open: no currency is called 'usd'; did you mean USD?\n");
    CHECK(refused("account open eve --holding APPL=5", exit_code::refused) ==
          "bourse account open: no instrument is called 'APPL'; did you mean AAPL?\n");
    CHECK(at.exchange().index() == before);
    CHECK(refused("Status", exit_code::usage).find("; did you mean status?") != std::string::npos);
    CHECK(refused("account deposit alice GBP=5", exit_code::refused)
              .find("no currency is called 'GBP'") != std::string::npos);
    CHECK(at.run("order bob buy AAPL 1000 @ 585 --json").out.find(R"("status":"rejected")") !=
          std::string::npos);
    CHECK(refused("order bob buy AAPL 1000 @ 585", exit_code::refused)
              .starts_with("bourse order: refused: insufficient_funds: the account has not enough "
                           "money available"));
    CHECK(refused("cancel alice 77", exit_code::refused)
              .starts_with("bourse cancel: refused: unknown_order: the account has no such"));
    CHECK(refused("watch AAPL --from 3", exit_code::usage).find("--from goes with --account") !=
          std::string::npos);
    CHECK(
        refused("cancel alice 5 --symbol AAPL", exit_code::usage).find("--symbol requires --all") !=
        std::string::npos);
    CHECK(refused("orders alice --cursor zzz", exit_code::usage) ==
          "bourse orders: --cursor requires --past; 'bourse orders --help' says more\n");
    CHECK(refused("orders alice --most 5", exit_code::usage).find("--most requires --past") !=
          std::string::npos);
    for (const char* each : {"orders alice --symbol NOPE", "orders alice --past --symbol NOPE"}) {
        CHECK(refused(each, exit_code::refused).find("no instrument is called 'NOPE'") !=
              std::string::npos);
    }
    CHECK(refused("cancel alice -5", exit_code::usage).find("order: Value -5 not in range") !=
          std::string::npos);
    CHECK(refused("load --rate -1", exit_code::usage).find("not in range") != std::string::npos);
    CHECK(
        refused("account deposit bob USD=5 --id ''", exit_code::usage).find("its value is empty") !=
        std::string::npos);
    CHECK(refused("status --ca x.pem", exit_code::usage).find("go with --tls") !=
          std::string::npos);
    CHECK(refused("watch", exit_code::usage).find("a symbol, or --account") != std::string::npos);

    const said nowhere =
        shell::run("book AAPL", {"--server", "127.0.0.1:1", "--key-file", "/dev/null"});
    CHECK(nowhere.code == exit_code::usage);
    CHECK(nowhere.err.find("no key in '/dev/null'") != std::string::npos);
}

TEST_CASE("an order that says too little or too much for its type is not sent") {
    shell at;
    at.open_market();
    const std::uint64_t before = at.exchange().index();
    const auto wrong = [&](const std::string& more, const std::string& what) {
        const said answer = at.run("order alice buy AAPL 1 " + more);
        CHECK_MESSAGE(answer.code == exit_code::usage, more);
        CHECK_MESSAGE(answer.err.find(what) != std::string::npos, answer.err);
    };
    wrong("", "needs a price");
    wrong("@", "needs a price");
    wrong("585 33", "'585 33' is no price: one is a single number, as in '1 @ 585.33'");
    wrong("@6 00.50", "'@6 00.50' is no price");
    wrong("@ @600", "'@ @600' is no price");
    wrong("@@600", "'@600' is not a decimal number");
    wrong("@ 585 33", "'@ 585 33' is no price");
    wrong("@ 0", "a price is above zero");
    wrong("@ -5", "--any-price");
    wrong("@ 585 --type stop", "a stop order needs --stop PRICE");
    wrong("--type stop-limit --stop 5", "a stop-limit order needs a price");
    wrong("@ 585 --stop 0 --type stop-limit", "a price is above zero");
    wrong("--type trailing-stop", "needs --offset");
    wrong("@ 585 --stop 590", "--stop is for stop and stop-limit orders");
    wrong("@ 585 --offset 1", "--offset is for trailing stops and pegs");
    wrong("@ 585 --tif gtd", "needs --until");
    wrong("@ 585 --tif day --until 2026-12-31", "--until is for --tif gtd, not for day");
    wrong("@ 585 --client-id ''", "its value is empty");
    wrong("@ 585 --tif never", "never not in {day,gtc");
    CHECK(at.exchange().index() == before);
    CHECK(at.done("order alice buy AAPL 1 @ -5 --any-price").starts_with("accepted"));
}

TEST_CASE("each form of an order comes to the exchange as it is written") {
    shell at;
    at.open_market();
    const auto order = [&](const std::string& more, const std::string& side = "buy") {
        static_cast<void>(at.run("order alice " + side + " AAPL 100 " + more));
        const auto sent = at.exchange().last_commands();
        REQUIRE(sent.size() == 1);
        REQUIRE(std::holds_alternative<submit_order>(sent[0]));
        return std::get<submit_order>(sent[0]);
    };
    const submit_order plain = order("@ 585.33", "sell");
    CHECK(plain.has_price);
    CHECK_FALSE(plain.reduce_only);
    new_order expected;
    expected.account = {1};
    expected.side = side::sell;
    expected.price = {58'533};
    expected.quantity = {100};
    CHECK(plain.order == expected);
    CHECK(order("585.33", "sell").order == expected);
    CHECK(order("@585.33", "sell").order == expected);
    const submit_order market = order("--type market");
    CHECK_FALSE(market.has_price);
    CHECK(market.order.type == order_type::market);
    CHECK(market.order.tif == time_in_force::immediate_or_cancel);
    CHECK(order("@ 600 --type market").order.price == price{60'000});
    const new_order stop = order("--type stop --stop 590").order;
    CHECK(stop.type == order_type::stop);
    CHECK(stop.stop_price == price{59'000});
    const new_order both = order("@ 595 --type stop-limit --stop 590").order;
    CHECK(both.type == order_type::stop_limit);
    CHECK(both.stop_price == price{59'000});
    CHECK(both.price == price{59'500});
    const new_order trailing = order("--type trailing-stop --offset 1.5", "sell").order;
    CHECK(trailing.type == order_type::trailing_stop);
    CHECK(trailing.offset_ticks == 150);
    const new_order peg = order("--type primary-peg --offset 0.02").order;
    CHECK(peg.type == order_type::primary_peg);
    CHECK(peg.offset_ticks == 2);
    CHECK(order("--type mid-peg").order.type == order_type::mid_peg);
    CHECK(order("@ 585 --display 10").order.display == quantity{10});
    CHECK(order("@ 585 --minimum 20").order.minimum == quantity{20});
    CHECK(order("@ 585 --post-only").order.post_only);
    CHECK(order("@ 585 --all-or-none").order.all_or_none);
    CHECK(order("@ 585 --reduce-only", "sell").reduce_only);
    CHECK(order("@ 585 --self-trade cancel-oldest").order.self_trade ==
          self_trade_prevention::cancel_oldest);
    const std::vector<std::pair<const char*, time_in_force>> forces{
        {"day", time_in_force::day},
        {"gtc", time_in_force::good_till_cancelled},
        {"ioc", time_in_force::immediate_or_cancel},
        {"fok", time_in_force::fill_or_kill},
        {"open", time_in_force::at_the_open},
        {"close", time_in_force::at_the_close}};
    for (const auto& [word, force] : forces) {
        CHECK(order(std::string("@ 585 --tif ") + word).order.tif == force);
    }
    const new_order dated = order("@ 585 --until 2030-01-01T09:00:00Z").order;
    CHECK(dated.tif == time_in_force::good_till_date);
    CHECK(dated.expires_at.ns == 1'893'488'400'000'000'000);

    const auto sent = [&](const std::string& line) {
        static_cast<void>(at.run(line));
        return at.exchange().last_commands().at(0);
    };
    const auto all =
        std::get<submit_mass_cancel>(sent("cancel alice --all --symbol AAPL --side buy"));
    CHECK(all.account == account_id{1});
    CHECK(all.symbol == symbol_id{1});
    CHECK(all.sides == side_filter::buy);
    CHECK(std::get<submit_mass_cancel>(sent("cancel alice --all")).sides == side_filter::both);
    CHECK(std::get<market_halt>(sent("halt --all")).on);
    CHECK_FALSE(std::get<market_halt>(sent("resume --all")).on);
    const auto reference = std::get<book_reference>(sent("instrument reference AAPL 585.33"));
    CHECK(reference.symbol == symbol_id{1});
    CHECK(reference.what == set_reference{.clear = false, .price = {58'533}});
    CHECK(std::get<book_reference>(sent("instrument reference AAPL --none")).what.clear);
    at.done("account open maker --house");
    CHECK(at.done("account list --json").find(R"("name":"maker","account":3,"kind":"house")") !=
          std::string::npos);
    CHECK(at.done("instrument add BAND --band-percent 12.5").find("is listed") !=
          std::string::npos);
    CHECK(at.exchange().band_bps("BAND") == 1'250);
}

TEST_CASE("what is to change in an order comes to the exchange, and nothing else") {
    shell at;
    at.open_market();
    at.done("order alice sell AAPL 1 @ 585");
    at.done("order bob buy AAPL 1 @ 585");  // a price that stops know of
    at.done("order alice buy AAPL 2 @ 595 --type stop-limit --stop 590 --client-id S1");
    const auto change = [&](const std::string& what) {
        CHECK(at.done("replace alice --client-id S1 " + what).starts_with("replaced"));
        const auto sent = std::get<submit_replace>(at.exchange().last_commands().at(0));
        CHECK(sent.account == account_id{1});
        CHECK(sent.named == *to_client_id("S1"));
        CHECK(sent.set_stop_price == (what.find("--stop") != std::string::npos));
        CHECK(sent.set_price == (what.find("--price") != std::string::npos));
        CHECK(sent.set_quantity == (what.find("--quantity") != std::string::npos));
        return sent;
    };
    CHECK(change("--stop 591").stop_price == price{59'100});
    CHECK(change("--price 596").price == price{59'600});
    CHECK(change("--quantity 3").quantity == quantity{3});
    const submit_replace all = change("--stop 592 --price 597 --quantity 4");
    CHECK(all.stop_price == price{59'200});
    CHECK(all.price == price{59'700});
    CHECK(all.quantity == quantity{4});
}

TEST_CASE("each form of what an operator does comes to the exchange as it is written") {
    shell at;
    at.open_market();
    const auto act = [&]<class What>(What, const std::string& line) {
        at.done(line);
        const session_request came = at.exchange().last_act();
        REQUIRE_MESSAGE(std::holds_alternative<What>(came), line);
        return std::get<What>(came);
    };
    const add_instrument plain = act(add_instrument{}, "instrument add PLAIN");
    CHECK(plain.name == "PLAIN");
    CHECK(plain.tick == "0.01");
    CHECK(plain.lot == "1");
    CHECK(plain.currency == "USD");
    CHECK(plain.description.empty());
    CHECK(plain.terms.rules.band_bps == 0);
    CHECK(plain.terms.rules.volatility_bps == 0);
    CHECK(plain.terms.rules.reopening_auction == duration{});
    const add_instrument full = act(
        add_instrument{},
        "instrument add FULL --tick 0.05 --lot 10 --currency EUR --description shares "
        "--band-percent 12.5 --volatility-percent 5 --auction-seconds 120 --reopening-seconds 60 "
        "--min-lots 2 --max-lots 500 --maker-ppm -20 --taker-ppm 300 --closed");
    CHECK(full.tick == "0.05");
    CHECK(full.lot == "10");
    CHECK(full.currency == "EUR");
    CHECK(full.description == "shares");
    const instrument& rules = full.terms.rules;
    CHECK(rules.band_bps == 1'250);
    CHECK(rules.volatility_bps == 500);
    CHECK(rules.volatility_auction == duration{120'000'000'000});
    CHECK(rules.reopening_auction == duration{60'000'000'000});
    CHECK(rules.min_quantity == quantity{2});
    CHECK(rules.max_quantity == quantity{500});
    for (const fee_tier& tier : full.terms.fees) {
        CHECK(tier.maker.rate_ppm == -20);
        CHECK(tier.taker.rate_ppm == 300);
        CHECK(tier.auction.rate_ppm == 300);
    }
    const std::string listed = at.done("instrument list");
    CHECK(listed.find("closed  shares") != std::string::npos);

    const open_named_account account =
        act(open_named_account{},
            "account open dan --house --tier 3 --trade-group 7 --risk-group 4000000000 "
            "--deposit USD=5 --deposit EUR=6.5 --holding AAPL=7");
    CHECK(account.name == "dan");
    CHECK(account.kind == account_kind::house);
    CHECK(account.tier == 3);
    CHECK(account.trade_group.value == 7);
    CHECK(account.risk_group.value == 4'000'000'000);
    REQUIRE(account.deposits.size() == 3);
    CHECK(account.deposits[1].of_currency);
    CHECK(account.deposits[1].asset == "EUR");
    CHECK(account.deposits[1].amount == "6.5");
    CHECK_FALSE(account.deposits[2].of_currency);
    CHECK(account.deposits[2].asset == "AAPL");
    CHECK(act(open_named_account{}, "account open eve").kind == account_kind::cash);

    const add_user user =
        act(add_user{}, "user add carol --role viewer --account alice --account dan");
    CHECK(user.name == "carol");
    CHECK(user.role == user_role::viewer);
    CHECK(user.accounts == std::vector<std::string>{"alice", "dan"});
    CHECK(act(add_user{}, "user add tom").role == user_role::trader);
    CHECK(act(revoke_user{}, "user revoke carol").name == "carol");
    CHECK(at.done("user revoke tom") == "tom is revoked\n");
}

TEST_CASE("every command refuses what it lacks, knows not or may not do, and nothing is done") {
    shell at;
    at.open_market();
    at.done("user add vera --role viewer --account alice");
    const std::filesystem::path key =
        std::filesystem::temp_directory_path() / ("bourse-vera-" + std::to_string(::getpid()));
    std::ofstream(key) << "vera.00000000.secret\n";
    const std::string file = key.string();          // any that is there
    enum class viewer { may, may_not, is_nobody };  // is_nobody: it asks no node
    struct form {
        std::string line;  // with all that it must have
        bool is_enough;    // without that it would do something
        viewer as_viewer;
    };
    const std::map<std::string, form> forms{
        {"node", {"", true, viewer::is_nobody}},
        {"verify", {"", true, viewer::is_nobody}},
        {"bench match", {"", true, viewer::is_nobody}},
        {"bench journal", {"", true, viewer::is_nobody}},
        {"bench ladder", {"", true, viewer::is_nobody}},
        {"replay generated", {"", true, viewer::is_nobody}},
        {"instrument add", {"MINE", false, viewer::may_not}},
        {"instrument list", {"", true, viewer::may}},
        {"instrument reference", {"AAPL 585", false, viewer::may_not}},
        {"halt", {"AAPL", false, viewer::may_not}},
        {"resume", {"AAPL", false, viewer::may_not}},
        {"account open", {"mine", false, viewer::may_not}},
        {"account deposit", {"alice USD=5", false, viewer::may_not}},
        {"account withdraw", {"alice USD=5", false, viewer::may_not}},
        {"account list", {"", true, viewer::may}},
        {"user add", {"tom", false, viewer::may_not}},
        {"user revoke", {"operator", false, viewer::may_not}},
        {"order", {"alice buy AAPL 1 @ 585", false, viewer::may_not}},
        {"cancel", {"alice --all", false, viewer::may_not}},
        {"replace", {"alice --client-id A1 --price 586", false, viewer::may_not}},
        {"orders", {"alice", false, viewer::may}},
        {"portfolio", {"alice", false, viewer::may}},
        {"book", {"AAPL", false, viewer::may}},
        {"trades", {"AAPL", false, viewer::may}},
        {"watch", {"--account bob", false, viewer::may_not}},  // not hers
        {"console", {"sinks", true, viewer::may_not}},
        {"status", {"", true, viewer::may_not}},
        {"load", {"--orders 10", true, viewer::may_not}},
        {"replay databento", {file, false, viewer::may_not}},
        {"replay lobster", {file, false, viewer::may_not}}};
    CLI::App app{"", "bourse"};
    add_all_commands(app);
    const std::function<void(CLI::App&, const std::string&)> look = [&](CLI::App& of,
                                                                        const std::string& path) {
        const auto below =
            of.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
        for (CLI::App* each : below) {
            look(*each, path.empty() ? each->get_name() : path + " " + each->get_name());
        }
        CHECK_MESSAGE((!below.empty() || forms.contains(path)), path);
    };
    look(app, "");

    at.done("order alice sell AAPL 1 @ 590 --client-id A1");
    const std::uint64_t before = at.exchange().index();
    for (const auto& each : forms) {
        const std::string& called = each.first;
        const form& its = each.second;
        const auto is_refused = [&](const said& answer, exit_code code) {
            CHECK_MESSAGE(answer.code == code, called << ": " << answer.err);
            CHECK_MESSAGE(answer.err.starts_with("bourse " + called + ": "), answer.err);
        };
        const said unknown = shell::run(called + " " + its.line + " --no-such-option", {});
        is_refused(unknown, exit_code::usage);
        CHECK(unknown.err.find("no option '--no-such-option'") != std::string::npos);
        if (!its.is_enough) {
            is_refused(at.run(called), exit_code::usage);
        }
        const auto as_viewer = [&] {
            return shell::run(called + " " + its.line,
                              {"--server", at.front().address(), "--key-file", key.string()});
        };
        if (its.as_viewer == viewer::may_not) {
            is_refused(as_viewer(), exit_code::refused);
        } else if (its.as_viewer == viewer::may) {
            CHECK_MESSAGE(as_viewer().code == exit_code::done, called);
        }
        CHECK_MESSAGE(at.exchange().index() == before, called);
    }
    std::filesystem::remove(key);
}

TEST_CASE("what the console knows is a table for people and one document for programs") {
    const shell at;
    const said text = shell::run("console help", {});
    CHECK(text.out.find("what it shows or does") != std::string::npos);
    const std::string json = shell::run("console help --json", {}).out;
    CHECK(json.starts_with(
        R"({"rows":[{"command":"status","argument":"","does":"how the node is"},)"));
    CHECK(json.ends_with("}]}\n"));
    CHECK(json.find('\n') == json.size() - 1);
    CHECK(at.done("console books AAPL --json") == R"({"rows":[{"what":"books","name":"AAPL"}]})"
                                                  "\n");
}

TEST_CASE("what the history says is printed, and asked as it was written") {
    shell at;
    at.open_market();
    history_answer kept;
    kept.orders = {{.id = {7001},
                    .account = {1},
                    .symbol = {1},
                    .side = side::sell,
                    .price = {58'533},
                    .lots = {100},
                    .filled = {30},
                    .remaining = {0},
                    .open = false,
                    .why = reason::requested,
                    .client = *to_client_id("A7"),
                    .at = {1'767'258'000'000'000'000},
                    .changed = {1'767'258'060'000'000'000}}};
    kept.trades = {{.number = {12},
                    .symbol = {1},
                    .price = {58'540},
                    .lots = {30},
                    .at = {1'767'258'060'000'000'000},
                    .aggressor = side::sell,
                    .buyer = {},
                    .seller = {},
                    .buy = {},
                    .sell = {}}};
    kept.next = "on";
    at.exchange().set_history(kept);
    CHECK(at.done("trades AAPL --from 2026-01-01 --until 2026-01-02T00:00:00Z --account alice "
                  "--most 7 --cursor c1 --json") ==
          R"({"symbol":"AAPL","as_of":)" + std::to_string(at.exchange().index()) +
              R"(,"trades":[{"trade":12,"price":"585.40","quantity":30,)"
              R"("at":"2026-01-01T09:01:00Z","aggressor":"sell"}],"next":"on"})"
              "\n");
    history_request asked = at.exchange().last_history();
    CHECK(asked.what == history_request::kind::trades);
    CHECK(asked.symbol == symbol_id{1});
    CHECK(asked.account == account_id{1});
    CHECK(asked.from.ns == 1'767'225'600'000'000'000);
    CHECK(asked.until.ns == 1'767'312'000'000'000'000);
    CHECK(asked.most == 7);
    CHECK(asked.cursor == "c1");
    CHECK(at.done("trades AAPL").find("there are more: --cursor on") != std::string::npos);
    const std::string past = at.done("orders alice --past --symbol AAPL --json");
    CHECK(past.find(R"("order":7001,"symbol":"AAPL","side":"sell","price":"585.33","filled":30,)"
                    R"("remaining":0,"state":"requested","client_id":"A7",)") != std::string::npos);
    asked = at.exchange().last_history();
    CHECK(asked.what == history_request::kind::orders);
    CHECK(asked.account == account_id{1});
    CHECK(asked.symbol == symbol_id{1});
    CHECK(at.done("orders alice --past").find("requested") != std::string::npos);
}

TEST_CASE(
    "a client id that was used before: what became of the first is said, and nothing is done") {
    const shell at;
    at.open_market();
    at.done("order alice buy AAPL 10 @ 585.33 --client-id A1");
    const std::string first = "order alice sell AAPL 20 @ 590 --client-id A1";
    CHECK(at.done(first) ==
          "repeated  nothing was done: client id A1 was used before, for order 281474976710657, "
          "which is open: buy AAPL, filled 0, remaining 10\n");
    // It does not stay with an order that its end would not cancel.
    const said stays = at.run(first + " --cancel-on-disconnect 60");
    CHECK(stays.code == exit_code::done);
    CHECK(stays.err.find("not staying") != std::string::npos);
    at.done("order alice sell AAPL 4 @ 585.33");
    CHECK(at.done(first + " --json") ==
          R"({"status":"repeated","order":281474976710657,"client_id":"A1","account":"alice",)"
          R"("reason":"","first":"open","symbol":"AAPL","side":"buy","filled":4,"remaining":6})"
          "\n");
    at.done("cancel alice --client-id A1");
    CHECK(at.done(first).find("which is cancelled: buy AAPL, filled 4") != std::string::npos);

    // What was refused stays refused, under the same id.
    const said refused = at.run("order bob buy AAPL 1000 @ 585 --client-id R1");
    CHECK(refused.code == exit_code::refused);
    const said again = at.run("order bob buy AAPL 1 @ 585 --client-id R1");
    CHECK(again.code == exit_code::refused);
    CHECK(again.out.find("was used before, for what was refused") != std::string::npos);
    CHECK(without_wait(again.err) == without_wait(refused.err));

    at.done("account deposit bob USD=500 --id D1");
    const said other = at.run("account deposit bob USD=600 --id D1");
    CHECK(other.code == exit_code::refused);
    CHECK(other.err.find("nothing was done: this id was used before, for something else") !=
          std::string::npos);
    CHECK(at.run("account withdraw bob USD=500 --id D1").code == exit_code::refused);
    CHECK(at.run("account withdraw bob USD=999999 --id W1").err.find("'bourse portfolio' shows") !=
          std::string::npos);
    CHECK(at.run("account withdraw bob USD=1 --id W1").err.find("choose another id") !=
          std::string::npos);
}

TEST_CASE("nobody there is another exit code than a refusal, and a wrong key is a refusal") {
    const std::filesystem::path key =
        std::filesystem::temp_directory_path() / ("bourse-no-" + std::to_string(::getpid()));
    std::ofstream(key) << "mallory.00000000.x\n";
    const said answer =
        shell::run("book AAPL --json", {"--server", "127.0.0.1:1", "--key-file", key.string()});
    CHECK(answer.code == exit_code::unreachable);
    CHECK(answer.err.find("no node answers at 127.0.0.1:1") != std::string::npos);
    CHECK(answer.out.starts_with(R"({"error":{"kind":"unreachable")"));
    const shell at;
    const said wrong =
        shell::run("book AAPL", {"--server", at.front().address(), "--key-file", key.string()});
    CHECK(wrong.code == exit_code::refused);
    CHECK(wrong.err.find("the first line of '" + key.string()) != std::string::npos);
    // Who speaks TLS to a node that does not is told so.
    const said coded = shell::run("book AAPL --tls",
                                  {"--server", at.front().address(), "--key-file", key.string()});
    CHECK(coded.code == exit_code::unreachable);
    CHECK(coded.err.find("leave out --tls") != std::string::npos);
    std::filesystem::remove(key);
}

TEST_CASE(
    "a load is answered, makes its own market, can be repeated, and writes what was acknowledged") {
    const shell at;
    const std::filesystem::path acks =
        std::filesystem::temp_directory_path() / ("bourse-acks-" + std::to_string(::getpid()));
    for (int i = 0; i < 2; ++i) {
        const std::string out = at.done(
            "load --orders 2000 --batch 50 --sessions 2 --symbols 3 --accounts 5 --json --acks " +
            acks.string());
        CHECK_MESSAGE(is_load(out, 2'000, "sent"), out);
        std::ifstream file(acks);
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) {
            lines.push_back(line);
        }
        CHECK(lines.size() > 1000);
        CHECK(lines.size() < 2000);
        CHECK(lines[0].find(" LOAD-") != std::string::npos);
    }
    CHECK(at.done("load --orders 300 --batch 3 --rate 30000 --sessions 2 --symbols 3 --accounts 5")
              .starts_with("orders      300  (accepted 300"));
    std::filesystem::remove(acks);
}

TEST_CASE("a load by the clock times what was due while nobody was answered") {
    shell at;
    at.done("load --orders 10 --batch 1 --sessions 1 --symbols 1 --accounts 2");
    const std::uint64_t before = at.exchange().index();
    at.exchange().hold_requests_at(before + 50);  // among the orders, whatever is made before them
    std::thread stall([&] {
        while (at.exchange().held() == 0) {
            std::this_thread::yield();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        at.exchange().let_go();
    });
    // A second of orders, half of which are due while it stands still.
    const std::string out = at.done(
        "load --orders 1000 --batch 10 --rate 1000 --sessions 1 --symbols 1 --accounts 2 --json");
    stall.join();
    CHECK_MESSAGE(is_load(out, 1'000, "due"), out);
    const std::string key = R"("p90":)";
    REQUIRE(out.find(key) != std::string::npos);
    CHECK(std::stod(out.substr(out.find(key) + key.size())) > 200'000);
}

TEST_CASE("a recorded flow goes through a node as it is in the file") {
    shell at;
    const std::filesystem::path messages =
        std::filesystem::temp_directory_path() / ("bourse-flow-" + std::to_string(::getpid()));
    // Two orders rest, one is hit, one is cancelled.
    std::ofstream(messages) << "ts_event,action,side,price,size,order_id,sequence\n"
                               "1752735600000000001,R,N,,0,0,1\n"
                               "1752735600000000002,A,B,5.51,100,7,2\n"
                               "1752735600000000003,A,A,5.60,50,8,3\n"
                               "1752735600000000004,T,A,5.51,30,0,4\n"
                               "1752735600000000004,F,B,5.51,30,7,4\n"
                               "1752735600000000004,C,B,5.51,30,7,4\n"
                               "1752735600000000005,C,A,5.60,50,8,5\n";
    for (int i = 0; i < 2; ++i) {
        const said answer = at.run("replay databento " + messages.string() + " --json");
        CHECK_MESSAGE(answer.code == exit_code::done, answer.err);
        const std::regex document(
            R"(\{"messages":7,"orders":\d+,"trades":1,"rows":0,"rows_matched":0,"makers":1,)"
            R"("makers_matched":1,"seconds":\d+\.\d{3},"orders_per_second":\d+\.\d{3}\}\n)");
        CHECK_MESSAGE(std::regex_match(answer.out, document), answer.out);
    }
    const said coarse =
        at.run("replay databento " + messages.string() + " --tick 0.05 --symbol COARSE");
    CHECK(coarse.code == exit_code::refused);
    CHECK(coarse.err.find("a price is not a multiple of the tick 0.05; give a finer one with "
                          "--tick") != std::string::npos);
    CHECK(at.done("book REPLAY --json").find(R"("bids":[["5.51",70,1]],"asks":[])") !=
          std::string::npos);
    // Of one that others trade, or that has other ticks or lots, nothing is touched.
    at.open_market();
    at.done("order alice sell AAPL 1 @ 585");
    const said others = at.run("replay databento " + messages.string() + " --symbol AAPL");
    CHECK(others.code == exit_code::refused);
    CHECK(others.err.find("others have orders in this instrument") != std::string::npos);
    CHECK(at.done("book AAPL --json").find(R"("asks":[["585.00",1,1]])") != std::string::npos);
    at.done("instrument add OTHER --tick 1 --lot 0.01");
    const said other = at.run("replay databento " + messages.string() + " --symbol OTHER");
    CHECK(other.code == exit_code::refused);
    CHECK(
        other.err.find("OTHER is there with a tick of 1 and a lot of 0.01, and the file is to have "
                       "0.01 and 1; give another instrument, with --symbol") != std::string::npos);
    std::filesystem::remove(messages);
}

TEST_CASE("a recorded flow at its own speed takes as long as it took, on ticks of its own") {
    const shell at;
    const std::filesystem::path messages =
        std::filesystem::temp_directory_path() / ("bourse-slow-" + std::to_string(::getpid()));
    std::ofstream(messages) << "ts_event,action,side,price,size,order_id,sequence\n"
                               "1752735600000000001,R,N,,0,0,1\n"
                               "1752735600000000002,A,B,5.50,100,7,2\n"
                               "1752735600400000000,A,A,5.60,50,8,3\n";
    const auto seconds = [&](const std::string& more) {
        const std::string out = at.done("replay databento " + messages.string() + more + " --json");
        const std::string key = R"("seconds":)";
        return std::stod(out.substr(out.find(key) + key.size()));
    };
    CHECK(seconds(" --speed 1x --tick 0.05 --symbol SLOW") >= 0.399);
    CHECK(at.done("instrument list").find("USD       0.05") != std::string::npos);
    CHECK(at.done("book SLOW --json").find(R"("bids":[["5.50",100,1]],"asks":[["5.60",50,1]])") !=
          std::string::npos);
    std::filesystem::remove(messages);
}

TEST_CASE("a command that fails off line says so in JSON, too") {
    const said answer = shell::run("verify --data /nowhere --json", {});
    CHECK(answer.code == exit_code::refused);
    CHECK(answer.out.starts_with(R"({"error":{"kind":")"));
    CHECK(answer.out.find("give the folder of a node") != std::string::npos);
}

TEST_CASE("every reason has its sentence") {
    unsigned count = 0;
    for (unsigned code = 1; code <= UINT8_MAX; ++code) {
        const auto why = static_cast<reason>(code);
        if (to_string(why) != "unknown_reason") {
            CHECK(reason_text(why).starts_with(std::string(to_string(why)) + ": "));
            ++count;
        }
    }
    CHECK(count > 60);
}

TEST_SUITE_BEGIN("data");

TEST_CASE(
    "ARL: every row of ten levels is reproduced through RPC, and the makers are hit in turn") {
    const auto mbo = recorded_file("arl_mbo/mbo.csv");
    const auto mbp = recorded_file("arl_mbo/mbp.csv");
    if (mbo && mbp) {
        const shell at;
        const std::string out =
            at.done("replay databento " + *mbo + " --book " + *mbp + " --symbol ARL --json");
        CHECK(out.find(R"("rows":3928,"rows_matched":3928,"makers":11,"makers_matched":11,)") !=
              std::string::npos);
    }
}

TEST_CASE(
    "AAPL: every change of ten levels is the message's through RPC, and the makers are hit in "
    "turn") {
    const std::string stem = "aapl_lobster/AAPL_2012-06-21_34200000_57600000_";
    const auto messages = recorded_file(stem + "message_10.csv");
    const auto book = recorded_file(stem + "orderbook_10.csv");
    if (messages && book) {
        const shell at;
        const std::string out =
            at.done("replay lobster " + *messages + " --book " + *book + " --json");
        CHECK(out.find(R"("rows":999,"rows_matched":999,"makers":98,"makers_matched":98,)") !=
              std::string::npos);
    }
}

TEST_SUITE_END();
