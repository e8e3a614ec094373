// A replica votes for one candidate a term, and its term never goes back, whatever happens to its process: what
// it has said it still knows after a crash.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "tests/simulation/checker.hpp"

namespace bourse {
namespace {

class votes_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override { return "one vote a term"; }

    void said(shard_id shard, const replica_message& what, std::uint64_t term) override {
        std::uint64_t& known = terms_[{shard, what.from}];
        if (term < known) {
            complain(name_of(shard, what.from) + " is in term " + std::to_string(term) +
                     " and was in " + std::to_string(known) + " before");
        }
        // Of a pre-vote, the term is one that nobody is in yet.
        if (what.term <= term) {
            known = std::max(known, what.term);
        }
        const auto* answer = std::get_if<vote_answer>(&what.what);
        const auto* request = std::get_if<vote_request>(&what.what);
        if (answer != nullptr && answer->is_granted && !answer->is_pre_vote) {
            votes(shard, what, what.to);
        } else if (request != nullptr && !request->is_pre_vote) {
            votes(shard, what, what.from);  // who stands for election votes for itself
        }
    }

private:
    void votes(shard_id shard, const replica_message& what, replica_id for_whom) {
        const auto [vote, is_first] =
            votes_.emplace(std::tuple{shard, what.from, what.term}, for_whom);
        if (vote->second != for_whom) {
            complain(name_of(shard, what.from) + " votes in term " + std::to_string(what.term) +
                     " for replica " + std::to_string(for_whom.value) + ", and has for " +
                     std::to_string(vote->second.value));
        }
    }

    static std::string name_of(shard_id shard, replica_id one) {
        return "replica " + std::to_string(one.value) + " of shard " + std::to_string(shard.value);
    }

    std::map<std::pair<shard_id, replica_id>, std::uint64_t> terms_;
    std::map<std::tuple<shard_id, replica_id, std::uint64_t>, replica_id> votes_;
};

}  // namespace

std::unique_ptr<checker> make_votes_checker() {
    return std::make_unique<votes_checker>();
}

}  // namespace bourse
