#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "runtime/client/json_text.hpp"
#include "runtime/client/reason_text.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"
#include "runtime/table_text.hpp"

// `bourse instrument add|list|reference`, `bourse halt` and `bourse resume`.
namespace bourse {
namespace {

constexpr std::uint32_t bps_of_percent = 100;
constexpr std::uint32_t longest_auction_seconds = 86'400;
constexpr std::int64_t most_ppm = 1'000'000;

struct instrument_arguments {
    remote_arguments remote;
    std::string name;
    std::string tick = "0.01", lot = "1", currency = "USD", description;
    std::string band_percent, volatility_percent;
    std::uint32_t auction_seconds = 0, reopening_seconds = 0;
    std::int64_t min_lots = 0, max_lots = 0;
    std::int64_t maker_ppm = 0, taker_ppm = 0;
    bool closed = false;
};

/// Per cent with up to two decimals, in 1/10,000.
std::uint32_t bps_of(const remote& at, const std::string& percent) {
    const auto read = parse_decimal(percent);
    const bool is_fine = read && read->digits >= 0 && read->places <= 2;
    wide_int bps = is_fine ? wide_int{read->digits} * bps_of_percent : -1;
    for (unsigned i = 0; is_fine && i < read->places; ++i) {
        bps /= 10;
    }
    if (bps < 0 || bps > 10'000) {
        at.misused("'" + percent + "' is no percentage: 0 to 100, with up to two decimals");
    }
    return static_cast<std::uint32_t>(bps);
}

/// A new instrument's book is closed: people who list one want to trade it.
void open_if_closed(remote& at, const std::string& name) {
    const instrument_line* const in = at.need(at.names().instrument(name));
    if (in->state == market_state::closed) {
        const book_state open{.request = {}, .symbol = in->terms.rules.symbol, .what = {}};
        static_cast<void>(at.take<submitted>(at.session().submit_surely({open})));
    }
}

void add(const instrument_arguments& asked) {
    remote at("bourse instrument add", asked.remote);
    at.need_above_zero("--tick", asked.tick);
    at.need_above_zero("--lot", asked.lot);
    add_instrument made;
    made.name = asked.name;
    made.currency = asked.currency;
    made.tick = asked.tick;
    made.lot = asked.lot;
    made.description = asked.description;
    instrument& rules = made.terms.rules;
    if (!asked.band_percent.empty()) {
        rules.band_bps = bps_of(at, asked.band_percent);
    }
    if (!asked.volatility_percent.empty()) {
        rules.volatility_bps = bps_of(at, asked.volatility_percent);
        rules.volatility_auction = {asked.auction_seconds * ns_of_second};
        if (asked.auction_seconds == 0) {
            at.misused("--volatility-percent needs --auction-seconds: how long its auction lasts");
        }
    }
    rules.reopening_auction = {asked.reopening_seconds * ns_of_second};
    rules.min_quantity = {asked.min_lots};
    rules.max_quantity = {asked.max_lots};
    for (fee_tier& tier : made.terms.fees) {
        tier.maker.rate_ppm = asked.maker_ppm;
        tier.taker.rate_ppm = asked.taker_ppm;
        tier.auction.rate_ppm = asked.taker_ppm;
    }
    static_cast<void>(at.ask<done_answer>(std::move(made)));
    if (!asked.closed) {
        open_if_closed(at, asked.name);
    }
    print_done(at, asked.name + " is listed" + (asked.closed ? "; its market is closed" : ""));
}

void list_instruments(const remote_arguments& asked) {
    remote at("bourse instrument list", asked);
    const auto* const all = at.need(at.names().instruments());
    if (!at.is_json()) {
        std::vector<std::vector<std::string>> rows;
        for (const instrument_line& each : *all) {
            rows.push_back({each.name, std::to_string(each.terms.rules.symbol.value), each.currency,
                            each.tick, each.lot, std::string(word(each.state)), each.description});
        }
        std::cout << table_text(
            {"name", "symbol", "currency", "tick", "lot", "state", "description"}, rows);
        return;
    }
    json_text out;
    out.begin('{').key("instruments").begin('[');
    for (const instrument_line& each : *all) {
        out.begin('{').key("name").text(each.name).key("symbol").number(
            each.terms.rules.symbol.value);
        out.key("currency").text(each.currency).key("tick").text(each.tick);
        out.key("lot").text(each.lot).key("state").text(word(each.state));
        out.key("description").text(each.description).end();
    }
    say(out.end().end().str());
}

struct reference_arguments {
    remote_arguments remote;
    std::string symbol, price;
    bool none = false;
};

/// Ends the program if the shard did not do what it was told.
void need_done(remote& at, const shard_command& what) {
    const auto answer = at.take<submitted>(at.session().submit_surely({what}));
    const event& told = answer.outcomes.at(0).first.what;
    if (told.kind == event_kind::command_refused || told.kind == event_kind::command_rejected) {
        at.refuse(std::string(to_string(told.reason)), "refused: " + reason_text(told.reason));
    }
}

void set_reference_price(const reference_arguments& asked) {
    remote at("bourse instrument reference", asked.remote);
    if (asked.none == !asked.price.empty()) {
        at.misused("say which: a price, or --none");
    }
    const instrument_line* const in = at.need(at.names().instrument(asked.symbol));
    book_reference wanted;
    wanted.symbol = in->terms.rules.symbol;
    wanted.what.clear = asked.none;
    if (!asked.none) {
        wanted.what.price = at.need(to_price(asked.price, market_names::record_of(*in)));
    }
    need_done(at, wanted);
    print_done(at, "the reference price of " + asked.symbol + " is " +
                       (asked.none ? "none" : asked.price));
}

void add_reference(CLI::App& group) {
    auto asked = std::make_shared<reference_arguments>();
    CLI::App* const sub = add_remote_command(
        group, "reference",
        "Sets the price that bands, fat-finger limits and market orders without a price go by",
        "bourse instrument reference AAPL 585.33", asked->remote);
    sub->add_option("symbol", asked->symbol, "Which instrument")->required();
    sub->add_option("price", asked->price, "The new one; an auction sets it to its own price, too");
    sub->add_flag("--none", asked->none, "From now on there is none");
    sub->callback([asked] { set_reference_price(*asked); });
}

void add_instrument_group(CLI::App& app) {
    CLI::App* const group =
        app.add_subcommand("instrument", "What is traded: add, list, reference");
    group->require_subcommand(1);
    group->footer("Example: bourse instrument list");
    auto asked = std::make_shared<instrument_arguments>();
    CLI::App* const sub = add_remote_command(
        *group, "add", "Lists an instrument; once more, with the same terms, does nothing",
        "bourse instrument add AAPL --tick 0.01 --lot 1 --currency USD --band-percent 10",
        asked->remote);
    sub->add_option("name", asked->name, "1 to 16 of A-Z 0-9 . _ -")->required();
    sub->add_option("--tick", asked->tick, "What one tick of a price is")->capture_default_str();
    sub->add_option("--lot", asked->lot, "The smallest quantity")->capture_default_str();
    sub->add_option("--currency", asked->currency, "What it is paid in; made if it is new")
        ->capture_default_str();
    sub->add_option("--description", asked->description, "For people");
    sub->add_option("--band-percent", asked->band_percent,
                    "Refuse orders further than this from the reference price, once there is one: "
                    "'bourse instrument reference' sets it, and each auction");
    sub->add_option("--volatility-percent", asked->volatility_percent,
                    "Hold an auction when a trade would be further than this from the last");
    sub->add_option("--auction-seconds", asked->auction_seconds, "How long that auction lasts")
        ->check(CLI::Range(1U, longest_auction_seconds));
    sub->add_option("--reopening-seconds", asked->reopening_seconds,
                    "How long the auction after a halt that ends by itself lasts")
        ->check(CLI::Range(1U, longest_auction_seconds));
    sub->add_option("--min-lots", asked->min_lots, "The smallest order, in lots")
        ->check(CLI::Range(std::int64_t{1}, max_order_lots.lots));
    sub->add_option("--max-lots", asked->max_lots, "The largest order, in lots")
        ->check(CLI::Range(std::int64_t{1}, max_order_lots.lots));
    sub->add_option("--maker-ppm", asked->maker_ppm,
                    "Fee of the resting side, in millionths of the value; negative: a rebate")
        ->check(CLI::Range(-most_ppm, most_ppm));
    sub->add_flag("--closed", asked->closed, "Leave its market closed: 'bourse resume' opens it");
    sub->add_option("--taker-ppm", asked->taker_ppm, "Fee of the side that takes")
        ->check(CLI::Range(-most_ppm, most_ppm));
    sub->callback([asked] { add(*asked); });

    auto listed = std::make_shared<remote_arguments>();
    CLI::App* const lists = add_remote_command(*group, "list", "All instruments",
                                               "bourse instrument list --json", *listed);
    lists->callback([listed] { list_instruments(*listed); });
    add_reference(*group);
}

struct market_arguments {
    remote_arguments remote;
    std::string symbol;
    bool all = false;
};

void set_market(const std::string& called, const market_arguments& asked, bool halt) {
    remote at(called, asked.remote);
    if (asked.all == !asked.symbol.empty()) {
        at.misused("say which: a symbol, or --all");
    }
    shard_command what = market_halt{.request = {}, .on = halt};
    if (!asked.all) {
        book_state one;
        one.symbol = at.need(at.names().instrument(asked.symbol))->terms.rules.symbol;
        one.what.state = halt ? market_state::halted : market_state::open;
        what = one;
    }
    need_done(at, what);
    print_done(at, (asked.all ? "the market" : asked.symbol) + (halt ? " is halted" : " is open"));
}

void add_market(CLI::App& app, const std::string& name, const std::string& what, bool halt) {
    auto asked = std::make_shared<market_arguments>();
    CLI::App* const sub =
        add_remote_command(app, name, what, "bourse " + name + " AAPL", asked->remote);
    sub->add_option("symbol", asked->symbol, "Which instrument");
    sub->add_flag("--all", asked->all, "The whole market");
    sub->callback([asked, name, halt] { set_market("bourse " + name, *asked, halt); });
}

}  // namespace

void add_instrument_commands(CLI::App& app) {
    add_instrument_group(app);
    add_market(app, "halt", "Stops the trading of an instrument; cancels are still taken", true);
    add_market(app, "resume", "Lets an instrument that was halted trade again", false);
}

}  // namespace bourse
