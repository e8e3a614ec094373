// The simulator's command line: see usage.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
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
    "  --kept FILE   first those of the file, one a line with its options; one that fails is "
    "added\n"
    "  --fresh 1     the first seed is drawn from the time, and said\n"
    "  --shards N    1 to 4; --replicas N: 1, 3 or 5; otherwise drawn from the seed\n"
    "  --journal-kib N  64 to 1024, that a journal may have: with little, journals are full most "
    "of "
    "the time;\n"
    "                otherwise 1024, but for every fourth of --seeds and --seconds\n";

/// A run of so long has everything in it that there is, or nothing is known by its passing.
constexpr std::uint64_t long_run_seconds = 300;

struct arguments {
    std::uint64_t seed = 0;
    std::uint64_t seeds = 0;
    std::uint64_t seconds = 0;
    std::uint64_t from = 1;
    std::string kept;
    bool is_journal_asked = false;
    simulation_options options;
};

struct totals {
    std::uint64_t lives = 0;
    std::uint64_t failed = 0;
    simulation_result sum;
    std::map<std::pair<std::uint16_t, std::uint16_t>, std::uint64_t>
        lives_of;  ///< replicas, shards
    std::vector<std::string> failed_lives;
};

bool read_number(std::string_view text, std::uint64_t& into) {
    char* end = nullptr;
    const std::string copy(text);
    into = std::strtoull(copy.c_str(), &end, 10);
    return !copy.empty() && *end == 0;
}

/// What may also be said of a kept life.
bool read_option(std::string_view name, std::uint64_t number, simulation_options& into) {
    if (name == "--shards" && number >= 1 && number <= 4) {
        into.shards = static_cast<std::uint16_t>(number);
    } else if (name == "--journal-kib" && number >= 64 && number <= 1'024) {
        into.journal_kib = static_cast<std::uint32_t>(number);
    } else if (name == "--replicas" && (number == 1 || number == 3 || number == 5)) {
        into.replicas = static_cast<std::uint16_t>(number);
    } else {
        return false;
    }
    return true;
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
        } else if (read_option(name, number, into.options)) {
            into.is_journal_asked = into.is_journal_asked || name == "--journal-kib";
        } else {
            return false;
        }
    }
    return count % 2 == 1 &&
           (into.seed != 0 || into.seeds != 0 || into.seconds != 0 || !into.kept.empty());
}

std::string words_of(const simulation_options& of) {
    const simulation_options usual;
    std::string words = std::to_string(of.seed);
    if (of.journal_kib != usual.journal_kib) {
        words += " --journal-kib " + std::to_string(of.journal_kib);
    }
    if (of.shards != 0) {
        words += " --shards " + std::to_string(of.shards);
    }
    if (of.replicas != 0) {
        words += " --replicas " + std::to_string(of.replicas);
    }
    return words;
}

/// Every fourth seed has from 8 segments of 16 KiB in its journals to 8 of 64.
simulation_options options_of(const arguments& asked, std::uint64_t seed) {
    simulation_options options = asked.options;
    options.seed = seed;
    if (!asked.is_journal_asked && seed % 4 == 0) {
        constexpr std::uint64_t least_kib = 128;
        constexpr std::uint64_t most_kib = 512;
        constexpr std::uint64_t step_kib = 32;
        const std::uint64_t steps = (most_kib - least_kib) / step_kib + 1;
        options.journal_kib = static_cast<std::uint32_t>(least_kib + seed / 4 % steps * step_kib);
    }
    return options;
}

/// Of each line the seed, and options as on the command line; what comes behind them is for people. False: a line says something
/// else.
bool read_kept(const std::string& path, std::vector<simulation_options>& into) {
    std::ifstream file(path);
    if (!path.empty() && !file) {
        std::cerr << path << ": cannot be read; make it, empty, if nothing was kept yet\n";
        return false;
    }
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string word;
        simulation_options one;
        if (!(words >> word)) {
            continue;
        }
        bool is_good = read_number(word, one.seed) && one.seed != 0;
        while (is_good && words >> word && word.starts_with("--")) {
            std::string number_word;
            std::uint64_t number = 0;
            words >> number_word;
            is_good = read_number(number_word, number) && read_option(word, number, one);
        }
        if (!is_good) {
            std::cerr << path << ": '" << line << "' is not SEED [--OPTION N]... WHY\n";
            return false;
        }
        into.push_back(one);
    }
    return true;
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
    to.sum.books_decided += one.books_decided;
    to.sum.books_undecided += one.books_undecided;
    for (std::size_t i = 0; i < one.commands.size(); ++i) {
        to.sum.commands.at(i) += one.commands.at(i);
    }
}

