#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/directory/directory.hpp"
#include "actors/directory/directory_act.hpp"
#include "actors/replica/told_entry.hpp"
#include "actors/session/session.hpp"
#include "actors/shard/shard.hpp"
#include "runtime/node/exchange_port.hpp"

namespace bourse {

/// An exchange without actors, disk and consensus: real sessions, a real shard and its directory, all on whichever thread
/// asks, behind the port that a node has. For tests of what stands in front of it.
///
/// Keys are texts without a hash: "operator" is there from the start, others come by `add_user`.
class small_exchange final : public exchange_port {
public:
    small_exchange();
    ~small_exchange() override;

    void log_in(std::uint64_t ask, log_in_request request, answer_box& to) override;
    void ask(session_number session, std::uint64_t ask, session_request request) override;
    void close(session_number session) override;

    // --- What a test does to it ------------------------------------------------------------------

    /// From now on nothing is answered and nothing done; what came meanwhile is, when it is let go.
    void hold();
    /// As `hold`, but log-ins are answered.
    void hold_requests();
    /// As `hold_requests`, when so many entries have been applied.
    void hold_requests_at(std::uint64_t index);
    void let_go();
    /// The next so many submits are done, and nobody hears of it.
    void lose_answers(unsigned count);
    void end_session(session_number session, const std::string& why);
    /// To all who have subscribed to its symbol, as it is.
    void push(const market_push& what);
    /// What is said of whatever is asked about the history.
    void set_history(history_answer answer);

    // --- What a test sees ------------------------------------------------------------------------

    [[nodiscard]] std::vector<session_number> sessions() const;
    [[nodiscard]] std::uint64_t index() const;
    [[nodiscard]] std::uint64_t credit_granted() const;
    [[nodiscard]] std::size_t held() const;
    /// The commands of the last submit, as they came to the shard.
    [[nodiscard]] std::vector<shard_command> last_commands() const;
    [[nodiscard]] history_request last_history() const;
    /// The last of what an operator asked: an instrument, an account, a user, or that one goes.
    [[nodiscard]] session_request last_act() const;
    /// Who reads a market now, and how.
    [[nodiscard]] std::vector<bourse::subscribe_market> markets() const;
    [[nodiscard]] std::uint32_t band_bps(const std::string& instrument) const;

private:
    struct member;
    struct user {
        std::string name;
        user_role role = user_role::viewer;
        std::vector<std::string> accounts;
    };
    struct held_request {
        session_number session{};
        std::uint64_t ask = 0;
        session_request what;
    };

    struct held_log_in {
        std::uint64_t ask = 0;
        log_in_request what;
        answer_box* to = nullptr;
    };

    void let_in(std::uint64_t ask, const log_in_request& request, answer_box& to);
    void take(session_number session, std::uint64_t ask, session_request request);
    void drain();
    void submit(member& from, std::uint64_t ask, std::vector<shard_command> commands);
    /// Applies one entry, and tells everybody of it.
    const shard_output& apply(std::vector<shard_command> commands, member* from, std::uint64_t ask);
    void give_past(member& to, const session_effects::wanted_reports& wanted);
    [[nodiscard]] session_answer answer(const session_request& request);
    [[nodiscard]] session_answer act(const directory_act::spec& asked, const std::string& text);
    void push_market(const shard_output& out);

    mutable std::mutex mutex_;
    std::unique_ptr<shard> machine_;
    std::unique_ptr<directory> names_;
    std::int64_t clock_ns_ = 1'767'258'000'000'000'000;
    std::map<std::uint64_t, std::unique_ptr<member>> members_;
    std::uint64_t last_session_ = 0;
    std::map<std::string, user> users_;
    std::map<account_id, past_reports> reports_;
    std::shared_ptr<const told_entry> last_;
    bool is_held_ = false;
    bool log_ins_are_held_ = false;
    std::uint64_t hold_at_ = 0;  ///< 0: nowhere
    unsigned losing_ = 0;
    std::uint64_t granted_ = 0;
    std::vector<shard_command> last_commands_;
    history_request last_history_;
    session_request last_act_;
    history_answer history_;
    std::vector<held_request> waiting_;
    std::vector<held_log_in> waiting_log_ins_;
    std::vector<std::uint64_t> dirty_;
};

}  // namespace bourse
