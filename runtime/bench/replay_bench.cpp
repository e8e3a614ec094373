#include "runtime/bench/replay_bench.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "actors/replica/log_payload.hpp"
#include "actors/replica/replica.hpp"
#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "runtime/bench/match_bench.hpp"
#include "runtime/bench/shard_flow.hpp"
#include "storage/journal.hpp"
#include "storage/real_disk.hpp"

namespace bourse {
namespace {

using bench_clock = std::chrono::steady_clock;

constexpr shard_id replayed_shard{1};
constexpr std::size_t read_bytes = std::size_t{1} << 18U;
constexpr std::uint64_t batch_bytes = std::uint64_t{1} << 20U;

struct replay_run {
    double cpu_ns = 0;
    double elapsed_ns = 0;
    double open_ns = 0;
    std::uint64_t digest = 0;
    std::string fault;
};

class stop_watch {
public:
    [[nodiscard]] double cpu_ns() const { return processor_ns() - cpu_; }
    [[nodiscard]] double elapsed_ns() const {
        return std::chrono::duration<double, std::nano>(bench_clock::now() - begin_).count();
    }

private:
    double cpu_ = processor_ns();
    bench_clock::time_point begin_ = bench_clock::now();
};

std::vector<const entry*> entries_of(const shard_flow& flow) {
    std::vector<const entry*> all;
    for (const auto* entries : {&flow.setup, &flow.fill, &flow.operations}) {
        for (const entry& each : *entries) {
            all.push_back(&each);
        }
    }
    return all;
}

result<std::unique_ptr<journal>> open_journal(disk& where) {
    return journal::open(where, {.owner = 1, .max_segments = 4096});
}

std::string write_entries(const std::string& folder, const shard_flow& flow, std::uint64_t& bytes) {
    const auto where = real_disk::open(folder);
    if (!where) {
        return where.error().what;
    }
    const auto log = open_journal(**where);
    if (!log) {
        return log.error().what;
    }
    std::vector<std::byte> payload;
    std::uint64_t in_batch = 0;
    for (const entry* each : entries_of(flow)) {
        encode_journal_payload({.term = 1,
                                .kind = log_entry_kind::command,
                                .payload = shared_bytes(encode_marked_entry({}, *each))},
                               payload);
        bytes += payload.size();
        in_batch += payload.size();
        outcome did = (*log)->append(replayed_shard, {each->index, 1}, payload);
        if (did && in_batch >= batch_bytes) {
            in_batch = 0;
            did = (*log)->commit();
            const result<bool> more = did ? (*log)->maintain() : result<bool>(did.error());
            did = more ? outcome(done{}) : outcome(more.error());
        }
        if (!did) {
            return did.error().what;
        }
    }
    const outcome did = (*log)->commit();
    return did ? "" : did.error().what;
}

/// The timed parts. Never inlined, so that callgrind and profilers find them by their names.
[[gnu::noinline]] replay_run apply_from_memory(const shard_flow& flow) {
    shard machine{shard_settings{}};
    machine.expect_client_ids(flow.order_count);
    shard_output out;
    const std::vector<const entry*> all = entries_of(flow);
    const stop_watch watch;
    for (const entry* each : all) {
        machine.apply(*each, out);
    }
    return {watch.cpu_ns(), watch.elapsed_ns(), 0, machine.digest(), ""};
}

/// As a replica does it: entries of a few commands are decoded some at a time (`replica::look_ahead`), with memory that is
/// used again.
class applied_piece {
public:
    explicit applied_piece(shard& machine) : machine_(machine) {}

    outcome run(const entry_batch& piece) {
        for (std::size_t next = 0; next < piece.items.size();) {
            const std::size_t count = taken_together(std::span{piece.items}.subspan(next));
            soon_.clear();
            for (std::size_t i = 0; i < count; ++i) {
                if (auto did = decode(piece, piece.items[next + i], entries_.at(i)); !did) {
                    return did;
                }
                for (const shard_command& each : entries_.at(i).commands) {
                    soon_.push_back(&each);
                }
            }
            if (count > 1) {
                machine_.ask_for(soon_);
            }
            for (std::size_t i = 0; i < count; ++i) {
                machine_.apply(entries_.at(i), out_);
            }
            next += count;
        }
        return done{};
    }

private:
    /// How many of the next ones are small; one if the first is not.
    static std::size_t taken_together(std::span<const entry_batch::item> next) {
        std::size_t count = 0;
        while (count < std::min(next.size(), replica::decoded_together) &&
               next[count].length <= replica::small_payload) {
            ++count;
        }
        return std::max<std::size_t>(count, 1);
    }

