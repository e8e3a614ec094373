#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "messages/shard_command.hpp"

namespace bourse {

struct simulation_options {
    std::uint64_t seed = 1;
    std::uint16_t shards = 0;    ///< 1 to 4; zero: drawn
    std::uint16_t replicas = 0;  ///< 1, 3 or 5 voters of each shard; zero: drawn
    std::uint32_t journal_kib =
        1'024;  ///< that a journal may have, 64 or more, in 4 segments or more of 64 KiB or less
    std::uint32_t repeats = 0;  ///< of a thousand messages in a storm; zero: drawn
    bool keeps_trace = false;   ///< what happened last, in words
    const char* only =
        nullptr;  ///< whose complaints count: a name of `checker_names`; null: everybody's
};

struct simulation_result {
    std::string checker;    ///< which found something; empty: none
    std::string complaint;  ///< what
    std::uint16_t shards = 0;
    std::uint16_t replicas = 0;  ///< voters of each at the begin
    std::uint64_t virtual_ms = 0;
    std::uint64_t events = 0;
    std::uint64_t entries = 0;
    std::uint64_t answered = 0;  ///< requests of clients
    std::uint64_t reads = 0;
    std::uint64_t elections = 0;
    std::uint64_t crashes = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t installs = 0;  ///< of rows from another node
    std::uint64_t changes = 0;   ///< of memberships
    std::uint64_t disks_lost = 0;
    std::uint64_t voids = 0;  ///< entries made void
    std::uint64_t books_decided =
        0;  ///< in which an order was searched for, and it was found out whether there is one
    std::uint64_t books_undecided = 0;  ///< and not within so many steps
    /// Committed commands of each kind, in the order of `shard_command`.
    std::array<std::uint64_t, std::variant_size_v<shard_command>> commands{};
    std::uint64_t trace_digest = 0;  ///< of everything that happened: the same for the same seed
    std::vector<std::string> last;   ///< if a trace was wanted
};

/// Whatever `simulation_result::checker` may be.
[[nodiscard]] std::vector<std::string> checker_names();

/// A life of a cluster: it is founded, goes through a storm, heals, and must be whole then. The same for the
/// same options.
[[nodiscard]] simulation_result simulate(const simulation_options& options);

}  // namespace bourse
