#include "runtime/bench/journal_bench.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>

#include "messages/entry_codec.hpp"
#include "runtime/bench/flow_run.hpp"
#include "storage/journal.hpp"
#include "storage/real_disk.hpp"

namespace bourse {
namespace {

using bench_clock = std::chrono::steady_clock;

constexpr std::array<std::uint32_t, 4> batch_sizes = {1, 10, 100, 1000};
constexpr std::uint32_t batches_of_one = 400;
constexpr std::uint32_t batches_of_many = 100;
constexpr std::uint64_t bare_file_bytes = std::uint64_t{64} << 20U;
constexpr std::uint32_t orders_of_entry = 100;
constexpr std::uint64_t checkpoint_rows = 1'000'000;
constexpr std::uint32_t replay_orders = 1'000'000;
/// Of flow 10k, 120 bytes each on average: its cancels and replaces are shorter than an order.
constexpr std::uint32_t orders_in_64_kb = 545;

double us_since(bench_clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(bench_clock::now() - begin).count();
}

/// An entry of new orders, as a shard's leader would log it.
std::vector<std::byte> entry_of(std::uint32_t orders) {
    entry logged;
    logged.at = {1'700'000'000'000'000'000};
    for (std::uint32_t i = 0; i < orders; ++i) {
        submit_order submitted;
        submitted.request.id = {1 + i, i};
        submitted.symbol = {1};
        submitted.order.account = {1 + i};
        submitted.order.price = {10'000 + i};
        submitted.order.quantity = {100};
        logged.commands.push_back({submitted});
    }
    std::vector<std::byte> bytes;
    encode_entry(logged, bytes);
    return bytes;
}

/// What one contender took for its batches.
struct batch_times {
    double us = 0;  ///< a batch
    double p50_us = 0;
};

batch_times times_of(double whole_us, std::vector<double> latencies) {
    const double count = static_cast<double>(latencies.size());
    return {whole_us / count, median(std::move(latencies))};
}

/// A file whose blocks have been written, written again from its begin to its end.
class bare_file {
public:
    bare_file(const std::string& path, bool odsync) : odsync_(odsync) {
        file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        const std::vector<std::byte> zeros(std::size_t{1} << 20U);
        for (std::uint64_t at = 0; is_good_ && at < bare_file_bytes; at += zeros.size()) {
            is_good_ = ::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>(at)) ==
                       static_cast<ssize_t>(zeros.size());
        }
        is_good_ = is_good_ && ::fsync(file_) == 0;
        ::close(file_);
        file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (odsync ? O_DSYNC : 0));
        is_good_ = is_good_ && file_ >= 0;
    }
    ~bare_file() { ::close(file_); }
    bare_file(const bare_file&) = delete;
    bare_file& operator=(const bare_file&) = delete;

    [[nodiscard]] bool is_good() const noexcept { return is_good_; }

    batch_times run(const std::vector<std::byte>& batch, std::uint32_t count) {
        std::vector<double> latencies;
        const auto begin = bench_clock::now();
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto before = bench_clock::now();
            if (offset_ + batch.size() > bare_file_bytes) {
                offset_ = 0;
            }
            is_good_ = is_good_ &&
                       ::pwrite(file_, batch.data(), batch.size(), static_cast<off_t>(offset_)) ==
                           static_cast<ssize_t>(batch.size());
            is_good_ = is_good_ && (odsync_ || ::fdatasync(file_) == 0);
            offset_ += batch.size();
            latencies.push_back(us_since(before));
        }
        return times_of(us_since(begin), std::move(latencies));
    }

private:
    bool odsync_;
    bool is_good_ = true;
    int file_ = -1;
    std::uint64_t offset_ = 0;
};

/// The journal, with its entries released behind it.
class journal_contender {
public:
    explicit journal_contender(journal& log) : log_(log) {}

    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

