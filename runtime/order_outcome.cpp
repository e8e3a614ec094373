#include "runtime/order_outcome.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>

#include "actors/directory/units.hpp"
#include "messages/reason.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/reason_text.hpp"
#include "runtime/client/words.hpp"

namespace bourse {
namespace {

constexpr auto reports_within = std::chrono::seconds(5);

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
        static_cast<void>(said_wait(at.says_waiting()).is_there(answer, reports_within));
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

}  // namespace

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

}  // namespace bourse
