#include <CLI/CLI.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "actors/directory/units.hpp"
#include "messages/reason.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"

// `bourse order`, `bourse cancel` and `bourse replace`: what one client does to one order.
namespace bourse {
namespace {

constexpr auto reports_within = std::chrono::seconds(5);

struct order_arguments {
    remote_arguments remote;
    std::string account, side, symbol, quantity;
    std::vector<std::string> price;
    std::string type = "limit", tif, until, stop, offset, display, minimum, client_id,
                self_trade = "none";
    bool post_only = false, all_or_none = false, reduce_only = false;
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
        order.price = at.need(to_price(price, in));
    } else if (order.type == order_type::limit || order.type == order_type::stop_limit) {
        at.misused("a " + asked.type + " order needs a price, as in '" + asked.quantity +
                   " @ 585.33'; --type market needs none");
    }
    if (!asked.stop.empty()) {
        order.stop_price = at.need(to_price(asked.stop, in));
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

/// What became of an order within the entry that took it: its reports from the first one on.
std::vector<report> reports_since(remote& at, const report& first) {
    auto got = std::make_shared<std::promise<std::vector<report>>>();
    auto is_first = std::make_shared<bool>(true);
    const auto refused = at.session().subscribe(subscribe_reports{first.what.account, first.number},
                                                {.take = [=](const reports_push& push) {
                                                    if (std::exchange(*is_first, false)) {
                                                        got->set_value(push.reports);
                                                    }
                                                }});
    auto answer = got->get_future();
    if (refused || answer.wait_for(reports_within) != std::future_status::ready) {
        return {first};
    }
    std::vector<report> of_order;
    for (const report& each : answer.get()) {
        if (each.what.order == first.what.order) {
            of_order.push_back(each);
        }
    }
    return of_order.empty() ? std::vector{first} : of_order;
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

std::string reason_text(reason why) {
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
        out.key("reason").text(reason_text(last.reason));
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
        text += "  (" + reason_text(last.reason) + ")";
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

/// One command of an account, sent so that it is surely done once; its reports, printed as people want them.
std::vector<report> act(remote& at, shard_command asked_for, const std::string& account) {
    const auto answer = at.take<submitted>(at.session().submit_surely({std::move(asked_for)}));
    const report& first = answer.outcomes.at(0).first;
    if (first.what.kind == event_kind::none) {
        say(at.is_json() ? R"({"status":"done"})" : "done");
        return {first};
    }
    std::vector<report> told{first};
    const instrument_line* const in = at.names().instrument(first.what.symbol);
    if (in == nullptr) {  // about no order: no instrument, no numbers
        if (at.is_json()) {
            json_text out;
            out.begin('{').key("status").text(word(first.what.kind));
            out.key("order").number(first.what.order.value);
            out.key("reason").text(reason_text(first.what.reason));
            say(out.end().str());
        } else {
            say(std::string(word(first.what.kind)) + "  (" + reason_text(first.what.reason) + ")");
        }
    } else {
        if (!is_refusal(first.what) && first.number != 0) {
            told = reports_since(at, first);
        }
        print_order(at, told, *in, account, first);
    }
    if (is_refusal(first.what)) {
        throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
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
        const instrument_line* const in = at.need(at.names().instrument(asked->symbol));
        const submit_order made = make_order(at, *asked, market_names::record_of(*in));
        const report last = act(at, made, asked->account).back();
        if (asked->disconnect_seconds != 0 && last.number != 0 && !last.what.is_final()) {
            stay_with(at, last, *in, asked->account);
        }
    });
}

struct change_arguments {
    remote_arguments remote;
    std::string account;
    std::uint64_t order = 0;
    std::string client_id, symbol, side, quantity, price, stop;
    bool all = false;
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
    sub->add_option("order", asked->order, "Its id");
    sub->add_option("--client-id", asked->client_id, "The order by what it was called");
    sub->add_flag("--all", asked->all, "All orders of the account");
    sub->add_option("--symbol", asked->symbol, "With --all: in this symbol only");
    sub->add_option("--side", asked->side, "With --all: on this side only")
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
        made.price = at.need(to_price(asked.price, units));
    }
    if (!asked.stop.empty()) {
        made.set_stop_price = true;
        made.stop_price = at.need(to_price(asked.stop, units));
    }
    act(at, made, asked.account);
}

void add_replace(CLI::App& app) {
    auto asked = std::make_shared<change_arguments>();
    CLI::App* const sub = add_remote_command(
        app, "replace", "Changes an order",
        "bourse replace alice 281474976710657 --quantity 50 --price 585.40", asked->remote);
    sub->add_option("account", asked->account, "Whose order")->required();
    sub->add_option("order", asked->order, "Its id");
    sub->add_option("--client-id", asked->client_id, "The order by what it was called");
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
