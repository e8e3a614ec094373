#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/bench/checkpoint_bench.hpp"
#include "runtime/bench/group_bench.hpp"
#include "runtime/bench/replay_bench.hpp"

namespace bourse {

/// What `bourse bench journal` is asked for.
struct journal_bench_options {
    std::string folder = ".";  ///< a folder for the files is made in it, and removed
    unsigned runs = 9;         ///< of each contender
    bool quick = false;        ///< a tenth of the batches: shows that it works
    std::uint64_t volume_orders =
        0;  ///< so many orders are written to see what they take; zero: none
    /// Told what is being done, for whoever waits.
    std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// What was measured of batches of one size. Medians over the runs; a ratio is the median of its pairs.
struct journal_figures {
    std::uint32_t records = 0;  ///< a batch; each an entry with one new order
    std::uint64_t bytes = 0;    ///< a batch, whole sectors
    double us = 0;              ///< a batch through the journal, all its work included
    double odsync_us = 0;  ///< the same bytes written to a pre-allocated file opened with O_DSYNC
    double fdatasync_us = 0;     ///< the same, with an fdatasync after each write
    double odsync_share = 0;     ///< speed of the journal / of O_DSYNC
    double fdatasync_share = 0;  ///< speed of the journal / of fdatasync
    double p50_us = 0;           ///< from the first append until durable
    double p50_ratio = 0;        ///< that / p50 of O_DSYNC
};

/// The figures, or why there are none.
struct journal_bench_result {
    std::vector<journal_figures> batches;
    std::uint64_t volume_orders = 0;
    std::uint64_t volume_bytes = 0;  ///< what these orders took in the journal's files
    std::vector<replay_figures> replays;
    std::vector<group_figures> groups;
    checkpoint_figures checkpoint;
    std::string fault;  ///< empty: all went well
};

/// Measures durable batches of the journal against bare writes of as many bytes, on the same disk.
///
/// Journal, O_DSYNC and fdatasync write the same number of batches in turn, in an order that changes from run to
/// run, each to files whose blocks were written before. The journal's entries are released as it goes, so
/// that its segments are recycled, and `maintain` is called after each batch.
[[nodiscard]] journal_bench_result run_journal_bench(const journal_bench_options& options);

[[nodiscard]] std::string journal_json(const journal_bench_result& result);
[[nodiscard]] std::string journal_table(const journal_bench_result& result);

}  // namespace bourse
