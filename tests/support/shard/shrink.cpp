#include "tests/support/shard/shrink.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/command_fields.hpp"
#include "tests/support/delta_debugging.hpp"

namespace bourse {

namespace {

// --- Fields by name -------------------------------------------------------------------------------

template <typename Visitor>
void visit_fields(request_id& r, Visitor&& visit) {
    visit("id", r.id);
    visit("not_after", r.not_after);
}
template <typename Visitor>
void visit_fields(client_id& c, Visitor&& visit) {
    visit("high", c.high);
    visit("low", c.low);
}
template <typename Visitor>
void visit_fields(new_order& o, Visitor&& visit) {
    for_each_field(o, visit);
}
template <typename Visitor>
void visit_fields(set_state& s, Visitor&& visit) {
    for_each_field(s, visit);
}
template <typename Visitor>
void visit_fields(set_reference& s, Visitor&& visit) {
    for_each_field(s, visit);
}
template <typename Visitor>
void visit_fields(tick_row& t, Visitor&& visit) {
    visit("from_ticks", t.from_ticks);
    visit("tick_ticks", t.tick_ticks);
}
template <typename Visitor>
void visit_fields(instrument& i, Visitor&& visit) {
    visit("symbol", i.symbol);
    visit("ticks", i.ticks);
    for_each_field(i, [&](std::string_view name, auto& field) {
        if (name != "symbol") {
            visit(name, field);
        }
    });
}
template <typename Visitor>
void visit_fields(fee_rate& f, Visitor&& visit) {
    visit("rate_ppm", f.rate_ppm);
    visit("per_lot", f.per_lot);
}
template <typename Visitor>
void visit_fields(fee_tier& f, Visitor&& visit) {
    visit("maker", f.maker);
    visit("taker", f.taker);
    visit("auction", f.auction);
}
template <typename Visitor>
void visit_fields(listing& l, Visitor&& visit) {
    visit("rules", l.rules);
    visit("currency", l.currency);
    visit("tick_value", l.tick_value);
    visit("fees", l.fees);
    visit("protection_bps", l.protection_bps);
    visit("book_shard", l.book_shard);
    visit("calendar", l.calendar);
}
template <typename Visitor>
void visit_fields(calendar_session& s, Visitor&& visit) {
    visit("at", s.at);
    visit("what", s.what);
}
template <typename Visitor>
void visit_fields(submit_order& c, Visitor&& visit) {
    visit("request", c.request);
    visit("symbol", c.symbol);
    visit("has_price", c.has_price);
    visit("reduce_only", c.reduce_only);
    visit("lease", c.lease);
    visit("order", c.order);
}
template <typename Visitor>
void visit_fields(submit_cancel& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("order", c.order);
    visit("named", c.named);
}
template <typename Visitor>
void visit_fields(submit_replace& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("order", c.order);
    visit("named", c.named);
    visit("set_price", c.set_price);
    visit("set_quantity", c.set_quantity);
    visit("set_stop_price", c.set_stop_price);
    visit("price", c.price);
    visit("quantity", c.quantity);
    visit("stop_price", c.stop_price);
}
template <typename Visitor>
void visit_fields(submit_mass_cancel& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("symbol", c.symbol);
    visit("sides", c.sides);
}
template <typename Visitor>
void visit_fields(renew_lease& c, Visitor&& visit) {
    visit("account", c.account);
    visit("lease", c.lease);
    visit("until", c.until);
}
template <typename Visitor>
void visit_fields(open_account& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("kind", c.kind);
    visit("tier", c.tier);
    visit("trade_group", c.trade_group);
    visit("risk_group", c.risk_group);
}
template <typename Visitor>
void visit_fields(set_limit& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("risk_group", c.risk_group);
    visit("kind", c.kind);
    visit("asset", c.asset);
    visit("value", c.value);
}
template <typename Visitor>
void visit_fields(set_kill_switch& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("on", c.on);
}
template <typename Visitor>
void visit_fields(deposit& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("asset", c.asset);
    visit("amount", c.amount);
    visit("cost", c.cost);
}
template <typename Visitor>
void visit_fields(withdraw& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("asset", c.asset);
    visit("amount", c.amount);
}
template <typename Visitor>
void visit_fields(transfer& c, Visitor&& visit) {
    visit("request", c.request);
    visit("account", c.account);
    visit("to", c.to);
    visit("to_shard", c.to_shard);
    visit("asset", c.asset);
    visit("amount", c.amount);
}
template <typename Visitor>
void visit_fields(split& c, Visitor&& visit) {
    visit("request", c.request);
    visit("symbol", c.symbol);
    visit("numerator", c.numerator);
    visit("denominator", c.denominator);
    visit("cash_per_lot", c.cash_per_lot);
}
template <typename Visitor>
void visit_fields(dividend& c, Visitor&& visit) {
    visit("request", c.request);
    visit("symbol", c.symbol);
    visit("per_lot", c.per_lot);
}
template <typename Visitor>
void visit_fields(list_instrument& c, Visitor&& visit) {
    visit("request", c.request);
    visit("what", *c.what);
}
template <typename Visitor>
void visit_fields(book_state& c, Visitor&& visit) {
    visit("request", c.request);
    visit("symbol", c.symbol);
    visit("what", c.what);
}
template <typename Visitor>
void visit_fields(book_reference& c, Visitor&& visit) {
    visit("request", c.request);
    visit("symbol", c.symbol);
    visit("what", c.what);
}
template <typename Visitor>
void visit_fields(mass_cancel_book& c, Visitor&& visit) {
    visit("request", c.request);
    visit("symbol", c.symbol);
}
template <typename Visitor>
void visit_fields(market_halt& c, Visitor&& visit) {
    visit("request", c.request);
    visit("on", c.on);
}
template <typename Visitor>
void visit_fields(set_calendar& c, Visitor&& visit) {
    visit("request", c.request);
    visit("calendar", c.calendar);
    visit("sessions", c.sessions);
}
template <typename Visitor>
void visit_fields(set_rules_version& c, Visitor&& visit) {
    visit("request", c.request);
    visit("version", c.version);
}
template <typename Visitor>
void visit_fields(record_text& r, Visitor&& visit) {
    visit("key", r.key);
    visit("value", r.value);
}
template <typename Visitor>
void visit_fields(put_record& c, Visitor&& visit) {
    visit("request", c.request);
    visit("table", c.table);
    visit("expected", c.expected);
    visit("what", *c.what);
}
// Of a delivery that is written down the messages are none: the transport fills in real ones.
template <typename Visitor>
void visit_fields(channel_delivery& c, Visitor&& visit) {
    visit("from", c.from);
    visit("first", c.first);
}
template <typename Visitor>
void visit_fields(channel_receipt& c, Visitor&& visit) {
    visit("from", c.from);
    visit("up_to", c.up_to);
}
template <typename Visitor>
void visit_fields(transport_action& c, Visitor&& visit) {
    visit("what", c.what);
    visit("from", c.from);
    visit("shift", c.shift);
    visit("count", c.count);
}
template <typename Visitor>
void visit_fields(shard_settings& s, Visitor&& visit) {
    visit("id", s.id);
    visit("horizon", s.horizon);
    visit("max_outbox", s.max_outbox);
    visit("max_open_orders", s.max_open_orders);
}

struct any_visitor {
    template <typename Field>
    void operator()(std::string_view, Field&) const {}
};

template <typename T>
concept has_fields = requires(T& record) {
    visit_fields(record, any_visitor{});
};

template <typename T>
concept is_list = requires(T& list) {
    list.begin();
    list.size();
};

/// Every number in a record, however deep; lists are passed over.
template <typename T, typename Visitor>
void for_each_leaf(T& record, Visitor&& visit) {
    visit_fields(record, [&](std::string_view name, auto& field) {
        using field_type = std::remove_reference_t<decltype(field)>;
        if constexpr (has_fields<field_type>) {
            for_each_leaf(field, visit);
        } else if constexpr (!is_list<field_type>) {
            visit(name, field);
        }
    });
}

// --- Printing -------------------------------------------------------------------------------------

template <typename E>
const char* name_of_enum() {
    if constexpr (std::is_same_v<E, side>) {
        return "bourse::side";
    } else if constexpr (std::is_same_v<E, order_type>) {
        return "order_type";
    } else if constexpr (std::is_same_v<E, time_in_force>) {
        return "time_in_force";
    } else if constexpr (std::is_same_v<E, self_trade_prevention>) {
        return "self_trade_prevention";
    } else if constexpr (std::is_same_v<E, group_role>) {
        return "group_role";
    } else if constexpr (std::is_same_v<E, market_state>) {
        return "market_state";
    } else if constexpr (std::is_same_v<E, auction_kind>) {
        return "auction_kind";
    } else if constexpr (std::is_same_v<E, side_filter>) {
        return "side_filter";
    } else if constexpr (std::is_same_v<E, account_kind>) {
        return "account_kind";
    } else if constexpr (std::is_same_v<E, limit_kind>) {
        return "limit_kind";
    } else if constexpr (std::is_same_v<E, record_table>) {
        return "record_table";
    } else {
        static_assert(std::is_same_v<E, transport_action::kind>);
        return "transport_action::kind";
    }
}

template <typename T>
std::string cpp_of(const T& value);

template <typename T>
std::string cpp_of_fields(T record) {
    T plain{};
    std::vector<std::string> defaults;
    visit_fields(plain, [&](std::string_view, auto& f) { defaults.push_back(cpp_of(f)); });
    std::string text;
    std::size_t i = 0;
    visit_fields(record, [&](std::string_view name, auto& f) {
        const std::string value = cpp_of(f);
        if (value != defaults[i++]) {
            text += (text.empty() ? "." : ", .") + std::string(name) + " = " + value;
        }
    });
    return "{" + text + "}";
}

template <typename T>
std::string cpp_of(const T& value) {
    if constexpr (has_fields<T>) {
        return cpp_of_fields(value);
    } else if constexpr (is_list<T>) {
        std::string text;
        for (const auto& one : value) {
            text += (text.empty() ? "" : ", ") + cpp_of(one);
        }
        // Of an array, which holds its elements in one more pair of braces.
        constexpr bool fixed = !requires(T list) {
            list.clear();
        };
        return fixed ? "{{" + text + "}}" : "{" + text + "}";
    } else if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
        return std::string(name_of_enum<T>()) + "{" + std::to_string(static_cast<unsigned>(value)) +
               "}";
    } else if constexpr (std::is_integral_v<T>) {
        if constexpr (std::is_signed_v<T>) {
            if (value == std::numeric_limits<T>::min()) {
                return std::to_string(value + 1) + " - 1";
            }
            return std::to_string(value);
        } else {
            return std::to_string(value) + "U";
        }
    } else {
        T copy = value;
        return "{" + cpp_of(number_in(copy)) + "}";
    }
}

// In the order of `shard_command`.
constexpr std::array<const char*, std::variant_size_v<shard_command>> command_names{
    "submit_order",     "submit_cancel",   "submit_replace", "submit_mass_cancel",
    "renew_lease",      "open_account",    "set_limit",      "set_kill_switch",
    "deposit",          "withdraw",        "transfer",       "split",
    "dividend",         "list_instrument", "book_state",     "book_reference",
    "mass_cancel_book", "market_halt",     "set_calendar",   "set_rules_version",
    "channel_delivery", "channel_receipt", "put_record"};

// --- Shrinking ------------------------------------------------------------------------------------

/// What can be made smaller in a case of shards.
class shard_shrinker {
public:
    shard_shrinker(shard_case failing, const shard_case_predicate& fails, std::size_t max_tries)
        : search_(std::move(failing), fails, max_tries) {}

