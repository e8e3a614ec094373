#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actors/directory/directory.hpp"
#include "actors/directory/directory_act.hpp"
#include "actors/replica/told_entry.hpp"
#include "actors/session/outcomes.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// Names for those who ask, and the acts of operators that are under way.
///
/// It follows the shard entry by entry, on the shard's thread, and each step of an act is a command to that shard: `take` says
/// which to submit, under which number; `told`, `refused` and `lost` say what became of it.
///
/// Bound: `max_acts` at a time. One thread.
class act_desk {
public:
    /// Tags of its commands begin at `tag_base`.
    act_desk(const shard& of, std::uint64_t tag_base) : names_(of), outcomes_(tag_base) {}

    static constexpr std::size_t max_acts = 64;

    [[nodiscard]] const directory& names() const noexcept { return names_; }
    [[nodiscard]] session_answer answer(const shard& of, const instruments_request& asked) const;
    /// Those of `visible`, which rise; of an operator all.
    [[nodiscard]] session_answer answer(const accounts_request& asked, user_role role,
                                        const std::vector<account_id>& visible) const;

    /// Who asked gets one answer. `key` is said to him who adds a user.
    void begin(std::uint64_t session, std::uint64_t ask, directory_act::spec what, timestamp now,
               std::string key = {});
    /// What an operator asks, as an act; of `add_user` without its key. `malformed`.
    [[nodiscard]] static result<directory_act::spec> spec_of(const session_request& asked);

    /// Once for each entry, in order, with the acts whose commands are in it.
    void told(const told_entry& entry, const shard& of, const std::vector<std::uint64_t>& acts);
    void refused(std::uint64_t act, const request_refused& why);
    void lost(std::uint64_t act);
    /// `take` has something.
    [[nodiscard]] bool has_work() const noexcept {
        return !out_.commands.empty() || !out_.answers.empty();
    }

    struct effects {
        struct command {
            std::uint64_t act = 0;
            shard_command what;
        };
        struct answer {
            std::uint64_t session = 0;
            std::uint64_t ask = 0;
            session_answer what;
        };
        std::vector<command> commands;
        std::vector<answer> answers;
        std::vector<std::string> revoked;  ///< users
    };
    [[nodiscard]] effects take();

private:
    struct under_way {
        std::uint64_t session = 0;
        std::uint64_t ask = 0;
        directory_act act;
        std::string key;
        std::string done;
        std::string revokes;  ///< a user, when it is done
    };
    void go_on(std::uint64_t number);
    void end(std::uint64_t number, session_answer what);

    directory names_;
    outcome_finder outcomes_;
    std::map<std::uint64_t, under_way> acts_;
    std::uint64_t last_act_ = 0;
    effects out_;
};

/// An error of ours as a client is told it.
[[nodiscard]] request_refused refusal_of(const error& why);

}  // namespace bourse
