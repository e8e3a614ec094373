#pragma once

#include <cstdint>
#include <string>

namespace bourse {

/// Loading a checkpoint against a bare scan. Medians over the runs; the share is the median of the pairs.
struct checkpoint_figures {
    std::uint64_t rows = 0;
    double load_ns = 0;  ///< a row, with its sum checked, handed to a function
    double bare_ns =
        0;  ///< a row, of an LMDB cursor over the same table; each value's bytes are read once
    double walk_ns = 0;     ///< a row, of a cursor that looks at no value
    double share = 0;       ///< speed of the load / of the bare scan
    double walk_share = 0;  ///< speed of the load / of the walk
    std::string fault;      ///< empty: all went well
};

/// Stores a checkpoint of as many rows as asked in `folder`, and loads it in turn with bare scans of the same file. Each opens the
/// file anew and passes over it once before it is measured, so that all of it is in memory.
[[nodiscard]] checkpoint_figures run_checkpoint_bench(const std::string& folder, std::uint64_t rows,
                                                      unsigned runs);

}  // namespace bourse
