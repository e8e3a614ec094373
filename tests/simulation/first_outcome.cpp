// A command that is sent again is answered by what came of it the first time, and not carried out again.
#include <map>
#include <string>

#include "tests/simulation/checker.hpp"
#include "tests/support/shard/audit.hpp"

namespace bourse {
namespace {

class first_outcome_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override {
        return "a repeated id returns the first outcome";
    }

    void committed(shard_id shard, const applied_entry& one) override {
        if (one.what.index != 0) {  // of an entry that was made void nothing is carried out
            for (const shard_command& each : one.what.commands) {
                ++in_log_[id_of(each)];
            }
        }
        for (const report& each : one.out.reports) {
            if (each.client.is_none()) {
                continue;
            }
            if (each.what.kind != event_kind::repeated) {
                const auto [place, is_first] = first_.emplace(each.client, each);
                if (!is_first && is_outcome(each.what.kind)) {
                    complain("a second outcome in entry " + std::to_string(one.index) +
                             " of shard " + std::to_string(shard.value) + ": " +
                             describe(place->second) + ", then " + describe(each));
                }
                continue;
            }
            if (++repeated_[each.client] >= in_log_[each.client]) {
                complain("entry " + std::to_string(one.index) + " of shard " +
                         std::to_string(shard.value) + " takes for a repeat what is there " +
                         std::to_string(in_log_[each.client]) + " times: " + describe(each));
            }
            const auto known = first_.find(each.client);
            if (known == first_.end()) {
                continue;  // what a cancel does is told of the order
            }
            const report& first = known->second;
            // A cancel's number is zero: it has no report of its own (ledger RULES 3.4).
            const bool knows_first =
                (each.what.flags & event::pending) == 0 && each.what.number != 0;
            if (knows_first &&
                (each.what.number != first.number || each.what.reason != first.what.reason)) {
                complain("entry " + std::to_string(one.index) + " of shard " +
                         std::to_string(shard.value) + " repeats report " +
                         std::to_string(each.what.number) + " and the first outcome was " +
                         describe(first) + ", now " + describe(each));
            }
        }
    }

private:
    /// Of these a command has one; others tell what becomes of an order.
    static bool is_outcome(event_kind kind) {
        switch (kind) {
            case event_kind::accepted:
            case event_kind::rejected:
            case event_kind::replace_rejected:
            case event_kind::cancel_rejected:
            case event_kind::command_rejected:
            case event_kind::command_refused:
            case event_kind::account_changed:
            case event_kind::adjusted:
            case event_kind::command_done:
                return true;
            default:
                return false;
        }
    }

    std::map<client_id, report> first_;
    std::map<client_id, std::uint64_t> in_log_;    ///< how often it was committed
    std::map<client_id, std::uint64_t> repeated_;  ///< how often it was told to be a repeat
};

}  // namespace

std::unique_ptr<checker> make_first_outcome_checker() {
    return std::make_unique<first_outcome_checker>();
}

}  // namespace bourse
