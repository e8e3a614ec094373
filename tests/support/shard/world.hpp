#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/channel_message.hpp"
#include "messages/shard_command.hpp"
#include "messages/timestamp.hpp"

/// Several shards and what lies between them, on one thread and reproducible.
namespace bourse {

/// What the transport does at one position of an entry. It is said relative to what has happened so
/// far, so that it still means something when a case is shrunk.
struct transport_action {
    enum class kind : std::uint8_t {
        deliver,      ///< messages of `from`, beginning `shift` after the next that is expected
        confirm,      ///< the newest receipt of `from`, less `shift`
        overconfirm,  ///< a receipt for much more than was ever sent, and `shift`
    };
    kind what = kind::deliver;
    shard_id from{};
    std::int64_t shift = 0;  ///< deliver: below zero repeats, above zero leaves a gap
    std::uint32_t count = 0;
    friend bool operator==(const transport_action&, const transport_action&) = default;
};

/// One entry as it is written down: what the transport brings is filled in when it is applied.
struct world_step {
    using command_type = std::variant<shard_command, transport_action>;

    shard_id shard{};
    timestamp at{};
    bool is_void = false;  ///< the entry is skipped instead
    std::vector<command_type> commands;
    friend bool operator==(const world_step&, const world_step&) = default;
};

/// A whole life of a world.
struct shard_case {
    std::vector<shard_settings> settings;  ///< one a shard, of shards 1, 2, 3 …
    bool restore_often = false;            ///< the fast shards are restored after every entry
    std::vector<world_step> steps;
    friend bool operator==(const shard_case&, const shard_case&) = default;
};

[[nodiscard]] std::size_t count_commands(const shard_case& one) noexcept;

/// Keeps every message that a shard has put out, and hands them on as steps say.
///
/// It loses, repeats and reorders: a step may deliver from any place, any number of times. What was
/// put out stays deliverable for ever, as from a sender that goes on sending what it has no receipt for.
class shard_transport {
public:
    explicit shard_transport(std::uint16_t shards) : shards_(shards) {}

    /// The step's entry, with what is on the way filled in.
    [[nodiscard]] entry make_entry(const world_step& step, std::uint64_t index) const;
    /// Takes over the messages and receipts that applying `applied` has put out. Returns what is
    /// wrong with their numbers.
    [[nodiscard]] std::optional<std::string> follow(shard_id from, const entry& applied,
                                                    const shard_output& out);
    /// A step for each shard that has something to take or to confirm; none: all is quiet. Messages
    /// to shards that are not there stay where they are.
    [[nodiscard]] std::vector<world_step> drain_steps(timestamp now) const;

    [[nodiscard]] std::uint16_t shards() const noexcept { return shards_; }
    /// All that `from` ever put out for `to`, number 1 first.
    [[nodiscard]] const std::vector<channel_message>& sent(shard_id from, shard_id to) const;
    /// How many of them `to` has taken, as its receipts said.
    [[nodiscard]] std::uint64_t taken(shard_id from, shard_id to) const;
    /// Up to which number `from` has been told.
    [[nodiscard]] std::uint64_t confirmed(shard_id from, shard_id to) const;
    /// How often a message was delivered again, and how often too early.
    [[nodiscard]] std::uint64_t repeats() const noexcept { return repeats_; }
    [[nodiscard]] std::uint64_t gaps() const noexcept { return gaps_; }

private:
    struct way {
        std::vector<channel_message> sent;
        std::uint64_t taken = 0;
        std::uint64_t confirmed = 0;
    };

    [[nodiscard]] const way& way_of(shard_id from, shard_id to) const;
    [[nodiscard]] shard_command fill_in(const transport_action& action, shard_id to) const;

    std::uint16_t shards_;
    std::map<std::pair<shard_id, shard_id>, way> ways_;
    std::uint64_t repeats_ = 0;
    std::uint64_t gaps_ = 0;
};

/// N shards of one kind of machine, each with its own log, joined by a transport.
///
/// `Machine` is made from `shard_settings` and has `apply(entry, shard_output&)` and `skip(index)`.
template <typename Machine>
class shard_world {
public:
    /// Makes what a shard puts out wrong on purpose, before the transport or anybody sees it.
    using spoiler = std::function<void(shard_id, const entry&, shard_output&)>;

    explicit shard_world(const std::vector<shard_settings>& settings)
        : transport_(static_cast<std::uint16_t>(settings.size())), indexes_(settings.size()) {
        machines_.reserve(settings.size());
        for (const shard_settings& one : settings) {
            machines_.push_back(std::make_unique<Machine>(one));
        }
    }

    /// Applies one step to its shard. Returns what is wrong with the numbers of its messages. The
    /// entry and what came of it can be looked at until the next step.
    [[nodiscard]] std::optional<std::string> apply(const world_step& step) {
        std::uint64_t& index = indexes_[step.shard.value - 1U];
        applied_ = transport_.make_entry(step, ++index);
        output_.clear();
        if (step.is_void) {
            machine(step.shard).skip(index);
            return std::nullopt;
        }
        machine(step.shard).apply(applied_, output_);
        if (spoil_) {
            spoil_(step.shard, applied_, output_);
        }
        return transport_.follow(step.shard, applied_, output_);
    }

    void set_spoiler(spoiler spoil) { spoil_ = std::move(spoil); }
    [[nodiscard]] Machine& machine(shard_id id) { return *machines_[id.value - 1U]; }
    [[nodiscard]] const Machine& machine(shard_id id) const { return *machines_[id.value - 1U]; }
    [[nodiscard]] const shard_transport& transport() const noexcept { return transport_; }
    [[nodiscard]] shard_transport& transport() noexcept { return transport_; }
    [[nodiscard]] std::uint16_t size() const noexcept { return transport_.shards(); }
    [[nodiscard]] const entry& applied() const noexcept { return applied_; }
    [[nodiscard]] const shard_output& output() const noexcept { return output_; }

private:
    std::vector<std::unique_ptr<Machine>> machines_;
    shard_transport transport_;
    std::vector<std::uint64_t> indexes_;
    spoiler spoil_;
    entry applied_;
    shard_output output_;
};

}  // namespace bourse
