#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "actors/directory/units.hpp"
#include "messages/reason.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/reason_text.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"

// `bourse order`, `bourse cancel` and `bourse replace`: what one client does to one order.
namespace bourse {
namespace {

constexpr auto reports_within = std::chrono::seconds(5);
constexpr std::uint64_t smallest_id = 1;
constexpr std::uint64_t largest_id = INT64_MAX;  // of 64 bits, the upper half is never given out

struct order_arguments {
    remote_arguments remote;
    std::string account, side, symbol, quantity;
    std::vector<std::string> price;
    std::string type = "limit", tif, until, stop, offset, display, minimum, client_id,
                self_trade = "none";
    bool post_only = false, all_or_none = false, reduce_only = false, any_price = false;
    std::uint32_t disconnect_seconds = 0;
};

/// `@ 585.33`, `@585.33` or `585.33`; empty if there is none.
std::string price_of(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& each : words) {
        text += each;
    }
    return text.starts_with('@') ? text.substr(1) : text;
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
    if (price_of(asked.price).empty() &&
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
    const std::string price = price_of(asked.price);
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

/// Reports of an order, those that are kept, from a number on: what one push brings, or all until it has ended.
std::vector<report> reports_of(remote& at, account_id account, order_id order, std::uint64_t from,
                               bool until_it_ended) {
    struct collected {
        std::mutex mutex;
        std::vector<report> reports;
        std::promise<void> enough;
        bool is_enough = false;
    };
    auto got = std::make_shared<collected>();
    auto answer = got->enough.get_future();
    const auto refused = at.session().subscribe(
        subscribe_reports{account, from}, {.take = [=](const reports_push& push) {
            const std::lock_guard lock(got->mutex);
            bool has_ended = false;
            for (const report& each : push.reports) {
                if (each.what.order == order && !got->is_enough) {
                    got->reports.push_back(each);
                    has_ended = has_ended || each.what.is_final();
                }
            }
            if ((!until_it_ended || has_ended) && !std::exchange(got->is_enough, true)) {
                got->enough.set_value();
            }
        }});
    if (!refused) {
        answer.wait_for(reports_within);
    }
    const std::lock_guard lock(got->mutex);
    got->is_enough = true;
    return got->reports;
}

/// What became of an order within the entry that took it: its reports from the first one on.
std::vector<report> reports_since(remote& at, const report& first) {
    const auto found = reports_of(at, first.what.account, first.what.order, first.number, false);
    return found.empty() ? std::vector{first} : found;
}

/// The order as its last report leaves it.
std::string status_of(const std::vector<report>& told) {
    const event& last = told.back().what;
    if (last.is_final() && last.remaining.lots == 0 && last.kind == event_kind::fill) {
        return "filled";
    }
    if (last.kind == event_kind::fill) {
        return "partly_filled";
    }
    return std::string(word(last.kind));
}

std::string reason_code(reason why) {
    return why == reason::none ? "" : std::string(to_string(why));
}

void write_fills(json_text& out, const std::vector<report>& told, const instrument_line& in) {
    const instrument_record units = market_names::record_of(in);
    const currency_record currency = market_names::currency_of(in);
    out.key("fills").begin('[');
    for (const report& each : told) {
        if (each.what.kind == event_kind::fill) {
            out.begin('{').key("trade").number(each.what.number);
            out.key("price").text(price_text(each.what.price, units));
            out.key("quantity").raw(quantity_text(each.what.lots, units));
            out.key("fee").text(money_text(each.fee.minor, currency)).end();
        }
    }
    out.end();
}

void print_order(remote& at, const std::vector<report>& told, const instrument_line& in,
                 const std::string& account, const report& first) {
    const event& last = told.back().what;
    const instrument_record units = market_names::record_of(in);
    if (at.is_json()) {
        json_text out;
        out.begin('{').key("status").text(status_of(told)).key("order").number(last.order.value);
        out.key("client_id").text(client_id_text(first.client)).key("account").text(account);
        out.key("symbol").text(in.name).key("side").text(word(last.side));
        out.key("filled").raw(quantity_text(last.filled, units));
        out.key("remaining").raw(quantity_text(last.remaining, units));
        out.key("reason").text(reason_code(last.reason));
        write_fills(out, told, in);
        say(out.end().str());
        return;
    }
    std::string text = status_of(told);
    if (last.order != order_id{}) {
        text += "  order " + std::to_string(last.order.value);
    }
    if (last.filled.lots != 0 || last.remaining.lots != 0) {
        text += "  filled " + quantity_text(last.filled, units) + ", remaining " +
                quantity_text(last.remaining, units);
    }
    if (last.reason != reason::none) {
        text += "  (" + reason_code(last.reason) + ")";
    }
    for (const report& each : told) {
        if (each.what.kind == event_kind::fill) {
            text += "\n  traded " + quantity_text(each.what.lots, units) + " @ " +
                    price_text(each.what.price, units) + "  trade " +
                    std::to_string(each.what.number);
        }
    }
    say(text);
}

bool is_refusal(const event& what) {
    switch (what.kind) {
        case event_kind::rejected:
        case event_kind::replace_rejected:
        case event_kind::cancel_rejected:
        case event_kind::command_rejected:
        case event_kind::command_refused:
            return true;
        case event_kind::repeated:
            return what.reason != reason::none;
        default:
            return false;
    }
}

/// Where the first order of a client id is now: as its reports say, and the open orders.
struct first_order {
    std::string state = "unknown";
    event last{};  ///< its standing, with side and symbol; kind none: no report of it is kept
};
first_order find_first(remote& at, const report& repeated) {
    first_order found;
    const event& what = repeated.what;
    if ((what.flags & event::pending) != 0) {
        found.state = "not answered yet";
        return found;
    }
    const auto open = at.ask<orders_answer>(orders_request{what.account});
    const auto its = std::find_if(open.orders.begin(), open.orders.end(),
                                  [&](const auto& each) { return each.id == what.order; });
    const bool is_open = its != open.orders.end();
    auto told = reports_of(at, what.account, what.order, what.number, !is_open);
    // Refused changes of it, and its client id used again, say nothing about where it is.
    std::erase_if(told, [](const report& each) {
        return each.what.kind == event_kind::repeated || is_refusal(each.what);
    });
    if (!told.empty()) {
        found.last = told.back().what;
        found.last.lots = told.front().what.lots;
        found.state = status_of(told);
    }
    if (is_open) {
        found.state = "open";
        found.last.side = its->side;
        found.last.symbol = its->symbol;
        found.last.price = its->price;
        found.last.filled = its->filled;
        found.last.remaining = its->remaining;
    }
    return found;
}

/// The client id was used before: nothing was done now, and this is what became of the first.
void print_repeated(remote& at, const std::string& account, const report& repeated) {
    const event& what = repeated.what;
    const first_order first = what.order == order_id{} ? first_order{} : find_first(at, repeated);
    const instrument_line* const in = at.names().instrument(first.last.symbol);
    const std::string id = client_id_text(repeated.client);
    if (at.is_json()) {
        json_text out;
        out.begin('{').key("status").text("repeated").key("order").number(what.order.value);
        out.key("client_id").text(id).key("account").text(account);
        out.key("reason").text(reason_code(what.reason)).key("first").text(first.state);
        if (in != nullptr) {
            const instrument_record units = market_names::record_of(*in);
            out.key("symbol").text(in->name).key("side").text(word(first.last.side));
            out.key("filled").raw(quantity_text(first.last.filled, units));
            out.key("remaining").raw(quantity_text(first.last.remaining, units));
        }
        say(out.end().str());
        return;
    }
    std::string text = "repeated  nothing was done: " + (id.empty() ? "this" : "client id " + id) +
                       " was used before, ";
    if (what.reason != reason::none) {
        text += "for what was refused";
    } else if (what.order == order_id{}) {
        text += "for what was done then";
    } else {
        text += "for order " + std::to_string(what.order.value) + ", which is " + first.state;
    }
    if (in != nullptr) {
        const instrument_record units = market_names::record_of(*in);
        text += ": " + std::string(word(first.last.side)) + " " + in->name + ", filled " +
                quantity_text(first.last.filled, units) + ", remaining " +
                quantity_text(first.last.remaining, units);
    }
    say(text);
}

/// What a command was refused for, and what would be right: to standard error.
[[noreturn]] void end_refused(const remote& at, reason why) {
    std::cerr << at.command() << ": refused: " << reason_text(why) << '\n';
    throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
}

/// Sends it so that it is surely done once; of what may have been done and cannot be told, how to find out.
report send(remote& at, shard_command asked_for, const std::string& account) {
    std::string advice = "'bourse orders " + account + "' shows what is so now";
    if (auto* const order = std::get_if<submit_order>(&asked_for)) {
        if (order->request.id.is_none()) {
            order->request.id = at.session().next_id();
        }
        advice = "sent again with --client-id " + client_id_text(order->request.id) +
                 " it is done at most once, and what became of it is said";
    }
    session_answer answer = at.session().submit_surely({std::move(asked_for)});
    if (auto* const refused = std::get_if<request_refused>(&answer);
        refused != nullptr && refused->what == request_refused::kind::unknown_outcome) {
        refused->why += "; " + advice;
    }
    return at.take<submitted>(std::move(answer)).outcomes.at(0).first;
}

/// One command of an account; its reports, printed as people want them. None if it was done before.
std::vector<report> act(remote& at, shard_command asked_for, const std::string& account) {
    const report first = send(at, std::move(asked_for), account);
    if (first.what.kind == event_kind::none) {
        say(at.is_json() ? R"({"status":"done"})" : "done");
        return {first};
    }
    std::vector<report> told{first};
    const instrument_line* const in = at.names().instrument(first.what.symbol);
    if (first.what.kind == event_kind::repeated) {
        print_repeated(at, account, first);
        told.clear();
    } else if (in == nullptr) {  // about no order: no instrument, no numbers
        if (at.is_json()) {
            json_text out;
            out.begin('{').key("status").text(word(first.what.kind));
            out.key("order").number(first.what.order.value);
            out.key("reason").text(reason_code(first.what.reason));
            say(out.end().str());
        } else {
            say(std::string(word(first.what.kind)) + "  (" + reason_code(first.what.reason) + ")");
        }
    } else {
        if (!is_refusal(first.what) && first.number != 0) {
            told = reports_since(at, first);
        }
        print_order(at, told, *in, account, first);
    }
    if (is_refusal(first.what)) {
        end_refused(at, first.what.reason);
    }
    return told;
}

/// Prints what becomes of an order until it has ended: the session, and so the order, lives until then.
void stay_with(remote& at, const report& last, const instrument_line& in,
               const std::string& account) {
    auto ended = std::make_shared<std::promise<request_refused>>();
    auto has_ended = std::make_shared<bool>(false);
    const auto end = [=](const request_refused& why) {
        if (!std::exchange(*has_ended, true)) {
            ended->set_value(why);
        }
    };
    const auto refused =
        at.session().subscribe(subscribe_reports{last.what.account, last.number + 1},
                               {.take =
                                    [&at, &in, &account, end, has_ended,
                                     order = last.what.order](const reports_push& push) {
                                        for (const report& each : push.reports) {
                                            if (each.what.order == order && !*has_ended) {
                                                print_order(at, {each}, in, account, each);
                                                if (each.what.is_final()) {
                                                    end({});
                                                }
                                            }
                                        }
                                    },
                                .ended = end});
    if (refused) {
        at.fail(*refused);
    }
    const request_refused why = ended->get_future().get();
    if (!why.why.empty()) {
        at.fail(why);
    }
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
        ->expected(0, 2);
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
