#pragma once

#include <cstdint>
#include <string>

namespace bourse {

/// What a group of replicas is given.
struct group_load {
    unsigned replicas = 1;
    std::uint32_t orders_per_entry = 1;
    std::uint32_t entries = 0;    ///< measured; before them come those that fill the book
    std::uint32_t in_flight = 1;  ///< entries asked for and not answered
};

/// What it made of it.
struct group_figures {
    group_load load;
    std::uint64_t entry_bytes = 0;  ///< the payload of an entry, on average
    double entries_per_second = 0;
    double p50_us = 0;  ///< from being asked for until answered: committed and applied
    double p99_us = 0;
    double cpu_us_per_entry = 0;  ///< of the whole process: all replicas, and who asks
    std::string fault;            ///< empty: all went well
};

/// Runs a group of replicas of one shard in this process: each on a thread and in a folder of its own, with its journal on real
/// files, consensus and machine, as in a node; messages between them go from memory to memory, without being made
/// bytes of. Who leads asks for the commands of flow 10k with a thousand accounts, an entry's worth at a time. In the end all
/// replicas must have one digest.
[[nodiscard]] group_figures run_group_bench(const std::string& folder, const group_load& load);

}  // namespace bourse