    batch_times run(const std::vector<std::byte>& payload, std::uint32_t records,
                    std::uint32_t count) {
        std::vector<double> latencies;
        const auto begin = bench_clock::now();
        for (std::uint32_t i = 0; i < count && fault_.empty(); ++i) {
            const auto before = bench_clock::now();
            for (std::uint32_t record = 0; record < records; ++record) {
                note(log_.append({1}, {++index_, 1}, payload));
            }
            note(log_.commit());
            latencies.push_back(us_since(before));
            if (!fault_.empty()) {
                break;
            }
            log_.release({1}, index_);
            if (const auto more = log_.maintain(); !more) {
                fault_ = more.error().what;
            }
        }
        return times_of(us_since(begin), std::move(latencies));
    }

    /// Lets the files become as many as are needed, outside of what is measured.
    void warm_up(std::uint64_t segment_bytes) {
        const std::vector<std::byte> payload(std::size_t{1} << 20U);
        for (std::uint64_t bytes = 0; bytes < 3 * segment_bytes; bytes += payload.size()) {
            run(payload, 1, 1);
        }
    }

private:
    void note(const outcome& from) {
        if (!from && fault_.empty()) {
            fault_ = from.error().what;
        }
    }

    journal& log_;
    std::uint64_t index_ = 0;
    std::string fault_;
};

/// Three contenders on one disk.
struct contenders {
    journal_contender& log;
    bare_file& odsync;
    bare_file& fdatasync;
};

journal_figures measure(contenders& all, std::uint32_t records,
                        const journal_bench_options& options) {
    const std::vector<std::byte> payload = entry_of(1);
    journal_figures figures;
    figures.records = records;
    figures.bytes = whole_sectors(records * (record_head_bytes + payload.size()));
    const std::vector<std::byte> batch(figures.bytes, std::byte{0x5A});
    std::uint32_t count = records == 1 ? batches_of_one : batches_of_many;
    count = options.quick ? count / 10 : count;

    std::array<std::vector<double>, 7> samples;
    for (unsigned run = 0; run < options.runs; ++run) {
        options.progress("batches of " + std::to_string(records) + ", run " +
                         std::to_string(run + 1) + " of " + std::to_string(options.runs));
        std::array<batch_times, 3> times{};
        for (unsigned turn = 0; turn < 3; ++turn) {
            const unsigned who = (turn + run) % 3;
            times.at(who) = who == 0   ? all.log.run(payload, records, count)
                            : who == 1 ? all.odsync.run(batch, count)
                                       : all.fdatasync.run(batch, count);
        }
        const std::array<double, 7> values = {
            times[0].us,
            times[1].us,
            times[2].us,
            times[1].us / times[0].us,
            times[2].us / times[0].us,
            times[0].p50_us,
            times[0].p50_us / times[1].p50_us,
        };
        for (std::size_t i = 0; i < values.size(); ++i) {
            samples.at(i).push_back(values.at(i));
        }
    }
    figures.us = median(samples[0]);
    figures.odsync_us = median(samples[1]);
    figures.fdatasync_us = median(samples[2]);
    figures.odsync_share = median(samples[3]);
    figures.fdatasync_share = median(samples[4]);
    figures.p50_us = median(samples[5]);
    figures.p50_ratio = median(samples[6]);
    return figures;
}

void measure_batches(const std::string& folder, const journal_bench_options& options,
                     journal_bench_result& figures) {
    const auto disk = real_disk::open(folder + "/journal");
    if (!disk) {
        figures.fault = disk.error().what;
        return;
    }
    const auto log = journal::open(**disk, {.owner = 1});
    if (!log) {
        figures.fault = log.error().what;
        return;
    }
    options.progress("preparing files");
    bare_file odsync(folder + "/odsync", true);
    bare_file fdatasync(folder + "/fdatasync", false);
    journal_contender contender(**log);
    contender.warm_up(journal_options{}.segment_bytes);
    contenders all{contender, odsync, fdatasync};
    for (const std::uint32_t records : batch_sizes) {
        figures.batches.push_back(measure(all, records, options));
        figures.fault = !contender.fault().empty() ? contender.fault()
                        : odsync.is_good() && fdatasync.is_good()
                            ? ""
                            : folder + ": a bare write failed";
        if (!figures.fault.empty()) {
            return;
        }
    }
}

