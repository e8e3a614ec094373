#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "messages/event.hpp"
#include "messages/session_message.hpp"
#include "messages/shard_command.hpp"

namespace bourse {

/// Something that a node writes into its log, beside the sentence whatever of the rest is known.
struct activity {
    std::string what;   ///< for people
    std::string trace;  ///< SESSION-REQUEST: the same in all that comes of one request
    std::string user;
    account_id account{};
    order_id order{};
    symbol_id symbol{};
    client_id client{};
    event_kind outcome = event_kind::none;
    reason why = reason::none;
};

/// Who writes it down. Thread-safe; nothing is made for a level that nobody wants, so nothing on the path of an order costs
/// anything unless `debug` is wanted.
class activity_log {
public:
    enum class level : std::uint8_t {
        debug,  ///< each command, and each answer
        info,   ///< who comes and goes, what operators do
        warn,   ///< what somebody should look at
    };
    virtual ~activity_log() = default;
    [[nodiscard]] virtual bool wants(level at) const noexcept = 0;
    virtual void write(level at, const activity& what) = 0;

    /// A sentence alone.
    void say(level at, std::string what) {
        activity made;
        made.what = std::move(what);
        write(at, made);
    }
};
using activity_log_ptr = std::shared_ptr<activity_log>;  ///< null: nobody does

/// What one session asks and is answered. Its calls are those of the session's thread.
class session_trail {
public:
    session_trail(activity_log_ptr to, session_number session, std::string user, user_role role)
        : to_(std::move(to)), session_(session), user_(std::move(user)), role_(role) {}

    void began() const;
    /// `why` empty: by its client's will, or since that is gone.
    void ended(const std::string& why) const;
    /// Each command of a list: those of clients at `debug`, those of operators at `info`, as other acts of theirs.
    void asked(std::uint64_t ask, const session_request& request);
    /// Of all that was asked; pushes say nothing.
    void answered(std::uint64_t ask, const session_answer& answer);

private:
    [[nodiscard]] bool wants(activity_log::level at) const {
        return to_ != nullptr && to_->wants(at);
    }
    [[nodiscard]] activity about(std::uint64_t ask, std::string what) const;

    activity_log_ptr to_;
    session_number session_;
    std::string user_;
    user_role role_;
    std::set<std::uint64_t> acts_;  ///< of an operator, not answered yet
};

}  // namespace bourse
