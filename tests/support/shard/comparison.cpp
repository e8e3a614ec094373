#include "tests/support/shard/comparison.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <tuple>
#include <variant>

#include "tests/support/shard/differences.hpp"
#include "tests/support/shard/generator.hpp"

namespace bourse {

namespace {

/// How often what is dear is done, in steps.
constexpr std::uint64_t rows_every = 4;
constexpr std::uint64_t restore_every = 37;
/// In every second life more rarely, as what is handed over begins anew with each restore.
constexpr std::uint64_t restore_rarely = 370;
/// How often everything on the way is delivered, in steps, and after how many rounds it must be quiet.
constexpr std::uint64_t drain_every = 150;
constexpr int max_drain_rounds = 500;

}  // namespace

// --- Comparing ------------------------------------------------------------------------------------

shard_comparison::shard_comparison(const std::vector<shard_settings>& settings)
    : reference_(settings) {
    fast_.reserve(settings.size());
    for (const shard_settings& one : settings) {
        shard& made = fast_.emplace_back(one);
        checkpoints_.emplace_back(one.id.value);
        // Turns may be taken in any order: every second shard takes them backwards.
        if (one.id.value % 2 == 0) {
            made.set_runner([](std::span<book_turn* const> turns) {
                for (std::size_t i = turns.size(); i-- > 0;) {
                    turns[i]->run();
                }
            });
        }
    }
}

std::optional<std::string> shard_comparison::apply(const world_step& step) {
    ++steps_;
    if (auto wrong = reference_.apply(step)) {
        return "the reference is wrong: " + *wrong;
    }
    shard& fast = fast_[step.shard.value - 1U];
    const entry& applied = reference_.world().applied();
    if (step.is_void) {
        fast.skip(applied.index);
        got_.clear();
    } else {
        fast.apply(applied, got_);
    }
    if (auto difference = compare(reference_.world().output(), got_)) {
        return difference;
    }
    if (auto difference = checkpoints_[step.shard.value - 1U].go_on(fast)) {
        return difference;
    }
    return compare_queries(step.shard);
}

namespace {

/// By its key, and as the first of a list.
bool agree_on_record(const shard& fast, const record_row& row, const reference_shard& reference) {
    const record_row* found = fast.record(row.table, row.key);
    std::vector<record_row> behind;
    for (const auto& [key, each] : reference.records()) {
        if (key.first == row.table && key.second > row.key && behind.size() < 3) {
            behind.push_back(each);
        }
    }
    return found != nullptr && *found == row && fast.records(row.table, row.key, 3) == behind;
}

}  // namespace

std::optional<std::string> shard_comparison::compare_queries(shard_id id) {
    const shard& fast = fast_[id.value - 1U];
    const reference_shard& reference = reference_.world().machine(id);
    const shard_rows& rows = reference_.rows(id);
    if (fast.next_due() != reference.next_due()) {
        return "next_due";
    }
    if (fast.index() != rows.shard.index || fast.now() != rows.shard.now) {
        return "index or now";
    }
    // One account and one order after the other, as steps go by.
    if (!rows.accounts.empty()) {
        const account_id account = rows.accounts[steps_ % rows.accounts.size()].id;
        if (auto difference = compare(reference.portfolio(account), fast.portfolio(account))) {
            return "account " + std::to_string(account.value) + ", " + *difference;
        }
        std::vector<open_order_row> expected;
        std::copy_if(rows.orders.begin(), rows.orders.end(), std::back_inserter(expected),
                     [&](const open_order_row& row) { return row.account == account; });
        if (auto difference = compare(expected, fast.orders_of(account))) {
            return difference;
        }
    }
    if (!rows.orders.empty()) {
        const open_order_row& row = rows.orders[steps_ % rows.orders.size()];
        if (fast.order(row.id) != row) {
            return "order " + std::to_string(row.id.value);
        }
    }
    if (!rows.records.empty()) {
        if (!agree_on_record(fast, rows.records[steps_ % rows.records.size()], reference)) {
            return "a record, or those behind it";
        }
    }
    for (const channel_row& row : rows.channels) {
        const std::uint64_t first = row.last_sent + 1 - row.outbox.size();
        const channel_delivery got = fast.unconfirmed(row.peer, first, 5);
        const std::size_t count = std::min<std::size_t>(5, row.outbox.size());
        if (got.from != id || (count > 0 && got.first != first) || got.messages.size() != count ||
            !std::equal(got.messages.begin(), got.messages.end(), row.outbox.begin())) {
            return "what is unconfirmed by " + std::to_string(row.peer.value);
        }
    }
    return std::nullopt;
}

std::optional<std::string> shard_comparison::compare_rows(shard_id id) const {
    return compare(reference_.rows(id), fast_[id.value - 1U].save());
}

std::optional<std::string> shard_comparison::restore(shard_id id) {
    shard& fast = fast_[id.value - 1U];
    const shard_rows rows = fast.save();
    auto restored = shard::restore(rows);
    if (!restored) {
        return "what was saved cannot be restored";
    }
    if (const shard_rows again = restored->save(); again != rows) {
        return "a restored shard has other rows: " +
               compare(rows, again).value_or("digests or priorities");
    }
    if (restored->digest() != fast.digest()) {
        return "a restored shard has another digest";
    }
    fast = std::move(*restored);
    checkpoints_[id.value - 1U].restart(rows);
    return std::nullopt;
}

// --- Lives ----------------------------------------------------------------------------------------

namespace {

/// Makes up a life step by step; `apply` applies each and returns what is wrong.
std::optional<std::string> live(
    std::uint64_t seed, std::uint64_t commands, std::uint16_t shards,
    const std::function<void(const std::vector<shard_settings>&)>& begin,
    const std::function<std::optional<std::string>(const world_step&)>& apply,
    const std::function<const audited_world<reference_shard>&()>& reference) {
    shard_generator generator(seed, shards);
    begin(generator.settings());
    std::uint64_t sent = 0;
    std::uint64_t steps = 0;
    timestamp now{};
    const auto one = [&](const world_step& step) -> std::optional<std::string> {
        ++steps;
        sent += step.commands.size();
        now = std::max(now, step.at);
        if (auto wrong = apply(step)) {
            return "seed " + std::to_string(seed) + ", " + std::to_string(shards) +
                   " shards, step " + std::to_string(steps) + ", shard " +
                   std::to_string(step.shard.value) + ", entry " +
                   std::to_string(reference().world().applied().index) + ", command " +
                   std::to_string(sent) + ": " + *wrong;
        }
        const shard_world<reference_shard>& world = reference().world();
        generator.learn(step, world.output(), world.machine(step.shard).next_due());
        return std::nullopt;
    };
    while (sent < commands) {
        if (auto wrong = one(generator.next())) {
            return wrong;
        }
        const bool last = sent >= commands;
        if (shards == 1 || (steps % drain_every != 0 && !last)) {
            continue;
        }
        int rounds = 0;
        while (!reference().is_quiet()) {
            if (++rounds > max_drain_rounds) {
                return "seed " + std::to_string(seed) + ": never quiet";
            }
            for (const world_step& step : reference().world().transport().drain_steps(now)) {
                if (auto wrong = one(step)) {
                    return wrong;
                }
            }
        }
    }
    return std::nullopt;
}

void take_coverage(const audited_world<reference_shard>& from, shard_coverage* to) {
    if (to != nullptr) {
        to->add(from.coverage());
        to->count(from.world().transport());
        for (std::uint16_t id = 1; id <= from.world().size(); ++id) {
            to->count_rounds(from.world().machine(shard_id{id}).longest_rounds());
        }
    }
}

std::optional<std::string> in_child(const shard_case& one,
                                    std::optional<std::string> (*find)(const shard_case&)) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) {
        return find(one);
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(60);  // a shard that never comes back differs as well
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDERR_FILENO);
        const std::string words = find(one).value_or("").substr(0, 4'000);
        const ssize_t written = ::write(pipe[1], words.data(), words.size());
        ::_exit(written == 0 ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string words(4'000, ' ');
    const ssize_t count = ::read(pipe[0], words.data(), words.size());
    ::close(pipe[0]);
    words.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    int status = 0;
    if (child > 0 && ::waitpid(child, &status, 0) == child && status == 0) {
        return std::nullopt;
    }
    return words.empty() ? "the process ended or hung" : words;
}

}  // namespace

shard_case make_case(std::uint64_t seed, std::uint64_t commands, std::uint16_t shards) {
    shard_case made;
    std::optional<audited_world<reference_shard>> world;
    const auto wrong = live(
        seed, commands, shards,
        [&](const std::vector<shard_settings>& settings) {
            made.settings = settings;
            world.emplace(settings);
        },
        [&](const world_step& step) {
            made.steps.push_back(step);
            return world->apply(step);
        },
        [&]() -> const audited_world<reference_shard>& { return *world; });
    (void)wrong;  // the case ends there; whoever applies it will be told
    return made;
}

std::optional<std::string> find_fault(std::uint64_t seed, std::uint64_t commands,
                                      std::uint16_t shards, shard_coverage* reached,
                                      fault_planter* planter) {
    std::optional<audited_world<reference_shard>> world;
    auto wrong = live(
        seed, commands, shards,
        [&](const std::vector<shard_settings>& settings) {
            world.emplace(settings);
            if (planter != nullptr) {
                world->plant(*planter);
            }
        },
        [&](const world_step& step) { return world->apply(step); },
        [&]() -> const audited_world<reference_shard>& { return *world; });
    take_coverage(*world, reached);
    return wrong;
}

std::optional<std::string> find_difference(std::uint64_t seed, std::uint64_t commands,
                                           std::uint16_t shards, shard_coverage* reached) {
    std::unique_ptr<shard_comparison> both;
    std::uint64_t steps = 0;
    auto wrong = live(
        seed, commands, shards,
        [&](const std::vector<shard_settings>& settings) {
            both = std::make_unique<shard_comparison>(settings);
        },
        [&](const world_step& step) {
            auto difference = both->apply(step);
            if (!difference && ++steps % rows_every == 0) {
                difference = both->compare_rows(step.shard);
            }
            if (!difference && steps % (seed % 2 == 0 ? restore_rarely : restore_every) == 0) {
                difference = both->restore(step.shard);
            }
            return difference;
        },
        [&]() -> const audited_world<reference_shard>& { return both->reference(); });
    for (std::uint16_t id = 1; !wrong && id <= shards; ++id) {
        if (auto difference = both->compare_rows(shard_id{id})) {
            wrong = "seed " + std::to_string(seed) + ", at the end of its life, shard " +
                    std::to_string(id) + ": " + *difference;
        }
    }
    take_coverage(both->reference(), reached);
    if (reached != nullptr) {
        for (const handed_rows& checkpoint : both->checkpoints()) {
            reached->count(checkpoint);
        }
    }
    return wrong;
}

std::optional<std::string> find_fault(const shard_case& one) {
    audited_world<reference_shard> world(one.settings);
    for (const world_step& step : one.steps) {
        if (auto wrong = world.apply(step)) {
            return wrong;
        }
    }
    return std::nullopt;
}

std::optional<std::string> find_difference(const shard_case& one) {
    shard_comparison both(one.settings);
    for (const world_step& step : one.steps) {
        if (auto difference = both.apply(step)) {
            return difference;
        }
        if (auto difference = both.compare_rows(step.shard)) {
            return difference;
        }
        if (one.restore_often) {
            if (auto difference = both.restore(step.shard)) {
                return difference;
            }
        }
    }
    return std::nullopt;
}

std::optional<std::string> find_difference_in_child(const shard_case& one) {
    return in_child(one, &find_difference);
}

std::optional<std::string> find_fault_in_child(const shard_case& one) {
    return in_child(one, &find_fault);
}

}  // namespace bourse