    shard_case run() {
        search_.repeat([&] {
            search_.drop_runs([](shard_case & one) -> auto& { return one.steps; });
            drop_commands();
            join_steps();
            simplify_times();
            simplify_settings();
            for (std::size_t s = 0; s < best().steps.size(); ++s) {
                for (std::size_t c = 0; c < best().steps[s].commands.size(); ++c) {
                    simplify_lists(s, c);
                    simplify_fields(s, c);
                }
            }
        });
        return best();
    }

private:
    [[nodiscard]] const shard_case& best() const { return search_.best(); }

    void drop_commands() {
        for (std::size_t s = best().steps.size(); s-- > 0;) {
            search_.drop_runs([s](shard_case & one) -> auto& { return one.steps[s].commands; });
        }
    }

    // Two steps of a shard as one.
    void join_steps() {
        for (std::size_t s = best().steps.size(); s-- > 1;) {
            if (best().steps[s].shard != best().steps[s - 1].shard) {
                continue;
            }
            shard_case changed = best();
            auto& before = changed.steps[s - 1].commands;
            const auto& after = best().steps[s].commands;
            before.insert(before.end(), after.begin(), after.end());
            changed.steps.erase(changed.steps.begin() + static_cast<std::ptrdiff_t>(s));
            search_.take(std::move(changed));
        }
    }

