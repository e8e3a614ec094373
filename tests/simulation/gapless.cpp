// Reports are numbered by account, events by symbol, trades by book: 1, 2, 3 …
#include <map>
#include <string>

#include "tests/simulation/checker.hpp"

namespace bourse {
namespace {

class gapless_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override { return "numbers gapless"; }

    void committed(shard_id shard, const applied_entry& one) override {
        for (const report& each : one.out.reports) {
            if (each.number != 0) {
                follow("report of account", each.what.account.value, reports_[each.what.account],
                       each.number, shard, one.index);
            }
        }
        for (std::size_t i = 0; i < one.out.events.size(); ++i) {
            const event& each = one.out.events[i];
            if (one.out.event_numbers[i] != 0) {
                follow("event of symbol", each.symbol.value, events_[each.symbol],
                       one.out.event_numbers[i], shard, one.index);
            }
            std::uint64_t& trade = trades_[each.symbol];
            if (each.kind == event_kind::fill && each.number != trade) {
                follow("trade of symbol", each.symbol.value, trade, each.number, shard, one.index);
            }
        }
    }

private:
    void follow(const char* what, std::uint32_t whose, std::uint64_t& last, std::uint64_t next,
                shard_id shard, std::uint64_t index) {
        if (next != last + 1) {
            complain(std::string(what) + " " + std::to_string(whose) + ": " + std::to_string(next) +
                     " follows " + std::to_string(last) + " in entry " + std::to_string(index) +
                     " of shard " + std::to_string(shard.value));
        }
        last = next;
    }

    std::map<account_id, std::uint64_t> reports_;
    std::map<symbol_id, std::uint64_t> events_;
    std::map<symbol_id, std::uint64_t> trades_;
};

}  // namespace

std::unique_ptr<checker> make_gapless_checker() {
    return std::make_unique<gapless_checker>();
}

}  // namespace bourse
