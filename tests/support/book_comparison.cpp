#include "tests/support/book_comparison.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

namespace bourse {

namespace {

std::string describe(const order_row& row) {
    const auto text = [](auto value) { return std::to_string(value); };
    return "order " + text(row.id.value) + " type " + text(static_cast<unsigned>(row.type)) +
           " place " + text(static_cast<unsigned>(row.place)) + " role " +
           text(static_cast<unsigned>(row.role)) + " group " + text(row.group.value) + " version " +
           text(row.version) + " price " + text(row.price.ticks) + " remaining " +
           text(row.remaining.lots) + " filled " + text(row.filled.lots) + " shown " +
           text(row.shown.lots) + " stop " + text(row.stop_price.ticks) +
           (row.has_stop_price ? " (set)" : "") + (row.triggered ? " triggered" : "");
}

std::string describe(const std::optional<indicative_auction>& one) {
    return one ? std::to_string(one->price.ticks) + " volume " + std::to_string(one->volume.lots) +
                     " imbalance " + std::to_string(one->imbalance_lots)
               : "nothing";
}

// The prices mean nothing while nothing has traded.
book_statistics comparable(book_statistics statistics) {
    return statistics.trades == 0 ? book_statistics{} : statistics;
}

order_row without_priority(order_row row) {
    row.priority = 0;
    return row;
}

// In the order in which the orders of each place have their turn.
std::vector<order_id> turns(std::vector<order_row> rows) {
    std::sort(rows.begin(), rows.end(), [](const order_row& a, const order_row& b) {
        const auto key = [](const order_row& row) {
            const bool queued = row.place == order_place::queue;
            return std::tuple(row.place, queued ? row.side : side::buy,
                              queued ? row.price : price{}, row.priority);
        };
        return key(a) < key(b);
    });
    std::vector<order_id> ids;
    ids.reserve(rows.size());
    for (const order_row& row : rows) {
        ids.push_back(row.id);
    }
    return ids;
}

}  // namespace

book_pair::book_pair(const instrument& rules, market_state state)
    : reference_(rules, state), fast_(rules, state) {}

std::optional<std::string> book_pair::apply(const generated_entry& entry) {
    got_.clear();
    expected_.clear();
    if (++entries_ % 2 == 0) {
        apply_stepwise(entry);
    } else {
        fast_.apply(entry.now, entry.commands, got_);
    }
    reference_.apply(entry.now, entry.commands, expected_);
    reference_.check();
    if (auto fault = audit_.follow(expected_)) {
        return "the reference is wrong: " + *fault;
    }
    if (auto difference = compare_events()) {
        return difference;
    }
    return compare_state();
}

// The single calls that `apply` consists of.
void book_pair::apply_stepwise(const generated_entry& entry) {
    fast_.advance(entry.now, got_);
    for (const command& one : entry.commands) {
        std::visit(
            [this](const auto& request) {
                using request_type = std::decay_t<decltype(request)>;
                if constexpr (std::is_same_v<request_type, new_order>) {
                    fast_.submit(request, got_);
                } else if constexpr (std::is_same_v<request_type, cancel_order>) {
                    fast_.cancel(request, got_);
                } else if constexpr (std::is_same_v<request_type, replace_order>) {
                    fast_.replace(request, got_);
                } else if constexpr (std::is_same_v<request_type, mass_cancel>) {
                    fast_.cancel_all(request, got_);
                } else if constexpr (std::is_same_v<request_type, set_state>) {
                    fast_.change_state(request, got_);
                } else {
                    fast_.change_reference(request, got_);
                }
            },
            one);
    }
}

std::optional<std::string> book_pair::compare_events() const {
    const auto got = got_.events();
    const std::size_t count = std::max(got.size(), expected_.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (i < got.size() && i < expected_.size() && got[i] == expected_[i]) {
            continue;
        }
        return "event " + std::to_string(i) +
               "\n  expected: " + (i < expected_.size() ? describe(expected_[i]) : "nothing") +
               "\n  got:      " + (i < got.size() ? describe(got[i]) : "nothing");
    }
    return std::nullopt;
}

std::optional<std::string> book_pair::compare_state() const {
    const reference_book& r = reference_;
    if (fast_.state() != r.state() || fast_.auction() != r.auction()) {
        return "state or auction kind";
    }
    if (fast_.now() != r.now()) {
        return "now";
    }
    if (fast_.next_due() != r.next_due()) {
        return "next_due";
    }
    if (fast_.size() != r.size()) {
        return "size: expected " + std::to_string(r.size()) + ", got " +
               std::to_string(fast_.size());
    }
    if (fast_.last_price() != r.last_price() || fast_.reference_price() != r.reference_price()) {
        return "last or reference price";
    }
    if (comparable(fast_.statistics()) != comparable(r.statistics())) {
        return "statistics";
    }
    if (const auto expected = r.indicative(); fast_.indicative() != expected) {
        return "indicative: expected " + describe(expected) + ", got " +
               describe(fast_.indicative());
    }
    for (const side which : {side::buy, side::sell}) {
        if (auto difference = compare_levels(which)) {
            return difference;
        }
    }
    // One order after the other, as entries go by.
    if (!r.orders().empty()) {
        return compare_order(r.orders()[entries_ % r.orders().size()].id);
    }
    return std::nullopt;
}

std::optional<std::string> book_pair::compare_levels(side which) const {
    const std::string name = which == side::buy ? "buy" : "sell";
    if (fast_.best(which) != reference_.best(which)) {
        return "best " + name;
    }
    std::array<book_level, 8> expected{};
    std::array<book_level, 8> got{};
    const std::size_t asked = entries_ % 16 == 0 ? expected.size() : 2;
    const std::size_t count = reference_.depth(which, std::span(expected).first(asked));
    if (fast_.depth(which, std::span(got).first(asked)) != count || got != expected) {
        return "depth of " + name;
    }
    return std::nullopt;
}

std::optional<std::string> book_pair::compare_order(order_id id) const {
    const auto expected = reference_.find(id);
    const auto got = fast_.find(id);
    if (!got || without_priority(*got) != *expected) {
        return "find\n  expected: " + describe(*expected) +
               "\n  got:      " + (got ? describe(*got) : "nothing");
    }
    if (fast_.position(id) != reference_.position(id)) {
        return "position of order " + std::to_string(id.value);
    }
    return std::nullopt;
}

std::optional<std::string> book_pair::compare_rows() const {
    for (const reference_order& o : reference_.orders()) {
        if (auto difference = compare_order(o.id)) {
            return difference;
        }
    }
    const book_rows rows = fast_.save();
    const std::vector<order_row> expected(reference_.orders().begin(), reference_.orders().end());
    if (rows.orders.size() != expected.size() || turns(rows.orders) != turns(expected)) {
        return "the order in which orders have their turn";
    }
    const auto& groups = reference_.groups();
    if (rows.groups.size() != groups.size()) {
        return "the number of groups";
    }
    for (const group_row& got : rows.groups) {
        const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& g) {
            return g.id == got.id && g.account == got.account && g.complete == got.complete &&
                   g.members == got.members;
        });
        if (same == groups.end() || (!got.complete && got.size != same->size)) {
            return "group " + std::to_string(got.id.value);
        }
    }
    return std::nullopt;
}

