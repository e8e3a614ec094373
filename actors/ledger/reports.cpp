// What accounts are told (RULES.md 7), and what is remembered of commands (RULES.md 3).
#include <algorithm>

#include "actors/ledger/ledger.hpp"
#include "actors/ledger/planted_bug.hpp"
#include "messages/assert.hpp"

namespace bourse {

// --- Reports ------------------------------------------------------------------------------------

// 7.5, 7.6, 2.5: what is about no order.
void ledger::answer(slot account, event_kind kind, account_id owner, reason why, client_id client,
                    slot remembered) {
    event what{};
    what.kind = kind;
    what.reason = why;
    what.account = owner;
    const report& told = add_report(account, what, client);
    note_answer(remembered, {}, why, true, told.number);
}

void ledger::refuse_order(const submit_order& asked, slot account, reason why, slot remembered) {
    event what{};
    what.kind = event_kind::rejected;
    what.side = asked.order.side;
    what.reason = why;
    what.flags = event::final_answer;
    what.price = asked.has_price ? asked.order.price : price{};
    what.lots = asked.order.quantity;
    what.account = asked.order.account;
    what.symbol = asked.symbol;
    const report& told = add_report(account, what, asked.request.id);
    note_answer(remembered, {}, why, true, told.number);
}

void ledger::refuse_change(event_kind kind, slot account, account_id owner, order_id asked,
                           slot order, reason why, client_id client, slot remembered) {
    event what{};
    what.kind = kind;
    what.reason = why;
    what.order = asked;
    what.account = owner;
    if (order != no_slot) {
        what.order = orders_[order].id;
        what.symbol = listings_[orders_[order].listing].what.rules.symbol;
    }
    const report& told = add_report(account, what, client);
    note_answer(remembered, order == no_slot ? order_id{} : what.order, why, true, told.number);
}

void ledger::refuse(account_id account, reason why) {
    answer(find_account(account), event_kind::command_refused, account, why, {}, no_slot);
}

// --- Client ids ---------------------------------------------------------------------------------

namespace {

constexpr std::uint32_t max_remembered_of_account = 1U << 20;
constexpr std::uint32_t max_remembered = 1U << 24;
constexpr std::size_t forgotten_beside_commands = 64;

}  // namespace

void ledger::note_answer(slot remembered, order_id order, reason why, bool answered,
                         std::uint64_t report_number) {
    if (remembered == no_slot) {
        return;
    }
    if (!BOURSE_PLANTED(forget_change)) {
        touch(table::remembered, remembered);
    }
    remembered_command& asked = client_ids_[remembered];
    asked.order = order;
    asked.reason = why;
    asked.answered = answered;
    asked.first_report = report_number;
}

// 3.2 of a known account, or, with no_slot and none, of an operator's command.
ledger::admission ledger::admit(slot account, account_id owner, const request_id& request) {
    const bool is_remembered = request.id.is_remembered();
    client_ids::position where{};
    if (is_remembered) {
        where = client_ids_.locate(owner, request.id);
        if (where.found != no_slot) [[unlikely]] {
            if (BOURSE_PLANTED(reuse_client_id)) {
                return {.goes_on = true};
            }
            tell_repeated(account, owner, request.id, client_ids_[where.found]);
            return {};
        }
    }
    if (request.not_after != timestamp{}) {
        if (now_ > request.not_after) {
            return {.why = reason::too_late};
        }
        if (request.not_after > now_ + settings_.horizon) {
            return {.why = reason::not_after_too_far};
        }
    }
    if (!is_remembered) {
        return {.goes_on = true};
    }
    std::uint32_t& count = account == no_slot ? operator_ids_ : accounts_[account].remembered;
    if (count >= max_remembered_of_account || client_ids_.size() >= max_remembered) {
        return {.why = reason::too_many_client_ids};
    }
    ++count;
    const slot added = client_ids_.add(where, owner, request.id, now_ + settings_.horizon);
    changed(table::remembered).note_new(added);
    return {.goes_on = true, .remembered = added};
}

// 3.4.
void ledger::tell_repeated(slot account, account_id owner, client_id client,
                           const remembered_command& first) {
    event what{};
    what.kind = event_kind::repeated;
    what.reason = first.reason;
    what.flags = first.answered ? std::uint8_t{0} : event::pending;
    what.order = first.order;
    what.number = first.first_report;
    what.account = owner;
    add_report(account, what, client);
}

void ledger::expect_client_ids(std::size_t count) {
    const std::size_t most = std::min(count, std::size_t{max_remembered});
    client_ids_.reserve(most);
    changed(table::remembered).reserve(most);
}

ledger::admission ledger::admit_client(slot account, account_id owner, const request_id& request) {
    if (account == no_slot) {
        return {.why = reason::unknown_account};
    }
    if (!request.id.is_remembered() && request.not_after == timestamp{}) {
        return {.goes_on = true};
    }
    return admit(account, owner, request);
}

// 3.3.
void ledger::forget_due(std::size_t commands) {
    std::size_t left = forgotten_beside_commands + commands;
    for (slot oldest = client_ids_.oldest();
         oldest != no_slot && left > 0 && client_ids_[oldest].forget_at < now_;
         oldest = client_ids_.oldest(), --left) {
        const remembered_command& asked = client_ids_[oldest];
        if (asked.order != order_id{} && orders_by_id_.find(asked.order) != no_slot) {
            drop(table::remembered, oldest);  // it becomes another row
            client_ids_.keep_oldest(now_ + settings_.horizon);
            touch(table::remembered, oldest);
            continue;
        }
        const slot account = find_account(asked.account);
        --(account == no_slot ? operator_ids_ : accounts_[account].remembered);
        drop(table::remembered, oldest);
        client_ids_.forget_oldest();
    }
}

// 3.5, 4.5, 4.6: the open order of the account that is meant, or no_slot.
slot ledger::find_order(slot account, order_id order, client_id named) const {
    if (order == order_id{} && !named.is_none()) {
        const slot known = client_ids_.find(accounts_[account].id, named);
        if (known == no_slot) {
            return no_slot;
        }
        order = client_ids_[known].order;
    }
    if (order == order_id{}) {
        return no_slot;
    }
    const slot at = orders_by_id_.find(order);
    return at != no_slot && orders_[at].account == account ? at : no_slot;
}

// The account that a command about an order names, and the order. If what was found ahead is what it names, neither
// is looked up again.
ledger::named_order ledger::find_named(account_id account, order_id order, client_id named,
                                       const found_ahead& found) const {
    if (found.order != no_slot && orders_[found.order].id == order) [[likely]] {
        const slot owner = orders_[found.order].account;
        if (accounts_[owner].id == account) [[likely]] {
            return {owner, found.order};
        }
    }
    const slot owner = find_account(account);
    return {owner, owner == no_slot ? no_slot : find_order(owner, order, named)};
}

// --- Operator commands --------------------------------------------------------------------------

bool ledger::begin_operator_command(const request_id& request) {
    const admission in = admit(no_slot, {}, request);
    begun_ = in.remembered;
    if (!in.goes_on && in.why != reason::none) {
        answer(no_slot, event_kind::command_refused, {}, in.why, request.id, no_slot);
    }
    return in.goes_on;
}

void ledger::answer_operator_command(const request_id& request, reason why) {
    answer(no_slot, why == reason::none ? event_kind::command_done : event_kind::command_refused,
           {}, why, request.id, begun_);
}

}  // namespace bourse