    // Each time as the one before.
    void simplify_times() {
        for (std::size_t s = 1; s < best().steps.size(); ++s) {
            shard_case changed = best();
            changed.steps[s].at = changed.steps[s - 1].at;
            search_.take(std::move(changed));
        }
    }

    void simplify_settings() {
        shard_case changed = best();
        for (shard_settings& one : changed.settings) {
            one = shard_settings{.id = one.id};
        }
        search_.take(std::move(changed));
        // One shard less, if nothing happens in the last.
        const auto last = static_cast<std::uint16_t>(best().settings.size());
        if (last > 1 &&
            std::none_of(best().steps.begin(), best().steps.end(),
                         [&](const world_step& step) { return step.shard.value == last; })) {
            changed = best();
            changed.settings.pop_back();
            search_.take(std::move(changed));
        }
    }

    template <typename Visitor>
    static void with_record(world_step::command_type& one, Visitor&& visit) {
        if (auto* plain = std::get_if<shard_command>(&one)) {
            std::visit(visit, *plain);
        } else {
            visit(std::get<transport_action>(one));
        }
    }

    void simplify_lists(std::size_t s, std::size_t c) {
        auto* plain = std::get_if<shard_command>(&best().steps[s].commands[c]);
        if (plain == nullptr) {
            return;
        }
        if (const auto* calendar = std::get_if<set_calendar>(plain)) {
            for (std::size_t i = calendar->sessions.size(); i-- > 0;) {
                shard_case changed = best();
                auto& sessions =
                    std::get<set_calendar>(std::get<shard_command>(changed.steps[s].commands[c]))
                        .sessions;
                if (i < sessions.size()) {
                    sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(i));
                    search_.take(std::move(changed));
                }
            }
        } else if (std::holds_alternative<list_instrument>(*plain)) {
            const auto of = [&](shard_case& one) -> listing& {
                return *std::get<list_instrument>(std::get<shard_command>(one.steps[s].commands[c]))
                            .what;
            };
            shard_case changed = best();
            of(changed).fees = {};
            search_.take(std::move(changed));
            changed = best();
            of(changed).rules.ticks = {{0, 1}};
            search_.take(std::move(changed));
            for (std::size_t tier = 0; tier < fee_tiers; ++tier) {
                changed = best();
                of(changed).fees[tier] = {};
                search_.take(std::move(changed));
            }
        }
    }

