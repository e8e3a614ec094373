#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/consensus.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {

/// Voters and learners, in ascending order of ids altogether.
[[nodiscard]] inline membership members_of(std::initializer_list<std::uint64_t> voters,
                                           std::initializer_list<std::uint64_t> learners = {}) {
    membership made;
    for (std::uint64_t id = 1; id <= 64; ++id) {
        for (const std::uint64_t each : voters) {
            if (each == id) {
                made.members.push_back({.id = {id}, .role = member_role::voter});
            }
        }
        for (const std::uint64_t each : learners) {
            if (each == id) {
                made.members.push_back({.id = {id}, .role = member_role::learner});
            }
        }
    }
    return made;
}

[[nodiscard]] inline log_entry command_of(std::uint64_t term, std::size_t bytes = 8) {
    return {.term = term,
            .kind = log_entry_kind::command,
            .payload = shared_bytes(std::vector<std::byte>(bytes))};
}

[[nodiscard]] inline log_entry membership_of(std::uint64_t term, const membership& members) {
    std::vector<std::byte> payload;
    encode_membership(members, payload);
    return {.term = term,
            .kind = log_entry_kind::membership,
            .payload = shared_bytes(std::move(payload))};
}

/// The disk of a founder whose log has `commands` commands of `term` behind its first entry.
[[nodiscard]] inline durable_state log_with(const membership& founders, std::uint64_t term = 1,
                                            std::uint32_t commands = 0) {
    durable_state made = founding_log(founders);
    made.term = term;
    made.entries.resize(1 + commands, command_of(term));
    return made;
}

/// One replica whose peers are played by the test, message by message.
class lone_replica {
public:
    lone_replica(std::uint64_t id, const durable_state& disk, const consensus_options& options = {})
        : core({id}, options) {
        take(core.start(now_ms, disk));
    }

    consensus core;
    std::uint64_t now_ms = 1'000;
    bool are_writes_held = false;  ///< or they are durable at once
    std::vector<log_write> writes;
    std::vector<replica_message> sent;
    std::vector<std::string> faults;
    std::optional<snapshot_to_install> install;
    effects last;

    /// Notes what an event answered, and answers it without what is to be written and sent.
    effects take(effects out) {
        for (log_write& each : out.writes) {
            writes.push_back(std::move(each));
        }
        for (replica_message& each : out.messages) {
            sent.push_back(std::move(each));
        }
        if (!out.fault.empty()) {
            faults.push_back(out.fault);
        }
        if (out.install) {
            install = out.install;
        }
        const bool has_written = !out.writes.empty();
        out.writes.clear();
        out.messages.clear();
        last = out;
        if (has_written && !are_writes_held) {
            take(core.persisted(now_ms, writes.back().number));
        }
        return out;
    }

    effects hear(std::uint64_t from, std::uint64_t term, decltype(replica_message::what) what) {
        return take(core.receive(
            now_ms, {.from = {from}, .to = core.self(), .term = term, .what = std::move(what)}));
    }
    void wait_for_tick() {
        now_ms = last.next_tick_ms;
        take(core.tick(now_ms));
    }
    effects submit(std::uint32_t count = 1, std::size_t bytes = 8) {
        std::vector<shared_bytes> payloads(count, shared_bytes(std::vector<std::byte>(bytes)));
        return take(core.submit(now_ms, std::move(payloads)));
    }
    effects change(membership_change::kind what, std::uint64_t id) {
        return take(core.change_membership(now_ms, {.what = what, .id = {id}}));
    }

    /// Until it asks for votes, which may take an election timeout or two.
    void become_candidate() {
        for (int i = 0; i < 10 && core.role() != replica_role::candidate; ++i) {
            wait_for_tick();
        }
    }
    /// `voters` elect it.
    void become_leader(std::initializer_list<std::uint64_t> voters) {
        become_candidate();
        for (const bool is_pre_vote : {true, false}) {
            for (const std::uint64_t voter : voters) {
                hear(voter, core.term() + (is_pre_vote ? 1 : 0),
                     vote_answer{.is_granted = true, .is_pre_vote = is_pre_vote});
            }
        }
    }
    /// `followers` have all of the log.
    void acknowledge(std::initializer_list<std::uint64_t> followers) {
        for (const std::uint64_t follower : followers) {
            hear(follower, core.term(),
                 append_answer{.rejected_index = 0, .last_index = core.last_index()});
        }
    }

    /// The last message of this kind, to whomever or to one, or null.
    template <typename What>
    [[nodiscard]] const replica_message* last_sent(std::uint64_t to = 0) const {
        for (std::size_t i = sent.size(); i > 0; --i) {
            const replica_message& each = sent[i - 1];
            if (std::holds_alternative<What>(each.what) && (to == 0 || each.to.value == to)) {
                return &each;
            }
        }
        return nullptr;
    }
    /// What it said.
    template <typename What>
    [[nodiscard]] const What* last_said(std::uint64_t to = 0) const {
        const replica_message* found = last_sent<What>(to);
        return found != nullptr ? &std::get<What>(found->what) : nullptr;
    }
};

}  // namespace bourse
