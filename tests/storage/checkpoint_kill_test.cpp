// A process that takes a checkpoint on real files is killed with -9 at every step: before and after every call that it makes
// of the system. Afterwards there is exactly the older checkpoint or exactly the newer.

#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "rows_of.hpp"
#include "storage/lmdb_store.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

constexpr checkpoint_options kill_options{.owner = 7, .shard = {3}};

lmdb_options kill_store_in(const std::string& folder) {
    return {.folder = folder,
            .tables = checkpoint_tables(),
            .max_bytes = std::uint64_t{1} << 30U,
            .least_free_bytes = 0};
}

enum class way { taking, replacing };

/// What a step from one checkpoint to the next does.
struct step {
    way how = way::taking;
    std::vector<std::pair<std::string, std::string>> changes;  // an empty value: erase
    text_rows after;
    std::uint64_t index = 0;
};

step random_step(std::mt19937_64& random, const text_rows& before, std::uint64_t index,
                 std::size_t changes, std::size_t value_bytes) {
    step made{random() % 4 == 0 ? way::replacing : way::taking, {}, before, index};
    for (std::size_t i = 0; i < changes; ++i) {
        const std::string key = std::to_string(random() % (3 * changes));
        const bool erases = random() % 3 == 0;
        const std::string value =
            erases ? ""
                   : std::string(1 + random() % value_bytes, static_cast<char>('a' + index % 26));
        made.changes.emplace_back(key, value);
        if (erases) {
            made.after.erase(key);
        } else {
            made.after[key] = value;
        }
    }
    return made;
}

bool carry_out(checkpoint& on, const step& what) {
    bool is_good = on.begin().has_value();
    for (const auto& change : what.changes) {
        is_good = is_good &&
                  (change.second.empty() ? on.erase(bytes_of(change.first))
                                         : on.put(bytes_of(change.first), bytes_of(change.second)))
                      .has_value();
    }
    return is_good && on.commit({what.index, 1}, bytes_of("payload")).has_value();
}

/// The pieces of a checkpoint of these rows, made in a store of its own.
struct sent {
    checkpoint_head head;
    std::vector<std::vector<std::byte>> pieces;
};
sent sent_from(const text_rows& rows, std::uint64_t index) {
    const temporary_folder temporary;
    const auto store = lmdb_store::open(kill_store_in(temporary.path()));
    REQUIRE(store.has_value());
    const auto made = checkpoint::open(**store, kill_options);
    REQUIRE((*made)->begin().has_value());
    for (const auto& row : rows) {
        const bool put = (*made)->put(bytes_of(row.first), bytes_of(row.second)).has_value();
        REQUIRE(put);
    }
    REQUIRE((*made)->commit({index, 1}, bytes_of("payload")).has_value());
    const auto copy = (*made)->copy();
    sent all{(*copy)->head(), {}};
    checkpoint_chunk chunk;
    do {
        REQUIRE((*copy)->read(chunk.last_key, 10'000, chunk).has_value());
        all.pieces.push_back(chunk.bytes);
    } while (!chunk.is_last);
    return all;
}

bool receive(checkpoint& on, const sent& what) {
    bool is_good = on.begin_replacing(what.head).has_value();
    for (const auto& piece : what.pieces) {
        is_good = is_good && on.take(piece).has_value();
    }
    return is_good && on.commit_replacing().has_value();
}

/// In the child: stops before the step, so that the parent can count from there.
[[noreturn]] void be_killed(const std::string& folder, const step& what, const sent& coming) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
        ::_exit(2);
    }
    const auto store = lmdb_store::open(kill_store_in(folder));
    const auto on = store ? checkpoint::open(**store, kill_options) : store.error();
    if (!on) {
        ::_exit(3);
    }
    ::raise(SIGSTOP);
    const bool did = what.how == way::taking ? carry_out(**on, what) : receive(**on, coming);
    ::_exit(did ? 0 : 4);
}

/// Runs the step in a process that is killed at its `stop`th begin or end of a call of the system; false when it came
/// to its end before.
bool run_and_kill(const std::string& folder, const step& what, const sent& coming,
                  std::uint64_t stop) {
    const pid_t child = ::fork();
    if (child == 0) {
        be_killed(folder, what, coming);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE_MESSAGE(WIFSTOPPED(status), "the process ended with " << WEXITSTATUS(status));
    for (std::uint64_t stops = 0; stops < stop; ++stops) {
        REQUIRE(::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0);
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (WIFEXITED(status)) {
            REQUIRE(WEXITSTATUS(status) == 0);
            return false;
        }
    }
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    return true;
}

struct stored {
    text_rows rows;
    std::uint64_t index = 0;
};

stored stored_in(const std::string& folder) {
    const auto store = lmdb_store::open(kill_store_in(folder));
    REQUIRE_MESSAGE(store.has_value(), said(store));
    const auto found = checkpoint::open(**store, kill_options);
    REQUIRE_MESSAGE(found.has_value(), said(found));
    return {rows_of(**found), (*found)->head() ? (*found)->head()->at.index : 0};
}

struct kill_counts {
    unsigned older = 0;
    unsigned newer = 0;
};

/// Kills at every step of one checkpoint, each time from the same older one.
void kill_at_every_step(const std::string& folder, const text_rows& before, const step& what,
                        kill_counts& counts) {
    const std::string kept = folder + "/kept";
    const std::string used = folder + "/used";
    std::filesystem::remove_all(kept);
    if (std::filesystem::exists(used)) {
        std::filesystem::copy(used, kept);
    }
    const sent coming = what.how == way::replacing ? sent_from(what.after, what.index) : sent{};
    bool was_killed = true;
    for (std::uint64_t stop = 1; was_killed; ++stop) {
        std::filesystem::remove_all(used);
        if (std::filesystem::exists(kept)) {
            std::filesystem::copy(kept, used);
        }
        was_killed = run_and_kill(used, what, coming, stop);
        const stored found = stored_in(used);
        const bool is_newer = found.index == what.index;
        ++(is_newer ? counts.newer : counts.older);
        REQUIRE((is_newer || found.index == what.index - 1));
        const bool is_exact = found.rows == (is_newer ? what.after : before);
        REQUIRE(is_exact);
        REQUIRE((was_killed || is_newer));
    }
}

void kill_through(std::uint64_t seed, unsigned steps, std::size_t changes,
                  std::size_t value_bytes) {
    const temporary_folder temporary;
    std::mt19937_64 random(seed);
    text_rows before;
    kill_counts counts;
    unsigned replaced = 0;
    for (unsigned i = 0; i < steps; ++i) {
        const step next = random_step(random, before, i + 1, changes, value_bytes);
        replaced += next.how == way::replacing ? 1U : 0U;
        kill_at_every_step(temporary.path(), before, next, counts);
        before = next.after;
    }
    MESSAGE("killed " << counts.older + counts.newer << " times, " << counts.older
                      << " left the older; " << replaced << " of " << steps << " received");
    CHECK(counts.older > 2 * steps);
    CHECK(counts.newer > steps);
}

}  // namespace

TEST_CASE("a process killed at any step of a checkpoint leaves exactly the older or the newer") {
    kill_through(1, 3, 200, 300);
    if (is_full_run()) {
        for (std::uint64_t seed = 2; seed <= 21; ++seed) {
            kill_through(seed, 10, std::size_t{1} << (seed % 12), 1 + seed * 37);
        }
        kill_through(99, 4, 200, 40'000);
    }
}

}  // namespace bourse