    static outcome decode(const entry_batch& piece, const entry_batch::item& from, entry& to) {
        const auto logged = decode_journal_payload(from.at.term, piece.held_payload(from));
        if (!logged) {
            return logged.error();
        }
        auto decoded = decode_marked_entry(logged->payload.bytes(), std::move(to));
        if (!decoded) {
            return decoded.error();
        }
        to = std::move(decoded->what);
        return done{};
    }

    shard& machine_;
    std::array<entry, replica::decoded_together> entries_;
    std::vector<const shard_command*> soon_;
    shard_output out_;
};

[[gnu::noinline]] replay_run replay(const std::string& folder, const shard_flow& flow) {
    replay_run run;
    const auto where = real_disk::open(folder);
    if (!where) {
        run.fault = where.error().what;
        return run;
    }
    shard machine{shard_settings{}};
    machine.expect_client_ids(flow.order_count);
    applied_piece applied(machine);
    const stop_watch watch;
    const auto log = open_journal(**where);
    if (!log) {
        run.fault = log.error().what;
        return run;
    }
    run.open_ns = watch.cpu_ns();
    const std::uint64_t last = (*log)->find(replayed_shard)->positions.end.index;
    entry_batch piece;
    for (std::uint64_t next = 1; next <= last && run.fault.empty(); next += piece.items.size()) {
        outcome did = (*log)->read(replayed_shard, next, last, read_bytes, piece);
        did = did ? applied.run(piece) : did;
        run.fault = did ? "" : did.error().what;
    }
    run.cpu_ns = watch.cpu_ns();
    run.elapsed_ns = watch.elapsed_ns();
    run.digest = machine.digest();
    return run;
}

}  // namespace

replay_figures run_replay_bench(const std::string& folder, std::uint32_t orders_per_entry,
                                std::uint32_t operations, unsigned runs) {
    const shard_flow flow = generate_shard_flow(*find_flow(machine_flow), operations, bench_seed,
                                                {.commands_per_entry = orders_per_entry});
    replay_figures figures;
    figures.orders_per_entry = orders_per_entry;
    for (const entry* each : entries_of(flow)) {
        figures.orders += each->commands.size();
    }
    figures.fault = write_entries(folder, flow, figures.bytes);
    std::array<std::vector<double>, 5> samples;
    for (unsigned i = 0; i < runs && figures.fault.empty(); ++i) {
        std::optional<replay_run> applied;
        if (i % 2 == 0) {
            applied = apply_from_memory(flow);
        }
        const replay_run replayed = replay(folder, flow);
        if (!applied) {
            applied = apply_from_memory(flow);
        }
        figures.fault = replayed.fault;
        if (figures.fault.empty() && replayed.digest != applied->digest) {
            figures.fault = folder + ": a replay left another state than applying did";
        }
        const std::array<double, 5> values = {applied->cpu_ns, replayed.cpu_ns, replayed.open_ns,
                                              applied->cpu_ns / replayed.cpu_ns,
                                              applied->elapsed_ns / replayed.elapsed_ns};
        for (std::size_t k = 0; k < values.size(); ++k) {
            samples.at(k).push_back(values.at(k));
        }
    }
    if (figures.fault.empty()) {
        const auto count = static_cast<double>(figures.orders);
        figures.apply_ns = median(samples[0]) / count;
        figures.replay_ns = median(samples[1]) / count;
        figures.open_ns = median(samples[2]) / count;
        figures.share = median(samples[3]);
        figures.elapsed_share = median(samples[4]);
    }
    return figures;
}

}  // namespace bourse
