// Value is neither made nor lost: in each entry, in each shard, and between shards when all is delivered.
#include <map>
#include <string>

#include "tests/simulation/checker.hpp"
#include "tests/support/shard/world_audit.hpp"

namespace bourse {
namespace {

class conserved_checker : public checker {
public:
    explicit conserved_checker(std::uint16_t shards) : transport_(shards) {}

    [[nodiscard]] const char* name() const noexcept override { return "value conserved"; }

    void committed(shard_id shard, const applied_entry& one) override {
        std::map<asset_id, wide_int> sums;
        for (const ledger_line& each : one.out.lines) {
            sums[each.asset] += each.amount;
        }
        for (const auto& [asset, sum] : sums) {
            if (sum != 0) {
                complain("entry " + std::to_string(one.index) + " of shard " +
                         std::to_string(shard.value) + " makes " + to_text(sum) + " of asset " +
                         std::to_string(asset.value));
            }
        }
        if (const auto wrong = transport_.follow(shard, one.what, one.out)) {
            complain(*wrong);
        }
    }

    void at_end(const std::vector<const shard*>& states) override {
        std::vector<shard_rows> rows;
        std::map<asset_id, wide_int> everywhere;
        std::vector<shard_settings> settings;
        for (const shard* each : states) {
            rows.push_back(each->save());
            settings.push_back(each->settings());
            std::map<asset_id, wide_int> here;
            for (const position_row& row : rows.back().positions) {
                here[row.asset] += row.total;
            }
            for (const auto& [asset, sum] : here) {
                if (sum != 0) {
                    complain("shard " + std::to_string(each->settings().id.value) + " has " +
                             to_text(sum) + " of asset " + std::to_string(asset.value) +
                             " too many");
                }
            }
        }
        world_audit between(settings);
        if (const auto wrong = between.follow(transport_, rows)) {
            complain(*wrong);
        }
        if (const auto wrong = world_audit::check_drained(transport_, rows)) {
            complain(*wrong);
        }
    }

private:
    shard_transport transport_;
};

}  // namespace

std::unique_ptr<checker> make_conserved_checker(std::uint16_t shards) {
    return std::make_unique<conserved_checker>(shards);
}

}  // namespace bourse
