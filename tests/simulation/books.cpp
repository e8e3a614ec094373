// Each book is linearizable: what it said, to everybody and as long as it lives, is what one plain book says that
// is asked one thing after the other, in an order that keeps to time: what was asked after another had been
// told comes behind it. Outcomes that nobody was told may be anywhere, or nowhere.
//
// Looked at in two ways, each a checker. The order that the book's own shard has committed must be such an order, and
// every order's events must arrive in the account's shard as they were. And, where one shard has it all, an order is
// looked for without any knowledge of a log.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/simulation/checker.hpp"
#include "tests/simulation/linearization.hpp"
#include "tests/support/event_audit.hpp"

namespace bourse {
namespace {

/// More than a life needs if there is an order to be found.
constexpr std::size_t most_steps = 3'000;

enum class looks : std::uint8_t {
    along_log,    ///< at the order that was committed
    for_an_order  ///< for one, in lives of one shard
};

class books_checker : public checker {
public:
    explicit books_checker(looks how) : searches_(how == looks::for_an_order) {}

    [[nodiscard]] const char* name() const noexcept override {
        return searches_ ? "books have an order" : "books are linearizable";
    }

    void asked(const client_request& request) override {
        for (const shard_command& each : request.commands) {
            asked_.emplace(id_of(each), asking{request.asked_us, never_us, each});
            if (const auto* cancel = std::get_if<submit_cancel>(&each)) {
                cancels_.emplace(cancel->named, id_of(each));
            }
        }
    }

    void answered(const client_request& request, const client_answer& answer) override {
        for (const shard_command& each : request.commands) {
            std::uint64_t& told = asked_.at(id_of(each)).told_us;
            told = std::min(told, answer.told_us);
        }
    }

    void committed(shard_id shard, const applied_entry& one) override {
        for (const report& each : one.out.reports) {
            if (each.what.order.value != 0 && each.what.symbol.value != 0) {
                follow_report(each);
            }
        }
        touched_.clear();
        for (const event& each : one.out.events) {
            follow_event(shard, one, each);
        }
        for (const symbol_id symbol : touched_) {
            book& here = books_.at(symbol);
            if (!here.expected.empty()) {
                find_in_log(place_of(shard, one.index) + ": a trade that should follow does not");
            }
            here.tops.emplace_back(one.index, here.now.top());
        }
    }

    void read(const client_request& request, const read_answer& answer) override {
        for (const auto& [symbol, seen] : answer.tops) {
            book& here = books_[symbol];
            const auto later = std::find_if(here.tops.rbegin(), here.tops.rend(),
                                            [&](const auto& t) { return t.first <= answer.index; });
            const book_top then = later == here.tops.rend() ? book_top{} : later->second;
            if (then != seen) {
                find_in_log("a read of shard " + std::to_string(request.shard.value) +
                            " as of entry " + std::to_string(answer.index) + " saw " +
                            text_of(seen) + " in book " + std::to_string(symbol.value) +
                            ", which was " + text_of(then));
            }
            placed made;
            made.index = answer.index;
            made.what.what = book_operation::kind::look;
            made.what.asked_us = request.asked_us;
            made.what.told_us = answer.told_us;
            made.what.seen = seen;
            here.reads.push_back(std::move(made));
        }
    }

    void at_end(const std::vector<const shard*>& /*states*/) override {
        for (const auto& [order, by_book] : said_) {
            if (by_book != reported_[order]) {
                find_in_log("of order " + std::to_string(order) + " the book said " +
                            std::to_string(by_book.size()) + " things and its account was told " +
                            std::to_string(reported_[order].size()) + ", or others");
            }
        }
        for (auto& [symbol, here] : books_) {
            check(symbol, here);
        }
    }

    [[nodiscard]] searches searched() const override { return searched_; }

private:
    struct asking {
        std::uint64_t asked_us = 0;
        std::uint64_t told_us = never_us;
        shard_command what;
    };
    struct placed {
        std::uint64_t index = 0;  ///< of the entry
        book_operation what;
        std::uint32_t version = 0;  ///< of a replace
        reason why = reason::none;  ///< of an end
    };
    /// What the book must say next: two events a trade.
    struct expectation {
        std::uint64_t order = 0;
        std::int64_t price = 0;
        std::int64_t lots = 0;
    };
    struct book {
        shard_id at;
        plain_book now;
        std::vector<expectation> expected;  ///< the next one last
        std::vector<placed> done;           ///< in the order of the log
        std::vector<placed> reads;
        std::vector<std::pair<std::uint64_t, book_top>> tops;  ///< after which entry
    };