void print(const totals& all, double seconds) {
    const std::uint64_t searched = all.sum.books_decided + all.sum.books_undecided;
    std::printf(
        "%llu seeds, %llu failed, %.1f a second, %.2f simulated hours\n"
        "%llu entries, %llu requests answered, %llu reads, %llu elections, %llu crashes, "
        "%llu checkpoints, %llu installs of rows, %llu changes of membership, %llu disks lost\n"
        "an order was searched for in %llu books, and in %llu of them not to the end\n",
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
        static_cast<unsigned long long>(all.sum.disks_lost),
        static_cast<unsigned long long>(searched),
        static_cast<unsigned long long>(all.sum.books_undecided));
}

/// How many lives there were of each kind of cluster; and the seeds that failed, so that they can be kept.
void print_kinds(const totals& all) {
    for (const auto& [kind, lives] : all.lives_of) {
        std::cout << kind.first << " replicas of " << kind.second << " shards: " << lives << "; ";
    }
    std::cout << "\n";
    for (const std::string& words : all.failed_lives) {
        std::cout << "FAILED: --seed " << words << ", to be added to the kept ones\n";
    }
}

template <class Command>
std::uint64_t committed(const totals& in) {
    return in.sum.commands.at(shard_command(Command{}).index());
}

/// What a long run must have had, or it shows nothing; false, and which, if it lacks any.
bool has_everything(const totals& all) {
    const std::vector<std::pair<const char*, std::uint64_t>> needed = {
        {"answers", all.sum.answered},
        {"reads", all.sum.reads},
        {"elections", all.sum.elections},
        {"crashes", all.sum.crashes},
        {"checkpoints", all.sum.checkpoints},
        {"installs of rows", all.sum.installs},
        {"changes of membership", all.sum.changes},
        {"lost disks", all.sum.disks_lost},
        {"books in which an order was found", all.sum.books_decided},
        {"instruments", committed<list_instrument>(all)},
        {"reference prices", committed<book_reference>(all)},
        {"states of books", committed<book_state>(all)},
        {"new accounts", committed<open_account>(all)},
        {"deposits", committed<deposit>(all)},
        {"transfers", committed<transfer>(all)},
        {"orders", committed<submit_order>(all)},
        {"cancels", committed<submit_cancel>(all)},
        {"replaces", committed<submit_replace>(all)},
        {"channel messages", committed<channel_delivery>(all)},
        {"receipts", committed<channel_receipt>(all)},
    };
    bool is_whole = true;
    for (const auto& [what, count] : needed) {
        if (count == 0) {
            std::cout << "FAILED: so long a run, and no " << what << "\n";
            is_whole = false;
        }
    }
    return is_whole;
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

/// `adds_to`: a file of kept lives, or empty.
void run(const simulation_options& options, const std::string& adds_to, totals& all) {
    const simulation_result one = simulate(options);
    add(all, one);
    if (one.checker.empty()) {
        return;
    }
    const std::string words = words_of(options);
    std::cout << "--seed " << words << ": " << one.checker << ": " << one.complaint << std::endl;
    all.failed_lives.push_back(words);
    if (!adds_to.empty()) {
        std::ofstream(adds_to, std::ios::app) << words << " " << one.checker << "\n";
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
    if (asked.seconds != 0 && !asked.kept.empty() && is_full_run()) {
        asked.seconds = 7'200;
    }
    std::vector<simulation_options> kept;
    if (!read_kept(asked.kept, kept)) {
        return 2;
    }
    using clock = std::chrono::steady_clock;
    const clock::time_point begin = clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(clock::now() - begin).count(); };
    totals all;
    for (const simulation_options& each : kept) {
        run(each, "", all);
    }
    for (std::uint64_t seed = asked.from;
         all.failed < 20 &&
         (seed < asked.from + asked.seeds || passed() < static_cast<double>(asked.seconds));
         ++seed) {
        run(options_of(asked, seed), asked.kept, all);
    }
    print(all, passed());
    print_kinds(all);
    const bool is_whole = asked.seconds < long_run_seconds || all.failed > 0 || has_everything(all);
    return all.failed == 0 && is_whole ? 0 : 1;
}
