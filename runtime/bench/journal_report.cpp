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
    return table + checkpoint_lines(result.checkpoint) +
           "\n'of' is speed: 1 is as fast. Only the ratios mean anything on another machine.\n";
}

}  // namespace bourse
