// A shard with its disk taken off its thread, on real files: what it answered is there after a restart, exactly.

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>

#include "actors/replica/replica_desk.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/real_disk.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

desk_options small_options() {
    desk_options options;
    options.log = {.owner = 5,
                   .segment_bytes = std::uint64_t{256} << 10U,
                   .reserve_bytes = std::uint64_t{32} << 10U,
                   .max_segments = 16};
    options.events.owner = 5;
    options.replica.shard.id = {1};
    options.replica.self = {1};
    options.replica.checkpoint_every = 50;
    options.replica.checkpoint_slice = 7;
    options.replica.consensus.max_in_flight_entries = 8;
    options.replica.consensus.trailing_entries = 8;
    return options;
}

/// A desk and whoever carries out its work, on one thread, some events later.
class desk_on_files {
public:
    explicit desk_on_files(const std::string& folder) {
        auto disk = real_disk::open(folder);
        REQUIRE_MESSAGE(disk.has_value(), disk.error().what);
        disk_ = std::move(*disk);
        auto rows = lmdb_store::open({.folder = folder + "/rows",
                                      .tables = checkpoint_tables(),
                                      .max_bytes = std::uint64_t{64} << 20U});
        REQUIRE_MESSAGE(rows.has_value(), rows.error().what);
        rows_ = std::move(*rows);
        auto events = lmdb_store::open({.folder = folder + "/events",
                                        .tables = event_tables(),
                                        .max_bytes = std::uint64_t{64} << 20U});
        REQUIRE_MESSAGE(events.has_value(), events.error().what);
        events_ = std::move(*events);
        auto desk =
            replica_desk::open({disk_.get(), rows_.get(), events_.get()}, small_options(), now_);
        REQUIRE_MESSAGE(desk.has_value(), desk.error().what);
        desk_ = std::move(*desk);
        for (int i = 0; i < 100 && !desk_->copy().speaks(); ++i) {
            step(true);
        }
        REQUIRE(desk_->copy().speaks());
    }

    void submit(std::uint64_t ask, std::vector<shard_command> commands) {
        REQUIRE(desk_->submit(now_, std::move(commands), {.who = 1, .ask = ask}) ==
                replica_refusal::none);
        step(false);
    }
    /// Until all that was submitted is answered.
    void settle() {
        for (int i = 0; i < 1'000 && desk_->waiting_answers() > 0; ++i) {
            step(i % 10 == 9);
        }
        REQUIRE(desk_->waiting_answers() == 0);
    }
    void step(bool ticks) {
        now_.monotonic_ms += 10;
        now_.wall.ns += 10'000'000;
        if (ticks) {
            desk_->tick(now_);
        }
        take();
        if (!journal_.empty()) {
            const outcome did = journal_.front().carry_out();
            journal_.pop_front();
            desk_->journal_carried(now_, did);
            take();
        }
        if (events_work_) {
            const outcome did = events_work_->carry_out();
            events_work_.reset();
            desk_->events_carried(now_, did);
            take();
        }
        if (rows_work_ && !holds_rows && ++rows_wait_ % 3 == 0) {
            const outcome did = rows_work_->carry_out();
            rows_work_.reset();
            desk_->rows_carried(now_, did);
            take();
        }
    }

    replica_desk& desk() { return *desk_; }
    [[nodiscard]] const moment& now() const { return now_; }
    bool holds_rows = false;  ///< nothing of a checkpoint is carried out
    std::vector<desk_answer> answers;
    std::vector<told_entry_ptr> told;

private:
    void take() {
        desk_effects out = desk_->pump(now_);
        REQUIRE(out.dead.empty());
        if (out.journal) {
            journal_.push_back(std::move(*out.journal));
        }
        if (out.rows) {
            rows_work_ = std::move(*out.rows);
        }
        if (out.events) {
            events_work_ = std::move(*out.events);
        }
        for (auto& each : out.told) {
            told.push_back(std::move(each));
        }
        for (auto& each : out.answers) {
            answers.push_back(std::move(each));
        }
    }

    moment now_{.monotonic_ms = 1'000, .wall = {1'700'000'000'000'000'000}};
    std::unique_ptr<real_disk> disk_;
    std::unique_ptr<lmdb_store> rows_;
    std::unique_ptr<lmdb_store> events_;
    std::unique_ptr<replica_desk> desk_;
    std::deque<handed_work> journal_;
    std::optional<handed_rows> rows_work_;
    std::optional<handed_rows> events_work_;
    int rows_wait_ = 0;
};

shard_command opens(std::uint32_t account) {
    return open_account{.account = {account}};
}
shard_command gives(std::uint32_t account, std::int64_t amount) {
    return deposit{.account = {account}, .asset = asset_of(currency_id{1}), .amount = amount};
}

}  // namespace