    static std::string place_of(shard_id shard, std::uint64_t index) {
        return "entry " + std::to_string(index) + " of shard " + std::to_string(shard.value);
    }
    static std::string text_of(const book_top& top) {
        return std::to_string(top.bid_lots) + " at " + std::to_string(top.bid) + " and " +
               std::to_string(top.ask_lots) + " at " + std::to_string(top.ask);
    }

    /// The client id of an order is known from what its account is told; of a replace likewise.
    void follow_report(const report& told) {
        event what = told.what;
        what.reason = reason::none;  // which the ledger may say otherwise
        switch (what.kind) {
            case event_kind::accepted:
                clients_[what.order.value] = told.client;
                break;
            case event_kind::replaced:
                replaces_[{what.order.value, what.version}] = told.client;
                break;
            case event_kind::fill:
            case event_kind::cancelled:
                break;
            default:
                return;
        }
        reported_[what.order.value].push_back(what);
    }

    void follow_event(shard_id shard, const applied_entry& one, const event& each) {
        const bool is_answer = each.kind == event_kind::accepted ||
                               each.kind == event_kind::replaced || each.kind == event_kind::fill ||
                               each.kind == event_kind::cancelled;
        if (!is_answer) {
            return;
        }
        event kept = each;
        kept.reason = reason::none;
        said_[each.order.value].push_back(kept);
        book& here = books_[each.symbol];
        here.at = shard;
        touched_.insert(each.symbol);
        if (each.kind == event_kind::fill) {
            follow_fill(here, one.index, each);
            return;
        }
        if (!here.expected.empty()) {
            find_in_log(place_of(shard, one.index) + ": a trade should follow, and there is " +
                        describe(each));
            here.expected.clear();
        }
        placed made;
        made.index = one.index;
        made.version = each.version;
        made.why = each.reason;
        made.what.order = each.order.value;
        made.what.side = each.side;
        made.what.price = each.price.ticks;
        made.what.lots = each.lots.lots;
        std::vector<plain_fill> fills;
        bool is_possible = false;
        if (each.kind == event_kind::accepted) {
            is_possible = here.now.enter(each.order.value, each.side, each.price.ticks,
                                         each.lots.lots, fills);
        } else if (each.kind == event_kind::replaced) {
            made.what.what = book_operation::kind::replace;
            is_possible = here.now.replace(each.order.value, each.price.ticks, fills);
        } else {
            made.what.what = book_operation::kind::end;
            made.what.left = each.lots.lots;
            is_possible = here.now.take_away(each.order.value) == each.lots.lots;
        }
        if (!is_possible) {
            find_in_log(place_of(shard, one.index) + ": no plain book says " + describe(each));
        }
        for (auto fill = fills.rbegin(); fill != fills.rend(); ++fill) {
            here.expected.push_back({each.order.value, fill->price, fill->lots});
            here.expected.push_back({fill->maker, fill->price, fill->lots});
        }
        if (each.kind == event_kind::cancelled && each.reason == reason::unfilled &&
            !here.done.empty() && here.done.back().what.order == each.order.value) {
            here.done.back().what.left = each.lots.lots;  // it was not to rest
            return;
        }
        here.done.push_back(std::move(made));
    }

    void follow_fill(book& here, std::uint64_t index, const event& each) {
        // Of the two events of a trade, that of the order that rested.
        if (!here.done.empty() && here.done.back().what.order != each.order.value) {
            here.done.back().what.fills.push_back(
                {each.order.value, each.price.ticks, each.lots.lots});
        }
        const bool fits = !here.expected.empty() &&
                          here.expected.back().order == each.order.value &&
                          here.expected.back().price == each.price.ticks &&
                          here.expected.back().lots == each.lots.lots;
        if (!fits) {
            find_in_log(place_of(here.at, index) + ": " + describe(each) +
                        (here.expected.empty()
                             ? ", and there should be no trade"
                             : ", and a plain book lets order " +
                                   std::to_string(here.expected.back().order) + " trade " +
                                   std::to_string(here.expected.back().lots) + " at " +
                                   std::to_string(here.expected.back().price)));
            here.expected.clear();
            return;
        }
        here.expected.pop_back();
    }

