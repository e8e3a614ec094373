// The simulator's command line: see usage.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulation/simulation.hpp"
#include "tests/support/run_length.hpp"

using namespace bourse;

namespace {

constexpr const char* usage =
    "simulate [--seed S | --seeds N | --seconds T] [--from S] [--shards N] [--replicas N]\n"
    "         [--journal-kib N] [--kept FILE] [--fresh 1]\n"
    "\n"
    "Lives of whole clusters in one thread, each made from a seed.\n"
    "  --seed S      one, twice; says what happened last\n"
    "  --seeds N     so many, from S of --from on (1)\n"
    "  --seconds T   as many as fit; with BOURSE_FULL=1 in the environment, for two hours\n"
    "  --kept FILE   first those of the file, one a line; a seed that fails is added to it\n"
    "  --fresh 1     the first seed is drawn from the time, and said\n"
    "  --shards N    1 to 4; --replicas N: 1, 3 or 5; otherwise drawn from the seed\n"
    "  --journal-kib N  64 to 1024, that a journal may have (1024): with little, journals are full "
    "most of the time\n";

struct arguments {
    std::uint64_t seed = 0;
    std::uint64_t seeds = 0;
    std::uint64_t seconds = 0;
    std::uint64_t from = 1;
    std::string kept;
    simulation_options options;
};

struct totals {
    std::uint64_t lives = 0;
    std::uint64_t failed = 0;
    simulation_result sum;
    std::map<std::pair<std::uint16_t, std::uint16_t>, std::uint64_t>
        lives_of;  ///< replicas, shards
    std::vector<std::uint64_t> failed_seeds;
};

bool read_number(std::string_view text, std::uint64_t& into) {
    char* end = nullptr;
    const std::string copy(text);
    into = std::strtoull(copy.c_str(), &end, 10);
    return !copy.empty() && *end == 0;
}

bool read_arguments(int count, char** values, arguments& into) {
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = values[i];
        std::uint64_t number = 0;
        if (name == "--kept") {
            into.kept = values[i + 1];
            continue;
        }
        if (!read_number(values[i + 1], number)) {
            return false;
        }
        if (name == "--seed") {
            into.seed = number;
        } else if (name == "--seeds") {
            into.seeds = number;
        } else if (name == "--seconds") {
            into.seconds = number;
        } else if (name == "--from") {
            into.from = number;
        } else if (name == "--fresh" && number == 1) {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            into.from = static_cast<std::uint64_t>(now / std::chrono::seconds(1)) * 1'000;
            std::cout << "the first seed is " << into.from << std::endl;
        } else if (name == "--shards" && number >= 1 && number <= 4) {
            into.options.shards = static_cast<std::uint16_t>(number);
        } else if (name == "--journal-kib" && number >= 64 && number <= 1'024) {
            into.options.journal_kib = static_cast<std::uint32_t>(number);
        } else if (name == "--replicas" && (number == 1 || number == 3 || number == 5)) {
            into.options.replicas = static_cast<std::uint16_t>(number);
        } else {
            return false;
        }
    }
    return count % 2 == 1 &&
           (into.seed != 0 || into.seeds != 0 || into.seconds != 0 || !into.kept.empty());
}

std::vector<std::uint64_t> kept_seeds(const std::string& path) {
    std::vector<std::uint64_t> seeds;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::uint64_t seed = 0;
        if (read_number(line.substr(0, line.find(' ')), seed) && seed != 0) {
            seeds.push_back(seed);
        }
    }
    return seeds;
}

void add(totals& to, const simulation_result& one) {
    ++to.lives;
    to.failed += one.checker.empty() ? 0U : 1U;
    ++to.lives_of[{one.replicas, one.shards}];
    to.sum.virtual_ms += one.virtual_ms;
    to.sum.entries += one.entries;
    to.sum.answered += one.answered;
    to.sum.reads += one.reads;
    to.sum.elections += one.elections;
    to.sum.crashes += one.crashes;
    to.sum.checkpoints += one.checkpoints;
    to.sum.installs += one.installs;
    to.sum.changes += one.changes;
    to.sum.disks_lost += one.disks_lost;
}

