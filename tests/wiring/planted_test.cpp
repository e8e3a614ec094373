// Every mistake planted in the journal, in consensus and in how a replica is put together of them is found by the
// simulator within the lives that are stated; without a mistake nothing is found in them.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "actors/book/book_bug.hpp"
#include "actors/ledger/planted_bug.hpp"
#include "actors/replica/wiring_bug.hpp"
#include "cluster/consensus_bug.hpp"
#include "cluster/guards.hpp"
#include "storage/journal_bug.hpp"
#include "tests/simulation/simulation.hpp"
#include "tests/support/run_length.hpp"

using namespace bourse;

namespace {

/// What is rarer than this is looked for in the long runs alone.
constexpr std::uint64_t most_lives_in_ci = 200;

/// Full most of the time.
constexpr std::uint32_t small_journal_kib = 64;

template <typename Bug>
struct planted {
    Bug bug;
    const char* name;
    std::uint64_t most_lives;
    std::uint32_t journal_kib = simulation_options{}.journal_kib;
    std::uint32_t repeats = 0;
};

constexpr std::array wirings{
    planted{wiring_bug::no_sync, "what was handed to the disk is taken for durable", 60},
    planted{wiring_bug::vote_not_awaited, "a vote is not awaited", 200},
    planted{wiring_bug::answer_before_commit, "a command is answered when it is proposed", 5},
    planted{wiring_bug::apply_before_commit, "an entry is applied when it is in the log", 40},
    planted{wiring_bug::truncation_forgotten, "a replaced tail stays in the journal", 60},
    planted{wiring_bug::clock_not_held, "stamps follow the clock backwards", 20},
    planted{wiring_bug::stale_read, "a read is answered without asking the others", 120},
    planted{wiring_bug::follower_speaks, "what a follower applies leaves as well", 5},
    planted{wiring_bug::receipt_before_commit, "a channel message is confirmed when it arrives",
            40},
    planted{wiring_bug::due_forgotten, "nothing is proposed when something is due", 40},
    planted{wiring_bug::checkpoint_misses_removal, "a row that is gone stays in the checkpoint",
            10},
    planted{wiring_bug::released_too_early, "the journal gives up what is not in a checkpoint yet",
            40},
    planted{wiring_bug::rows_not_voided, "a log that rows take the place of stays in the journal",
            60},
    planted{wiring_bug::lines_not_stored, "the event store lacks ledger lines", 5},
    planted{wiring_bug::events_not_awaited, "a checkpoint is durable before the events up to it",
            40},
    planted{wiring_bug::events_not_copied, "rows are installed without the events up to them", 40},
    planted{wiring_bug::stuck_state_kept, "what an entry did before it tripped stays", 5},
    planted{wiring_bug::delivery_not_repeated, "a lost channel message is not sent again", 20},
};

constexpr std::array in_journal{
    planted{journal_bug::no_sync, "a batch is durable when it is written", 20},
    planted{journal_bug::open_batch_counted, "what is appended meanwhile is durable with it", 601},
    planted{journal_bug::position_not_carried, "a new segment begins without where the logs end",
            20},
    planted{journal_bug::name_not_synced, "a new segment's name is not synced", 20},
    planted{journal_bug::head_not_synced, "nor its head and first batch", 500},
    planted{journal_bug::one_shard_asked, "a segment goes when one shard needs it no more", 60},
    planted{journal_bug::names_of_two_lost, "no sync between two segments that go", 150},
    planted{journal_bug::truncation_ignored, "a start takes what is void for kept", 40},
    planted{journal_bug::tail_cut_too_far, "a start cuts a sector too much", 20},
    planted{journal_bug::sum_not_checked, "a start takes a torn batch for whole", 400},
    planted{journal_bug::former_use_taken, "a start goes on in what a file held before", 20},
    planted{journal_bug::votes_not_read, "a start does not look for votes apart", 100,
            small_journal_kib},
    planted{journal_bug::carrying_not_reckoned, "entries leave no room for carrying", 60,
            small_journal_kib / 2 * 3},
};

constexpr std::array in_consensus{
    planted{consensus_bug::vote_forgotten, "a start forgets for whom it voted", 100},
    planted{consensus_bug::commits_alone, "a leader commits what is on its disk", 30},
    planted{consensus_bug::speaks_too_early, "a leader speaks before its term's entry", 30},
    planted{consensus_bug::reads_what_it_has, "a read waits for no entry behind it", 40},
    planted{consensus_bug::membership_of_tomorrow, "a snapshot has a later membership", 500},
    planted{consensus_bug::last_entry_forgotten, "a start leaves out the last entry", 20},
    planted{consensus_bug::refusal_counted, "a candidate takes every answer for a vote", 20},
};

constexpr std::array in_book{
    planted{book_bug::last_come_first, "at one price the youngest order trades first", 20},
};

/// Those of the guards that a random life has need of; tests/guards has a scenario for each.
constexpr std::array guards_seen{
    planted{guard::membership_first, "entries go on with a membership among them", 100},
    planted{guard::repeated_rejections, "a rejection is believed that is none any more", 3000,
            simulation_options{}.journal_kib, 400},
    planted{guard::one_install_at_a_time, "rows are offered while others are being got", 120},
    planted{guard::sole_voter_new_term, "an only voter leads in its old term", 3000},
    planted{guard::leader_begins_term, "a leader begins its term without an entry", 20},
    planted{guard::learners_vote, "who does not know yet that it is a voter does not vote", 120},
    planted{guard::silent_leaders, "a leader not heard of keeps others from being elected", 601},
    planted{guard::committed_memberships, "libraft does not hear of committed memberships", 100},
    planted{guard::stored_forward, "libraft hears that less is stored than before", 5},
    planted{guard::own_terms, "what is submitted has no term", 5},
    planted{guard::entries_first, "messages are filled before the log has their entries", 20},
    planted{guard::filled_offers, "a snapshot is offered without its membership", 20},
};

/// A checker, and a mistake that it finds when nobody else is listened to.
struct shown_checker {
    const char* checker;
    const char* mistake;
    void (*plant)();
    std::uint64_t most_lives;
};

constexpr std::array checkers_shown{
    shown_checker{"acknowledged present once", "a command is answered when it is proposed",
                  [] { wired_wrong = wiring_bug::answer_before_commit; }, 20},
    shown_checker{"value conserved", "a deposit comes from nobody",
                  [] { bourse::planted = planted_bug::deposit_of_nobody; }, 5},
    shown_checker{"value conserved", "a channel message is confirmed when it arrives",
                  [] { wired_wrong = wiring_bug::receipt_before_commit; }, 40},
    shown_checker{"numbers gapless", "a report of an account has no number",
                  [] { bourse::planted = planted_bug::leave_out_report; }, 5},
    shown_checker{"numbers gapless", "an event of a book has no number",
                  [] { bourse::planted = planted_bug::leave_out_event; }, 5},
    shown_checker{"numbers gapless", "a trade has no number",
                  [] { book_wrong = book_bug::trade_number_lost; }, 5},
    shown_checker{"one leader a term", "a candidate takes every answer for a vote",
                  [] { consensus_wrong = consensus_bug::refusal_counted; }, 40},
    shown_checker{"one vote a term", "a vote is not awaited",
                  [] { wired_wrong = wiring_bug::vote_not_awaited; }, 60},
    shown_checker{"linearizable", "a read waits for no entry behind it",
                  [] { consensus_wrong = consensus_bug::reads_what_it_has; }, 40},
    shown_checker{"linearizable", "a read is answered without asking the others",
                  [] { wired_wrong = wiring_bug::stale_read; }, 40},
    shown_checker{"books are linearizable", "at one price the youngest order trades first",
                  [] { book_wrong = book_bug::last_come_first; }, 5},
    shown_checker{"books have an order", "at one price the youngest order trades first",
                  [] { book_wrong = book_bug::last_come_first; }, 20},
    shown_checker{"a repeated id returns the first outcome", "who asks again is not told why not",
                  [] { bourse::planted = planted_bug::repeat_no_reason; }, 20},
    shown_checker{"a repeated id returns the first outcome", "who asks again for money gets it",
                  [] { bourse::planted = planted_bug::reuse_client_id; }, 20},
    shown_checker{"a repeated id returns the first outcome", "a new id is taken for a known one",
                  [] { bourse::planted = planted_bug::repeat_of_nothing; }, 5},
    shown_checker{"stamps never go back", "stamps follow the clock backwards",
                  [] { wired_wrong = wiring_bug::clock_not_held; }, 40},
    shown_checker{"stored events", "the event store lacks ledger lines",
                  [] { wired_wrong = wiring_bug::lines_not_stored; }, 5},
    shown_checker{"replicas agree", "an entry is applied when it is in the log",
                  [] { wired_wrong = wiring_bug::apply_before_commit; }, 40},
    shown_checker{"no replica stops", "what an entry did before it tripped stays",
                  [] { wired_wrong = wiring_bug::stuck_state_kept; }, 20},
    shown_checker{"only leaders speak", "what a follower applies leaves as well",
                  [] { wired_wrong = wiring_bug::follower_speaks; }, 5},
    shown_checker{"a node starts", "a new segment begins without where the logs end",
                  [] { journal_wrong = journal_bug::position_not_carried; }, 20},
    shown_checker{"progress after heal", "nothing is proposed when something is due",
                  [] { wired_wrong = wiring_bug::due_forgotten; }, 40},
};

struct finding {
    std::uint64_t seed = 0;  ///< the first life that finds something; zero: none does
    std::string by;
};

/// In a process of its own: an assertion may end it, and finds the mistake too.
template <typename Plant>
finding first_found(Plant&& plant, std::uint64_t most_lives, simulation_options options) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        plant();
        for (options.seed = 1; options.seed <= most_lives; ++options.seed) {
            dprintf(ends[1], "%llu", static_cast<unsigned long long>(options.seed));
            const simulation_result life = simulate(options);
            dprintf(ends[1], " %s\n", life.checker.c_str());
            if (!life.checker.empty()) {
                break;
            }
        }
        _exit(0);
    }
    close(ends[1]);
    finding found;
    std::FILE* said = fdopen(ends[0], "r");
    for (int next = 0; next != EOF;) {
        std::string line;
        for (next = std::fgetc(said); next != EOF && next != '\n'; next = std::fgetc(said)) {
            line.push_back(static_cast<char>(next));
        }
        const std::size_t blank = line.find(' ');
        if (blank == std::string::npos && !line.empty()) {
            found = {std::stoull(line), "an assertion"};
        } else if (!line.empty() && blank + 1 < line.size()) {
            found = {std::stoull(line), line.substr(blank + 1)};
        }
    }
    std::fclose(said);
    int status = 0;
    waitpid(child, &status, 0);
    CHECK((found.by == "an assertion") == (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
    return found;
}

template <typename Bug, std::size_t Count>
void check_found(Bug& wrong, const std::array<planted<Bug>, Count>& all) {
    for (const planted<Bug>& one : all) {
        if (one.most_lives > most_lives_in_ci && !is_full_run()) {
            MESSAGE(std::string(one.name), ": not looked for without BOURSE_FULL=1");
            continue;
        }
        const finding found = first_found([&] { wrong = one.bug; }, one.most_lives,
                                          {.journal_kib = one.journal_kib, .repeats = one.repeats});
        MESSAGE(std::string(one.name), ": found in life ", found.seed, " of at most ",
                one.most_lives, " by ", found.by);
        CHECK_MESSAGE(found.seed != 0, std::string(one.name));
    }
}

}  // namespace

