// A term of a shard has one leader at the most.
#include <map>
#include <string>
#include <utility>

#include "tests/simulation/checker.hpp"

namespace bourse {
namespace {

class leaders_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override { return "one leader a term"; }

    void leads(shard_id shard, std::uint64_t term, replica_id who) override {
        const auto [place, is_new] = leaders_.emplace(std::make_pair(shard, term), who);
        if (!is_new && place->second != who) {
            complain("term " + std::to_string(term) + " of shard " + std::to_string(shard.value) +
                     " is led by " + std::to_string(place->second.value) + " and by " +
                     std::to_string(who.value));
        }
    }

private:
    std::map<std::pair<shard_id, std::uint64_t>, replica_id> leaders_;
};

}  // namespace

std::unique_ptr<checker> make_leaders_checker() {
    return std::make_unique<leaders_checker>();
}

}  // namespace bourse
