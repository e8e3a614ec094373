#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/directory/directory.hpp"
#include "actors/directory/directory_act.hpp"
#include "actors/shard/shard.hpp"

namespace bourse {

inline constexpr timestamp market_start{1'000'000'000'000};

/// A shard and its directory, and operators who ask for something.
class market {
public:
    explicit market(const shard_settings& settings = {}) : machine(settings), names(machine) {}

    /// Applies one entry, and follows it.
    void apply(std::vector<shard_command> commands);
    /// What one command was answered: also the first answer of one that was repeated.
    reason answer(const shard_command& one);
    /// Carries out an act, at most `most` steps of it. Nothing: it is done; else why not.
    std::optional<error> carry_out(directory_act::spec asked, std::size_t most = 1'000);
    /// How many steps the last act took.
    [[nodiscard]] std::size_t steps() const noexcept { return steps_; }
    /// What is said of an act that is refused.
    std::string said(directory_act::spec asked);
    /// A directory that is made anew has the same names.
    [[nodiscard]] bool is_in_step() const;

    shard machine;
    directory names;
    timestamp now = market_start;

private:
    shard_output out_;
    std::size_t steps_ = 0;
};

[[nodiscard]] instrument_spec an_instrument(std::string name);
[[nodiscard]] account_spec an_account(std::string name, std::vector<deposit_spec> deposits = {});
/// With a key whose hash is none.
[[nodiscard]] user_spec a_user(std::string name, user_role role, std::vector<std::string> accounts,
                               std::string key_id = "00000001");
[[nodiscard]] put_record writing(record_table table, std::string key, std::string value,
                                 std::uint64_t expected = 0);

}  // namespace bourse
