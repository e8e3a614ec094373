#include "runtime/bench/group_bench.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "actors/replica/replica_node.hpp"
#include "messages/entry_codec.hpp"
#include "runtime/bench/match_bench.hpp"
#include "runtime/bench/shard_flow.hpp"
#include "storage/real_disk.hpp"

namespace bourse {
namespace {

using bench_clock = std::chrono::steady_clock;

constexpr shard_id only_shard{1};
/// Long: a busy machine must not cost a leader its place.
constexpr std::uint32_t election_timeout_ms = 3'000;
constexpr std::chrono::seconds patience{120};
/// At least so many an entry before it is measured.
constexpr std::uint32_t warm_up_commands = 100;

double processor_us() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto us_of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us_of(used.ru_utime) + us_of(used.ru_stime);
}

/// What is asked for, by whoever leads: only its thread touches this.
class asker {
public:
    asker(const shard_flow& flow, const group_load& load)
        : load_(load), begin_(flow.setup.front().at) {
        for (const auto* entries : {&flow.setup, &flow.fill}) {
            for (const entry& each : *entries) {
                if (requests_.empty() || requests_.back().size() >= warm_up_commands) {
                    requests_.emplace_back();
                }
                requests_.back().insert(requests_.back().end(), each.commands.begin(),
                                        each.commands.end());
            }
        }
        warm_up_ = requests_.size();
        for (const entry& each : flow.operations) {
            requests_.push_back(each.commands);
        }
        asked_at_.resize(requests_.size());
    }

    /// The stamp of the flow's begin, so that no order is too late.
    [[nodiscard]] timestamp begin() const noexcept { return begin_; }

    void ask(replica& leader, const moment& now) {
        while (asked_ < requests_.size() && asked_ - answered_ < load_.in_flight) {
            asked_at_[asked_] = bench_clock::now();
            if (leader.submit(now, requests_[asked_], asked_ + 1) != replica_refusal::none) {
                return;
            }
            ++asked_;
        }
    }

    /// False: what came of it is not known.
    [[nodiscard]] bool take(const ticket_answer& answer) {
        if (answer.what != ticket_answer::kind::applied) {
            return false;
        }
        const auto now = bench_clock::now();
        ++answered_;
        if (answered_ == warm_up_) {
            measured_from_ = now;
            processor_us_ = processor_us();
        } else if (answered_ > warm_up_) {
            latencies_us_.push_back(
                std::chrono::duration<double, std::micro>(now - asked_at_[answer.ticket - 1])
                    .count());
        }
        if (is_done()) {
            last_index_ = answer.index;
            seconds_ = std::chrono::duration<double>(now - measured_from_).count();
            processor_us_ = processor_us() - processor_us_;
        }
        return true;
    }

    [[nodiscard]] bool is_done() const noexcept { return answered_ == requests_.size(); }
    [[nodiscard]] std::uint64_t last_index() const noexcept { return last_index_; }

    void tell(group_figures& into) {
        std::sort(latencies_us_.begin(), latencies_us_.end());
        const auto count = static_cast<double>(latencies_us_.size());
        into.entries_per_second = count / seconds_;
        into.p50_us = latencies_us_[latencies_us_.size() / 2];
        into.p99_us = latencies_us_[latencies_us_.size() * 99 / 100];
        into.cpu_us_per_entry = processor_us_ / count;
    }

private:
    group_load load_;
    timestamp begin_;
    std::vector<std::vector<shard_command>> requests_;
    std::size_t warm_up_ = 0;  ///< so many are not measured
    std::vector<bench_clock::time_point> asked_at_;
    std::size_t asked_ = 0;
    std::size_t answered_ = 0;
    std::vector<double> latencies_us_;
    bench_clock::time_point measured_from_;
    double seconds_ = 0;
    double processor_us_ = 0;
    std::uint64_t last_index_ = 0;
};

class bench_group;

/// A node: its thread alone touches its replica.
class bench_node {
public:
    bench_node(bench_group& group, std::uint64_t number) : group_(group), number_(number) {}

    [[nodiscard]] std::string open(const std::string& folder, const membership& founders,
                                   const replica_options& options);
    void run();
    void post(replica_message message);
    void wake();
    [[nodiscard]] const replica& its_replica() const { return *node_->find(only_shard); }

private:
    void live();
    void pump();

    bench_group& group_;
    std::uint64_t number_;
    std::unique_ptr<disk> disk_;
    std::unique_ptr<replica_node> node_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<replica_message> inbox_;
    bool is_woken_ = false;
};

class bench_group {
public:
    explicit bench_group(asker& from) : asker_(from) {}

    [[nodiscard]] std::string run(const std::string& folder, const group_load& load);

