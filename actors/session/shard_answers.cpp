#include "actors/session/shard_answers.hpp"

#include <optional>
#include <string>
#include <utility>

#include "actors/book/order_book.hpp"

namespace bourse {

namespace {

/// Opening an account is reported: whoever has no report is not there.
std::optional<request_refused> find_fault(const shard& of, account_id account) {
    if (of.last_report(account) != 0) {
        return std::nullopt;
    }
    return request_refused{request_refused::kind::not_found,
                           "there is no account " + std::to_string(account.value), 0};
}

}  // namespace

session_answer answer_orders(const shard& of, const orders_request& asked) {
    if (auto fault = find_fault(of, asked.account)) {
        return *std::move(fault);
    }
    orders_answer answer;
    answer.as_of = of.index();
    for (const open_order_row& each : of.orders_of(asked.account)) {
        answer.orders.push_back({.id = each.id,
                                 .account = each.account,
                                 .symbol = each.symbol,
                                 .side = each.side,
                                 .price = each.price,
                                 .remaining = each.remaining,
                                 .filled = each.filled,
                                 .version = each.version,
                                 .client = each.client});
    }
    return answer;
}

session_answer answer_portfolio(const shard& of, const portfolio_request& asked) {
    if (auto fault = find_fault(of, asked.account)) {
        return *std::move(fault);
    }
    portfolio_answer answer;
    answer.account = asked.account;
    answer.as_of = of.index();
    answer.last_report = of.last_report(asked.account);
    for (const portfolio_line& each : of.portfolio(asked.account)) {
        answer.lines.push_back({.asset = each.asset,
                                .total = each.total,
                                .reserved = each.reserved,
                                .available = each.available,
                                .cost = each.cost,
                                .realised = each.realised,
                                .unrealised = each.unrealised});
    }
    return answer;
}

std::vector<level_line> levels_of(const order_book& book, side which, std::uint32_t most) {
    std::vector<book_level> levels(most);
    levels.resize(book.depth(which, levels));
    std::vector<level_line> lines;
    lines.reserve(levels.size());
    for (const book_level& each : levels) {
        lines.push_back({each.price, each.lots, each.orders});
    }
    return lines;
}

session_answer answer_book(const shard& of, const book_request& asked) {
    const order_book* const book = of.book(asked.symbol);
    if (book == nullptr) {
        return request_refused{request_refused::kind::not_found,
                               "there is no book of symbol " + std::to_string(asked.symbol.value),
                               0};
    }
    book_answer answer;
    answer.symbol = asked.symbol;
    answer.number = of.last_event(asked.symbol);
    answer.state = book->state();
    answer.bids = levels_of(*book, side::buy, asked.depth);
    answer.asks = levels_of(*book, side::sell, asked.depth);
    answer.last = book->last_price();
    answer.reference = book->reference_price();
    return answer;
}

}  // namespace bourse
