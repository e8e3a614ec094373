#pragma once

#include <cstdint>
#include <string>

namespace bourse {

/// Replaying a journal into a shard against the same entries applied from memory. Medians over the runs; a share is the
/// median of the pairs. Per order means per command of the flow.
struct replay_figures {
    std::uint32_t orders_per_entry = 0;
    std::uint64_t orders = 0;
    std::uint64_t bytes = 0;  ///< payload in the journal
    double apply_ns = 0;      ///< an order from memory, of processor time
    double replay_ns = 0;  ///< an order from the journal: opened, checked, read, decoded, applied
    double open_ns = 0;    ///< of it, to open the journal
    double share = 0;      ///< speed of the replay / of applying, by processor time
    double elapsed_share = 0;  ///< the same by the clock on the wall, waiting for the disk included
    std::string fault;         ///< empty: all went well
};

/// Writes flow 10k with a thousand accounts into a journal in `folder`, in entries as a replica's, and replays it in turn with
/// applying what was written. Each begins with an empty shard that knows how many client ids will come; both must end
/// with one digest.
[[nodiscard]] replay_figures run_replay_bench(const std::string& folder,
                                              std::uint32_t orders_per_entry,
                                              std::uint32_t operations, unsigned runs);

}  // namespace bourse
