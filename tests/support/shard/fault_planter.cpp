#include "tests/support/shard/fault_planter.hpp"

#include <algorithm>
#include <variant>

namespace bourse {

void fault_planter::spoil(shard_id from, const entry& applied, shard_output& out) {
    if (what_ == planted_fault::lose_message) {
        lose_message(from, out);
        return;
    }
    if (done_) {
        return;
    }
    const auto answer = std::find_if(out.reports.begin(), out.reports.end(), [](const report& r) {
        return r.what.is_final() && r.what.order.value != 0;
    });
    const auto fee = std::find_if(out.lines.begin(), out.lines.end(), [](const ledger_line& l) {
        return l.kind == line_kind::fee && l.holder == fee_holder;
    });
    switch (what_) {
        case planted_fault::settle_twice:
            settle_twice(out);
            break;
        case planted_fault::round_fee_down:
            if (fee != out.lines.end() && fee != out.lines.begin()) {
                fee->amount -= 1;
                (fee - 1)->amount += 1;
                done_ = true;
            }
            break;
        case planted_fault::reuse_client_id:
            reuse_client_id(applied, out);
            break;
        case planted_fault::skip_report:
            if (!out.reports.empty() && out.reports.front().number > 0) {
                out.reports.erase(out.reports.begin());
                done_ = true;
            }
            break;
        case planted_fault::answer_twice:
            if (answer != out.reports.end() && answer == out.reports.end() - 1) {
                report again = *answer;
                again.number += 1;
                out.reports.push_back(again);
                done_ = true;
            }
            break;
        case planted_fault::unbalanced_line:
            if (!out.lines.empty()) {
                out.lines.pop_back();
                done_ = true;
            }
            break;
        case planted_fault::swap_trade_number:
            for (event& e : out.events) {
                if (e.kind == event_kind::fill) {
                    e.number += 1;
                    done_ = true;
                }
            }
            break;
        default:
            break;
    }
}

void fault_planter::settle_twice(shard_output& out) {
    const auto is_trade = [](const ledger_line& l) { return l.kind == line_kind::trade; };
    const auto first = std::find_if(out.lines.begin(), out.lines.end(), is_trade);
    if (first == out.lines.end()) {
        return;
    }
    std::vector<ledger_line> again;
    std::copy_if(first, out.lines.end(), std::back_inserter(again), [&](const ledger_line& l) {
        return is_trade(l) && l.order == first->order && l.number == first->number;
    });
    out.lines.insert(out.lines.end(), again.begin(), again.end());
    done_ = true;
}

void fault_planter::lose_message(shard_id from, shard_output& out) {
    const auto of_peer = [this](const sent_message& m) { return m.to == peer_; };
    if (!done_) {
        if (out.messages.empty()) {
            return;
        }
        where_ = from;
        peer_ = out.messages.front().to;
        out.messages.erase(out.messages.begin());
        done_ = true;
    } else if (from != where_) {
        return;
    }
    for (sent_message& m : out.messages) {
        m.number -= of_peer(m) ? 1U : 0U;
    }
}

// The first repeat of an order is answered as if it was one more.
void fault_planter::reuse_client_id(const entry& applied, shard_output& out) {
    for (const shard_command& one : applied.commands) {
        const auto* order = std::get_if<submit_order>(&one);
        if (order == nullptr || !order->request.id.is_remembered() ||
            order->request.not_after.ns == 0) {
            continue;
        }
        for (report& r : out.reports) {
            if (r.what.kind == event_kind::repeated && r.what.order.value != 0 &&
                r.what.reason == reason::none && (r.what.flags & event::pending) == 0 &&
                r.client == order->request.id && r.what.account == order->order.account) {
                r.what.kind = event_kind::accepted;
                done_ = true;
                return;
            }
        }
    }
}

void fault_planter::spoil(shard_id from, shard_rows& rows) {
    if (what_ != planted_fault::forget_release) {
        return;
    }
    if (!done_) {
        for (const open_order_row& one : before_[from]) {
            const bool ended = std::none_of(rows.orders.begin(), rows.orders.end(),
                                            [&](const auto& row) { return row.id == one.id; });
            if (ended) {
                kept_ = one;
                where_ = from;
                done_ = true;
                break;
            }
        }
        before_[from] = rows.orders;
    }
    if (done_ && from == where_) {
        rows.orders.insert(rows.orders.begin(), *kept_);
    }
}

}  // namespace bourse
