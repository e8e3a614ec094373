#include "actors/session/outcomes.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace bourse {

/// What is looked for in one entry.
struct outcome_finder::wanted {
    struct by_name {
        account_id account{};
        client_id client{};
        std::uint32_t request = 0;
        std::uint32_t nth = 0;
    };
    struct by_order {
        order_id order{};
        std::uint32_t request = 0;
        std::uint32_t nth = 0;
    };
    std::vector<request> requests;  ///< by rising tag
    std::vector<answered> outcomes;
    std::vector<by_name> names;
    std::vector<by_order> orders;
    std::vector<account_id> accounts;

    void collect();
    /// The nth with this tag, if it is one of these.
    [[nodiscard]] bool find_tag(std::uint64_t tag, std::uint32_t& at, std::uint32_t& nth) const;
    void answer(std::uint32_t at, std::uint32_t nth, const report& told);
    [[nodiscard]] bool is_open(std::uint32_t at, std::uint32_t nth) const {
        const request& in = requests[at];
        return nth >= in.skipped &&
               outcomes[at].what.outcomes[nth - in.skipped].first.what.kind == event_kind::none;
    }
};

// --- Going out ------------------------------------------------------------------------------------

outcome_finder::asked_command outcome_finder::look_at(shard_command& one, std::uint64_t tag) {
    asked_command seen;
    std::visit(
        [&](auto& what) {
            using type = std::decay_t<decltype(what)>;
            if constexpr (requires { what.request; }) {
                if (what.request.id.is_none()) {
                    what.request.id = {client_id::tag_high, tag};
                }
                seen.client = what.request.id;
            }
            if constexpr (std::is_same_v<type, submit_order>) {
                seen.kind = family::order;
                seen.account = what.order.account;
            } else if constexpr (requires { what.account; }) {
                seen.account = what.account;
            }
            if constexpr (std::is_same_v<type, submit_replace>) {
                seen.kind = family::replace;
            } else if constexpr (std::is_same_v<type, submit_cancel>) {
                seen.kind = family::cancel;
                seen.order = what.order;
                seen.named = what.order == order_id{} ? what.named : client_id{};
            } else if constexpr (std::is_same_v<type, submit_mass_cancel>) {
                seen.kind = family::mass_cancel;
            }
        },
        one);
    return seen;
}

void outcome_finder::note(std::uint64_t ask, std::vector<shard_command>& commands,
                          std::size_t skipped) {
    request& made = requests_.emplace_back();
    made.ask = ask;
    made.first_tag = next_tag_;
    made.skipped = skipped;
    made.commands.reserve(commands.size());
    for (shard_command& each : commands) {
        made.commands.push_back(look_at(each, next_tag_++));
    }
}

void outcome_finder::forget(std::uint64_t ask) {
    std::erase_if(requests_, [&](const request& each) { return each.ask == ask; });
}

// --- Coming back ----------------------------------------------------------------------------------

bool outcome_finder::can_answer(family kind, event_kind what) {
    switch (what) {
        case event_kind::repeated:
            return true;
        case event_kind::accepted:
        case event_kind::rejected:
            return kind == family::order;
        case event_kind::replaced:
        case event_kind::replace_rejected:
            return kind == family::replace;
        case event_kind::cancel_rejected:
        case event_kind::cancelled:
            return kind == family::cancel;
        case event_kind::command_refused:
            return kind == family::mass_cancel || kind == family::other;
        case event_kind::account_changed:
        case event_kind::adjusted:
        case event_kind::command_done:
            return kind == family::other;
        default:
            return false;
    }
}

std::vector<outcome_finder::request> outcome_finder::take(const std::vector<std::uint64_t>& asks) {
    std::vector<request> taken;
    taken.reserve(asks.size());
    // Those that were asked first are answered first: nearly always the first of them all.
    for (const std::uint64_t ask : asks) {
        const auto found = std::find_if(requests_.begin(), requests_.end(),
                                        [&](const request& each) { return each.ask == ask; });
        if (found != requests_.end()) {
            taken.push_back(std::move(*found));
            requests_.erase(found);
        }
    }
    std::sort(taken.begin(), taken.end(), [](const request& one, const request& other) {
        return one.first_tag < other.first_tag;
    });
    return taken;
}