/// Writes the orders in entries of a hundred, a batch each, and adds up the files.
void measure_volume(const std::string& folder, const journal_bench_options& options,
                    journal_bench_result& figures) {
    options.progress("writing " + std::to_string(options.volume_orders) + " orders");
    const std::vector<std::byte> payload = entry_of(orders_of_entry);
    const auto disk = real_disk::open(folder + "/volume");
    if (!disk) {
        figures.fault = disk.error().what;
        return;
    }
    const auto log = journal::open(**disk, {.owner = 1, .max_segments = 4096});
    if (!log) {
        figures.fault = log.error().what;
        return;
    }
    for (std::uint64_t index = 1; index <= options.volume_orders / orders_of_entry; ++index) {
        const outcome appended = (*log)->append({1}, {index, 1}, payload);
        const outcome committed = appended ? (*log)->commit() : appended;
        const result<bool> more = committed ? (*log)->maintain() : committed.error();
        if (!more) {
            figures.fault = more.error().what;
            return;
        }
    }
    figures.volume_orders = options.volume_orders;
    for (const auto& file : std::filesystem::directory_iterator(folder + "/volume")) {
        if (generation_of(file.path().filename().string()) != 0) {
            figures.volume_bytes += file.file_size();
        }
    }
}

/// In entries of a hundred orders, and of one.
void measure_replay(const std::string& folder, const journal_bench_options& options,
                    journal_bench_result& figures) {
    for (const std::uint32_t orders : {orders_of_entry, 1U}) {
        options.progress("replaying entries of " + std::to_string(orders));
        figures.replays.push_back(
            run_replay_bench(folder + "/replay-" + std::to_string(orders), orders,
                             options.quick ? replay_orders / 20 : replay_orders, options.runs));
        figures.fault = figures.replays.back().fault;
        if (!figures.fault.empty()) {
            return;
        }
    }
}

/// One replica beside three, with entries of one order and of 64 KB.
void measure_groups(const std::string& folder, const journal_bench_options& options,
                    journal_bench_result& figures) {
    const std::array<group_load, 2> loads = {
        group_load{.orders_per_entry = 1, .entries = 2'000, .in_flight = 1},
        group_load{.orders_per_entry = orders_in_64_kb, .entries = 1'000, .in_flight = 8}};
    for (group_load load : loads) {
        load.entries = options.quick ? load.entries / 20 : load.entries;
        for (const unsigned replicas : {1U, 3U}) {
            load.replicas = replicas;
            options.progress("a group of " + std::to_string(replicas) + ", entries of " +
                             std::to_string(load.orders_per_entry));
            const std::string here = folder + "/group";
            std::filesystem::create_directory(here);
            figures.groups.push_back(run_group_bench(here, load));
            figures.fault = figures.groups.back().fault;
            std::filesystem::remove_all(here);
            if (!figures.fault.empty()) {
                return;
            }
        }
    }
}

}  // namespace

journal_bench_result run_journal_bench(const journal_bench_options& options) {
    journal_bench_result result;
    std::string folder = options.folder + "/bourse-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        result.fault = options.folder +
                       ": no folder can be made in it: " + std::system_category().message(errno);
        return result;
    }
    measure_batches(folder, options, result);
    if (result.fault.empty() && options.volume_orders != 0) {
        measure_volume(folder, options, result);
    }
    if (result.fault.empty()) {
        measure_replay(folder, options, result);
    }
    if (result.fault.empty()) {
        measure_groups(folder, options, result);
    }
    if (result.fault.empty()) {
        options.progress("loading a checkpoint");
        result.checkpoint = run_checkpoint_bench(
            folder + "/checkpoint", options.quick ? checkpoint_rows / 10 : checkpoint_rows,
            options.runs);
        result.fault = result.checkpoint.fault;
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return result;
}

}  // namespace bourse