    // --- At the end -------------------------------------------------------------------------------

    [[nodiscard]] const asking* find_asking(client_id id) const {
        const auto found = asked_.find(id);
        return found == asked_.end() ? nullptr : &found->second;
    }

    /// When an operation was asked for and told; what the client asked for must be what the book did.
    void date(symbol_id symbol, const book& here, placed& one) {
        book_operation& what = one.what;
        const client_id client = clients_[what.order];
        const asking* order = find_asking(client);
        if (order == nullptr) {
            find_in_log("order " + std::to_string(what.order) + " was asked for by nobody");
            return;
        }
        what.asked_us = order->asked_us;
        const asking* from = nullptr;
        if (what.what == book_operation::kind::enter) {
            const auto* asked = std::get_if<submit_order>(&order->what);
            if (asked == nullptr || asked->symbol != symbol || asked->order.side != what.side ||
                asked->order.price.ticks != what.price || asked->order.quantity.lots != what.lots) {
                find_in_log("order " + std::to_string(what.order) + " is not what was asked for");
            }
            from = order;
        } else if (what.what == book_operation::kind::replace) {
            from = find_asking(replaces_[{what.order, one.version}]);
        } else if (one.why == reason::requested && cancels_.count(client) == 1) {
            from = find_asking(cancels_.find(client)->second);
        }
        if (from != nullptr) {
            what.asked_us = std::max(what.asked_us, from->asked_us);
            // The answer tells of the book only where the order's account is in the same shard.
            const bool is_at_home = what.order >> 48U == here.at.value;
            what.told_us = is_at_home ? from->told_us : never_us;
        }
    }

    void check(symbol_id symbol, book& here) {
        for (placed& each : here.done) {
            date(symbol, here, each);
        }
        // A read of an entry comes behind all of it.
        std::vector<placed> all = here.done;
        all.insert(all.end(), here.reads.begin(), here.reads.end());
        std::stable_sort(all.begin(), all.end(),
                         [](const placed& a, const placed& b) { return a.index < b.index; });
        if (searches_) {
            check_for_an_order(symbol, std::move(all));
        } else {
            check_in_time(symbol, here.at, all);
        }
    }

    void check_in_time(symbol_id symbol, shard_id at, const std::vector<placed>& all) const {
        std::uint64_t latest_us = 0;
        for (const placed& each : all) {
            latest_us = std::max(latest_us, each.what.asked_us);
            if (each.what.told_us < latest_us) {
                find_in_log(
                    place_of(at, each.index) + ": what book " + std::to_string(symbol.value) +
                    " did there was told at " + std::to_string(each.what.told_us) +
                    " us, and it did before what was asked at " + std::to_string(latest_us));
                return;
            }
        }
    }

    void check_for_an_order(symbol_id symbol, std::vector<placed> all) {
        std::vector<book_operation> bare;
        bare.reserve(all.size());
        for (placed& each : all) {
            bare.push_back(std::move(each.what));
        }
        const linearization found = find_linearization(std::move(bare), most_steps);
        ++(found == linearization::undecided ? searched_.undecided : searched_.decided);
        if (found == linearization::none) {
            complain("book " + std::to_string(symbol.value) +
                     ": no order of what it was asked explains its answers");
        }
    }

    void find_in_log(const std::string& sentence) const {
        if (!searches_) {
            complain(sentence);
        }
    }

    bool searches_;
    searches searched_;
    std::map<client_id, asking> asked_;
    std::multimap<client_id, client_id> cancels_;  // of which order, by the cancel's own
    std::map<symbol_id, book> books_;
    std::set<symbol_id> touched_;
    std::map<std::uint64_t, client_id> clients_;                             // by order
    std::map<std::pair<std::uint64_t, std::uint32_t>, client_id> replaces_;  // by order, version
    std::map<std::uint64_t, std::vector<event>> said_;
    std::map<std::uint64_t, std::vector<event>> reported_;
};

}  // namespace

std::unique_ptr<checker> make_books_checker() {
    return std::make_unique<books_checker>(looks::along_log);
}

std::unique_ptr<checker> make_search_checker() {
    return std::make_unique<books_checker>(looks::for_an_order);
}

}  // namespace bourse