    // Each number as plain as can be.
    void simplify_fields(std::size_t s, std::size_t c) {
        search_.simplify_numbers(
            [=](shard_case& one, auto&& visit) {
                with_record(one.steps[s].commands[c],
                            [&](auto& record) { for_each_leaf(record, visit); });
            },
            [](std::string_view, auto& field) {
                return plainer_than(static_cast<std::int64_t>(number_in(field)),
                                    std::array<std::int64_t, 5>{0, 1, 10, 100, 1'000'000});
            });
    }

    delta_debugging<shard_case> search_;
};

}  // namespace

shard_case shrink(shard_case failing, const shard_case_predicate& fails, std::size_t max_tries) {
    return shard_shrinker(std::move(failing), fails, max_tries).run();
}

std::string to_cpp(const world_step::command_type& one) {
    if (const auto* action = std::get_if<transport_action>(&one)) {
        return "transport_action" + cpp_of(*action);
    }
    const auto& plain = std::get<shard_command>(one);
    return "shard_command{" + std::string(command_names[plain.index()]) +
           std::visit([](const auto& c) { return cpp_of(c); }, plain) + "}";
}

std::string to_cpp(const shard_case& one) {
    std::string text = "const shard_case one{\n    .settings = {\n";
    for (const shard_settings& settings : one.settings) {
        // Of shard 1 the number is the default: said all the same.
        text += "        {.id = {" + std::to_string(settings.id.value) + "}, .horizon = {" +
                std::to_string(settings.horizon.ns) +
                "}, .max_outbox = " + std::to_string(settings.max_outbox) +
                ", .max_open_orders = " + std::to_string(settings.max_open_orders) + "},\n";
    }
    text += "    },\n    .restore_often = " + cpp_of(one.restore_often) + ",\n    .steps = {\n";
    for (const world_step& step : one.steps) {
        text += "        {.shard = {" + std::to_string(step.shard.value) +
                "}, .at = " + cpp_of(step.at) + ", .is_void = " + cpp_of(step.is_void) +
                ", .commands = {\n";
        for (const world_step::command_type& each : step.commands) {
            text += "            " + to_cpp(each) + ",\n";
        }
        text += "        }},\n";
    }
    return text + "    }};\n";
}

}  // namespace bourse