void print(const totals& all, double seconds) {
    std::printf(
        "%llu seeds, %llu failed, %.1f a second, %.2f simulated hours\n"
        "%llu entries, %llu requests answered, %llu reads, %llu elections, %llu crashes, "
        "%llu checkpoints, %llu installs of rows, %llu changes of membership, %llu disks lost\n",
        static_cast<unsigned long long>(all.lives), static_cast<unsigned long long>(all.failed),
        static_cast<double>(all.lives) / seconds,
        static_cast<double>(all.sum.virtual_ms) / 3'600'000.0,
        static_cast<unsigned long long>(all.sum.entries),
        static_cast<unsigned long long>(all.sum.answered),
        static_cast<unsigned long long>(all.sum.reads),
        static_cast<unsigned long long>(all.sum.elections),
        static_cast<unsigned long long>(all.sum.crashes),
        static_cast<unsigned long long>(all.sum.checkpoints),
        static_cast<unsigned long long>(all.sum.installs),
        static_cast<unsigned long long>(all.sum.changes),
        static_cast<unsigned long long>(all.sum.disks_lost));
}

/// How many lives there were of each kind of cluster; and the seeds that failed, so that they can be kept.
void print_kinds(const totals& all) {
    for (const auto& [kind, lives] : all.lives_of) {
        std::cout << kind.first << " replicas of " << kind.second << " shards: " << lives << "; ";
    }
    std::cout << "\n";
    for (const std::uint64_t seed : all.failed_seeds) {
        std::cout << "FAILED: seed " << seed << ", to be added to the kept ones\n";
    }
}

/// One seed, with what happened last, and once more to see that it is the same life.
int replay(arguments asked) {
    asked.options.seed = asked.seed;
    asked.options.keeps_trace = true;
    const simulation_result first = simulate(asked.options);
    for (const std::string& line : first.last) {
        std::cout << line << "\n";
    }
    totals all;
    add(all, first);
    print(all, 1.0);
    const simulation_result second = simulate(asked.options);
    if (second.trace_digest != first.trace_digest) {
        std::cout << "FAILED: the same seed gave two lives\n";
        return 1;
    }
    if (!first.checker.empty()) {
        std::cout << "FAILED: " << first.checker << ": " << first.complaint << "\n";
    }
    return first.checker.empty() ? 0 : 1;
}

void run(const arguments& asked, std::uint64_t seed, bool is_kept, totals& all) {
    simulation_options options = asked.options;
    options.seed = seed;
    const simulation_result one = simulate(options);
    add(all, one);
    if (one.checker.empty()) {
        return;
    }
    std::cout << "seed " << seed << ": " << one.checker << ": " << one.complaint << std::endl;
    all.failed_seeds.push_back(seed);
    if (!is_kept && !asked.kept.empty()) {
        std::ofstream(asked.kept, std::ios::app) << seed << " " << one.checker << "\n";
    }
}

}  // namespace

int main(int count, char** values) {
    arguments asked;
    if (!read_arguments(count, values, asked)) {
        std::cerr << usage;
        return 2;
    }
    if (asked.seed != 0) {
        return replay(asked);
    }
    if (!asked.kept.empty() && is_full_run()) {
        asked.seconds = 7'200;
    }
    using clock = std::chrono::steady_clock;
    const clock::time_point begin = clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(clock::now() - begin).count(); };
    totals all;
    for (const std::uint64_t seed : kept_seeds(asked.kept)) {
        run(asked, seed, true, all);
    }
    for (std::uint64_t seed = asked.from;
         all.failed < 20 &&
         (seed < asked.from + asked.seeds || passed() < static_cast<double>(asked.seconds));
         ++seed) {
        run(asked, seed, false, all);
    }
    print(all, passed());
    print_kinds(all);
    return all.failed == 0 ? 0 : 1;
}
