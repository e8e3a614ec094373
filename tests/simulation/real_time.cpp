// Linearizable, with unknown outcomes kept open: a shard's log is the order in which its ledger and its books take
// commands, so what was asked after another thing had been answered must come behind it there; and a
// read must have seen all that had been answered when it was asked. A command whose outcome nobody was told may
// be anywhere behind what had been answered when it was first asked, or nowhere.
#include <map>
#include <string>

#include "tests/simulation/checker.hpp"

namespace bourse {
namespace {

class real_time_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override { return "linearizable"; }

    void asked(const client_request& request) override {
        for (const shard_command& each : request.commands) {
            floors_.emplace(id_of(each), request.floor);
        }
    }

    void committed(shard_id shard, const applied_entry& one) override {
        for (const shard_command& each : one.what.commands) {
            const client_id id = id_of(each);
            const auto floor = floors_.find(id);
            if (floor != floors_.end() && one.index <= floor->second) {
                complain("entry " + std::to_string(one.index) + " of shard " +
                         std::to_string(shard.value) + " has a command that was asked when entry " +
                         std::to_string(floor->second) + " had been answered");
            }
        }
    }

    void read(const client_request& request, const read_answer& answer) override {
        if (answer.index < request.floor) {
            complain("a read of shard " + std::to_string(request.shard.value) + " saw entry " +
                     std::to_string(answer.index) + " when " + std::to_string(request.floor) +
                     " had been answered before it was asked");
        }
    }

private:
    std::map<client_id, std::uint64_t> floors_;
};

}  // namespace

std::unique_ptr<checker> make_real_time_checker() {
    return std::make_unique<real_time_checker>();
}

}  // namespace bourse
