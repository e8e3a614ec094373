// What accounts are told (RULES.md 7), and what is remembered of commands (RULES.md 3).
#include <algorithm>

#include "actors/ledger/order_path.hpp"
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
    if (BOURSE_PLANTED(leave_out_report) && account != no_slot) {
        ++accounts_[account].last_report;
    }
}

void ledger::refuse(account_id account, reason why) {
    answer(find_account(account), event_kind::command_refused, account, why, {}, no_slot);
}

// --- Client ids ---------------------------------------------------------------------------------

namespace {

constexpr std::size_t forgotten_beside_commands = 64;

}  // namespace

ledger::admission ledger::admit_client(slot account, account_id owner, const request_id& request) {
    return admit_order(account, owner, request);
}

ledger::admission ledger::admit_operator(const request_id& request) {
    return admit(no_slot, {}, request);
}

// 3.4.
void ledger::tell_repeated(slot account, account_id owner, client_id client,
                           const remembered_command& first) {
    event what{};
    what.kind = event_kind::repeated;
    what.reason = BOURSE_PLANTED(repeat_no_reason) ? reason::none : first.reason;
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
    const admission in = admit_operator(request);
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