std::optional<std::string> book_pair::restore() {
    const book_rows rows = fast_.save();
    auto restored = order_book::restore(rows);
    if (!restored) {
        return "what was saved cannot be restored";
    }
    if (restored->save() != rows) {
        return "a restored book has other rows";
    }
    fast_ = std::move(*restored);
    return std::nullopt;
}

std::optional<std::string> find_difference(const book_case& one) {
    book_pair pair(one.rules, one.state);
    for (const generated_entry& entry : one.entries) {
        if (auto difference = pair.apply(entry)) {
            return difference;
        }
        if (auto difference = pair.compare_rows()) {
            return difference;
        }
        if (one.restore_often) {
            if (auto difference = pair.restore()) {
                return difference;
            }
            pair.compact();
        }
    }
    return std::nullopt;
}

std::optional<std::string> find_difference_in_child(const book_case& one) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) {
        return find_difference(one);
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);  // a book that never comes back differs as well
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDERR_FILENO);
        const std::string text = find_difference(one).value_or("").substr(0, 4'000);
        const ssize_t written = ::write(pipe[1], text.data(), text.size());
        ::_exit(written == 0 ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string text(4'000, ' ');
    const ssize_t count = ::read(pipe[0], text.data(), text.size());
    ::close(pipe[0]);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    int status = 0;
    if (child > 0 && ::waitpid(child, &status, 0) == child && status == 0) {
        return std::nullopt;
    }
    return text.empty() ? "the process ended or hung" : text;
}

}  // namespace bourse
