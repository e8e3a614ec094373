#include "tests/simulation/checker.hpp"

namespace bourse {

std::vector<std::unique_ptr<checker>> all_checkers(std::uint16_t shards) {
    std::vector<std::unique_ptr<checker>> all;
    all.push_back(make_acknowledged_checker());
    all.push_back(make_conserved_checker(shards));
    all.push_back(make_gapless_checker());
    all.push_back(make_leaders_checker());
    all.push_back(make_votes_checker());
    all.push_back(make_real_time_checker());
    all.push_back(make_books_checker(shards));
    all.push_back(make_first_outcome_checker());
    all.push_back(make_stamps_checker());
    all.push_back(make_stored_events_checker());
    return all;
}

client_id id_of(const shard_command& what) {
    return std::visit(
        [](const auto& each) -> client_id {
            if constexpr (requires { each.request; }) {
                return each.request.id;
            } else {
                return {};
            }
        },
        what);
}

}  // namespace bourse
