#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "actors/directory/units.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/order_outcome.hpp"
#include "runtime/remote.hpp"

// `bourse order`, `bourse cancel` and `bourse replace`: what one client does to one order.
namespace bourse {
namespace {

constexpr std::uint64_t smallest_id = 1;
constexpr std::uint64_t largest_id = INT64_MAX;  // of 64 bits, the upper half is never given out
constexpr int most_price_words = 16;

struct order_arguments {
    remote_arguments remote;
    std::string account, side, symbol, quantity;
    std::vector<std::string> price;
    std::string type = "limit", tif, until, stop, offset, display, minimum, client_id,
                self_trade = "none";
    bool post_only = false, all_or_none = false, reduce_only = false, any_price = false;
    std::uint32_t disconnect_seconds = 0;
};

/// `@ 585.33`, `@585.33` or `585.33`; empty if there is none. Misused if it is two numbers: which one is meant, nobody knows.
std::string price_of(const remote& at, const order_arguments& asked) {
    const std::vector<std::string>& words = asked.price;
    if (words.empty()) {
        return "";
    }
    if (words.size() == 1) {
        return words[0].starts_with('@') ? words[0].substr(1) : words[0];
    }
    if (words.size() > 2 || words[0] != "@" || words[1].starts_with('@')) {
        std::string said;
        for (const std::string& each : words) {
            said += (said.empty() ? "" : " ") + each;
        }
        at.misused("'" + said + "' is no price: one is a single number, as in '" + asked.quantity +
                   " @ 585.33'");
    }
    return words[1];
}

/// A distance in ticks: of a trailing stop or a peg.
std::int64_t ticks_of(remote& at, const std::string& text, const instrument_record& in) {
    return at.need(to_price(text, in)).ticks;
}

/// What its type needs and what it has no use for: an order that says too little or too much is not sent.
void check_fields(const remote& at, const order_arguments& asked) {
    const order_type type = *to_order_type(asked.type);
    const bool stops = type == order_type::stop || type == order_type::stop_limit;
    const bool trails = type == order_type::trailing_stop;
    const bool is_pegged = type == order_type::primary_peg || type == order_type::mid_peg;
    const auto need = [&](bool is_needed, const std::string& given, const char* what) {
        if (is_needed && given.empty()) {
            at.misused("a " + asked.type + " order needs " + what);
        }
    };
    const auto only = [&](bool is_wanted, const std::string& given, const std::string& what) {
        if (!is_wanted && !given.empty()) {
            at.misused(what + ", and this is a " + asked.type + " order; --type says which it is");
        }
    };
    if (price_of(at, asked).empty() &&
        (type == order_type::limit || type == order_type::stop_limit)) {
        at.misused("a " + asked.type + " order needs a price, as in '" + asked.quantity +
                   " @ 585.33'; --type market needs none");
    }
    need(stops, asked.stop, "--stop PRICE: the trade price that wakes it up");
    need(trails, asked.offset, "--offset DISTANCE: how far it stays behind the market");
    only(stops, asked.stop, "--stop is for stop and stop-limit orders");
    only(trails || is_pegged, asked.offset, "--offset is for trailing stops and pegs");
    if (asked.tif == "gtd" && asked.until.empty()) {
        at.misused("a gtd order needs --until TIME: when it ends, as 2026-12-31T17:00:00Z");
    }
    if (!asked.until.empty() && !asked.tif.empty() && asked.tif != "gtd") {
        at.misused("--until is for --tif gtd, not for " + asked.tif);
    }
}

/// Shares cost something: zero and below is a mistake, unless it is said that it is none.
price to_worst_price(remote& at, const std::string& text, const instrument_record& in,
                     bool may_be_any) {
    const price read = at.need(to_price(text, in));
    if (read.ticks <= 0 && !may_be_any) {
        at.misused("'" + text +
                   "': a price is above zero; where it may be zero or less, say so: --any-price");
    }
    return read;
}

submit_order make_order(remote& at, const order_arguments& asked, const instrument_record& in) {
    submit_order made;
    made.symbol = in.terms.rules.symbol;
    made.reduce_only = asked.reduce_only;
    new_order& order = made.order;
    order.account = at.need(at.names().account(asked.account)).id;
    order.side = *to_side(asked.side);
    order.type = *to_order_type(asked.type);
    const bool is_immediate = order.type == order_type::market;
    order.tif = asked.tif.empty()
                    ? (is_immediate ? time_in_force::immediate_or_cancel : time_in_force::day)
                    : *to_time_in_force(asked.tif);
    order.self_trade = *to_self_trade(asked.self_trade);
    order.post_only = asked.post_only;
    order.all_or_none = asked.all_or_none;
    order.quantity = at.need(to_quantity(asked.quantity, in));
    const std::string price = price_of(at, asked);
    made.has_price = !price.empty();
    if (made.has_price) {
        order.price = to_worst_price(at, price, in, asked.any_price);
    }
    if (!asked.stop.empty()) {
        order.stop_price = to_worst_price(at, asked.stop, in, asked.any_price);
    }
    if (!asked.offset.empty()) {
        order.offset_ticks = ticks_of(at, asked.offset, in);
    }
    if (!asked.display.empty()) {
        order.display = at.need(to_quantity(asked.display, in));
    }
    if (!asked.minimum.empty()) {
        order.minimum = at.need(to_quantity(asked.minimum, in));
    }
    if (!asked.until.empty()) {
        order.expires_at = at.need(to_time(asked.until));
        if (asked.tif.empty()) {
            order.tif = time_in_force::good_till_date;
        }
    }
    if (!asked.client_id.empty()) {
        made.request.id = at.need(to_client_id(asked.client_id));
    }
    return made;
}

void add_order(CLI::App& app) {
    auto asked = std::make_shared<order_arguments>();
    CLI::App* const order = add_remote_command(
        app, "order", "Sends an order, and says what became of it",
        "bourse order alice buy AAPL 100 @ 585.33 --tif gtc --client-id A1", asked->remote);
    order->add_option("account", asked->account, "Whose order")->required();
    order->add_option("side", asked->side, "buy or sell")
        ->required()
        ->check(CLI::IsMember({"buy", "sell"}));
    order->add_option("symbol", asked->symbol, "What")->required();
    order->add_option("quantity", asked->quantity, "How much")->required();
    order->add_option("price", asked->price, "@ PRICE: its worst price; market orders need none")
        ->expected(0, most_price_words);  // more than there can be: it is said here what is wrong
    order->add_option("--type", asked->type, "What it does")
        ->check(CLI::IsMember(order_type_words()))
        ->capture_default_str();
    order->add_option("--tif", asked->tif, "How long it lives (default: day; market: ioc)")
        ->check(CLI::IsMember(time_in_force_words()));
    order->add_option("--until", asked->until, "When a gtd order ends: 2026-12-31T17:00:00Z");
    order->add_option("--stop", asked->stop, "The trade price that wakes up a stop");
    order->add_option("--offset", asked->offset, "The distance of a trailing stop or a peg");
    order->add_option("--display", asked->display, "An iceberg: shown at a time");
    order->add_option("--minimum", asked->minimum, "The first fill is at least this");
    order->add_option("--client-id", asked->client_id,
                      "Up to 16 characters: sent twice, it is done once");
    order->add_option("--self-trade", asked->self_trade, "Instead of trading with oneself")
        ->check(CLI::IsMember(self_trade_words()))
        ->capture_default_str();
    order->add_flag("--post-only", asked->post_only, "Refused if it would trade at once");
    order->add_flag("--all-or-none", asked->all_or_none, "All of it at once, or nothing");
    order->add_flag("--reduce-only", asked->reduce_only, "Only ever shrinks the position");
    order->add_flag("--any-price", asked->any_price,
                    "Its prices may be zero or less, as those of spreads");
    order
        ->add_option(
            "--cancel-on-disconnect", asked->disconnect_seconds,
            "Stay, and say what becomes of it; it is cancelled when this command ends, or is "
            "not heard of for so many seconds")
        ->check(CLI::Range(1, 3'600));
    order->callback([asked] {
        client_options more;
        more.cancel_on_disconnect = {asked->disconnect_seconds * ns_of_second};
        remote at("bourse order", asked->remote, more);
        check_fields(at, *asked);
        const instrument_line* const in = at.need(at.names().instrument(asked->symbol));
        const submit_order made = make_order(at, *asked, market_names::record_of(*in));
        const std::vector<report> told = act(at, made, asked->account);
        if (asked->disconnect_seconds == 0) {
            return;
        }
        if (told.empty()) {
            std::cerr << "bourse order: not staying: the first order is another command's, and "
                         "this one's end does not cancel it\n";
        } else if (told.back().number != 0 && !told.back().what.is_final()) {
            stay_with(at, told.back(), *in, asked->account);
        }
    });
}

struct change_arguments {
    remote_arguments remote;
    std::string account;
    std::uint64_t order = 0;
    std::string client_id, symbol, side, quantity, price, stop;
    bool all = false, any_price = false;
};

void cancel(const change_arguments& asked) {
    remote at("bourse cancel", asked.remote);
    const int named =
        (asked.order != 0 ? 1 : 0) + (asked.client_id.empty() ? 0 : 1) + (asked.all ? 1 : 0);
    if (named != 1) {
        at.misused("say which: ORDER_ID, --client-id X, or --all");
    }
    const account_id account = at.need(at.names().account(asked.account)).id;
    if (!asked.all) {
        client_id which{};
        if (!asked.client_id.empty()) {
            which = at.need(to_client_id(asked.client_id));
        }
        act(at,
            submit_cancel{
                .request = {}, .account = account, .order = {asked.order}, .named = which},
            asked.account);
        return;
    }
    submit_mass_cancel all{.request = {}, .account = account, .symbol = {}};
    if (!asked.symbol.empty()) {
        all.symbol = at.need(at.names().instrument(asked.symbol))->terms.rules.symbol;
    }
    if (!asked.side.empty()) {
        all.sides = asked.side == "buy" ? side_filter::buy : side_filter::sell;
    }
    act(at, all, asked.account);
}

void add_cancel(CLI::App& app) {
    auto asked = std::make_shared<change_arguments>();
    CLI::App* const sub =
        add_remote_command(app, "cancel", "Cancels an order, or all of an account",
                           "bourse cancel alice 281474976710657, or bourse cancel alice --all "
                           "--symbol AAPL",
                           asked->remote);
    sub->add_option("account", asked->account, "Whose order")->required();
    sub->add_option("order", asked->order, "Its id")->check(CLI::Range(smallest_id, largest_id));
    sub->add_option("--client-id", asked->client_id, "The order by what it was called");
    CLI::Option* const all = sub->add_flag("--all", asked->all, "All orders of the account");
    sub->add_option("--symbol", asked->symbol, "With --all: in this symbol only")->needs(all);
    sub->add_option("--side", asked->side, "With --all: on this side only")
        ->needs(all)
        ->check(CLI::IsMember({"buy", "sell"}));
    sub->callback([asked] { cancel(*asked); });
}

/// The instrument of an open order of the account.
const instrument_line* instrument_of(remote& at, account_id account, order_id order,
                                     client_id named) {
    const auto open = at.ask<orders_answer>(orders_request{account});
    for (const order_standing& each : open.orders) {
        if (order != order_id{} ? each.id == order : each.client == named) {
            return at.names().instrument(each.symbol);
        }
    }
    at.refuse("not_found",
              "the account has no such open order; 'bourse orders' shows those it has");
}

void replace(const change_arguments& asked) {
    remote at("bourse replace", asked.remote);
    if ((asked.order != 0) == !asked.client_id.empty()) {
        at.misused("say which: ORDER_ID or --client-id X");
    }
    if (asked.quantity.empty() && asked.price.empty() && asked.stop.empty()) {
        at.misused("say what is to change: --quantity N, --price P or --stop P");
    }
    submit_replace made;
    made.account = at.need(at.names().account(asked.account)).id;
    made.order = {asked.order};
    if (!asked.client_id.empty()) {
        made.named = at.need(to_client_id(asked.client_id));
    }
    const instrument_line* const in = instrument_of(at, made.account, made.order, made.named);
    const instrument_record units = market_names::record_of(*in);
    if (!asked.quantity.empty()) {
        made.set_quantity = true;
        made.quantity = at.need(to_quantity(asked.quantity, units));
    }
    if (!asked.price.empty()) {
        made.set_price = true;
        made.price = to_worst_price(at, asked.price, units, asked.any_price);
    }
    if (!asked.stop.empty()) {
        made.set_stop_price = true;
        made.stop_price = to_worst_price(at, asked.stop, units, asked.any_price);
    }
    act(at, made, asked.account);
}

void add_replace(CLI::App& app) {
    auto asked = std::make_shared<change_arguments>();
    CLI::App* const sub = add_remote_command(
        app, "replace", "Changes an order",
        "bourse replace alice 281474976710657 --quantity 50 --price 585.40", asked->remote);
    sub->add_option("account", asked->account, "Whose order")->required();
    sub->add_option("order", asked->order, "Its id")->check(CLI::Range(smallest_id, largest_id));
    sub->add_option("--client-id", asked->client_id, "The order by what it was called");
    sub->add_flag("--any-price", asked->any_price, "Its prices may be zero or less");
    sub->add_option("--quantity", asked->quantity, "The new total, what has traded included");
    sub->add_option("--price", asked->price, "The new price");
    sub->add_option("--stop", asked->stop, "The new stop price");
    sub->callback([asked] { replace(*asked); });
}

}  // namespace

void add_order_commands(CLI::App& app) {
    add_order(app);
    add_cancel(app);
    add_replace(app);
}

}  // namespace bourse
