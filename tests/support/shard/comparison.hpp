#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/shard/shard.hpp"
#include "tests/support/shard/audit.hpp"
#include "tests/support/shard/coverage.hpp"
#include "tests/support/shard/fault_planter.hpp"
#include "tests/support/shard/handed_rows.hpp"
#include "tests/support/shard/reference_shard.hpp"
#include "tests/support/shard/world.hpp"
#include "tests/support/shard/world_audit.hpp"

namespace bourse {

/// A world of one kind of machine that is audited after every step.
template <typename Machine>
class audited_world {
public:
    explicit audited_world(const std::vector<shard_settings>& settings)
        : world_(settings), audit_(settings), rows_(settings.size()) {
        for (std::size_t i = 0; i < settings.size(); ++i) {
            rows_[i] = world_.machine(shard_id{static_cast<std::uint16_t>(i + 1)}).save();
        }
    }

    /// A mistake to be made in all that comes out; it must outlive the world.
    void plant(fault_planter& planter) {
        planter_ = &planter;
        world_.set_spoiler([&planter](shard_id from, const entry& applied, shard_output& out) {
            planter.spoil(from, applied, out);
        });
    }

    [[nodiscard]] std::optional<std::string> apply(const world_step& step) {
        if (auto wrong = world_.apply(step)) {
            return wrong;
        }
        Machine& machine = world_.machine(step.shard);
        if constexpr (requires { machine.find_violation(); }) {
            if (const std::string wrong = machine.find_violation(); !wrong.empty()) {
                return "the machine finds fault with itself: " + wrong;
            }
        }
        shard_rows& rows = rows_[step.shard.value - 1U];
        rows = machine.save();
        if (planter_ != nullptr) {
            planter_->spoil(step.shard, rows);
        }
        const auto portfolio = [&machine](account_id account) {
            return machine.portfolio(account);
        };
        if (auto wrong =
                audit_.of(step.shard).follow(world_.applied(), world_.output(), rows, portfolio)) {
            return wrong;
        }
        coverage_.count(step.shard, world_.applied(), world_.output());
        if (auto wrong = audit_.follow(world_.transport(), rows_)) {
            return wrong;
        }
        return is_quiet() ? world_audit::check_drained(world_.transport(), rows_) : std::nullopt;
    }

    /// Nothing is on the way, and everybody knows it.
    [[nodiscard]] bool is_quiet() const {
        return world_.size() > 1 && world_.transport().drain_steps(timestamp{}).empty();
    }
    [[nodiscard]] const shard_world<Machine>& world() const noexcept { return world_; }
    [[nodiscard]] shard_world<Machine>& world() noexcept { return world_; }
    [[nodiscard]] const shard_rows& rows(shard_id id) const { return rows_[id.value - 1U]; }
    [[nodiscard]] const shard_coverage& coverage() const noexcept { return coverage_; }

private:
    shard_world<Machine> world_;
    world_audit audit_;
    std::vector<shard_rows> rows_;
    shard_coverage coverage_;
    fault_planter* planter_ = nullptr;
};

/// Fast shards and references side by side: both are given the same entries, and whatever can be
/// seen of them must be the same. Beside each fast shard a checkpoint is kept from changed rows.
class shard_comparison {
public:
    explicit shard_comparison(const std::vector<shard_settings>& settings);

    /// Applies one step to both. Returns the first difference in words, or nothing. After a
    /// difference the comparison is of no further use.
    [[nodiscard]] std::optional<std::string> apply(const world_step& step);
    /// Compares the whole state of one shard.
    [[nodiscard]] std::optional<std::string> compare_rows(shard_id id) const;
    /// Goes on with a fast shard that was saved and restored.
    [[nodiscard]] std::optional<std::string> restore(shard_id id);

    [[nodiscard]] const std::vector<handed_rows>& checkpoints() const noexcept {
        return checkpoints_;
    }
    [[nodiscard]] audited_world<reference_shard>& reference() noexcept { return reference_; }
    [[nodiscard]] const audited_world<reference_shard>& reference() const noexcept {
        return reference_;
    }

private:
    [[nodiscard]] std::optional<std::string> compare_queries(shard_id id);

    audited_world<reference_shard> reference_;
    std::vector<shard> fast_;
    std::vector<handed_rows> checkpoints_;  ///< of the fast shards
    shard_output got_;
    std::uint64_t steps_ = 0;
};

/// A life of `commands` commands, made up before the reference alone.
[[nodiscard]] shard_case make_case(std::uint64_t seed, std::uint64_t commands,
                                   std::uint16_t shards);

/// A life of `commands` commands, made up, applied to both, and audited, in one go. Returns the first
/// difference or fault with seed, shard and entry, or nothing; adds what was reached to `reached`.
[[nodiscard]] std::optional<std::string> find_difference(std::uint64_t seed, std::uint64_t commands,
                                                         std::uint16_t shards,
                                                         shard_coverage* reached = nullptr);
/// The same with the reference alone, and a mistake planted if one is given.
[[nodiscard]] std::optional<std::string> find_fault(std::uint64_t seed, std::uint64_t commands,
                                                    std::uint16_t shards,
                                                    shard_coverage* reached = nullptr,
                                                    fault_planter* planter = nullptr);

/// Applies a whole case to new shards, comparing everything after every step.
[[nodiscard]] std::optional<std::string> find_difference(const shard_case& one);
[[nodiscard]] std::optional<std::string> find_fault(const shard_case& one);
/// The same in a process of its own, so that a shard that asserts or hangs is a difference too.
[[nodiscard]] std::optional<std::string> find_difference_in_child(const shard_case& one);
[[nodiscard]] std::optional<std::string> find_fault_in_child(const shard_case& one);

}  // namespace bourse