    [[nodiscard]] moment now() const {
        const auto passed = bench_clock::now() - begin_;
        return {.monotonic_ms = static_cast<std::uint64_t>(
                    std::chrono::duration_cast<std::chrono::milliseconds>(passed).count() + 1),
                .wall = {asker_.begin().ns +
                         std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count()}};
    }
    void send(replica_message message) {
        bench_node& to = *nodes_[message.to.value - 1];
        to.post(std::move(message));
    }
    [[nodiscard]] asker& its_asker() noexcept { return asker_; }
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// The first fault ends it, or that all replicas have applied everything.
    void end(const std::string& fault) {
        const std::lock_guard guard(mutex_);
        fault_ = fault_.empty() ? fault : fault_;
        is_over_ = true;
        for (const auto& each : nodes_) {
            each->wake();
        }
        over_.notify_all();
    }
    /// One replica has all of it.
    void is_through() {
        if (++through_ == nodes_.size()) {
            end("");
        }
    }
    /// Zero: nobody knows yet.
    std::atomic<std::uint64_t> last_index{0};

private:
    asker& asker_;
    bench_clock::time_point begin_ = bench_clock::now();
    std::vector<std::unique_ptr<bench_node>> nodes_;
    std::mutex mutex_;
    std::condition_variable over_;
    std::string fault_;
    std::atomic<bool> is_over_{false};
    std::atomic<std::size_t> through_{0};
};

std::string bench_node::open(const std::string& folder, const membership& founders,
                             const replica_options& options) {
    auto where = real_disk::open(folder);
    if (!where) {
        return where.error().what;
    }
    disk_ = std::move(*where);
    auto opened = replica_node::open(*disk_, {.owner = number_});
    if (!opened) {
        return opened.error().what;
    }
    node_ = std::move(*opened);
    if (auto founded = node_->found(only_shard, founders); !founded) {
        return founded.error().what;
    }
    auto started = node_->start(options, nullptr, group_.now());
    return started ? "" : started.error().what;
}

void bench_node::post(replica_message message) {
    const std::lock_guard guard(mutex_);
    inbox_.push_back(std::move(message));
    came_.notify_one();
}

void bench_node::wake() {
    const std::lock_guard guard(mutex_);
    is_woken_ = true;
    came_.notify_one();
}

void bench_node::run() {
    live();
    if (!node_->dead().empty()) {
        group_.end(node_->dead());
    }
}

void bench_node::live() {
    replica& own = *node_->find(only_shard);
    bool is_through = false;
    std::vector<replica_message> came;
    while (!group_.is_over() && node_->dead().empty()) {
        came.clear();
        {
            std::unique_lock guard(mutex_);
            const std::uint64_t next_ms = own.next_tick_ms();
            const std::uint64_t now_ms = group_.now().monotonic_ms;
            const std::uint64_t wait_ms = next_ms > now_ms ? next_ms - now_ms : 0;
            came_.wait_for(guard, std::chrono::milliseconds(std::min<std::uint64_t>(wait_ms, 100)),
                           [&] { return !inbox_.empty() || is_woken_; });
            std::swap(came, inbox_);
        }
        for (const replica_message& each : came) {
            own.receive(group_.now(), each);
        }
        if (group_.now().monotonic_ms >= own.next_tick_ms()) {
            own.tick(group_.now());
        }
        pump();
        while (node_->start_write(group_.now())) {
            pump();
            node_->finish_write(group_.now());
            pump();
        }
        const std::uint64_t last = group_.last_index;
        if (!is_through && last != 0 && own.state().index() >= last) {
            is_through = true;
            group_.is_through();
        }
    }
}

/// Carries out what the replica says, and lets it be asked for more where it leads.
void bench_node::pump() {
    replica& own = *node_->find(only_shard);
    replica_effects out = own.take();
    for (replica_message& each : out.messages) {
        group_.send(std::move(each));
    }
    asker& from = group_.its_asker();
    for (const ticket_answer& each : out.answers) {
        if (!from.take(each)) {
            group_.end("the leader lost its place: the machine is too busy for this");
            return;
        }
    }
    if (!out.answers.empty() && from.is_done()) {
        group_.last_index = from.last_index();
    }
    if (!own.fault().empty()) {
        group_.end(own.fault());
    } else if (own.speaks() && !from.is_done()) {
        from.ask(own, group_.now());
    }
}

std::string bench_group::run(const std::string& folder, const group_load& load) {
    membership founders;
    for (std::uint64_t id = 1; id <= load.replicas; ++id) {
        founders.members.push_back({.id = {id}, .role = member_role::voter});
    }
    for (std::uint64_t id = 1; id <= load.replicas; ++id) {
        replica_options options;
        options.self = {id};
        options.consensus.election_timeout_ms = election_timeout_ms;
        options.consensus.seed = static_cast<std::uint32_t>(id);
        options.max_entry_weight = std::max(load.orders_per_entry, 2 * warm_up_commands);
        nodes_.push_back(std::make_unique<bench_node>(*this, id));
        if (std::string wrong =
                nodes_.back()->open(folder + "/" + std::to_string(id), founders, options);
            !wrong.empty()) {
            return wrong;
        }
    }
    std::vector<std::thread> threads;
    for (const auto& each : nodes_) {
        threads.emplace_back([&node = *each] { node.run(); });
    }
    {
        std::unique_lock guard(mutex_);
        over_.wait_for(guard, patience, [this] { return is_over_.load(); });
    }
    end(is_over_ ? "" : "not done within two minutes");
    for (std::thread& each : threads) {
        each.join();
    }
    for (const auto& each : nodes_) {
        if (fault_.empty() && each->its_replica().state().digest() !=
                                  nodes_.front()->its_replica().state().digest()) {
            return folder + ": the replicas end with different states";
        }
    }
    return fault_;
}

}  // namespace

group_figures run_group_bench(const std::string& folder, const group_load& load) {
    group_figures figures;
    figures.load = load;
    const shard_flow flow =
        generate_shard_flow(*find_flow(machine_flow), load.orders_per_entry * load.entries,
                            bench_seed, {.commands_per_entry = load.orders_per_entry});
    std::vector<std::byte> bytes;
    for (const entry& each : flow.operations) {
        encode_entry(each, bytes);
        figures.entry_bytes += bytes.size();
        bytes.clear();
    }
    figures.entry_bytes /= flow.operations.size();
    asker from(flow, load);
    bench_group group(from);
    figures.fault = group.run(folder, load);
    if (figures.fault.empty()) {
        from.tell(figures);
    }
    return figures;
}

}  // namespace bourse