void outcome_finder::wanted::collect() {
    for (std::uint32_t r = 0; r < requests.size(); ++r) {
        const request& in = requests[r];
        outcomes.push_back({in.ask, {}});
        outcomes.back().what.outcomes.resize(in.commands.size() - in.skipped);
        for (std::uint32_t c = static_cast<std::uint32_t>(in.skipped); c < in.commands.size();
             ++c) {
            const asked_command& each = in.commands[c];
            if (accounts.empty() || accounts.back() != each.account) {
                accounts.push_back(each.account);
            }
            if (each.client.is_remembered()) {
                names.push_back({each.account, each.client, r, c});
            }
            if (each.named.is_remembered()) {
                names.push_back({each.account, each.named, r, c});
            }
            if (each.order != order_id{}) {
                orders.push_back({each.order, r, c});
            }
        }
    }
    std::sort(accounts.begin(), accounts.end());
    accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
    std::stable_sort(names.begin(), names.end(), [](const by_name& one, const by_name& other) {
        return std::pair(one.account, one.client) < std::pair(other.account, other.client);
    });
    std::stable_sort(orders.begin(), orders.end(), [](const by_order& one, const by_order& other) {
        return one.order < other.order;
    });
}

bool outcome_finder::wanted::find_tag(std::uint64_t tag, std::uint32_t& at,
                                      std::uint32_t& nth) const {
    const auto after = std::upper_bound(
        requests.begin(), requests.end(), tag,
        [](std::uint64_t wanted_tag, const request& each) { return wanted_tag < each.first_tag; });
    if (after == requests.begin()) {
        return false;
    }
    const auto found = std::prev(after);
    if (tag - found->first_tag >= found->commands.size()) {
        return false;
    }
    at = static_cast<std::uint32_t>(found - requests.begin());
    nth = static_cast<std::uint32_t>(tag - found->first_tag);
    return true;
}

void outcome_finder::wanted::answer(std::uint32_t at, std::uint32_t nth, const report& told) {
    outcomes[at].what.outcomes[nth - requests[at].skipped].first = told;
}

/// Puts a report where it belongs: to the first nth that it can answer and that has no answer yet.
void outcome_finder::place(const report& told, wanted& all) {
    const event_kind kind = told.what.kind;
    const auto try_one = [&](std::uint32_t at, std::uint32_t nth) {
        if (!can_answer(all.requests[at].commands[nth].kind, kind) || !all.is_open(at, nth)) {
            return false;
        }
        all.answer(at, nth, told);
        return true;
    };
    if (told.client.is_tag()) {
        std::uint32_t at = 0;
        std::uint32_t nth = 0;
        // A cancelled order's own tag is that of its submit, and answers no cancel.
        if (kind != event_kind::cancelled && all.find_tag(told.client.low, at, nth) &&
            try_one(at, nth)) {
            return;
        }
    } else if (!told.client.is_none() && !all.names.empty()) {
        const std::pair wanted_name(told.what.account, told.client);
        auto next = std::lower_bound(all.names.begin(), all.names.end(), wanted_name,
                                     [](const wanted::by_name& each, const auto& name) {
                                         return std::pair(each.account, each.client) < name;
                                     });
        for (; next != all.names.end() && std::pair(next->account, next->client) == wanted_name;
             ++next) {
            if (try_one(next->request, next->nth)) {
                return;
            }
        }
    }
    const bool ends_cancel = kind == event_kind::cancelled || kind == event_kind::cancel_rejected;
    if (!ends_cancel || all.orders.empty()) {
        return;
    }
    auto next = std::lower_bound(
        all.orders.begin(), all.orders.end(), told.what.order,
        [](const wanted::by_order& each, order_id order) { return each.order < order; });
    for (; next != all.orders.end() && next->order == told.what.order; ++next) {
        if (try_one(next->request, next->nth)) {
            return;
        }
    }
}

std::vector<outcome_finder::answered> outcome_finder::find(const told_entry& in,
                                                           const std::vector<std::uint64_t>& asks) {
    wanted all;
    all.requests = take(asks);
    all.collect();
    for (const account_id account : all.accounts) {
        const account_reports* const told = in.reports.find(account);
        if (told == nullptr) {
            continue;
        }
        for (const std::uint32_t at : told->at) {
            place(in.what.out.reports[at], all);
        }
    }
    for (answered& each : all.outcomes) {
        each.what.index = in.what.index;
    }
    return std::move(all.outcomes);
}

}  // namespace bourse
