#include "tests/simulation/checker.hpp"

#include "tests/simulation/simulation.hpp"

namespace bourse {

std::vector<std::unique_ptr<checker>> all_checkers(std::uint16_t shards) {
    std::vector<std::unique_ptr<checker>> all;
    all.push_back(make_acknowledged_checker());
    all.push_back(make_conserved_checker(shards));
    all.push_back(make_gapless_checker());
    all.push_back(make_leaders_checker());
    all.push_back(make_votes_checker());
    all.push_back(make_real_time_checker());
    all.push_back(make_books_checker());
    if (shards == 1) {
        all.push_back(make_search_checker());
    }
    all.push_back(make_first_outcome_checker());
    all.push_back(make_stamps_checker());
    all.push_back(make_stored_events_checker());
    return all;
}

std::vector<std::string> checker_names() {
    std::vector<std::string> names{life_check::replicas_agree, life_check::no_replica_stops,
                                   life_check::only_leaders_speak, life_check::a_node_starts,
                                   life_check::progress};
    for (const auto& each : all_checkers(1)) {
        names.emplace_back(each->name());
    }
    return names;
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