TEST_CASE("nothing is found where nothing is wired wrong") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const simulation_result life = simulate({.seed = seed});
        CHECK_MESSAGE(life.checker.empty(), seed, ": ", life.complaint);
    }
}

TEST_CASE("journals that are full most of the time keep nobody from going on") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const simulation_result life = simulate({.seed = seed, .journal_kib = small_journal_kib});
        CHECK_MESSAGE(life.checker.empty(), seed, ": ", life.checker, ": ", life.complaint);
    }
}

TEST_CASE(
    "an entry that nobody can apply stops its shard until it is void, and nothing is lost by "
    "that") {
    wired_wrong = wiring_bug::entries_trip;
    std::uint64_t voids = 0;
    for (std::uint64_t seed = 1; seed <= 66; ++seed) {
        const simulation_result life = simulate({.seed = seed});
        CHECK_MESSAGE(life.checker.empty(), seed, ": ", life.checker, ": ", life.complaint);
        voids += life.voids;
    }
    wired_wrong = wiring_bug::none;
    MESSAGE(voids, " entries made void");
    CHECK(voids > 40);
}

TEST_CASE("every checker finds a mistake by itself") {
    std::set<std::string> shown;
    for (const shown_checker& each : checkers_shown) {
        const finding found = first_found(each.plant, each.most_lives, {.only = each.checker});
        MESSAGE(std::string(each.checker), ": ", std::string(each.mistake), ": found in life ",
                found.seed, " of at most ", each.most_lives);
        CHECK_MESSAGE(found.by == std::string(each.checker), std::string(each.mistake));
        shown.insert(each.checker);
    }
    const std::vector<std::string> names = checker_names();
    CHECK(shown == std::set<std::string>(names.begin(), names.end()));
}

