#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <variant>
#include <vector>

#include "cluster/consensus.hpp"

namespace bourse {

/// How a simulated network and disks behave. Chances are in 10,000.
struct group_weather {
    std::uint32_t loss = 0;
    std::uint32_t repeat = 0;
    std::uint32_t longest_delay_ms = 1;
    std::uint32_t late = 0;  ///< of a message that takes up to 1.5 s
    std::uint32_t longest_write_ms = 0;
};

/// Replicas of one shard, with disks and a network, in one thread and virtual time, the same for the same
/// seed. What each replica commits is checked as it happens; the first violation is kept.
///
/// - One leader a term, which has all that is committed.
/// - What is committed is on the disks of a majority of the voters, and is the same everywhere for ever.
/// - Two logs that agree at an index agree below it (`check_logs`).
/// - A read that was ready has seen all that was committed when it was asked.
class replica_group {
public:
    struct install {
        snapshot_position position;
    };
    struct disk_write {
        std::uint64_t number = 0;
        std::variant<vote_write, entries_write, install> what;
    };

    struct replica {
        replica_id id{};
        std::unique_ptr<consensus> core;  ///< null: it is down
        durable_state disk;
        std::deque<disk_write> unwritten;
        bool is_disk_held = false;  ///< writes stay in `unwritten`
        std::uint64_t incarnation = 0;
        std::uint64_t applied = 0;
        std::uint64_t digest = 0;
        std::size_t syncing = 0;  ///< so many of `unwritten` are being synced
        effects last;
        std::optional<snapshot_to_install> installing;
        std::uint32_t fetches_failed = 0;
        std::vector<std::string> faults;
        // Tickets of reads, and what was committed when they were asked.
        std::map<std::uint64_t, std::uint64_t> reads;
    };

    /// Replicas 1 to `count`, of which those in `founders` are members from the first entry on; the others
    /// wait to be added. All are up.
    replica_group(std::uint64_t seed, const membership& founders, std::uint64_t count,
                  const consensus_options& options);

    // --- The world --------------------------------------------------------------------------------

    group_weather weather;
    /// Messages for which this is true are lost.
    std::function<bool(const replica_message&)> loses;
    /// All messages that were sent, if wanted.
    bool keeps_messages = false;
    std::vector<replica_message> messages;

    void cut(std::uint64_t from, std::uint64_t to) { cut_[{from, to}] = true; }
    void cut_off(std::uint64_t id);
    void heal() { cut_.clear(); }

    void run_for(std::uint64_t ms) { run_until(now_ms_ + ms); }
    /// Until `done` is true, at most `ms`; answers whether it is.
    bool run_until_true(const std::function<bool()>& done, std::uint64_t ms);
    [[nodiscard]] std::uint64_t now_ms() const noexcept { return now_ms_; }

    // --- The replicas -----------------------------------------------------------------------------

    [[nodiscard]] replica& at(std::uint64_t id) { return replicas_[id - 1]; }
    [[nodiscard]] std::vector<replica>& replicas() noexcept { return replicas_; }
    /// The leader of the highest term, or null.
    [[nodiscard]] replica* leader();

    /// Carries out what an event of `r` answered.
    void carry_out(replica& r, effects out);
    effects submit(std::uint64_t id, std::uint32_t count = 1, std::size_t bytes = 8);
    /// Of the writes under way the first `kept` are on the disk.
    void crash(std::uint64_t id, std::size_t kept = 0);
    void restart(std::uint64_t id);
    effects change(std::uint64_t id, membership_change::kind what, std::uint64_t whom);
    effects read(std::uint64_t id);
    bool take_snapshot(std::uint64_t id);
    /// Completes what was held while `is_disk_held`.
    void release_disk(std::uint64_t id);

    // --- What was seen ----------------------------------------------------------------------------

    [[nodiscard]] const std::string& violation() const noexcept { return violation_; }
    void check_logs();
    [[nodiscard]] std::uint64_t committed() const noexcept { return committed_.size(); }
    struct counters {
        std::uint64_t events = 0;
        std::uint64_t elections = 0;
        std::uint64_t installs = 0;
        std::uint64_t reads_served = 0;
    };
    counters seen;

    [[nodiscard]] std::uint64_t random_below(std::uint64_t bound);

private:
    struct occurrence {
        std::uint64_t at_ms = 0;
        std::uint64_t order = 0;
        enum class kind : std::uint8_t { tick, message, synced, fetch } what = kind::tick;
        std::uint64_t id = 0;
        std::uint64_t incarnation = 0;
        std::shared_ptr<replica_message> message;
        [[nodiscard]] bool operator<(const occurrence& other) const {
            return at_ms != other.at_ms ? at_ms > other.at_ms : order > other.order;
        }
    };
    struct committed_entry {
        std::uint64_t term = 0;
        std::uint64_t digest_after = 0;
    };

    void run_until(std::uint64_t at_ms);
    void happen(const occurrence& next);
    void plan(std::uint64_t at_ms, occurrence::kind what, std::uint64_t id,
              std::shared_ptr<replica_message> message = nullptr);
    void send(const replica_message& message);
    void write(replica& r, disk_write what);
    void begin_sync(replica& r);
    void end_sync(replica& r);
    void write_done(replica& r);
    void put_on_disk(replica& r, const disk_write& what);
    void fetch(replica& r);
    void boot(replica& r);
    void apply(replica& r);
    void check_leader(replica& r);
    void check_durable(replica& r, std::uint64_t index);
    void check_reads(replica& r);
    void violate(const std::string& sentence);

    std::uint64_t random_state_;
    consensus_options options_;
    std::vector<replica> replicas_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, bool> cut_;
    std::priority_queue<occurrence> queue_;
    std::uint64_t order_ = 0;
    std::uint64_t now_ms_ = 1'000;
    std::uint64_t next_command_ = 0;
    std::vector<committed_entry> committed_;  // from index 1 on
    std::map<std::uint64_t, std::uint64_t> leaders_;
    std::string violation_;
};

}  // namespace bourse