TEST_CASE("a desk on real files restarts with exactly what it had answered") {
    const temporary_folder temporary;
    std::uint64_t digest = 0;
    std::uint64_t index = 0;
    std::uint32_t accounts = 0;
    for (int life = 0; life < 4; ++life) {
        desk_on_files at(temporary.path());
        if (life > 0) {
            // Its log has the new term's barrier, too.
            CHECK(at.desk().state().index() > index);
            const auto last = std::find_if(at.told.begin(), at.told.end(), [&](const auto& each) {
                return each->what.index == index;
            });
            REQUIRE(last != at.told.end());
            CHECK((*last)->what.digest == digest);
            CHECK(at.desk().copy().rows().index > 0);
        }
        for (std::uint64_t ask = 1; ask <= 80; ++ask) {
            ++accounts;
            at.submit(ask, {opens(accounts), gives(accounts, 100), gives(accounts, 1)});
        }
        at.settle();
        REQUIRE(at.answers.size() == 80);
        for (std::size_t i = 0; i < at.answers.size(); ++i) {
            const desk_answer& each = at.answers[i];
            REQUIRE(each.what == ticket_answer::kind::applied);
            REQUIRE(each.to.ask == i + 1);
            REQUIRE(each.entry != nullptr);
            REQUIRE(each.entry->what.index == each.index);
        }
        index = at.desk().state().index();
        digest = at.desk().state().digest();
        CHECK(at.desk().copy().rows().checkpoints > 0);
    }
}

TEST_CASE("what arrives while a batch is being written is one entry afterwards") {
    const temporary_folder temporary;
    desk_on_files at(temporary.path());
    at.settle();
    desk_effects out;
    const moment now{.monotonic_ms = 9'000, .wall = {1'700'000'008'000'000'000}};
    std::vector<std::uint64_t> indexes;
    for (std::uint64_t ask = 1; ask <= 20; ++ask) {
        REQUIRE(at.desk().submit(now, {opens(static_cast<std::uint32_t>(ask))},
                                 {.who = 1, .ask = ask}) == replica_refusal::none);
    }
    at.settle();
    for (const desk_answer& each : at.answers) {
        indexes.push_back(each.index);
    }
    CHECK(indexes == std::vector<std::uint64_t>(20, indexes.front()));
}

TEST_CASE(
    "a journal that is full takes cancels alone, and orders again when a checkpoint is kept") {
    const temporary_folder temporary;
    desk_on_files at(temporary.path());
    at.settle();
    at.holds_rows = true;
    std::uint32_t account = 0;
    std::uint64_t ask = 0;
    const auto submit = [&](std::vector<shard_command> commands) {
        return at.desk().submit(at.now(), std::move(commands), {.who = 1, .ask = ++ask});
    };
    const auto open_many = [&] {
        std::vector<shard_command> many;
        for (int i = 0; i < 400; ++i) {
            many.emplace_back(opens(++account));
        }
        return submit(std::move(many));
    };
    replica_refusal last = replica_refusal::none;
    while (last == replica_refusal::none && account < 400'000) {
        last = open_many();
        at.settle();
    }
    REQUIRE(last == replica_refusal::storage_full);
    CHECK(submit({submit_mass_cancel{.account = {1}}}) == replica_refusal::none);
    CHECK(submit({renew_lease{.account = {1}, .lease = {5}, .until = {1}}}) ==
          replica_refusal::none);
    at.settle();
    CHECK(open_many() == replica_refusal::storage_full);
    at.holds_rows = false;
    // A checkpoint of some ten thousand accounts, seven rows at a time.
    for (int i = 0; i < 100'000 && !at.desk().node().log().room().takes_orders; ++i) {
        at.step(i % 10 == 9);
    }
    CHECK(open_many() == replica_refusal::none);
    at.settle();
}

TEST_CASE("an entry's reports are found by account") {
    std::vector<report> all(9);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].what.account = {static_cast<std::uint32_t>(7 - i % 3)};
        all[i].number = 10 + i / 3;
    }
    const report_index index(all);
    REQUIRE(index.accounts().size() == 3);
    CHECK(index.accounts()[0].account == account_id{5});
    CHECK(index.find({4}) == nullptr);
    for (const std::uint32_t account : {5U, 6U, 7U}) {
        const account_reports* const found = index.find({account});
        REQUIRE(found != nullptr);
        CHECK(found->first == 10);
        REQUIRE(found->at.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(all[found->at[i]].what.account == account_id{account});
            CHECK(all[found->at[i]].number == 10 + i);
        }
    }
    CHECK(report_index(std::span<const report>()).accounts().empty());
}

TEST_CASE("what an account was told before it was opened in the same entry has no number") {
    std::vector<report> all(4);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].what.account = {7};
        all[i].number = i < 2 ? 0 : i - 1;
    }
    const report_index index(all);
    const account_reports* const found = index.find({7});
    REQUIRE(found != nullptr);
    CHECK(found->first == 1);
    CHECK(found->at.size() == 4);
    CHECK(std::ranges::equal(found->numbered(), std::vector<std::uint32_t>{2, 3}));
    all.resize(2);
    const report_index never(all);
    CHECK(never.find({7})->first == 0);
    CHECK(never.find({7})->numbered().empty());
}

}  // namespace bourse
