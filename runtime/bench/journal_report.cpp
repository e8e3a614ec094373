// What `bourse bench journal` prints.

#include "runtime/bench/bench_report.hpp"
#include "runtime/bench/journal_bench.hpp"
#include "runtime/bench/report_text.hpp"

namespace bourse {
namespace {

// The targets of the project.
constexpr std::uint32_t many_records = 100;
constexpr double least_share = 0.8;
constexpr double most_p50_ratio = 1.3;
constexpr double least_load_share = 0.5;
constexpr double least_replay_share = 0.7;

std::string verdict(const journal_figures& of) {
    if (of.records == 1) {
        return std::string("p50 <= 1.3 x O_DSYNC: ") +
               (of.p50_ratio <= most_p50_ratio ? "met" : "missed");
    }
    if (of.records >= many_records) {
        return std::string(">= 0.8 of O_DSYNC: ") +
               (of.odsync_share >= least_share ? "met" : "missed");
    }
    return {};
}

std::string checkpoint_json(const checkpoint_figures& of) {
    return "{\"rows\":" + std::to_string(of.rows) + ",\"load_ns\":" + number(of.load_ns, 1) +
           ",\"bare_ns\":" + number(of.bare_ns, 1) + ",\"walk_ns\":" + number(of.walk_ns, 1) +
           ",\"share\":" + number(of.share, 3) + ",\"walk_share\":" + number(of.walk_share, 3) +
           "}";
}

std::string checkpoint_lines(const checkpoint_figures& of) {
    return "\nLoading a checkpoint of " + std::to_string(of.rows) +
           " rows: " + number(of.load_ns, 1) + " ns a row; a bare scan that reads the values " +
           number(of.bare_ns, 1) + " ns, one that does not " + number(of.walk_ns, 1) +
           " ns\nof bare scan " + number(of.share, 2) + ", of the one that reads nothing " +
           number(of.walk_share, 2) + "  >= 0.5 of both: " +
           (of.share >= least_load_share && of.walk_share >= least_load_share ? "met" : "missed") +
           "\n";
}

std::string replay_json(const replay_figures& of) {
    return "{\"entry\":" + std::to_string(of.orders_per_entry) +
           ",\"orders\":" + std::to_string(of.orders) + ",\"bytes\":" + std::to_string(of.bytes) +
           ",\"apply_ns\":" + number(of.apply_ns, 1) + ",\"replay_ns\":" + number(of.replay_ns, 1) +
           ",\"open_ns\":" + number(of.open_ns, 1) + ",\"share\":" + number(of.share, 3) +
           ",\"elapsed_share\":" + number(of.elapsed_share, 3) + "}";
}

std::string group_json(const group_figures& of) {
    return "{\"replicas\":" + std::to_string(of.load.replicas) +
           ",\"entry\":" + std::to_string(of.load.orders_per_entry) +
           ",\"entry_bytes\":" + std::to_string(of.entry_bytes) +
           ",\"in_flight\":" + std::to_string(of.load.in_flight) +
           ",\"entries_per_second\":" + number(of.entries_per_second, 1) +
           ",\"p50_us\":" + number(of.p50_us, 1) + ",\"p99_us\":" + number(of.p99_us, 1) +
           ",\"cpu_us\":" + number(of.cpu_us_per_entry, 1) + "}";
}

template <typename Figures, typename MakeJson>
std::string json_array(const std::vector<Figures>& all, const MakeJson& make) {
    std::string json = "[";
    for (const Figures& of : all) {
        json += (json.back() == '[' ? "" : ",") + make(of);
    }
    return json + "]";
}

std::string replay_lines(const std::vector<replay_figures>& all) {
    std::string lines =
        "\nReplaying a journal of flow 10k, 1,000 accounts, against applying it from memory\n"
        "orders an entry  apply ns an order  replay ns  of it to open  of applying  by the clock\n";
    for (const replay_figures& of : all) {
        lines += right(std::to_string(of.orders_per_entry), 15) +
                 right(number(of.apply_ns, 1), 19) + right(number(of.replay_ns, 1), 11) +
                 right(number(of.open_ns, 1), 15) + right(number(of.share, 2), 13) +
                 right(number(of.elapsed_share, 2), 14) +
                 "  >= 0.7: " + (of.share >= least_replay_share ? "met" : "missed") + "\n";
    }
    return lines;
}

std::string group_lines(const std::vector<group_figures>& all) {
    std::string lines =
        "\nA group in one process, each replica on a thread and on files of its own\n"
        "replicas  orders an entry   bytes  in flight  entries/s  orders/s   p50 us   p99 us  "
        "CPU us an entry\n";
    for (const group_figures& of : all) {
        lines += right(std::to_string(of.load.replicas), 8) +
                 right(std::to_string(of.load.orders_per_entry), 17) +
                 right(std::to_string(of.entry_bytes), 8) +
                 right(std::to_string(of.load.in_flight), 11) +
                 right(number(of.entries_per_second, 0), 11) +
                 right(number(of.entries_per_second * of.load.orders_per_entry, 0), 10) +
                 right(number(of.p50_us, 0), 9) + right(number(of.p99_us, 0), 9) +
                 right(number(of.cpu_us_per_entry, 0), 17) + "\n";
    }
    return lines;
}

}  // namespace

std::string journal_json(const journal_bench_result& result) {
    std::string json = "{\"batches\":[";
    for (const journal_figures& of : result.batches) {
        json += json.back() == '[' ? "" : ",";
        json += "{\"records\":" + std::to_string(of.records) +
                ",\"bytes\":" + std::to_string(of.bytes) + ",\"us\":" + number(of.us, 1) +
                ",\"odsync_us\":" + number(of.odsync_us, 1) +
                ",\"fdatasync_us\":" + number(of.fdatasync_us, 1) +
                ",\"odsync_share\":" + number(of.odsync_share, 3) +
                ",\"fdatasync_share\":" + number(of.fdatasync_share, 3) +
                ",\"p50_us\":" + number(of.p50_us, 1) +
                ",\"p50_ratio\":" + number(of.p50_ratio, 3) + "}";
    }
    return json + "],\"volume_orders\":" + std::to_string(result.volume_orders) +
           ",\"volume_bytes\":" + std::to_string(result.volume_bytes) +
           ",\"replays\":" + json_array(result.replays, replay_json) +
           ",\"groups\":" + json_array(result.groups, group_json) +
           ",\"checkpoint\":" + checkpoint_json(result.checkpoint) + "}\n";
}

std::string journal_table(const journal_bench_result& result) {
    std::string table =
        "The journal against bare writes of the same bytes, on " + processor_name() + "\n\n" +
        "records    bytes  journal us  O_DSYNC us  fdatasync us  of O_DSYNC  of fdatasync  p50 us"
        "  p50 / O_DSYNC\n";
    for (const journal_figures& of : result.batches) {
        table += right(std::to_string(of.records), 7) + right(std::to_string(of.bytes), 9) +
                 right(number(of.us, 1), 12) + right(number(of.odsync_us, 1), 12) +
                 right(number(of.fdatasync_us, 1), 14) + right(number(of.odsync_share, 2), 12) +
                 right(number(of.fdatasync_share, 2), 14) + right(number(of.p50_us, 1), 8) +
                 right(number(of.p50_ratio, 2), 15) + "  " + verdict(of) + "\n";
    }
    if (result.volume_orders != 0) {
        table += "\n" + std::to_string(result.volume_orders) +
                 " orders in entries of 100, a batch each: " +
                 number(static_cast<double>(result.volume_bytes) / 1e9, 2) + " GB of segments\n";
    }
    return table + replay_lines(result.replays) + group_lines(result.groups) +
           checkpoint_lines(result.checkpoint) +
           "\n'of' is speed: 1 is as fast. Only the ratios mean anything on another machine.\n";
}

}  // namespace bourse
