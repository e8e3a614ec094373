#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "actors/replica/told_entry.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// Finds which report answers which command.
///
/// The problem: an entry says what happened to accounts, and a client wants to know what became of his hundred orders. So each
/// command that comes without a client id is given a tag, which its report carries; tags are numbered, and those of one request
/// follow one another, so the report says where in the request it belongs. Commands with a client id are looked for by that; and of
/// cancels the report is about the order, and is found by its id or name.
///
/// What answers a command is the first report in its entry of a kind that can:
///
/// | command            | kinds                                                | found by                          |
/// |--------------------|------------------------------------------------------|-----------------------------------|
/// | order              | accepted, rejected, repeated                         | its client id or tag              |
/// | replace            | replaced, replace_rejected, repeated                 | its client id or tag              |
/// | cancel             | cancel_rejected, repeated; cancelled                 | its client id or tag; the order's |
/// | mass cancel        | command_refused, repeated                            | its client id or tag              |
/// | others             | account_changed, adjusted, command_done, command_refused, repeated | its client id or tag |
///
/// One thread. Bounds: the caller's, on requests and commands.
class outcome_finder {
public:
    /// Tags from `tag_base` on, as many as there ever are commands: nobody else's.
    explicit outcome_finder(std::uint64_t tag_base) : next_tag_(tag_base) {}

    /// Notes a request that goes out now, and gives a tag to each of its commands without a client id. Its first
    /// `skipped` commands nobody asks about.
    void note(std::uint64_t ask, std::vector<shard_command>& commands, std::size_t skipped);
    [[nodiscard]] std::size_t waiting() const noexcept { return requests_.size(); }
    /// The request was refused, or lost.
    void forget(std::uint64_t ask);

    /// What became of requests that are in this entry; they are forgotten.
    struct answered {
        std::uint64_t ask = 0;
        submitted what;
    };
    [[nodiscard]] std::vector<answered> find(const told_entry& in,
                                             const std::vector<std::uint64_t>& asks);

private:
    enum class family : std::uint8_t { order, replace, cancel, mass_cancel, other };
    struct asked_command {
        family kind = family::other;
        account_id account{};
        client_id client{};  ///< its own; or its tag
        order_id order{};    ///< of a cancel
        client_id named{};   ///< of a cancel
    };
    struct request {
        std::uint64_t ask = 0;
        std::uint64_t first_tag = 0;
        std::size_t skipped = 0;
        std::vector<asked_command> commands;
    };
    struct wanted;

    [[nodiscard]] static asked_command look_at(shard_command& one, std::uint64_t tag);
    [[nodiscard]] static bool can_answer(family kind, event_kind what);
    static void place(const report& told, wanted& all);
    [[nodiscard]] std::vector<request> take(const std::vector<std::uint64_t>& asks);

    std::uint64_t next_tag_;
    std::deque<request> requests_;  ///< as they went out, so by rising tag
};

}  // namespace bourse
