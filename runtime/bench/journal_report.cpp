// What `bourse bench journal` prints.

#include <array>
#include <cstdio>

#include "runtime/bench/bench_report.hpp"
#include "runtime/bench/journal_bench.hpp"

namespace bourse {
namespace {

// The targets of the project.
constexpr std::uint32_t many_records = 100;
constexpr double least_share = 0.8;
constexpr double most_p50_ratio = 1.3;

template <typename... Values>
std::string text(const char* format, Values... values) {
    std::array<char, 256> line{};
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
    const int length = std::snprintf(line.data(), line.size(), format, values...);
    return {line.data(), static_cast<std::size_t>(length)};
}

std::string verdict(const journal_figures& of) {
    const char* const asked = of.records == 1              ? "p50 <= 1.3 x O_DSYNC: "
                              : of.records >= many_records ? ">= 0.8 of O_DSYNC: "
                                                           : "";
    const bool met =
        of.records == 1 ? of.p50_ratio <= most_p50_ratio : of.odsync_share >= least_share;
    return *asked == '\0' ? "" : std::string(asked) + (met ? "met" : "missed");
}

}  // namespace

std::string journal_json(const journal_bench_result& result) {
    std::string json = "{\"batches\":[";
    for (const journal_figures& of : result.batches) {
        json += json.back() == '[' ? "" : ",";
        json +=
            "{\"records\":" + std::to_string(of.records) + ",\"bytes\":" + std::to_string(of.bytes);
        json += text(",\"us\":%.1f,\"odsync_us\":%.1f,\"fdatasync_us\":%.1f", of.us, of.odsync_us,
                     of.fdatasync_us);
        json += text(
            ",\"odsync_share\":%.3f,\"fdatasync_share\":%.3f,\"p50_us\":%.1f,\"p50_ratio\":%.3f}",
            of.odsync_share, of.fdatasync_share, of.p50_us, of.p50_ratio);
    }
    return json + "],\"volume_orders\":" + std::to_string(result.volume_orders) +
           ",\"volume_bytes\":" + std::to_string(result.volume_bytes) + "}\n";
}

std::string journal_table(const journal_bench_result& result) {
    std::string table =
        "The journal against bare writes of the same bytes, on " + processor_name() +
        "\n\nrecords    bytes  journal us  O_DSYNC us  fdatasync us  of O_DSYNC  of "
        "fdatasync   p50 us  p50 / O_DSYNC\n";
    for (const journal_figures& of : result.batches) {
        table +=
            text("%7u %8llu %11.1f %11.1f %13.1f %11.2f %13.2f %8.1f %14.2f  ", of.records,
                 static_cast<unsigned long long>(of.bytes), of.us, of.odsync_us, of.fdatasync_us,
                 of.odsync_share, of.fdatasync_share, of.p50_us, of.p50_ratio) +
            verdict(of) + "\n";
    }
    if (result.volume_orders != 0) {
        table += "\n" + std::to_string(result.volume_orders) +
                 " orders in entries of 100, a batch each: " +
                 text("%.2f GB of segments\n", static_cast<double>(result.volume_bytes) / 1e9);
    }
    return table +
           "\n'of' is speed: 1 is as fast. Only the ratios mean anything on another machine.\n";
}

}  // namespace bourse
