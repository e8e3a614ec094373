// What was acknowledged is in the log, once carried out, and was answered by what came of it.
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/simulation/checker.hpp"

namespace bourse {
namespace {

class acknowledged_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override { return "acknowledged present once"; }

    void committed(shard_id shard, const applied_entry& one) override {
        auto& in_log = entries_[shard];
        for (const shard_command& each : one.what.commands) {
            if (const client_id id = id_of(each); !id.is_none()) {
                in_log[one.index].insert(id);
            }
        }
        for (const report& each : one.out.reports) {
            if (each.what.kind == event_kind::accepted && !each.client.is_none() &&
                !accepted_.insert(each.client).second) {
                complain("the order " + name_of(each.client) +
                         " was accepted twice, again in entry " + std::to_string(one.index) +
                         " of shard " + std::to_string(shard.value));
            }
            reports_[{shard, one.index}].push_back(each);
        }
    }

    void answered(const client_request& request, const client_answer& answer) override {
        const auto& in_log = entries_[request.shard];
        const auto found = in_log.find(answer.index);
        for (const shard_command& each : request.commands) {
            if (found == in_log.end() || !found->second.contains(id_of(each))) {
                complain("command " + name_of(id_of(each)) + " was answered as entry " +
                         std::to_string(answer.index) + " of shard " +
                         std::to_string(request.shard.value) + ", which is not in the log with it");
                return;
            }
        }
        std::vector<report> here;
        for (const report& each : reports_[{request.shard, answer.index}]) {
            if (each.client.high == request.client) {
                here.push_back(each);
            }
        }
        if (here != answer.reports) {
            complain("what was answered in entry " + std::to_string(answer.index) + " of shard " +
                     std::to_string(request.shard.value) + " is not what came of it");
        }
    }

private:
    static std::string name_of(client_id id) {
        return std::to_string(id.high) + "/" + std::to_string(id.low);
    }

    std::map<shard_id, std::map<std::uint64_t, std::set<client_id>>> entries_;
    std::map<std::pair<shard_id, std::uint64_t>, std::vector<report>> reports_;
    std::set<client_id> accepted_;
};

}  // namespace

std::unique_ptr<checker> make_acknowledged_checker() {
    return std::make_unique<acknowledged_checker>();
}

}  // namespace bourse