TEST_CASE("every mistake in the wiring of a replica is found") {
    check_found(wired_wrong, wirings);
}

TEST_CASE("every mistake in the journal is found") {
    check_found(journal_wrong, in_journal);
}

TEST_CASE("every mistake around libraft is found") {
    check_found(consensus_wrong, in_consensus);
}

TEST_CASE("every mistake in a book is found, though all replicas make it alike") {
    check_found(book_wrong, in_book);
}

TEST_CASE("what the simulator sees of missing guards around libraft is found") {
    check_found(guard_off, guards_seen);
}

TEST_CASE("the search for an order leaves few books undecided") {
    std::uint64_t decided = 0;
    std::uint64_t undecided = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const simulation_result life = simulate({.seed = seed, .shards = 1});
        decided += life.books_decided;
        undecided += life.books_undecided;
    }
    MESSAGE(decided, " books decided, ", undecided, " not");
    CHECK(decided >= 100);
    CHECK(undecided * 9 <= decided);
}

TEST_CASE("a seed is one life: twice the same trace") {
    for (std::uint64_t seed = 101; seed <= 104; ++seed) {
        const simulation_result first = simulate({.seed = seed});
        const simulation_result second = simulate({.seed = seed});
        CHECK(first.events == second.events);
        CHECK(first.trace_digest == second.trace_digest);
    }
    CHECK(simulate({.seed = 101}).trace_digest != simulate({.seed = 102}).trace_digest);
}
