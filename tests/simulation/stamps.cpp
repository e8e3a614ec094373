// The stamps of a shard's entries never go back.
#include <map>
#include <string>

#include "tests/simulation/checker.hpp"

namespace bourse {
namespace {

class stamps_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override { return "stamps never go back"; }

    void committed(shard_id shard, const applied_entry& one) override {
        if (one.what.index == 0) {
            return;  // consensus' own
        }
        timestamp& last = last_[shard];
        if (one.what.at < last) {
            complain("entry " + std::to_string(one.index) + " of shard " +
                     std::to_string(shard.value) + " is stamped " +
                     std::to_string(last.ns - one.what.at.ns) + " ns before the one before");
        }
        last = one.what.at;
    }

private:
    std::map<shard_id, timestamp> last_;
};

}  // namespace

std::unique_ptr<checker> make_stamps_checker() {
    return std::make_unique<stamps_checker>();
}

}  // namespace bourse
