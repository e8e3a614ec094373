// Random lives of a journal on a disk that loses what it may: append, start, finish, crash, kill, fail, reopen. What was
// durable is there, what was under way is there whole or not at all, and nothing else is.

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "journal_model.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/simulated_disk.hpp"

namespace bourse {
namespace {

/// How often something happened, so that a run in which it never did fails.
struct coverage {
    std::uint64_t opens = 0;
    std::uint64_t failed_opens = 0;
    std::uint64_t under_way_kept = 0;
    std::uint64_t under_way_lost = 0;
    std::uint64_t batches = 0;
    std::uint64_t voided = 0;
    std::uint64_t truncated = 0;
    std::uint64_t carried = 0;
    std::uint64_t full = 0;
    std::uint64_t votes_when_full = 0;
    std::uint64_t died = 0;
    std::uint64_t segments = 0;
    std::uint64_t reused = 0;
};

class journal_life {
public:
    journal_life(std::uint64_t seed, coverage& seen)
        : random_(seed), disk_(seed, std::uint64_t{160} << 10U), seen_(seen) {
        options_ = {.owner = 7,
                    .segment_bytes = min_segment_bytes << draw(2),
                    .reserve_bytes = 2048,
                    .max_segments = static_cast<std::uint32_t>(4 + draw(3))};
    }

    /// What went wrong; empty if nothing.
    std::string run(unsigned steps) {
        reopen();
        for (unsigned i = 0; i < steps && fault_.empty(); ++i) {
            step();
        }
        if (fault_.empty()) {
            crash();
        }
        if (fault_.empty()) {
            check_progress();
        }
        return fault_;
    }

private:
    std::uint64_t draw(std::uint64_t below) { return random_() % below; }
    shard_id draw_shard() { return {static_cast<std::uint16_t>(1 + draw(3))}; }

    void step() {
        const std::uint64_t choice = draw(100);
        if (choice < 40) {
            append();
        } else if (choice < 44) {
            vote();
        } else if (choice < 48) {
            truncate();
        } else if (choice < 51) {
            snapshot();
        } else if (choice < 66) {
            start();
        } else if (choice < 81) {
            finish();
        } else if (choice < 85) {
            release();
        } else if (choice < 86) {
            carry();
        } else if (choice < 93) {
            maintain();
        } else if (choice < 95) {
            crash();
        } else if (choice < 96) {
            disk_.end_process();
            reopen();
        } else if (choice < 97) {
            draw(2) == 0 ? disk_.fail_next_sync() : disk_.fail_next_write();
        } else if (choice < 98) {
            disk_.power_off_after(draw(6));
        } else {
            disk_.set_capacity(std::uint64_t{draw(4) == 0 ? 60U : 200U} << 10U);
        }
    }

    /// Takes a refusal for what it is; a dead journal ends the process.
    bool accepted(const outcome& from) {
        if (from) {
            return true;
        }
        if (journal_->dead()) {
            ++seen_.died;
            crash();
        } else if (from.error().code == errc::storage_full && !is_voting_) {
            ++seen_.full;
        } else if (from.error().code != errc::overloaded) {
            fault_ = from.error().what;
        }
        return false;
    }

    journal_model::log& log_of(shard_id shard) { return now_.logs[shard]; }

    void append() {
        const shard_id shard = draw_shard();
        const log_point end = log_of(shard).end;
        const log_point at{end.index + 1, std::max<std::uint64_t>(1, end.term) + (draw(20) == 0)};
        const std::size_t length = draw(30) == 0 ? journal_->max_payload_bytes() : draw(900);
        const std::uint64_t tag = ++tag_;
        if (accepted(journal_->append(shard, at, tagged_payload(tag, length)))) {
            now_.append(shard, at, tag, length);
        }
    }

    void vote() {
        const shard_id shard = draw_shard();
        const journal_vote given{log_of(shard).vote.term + 1 + draw(3), draw(4)};
        seen_.votes_when_full += journal_->room().takes_orders ? 0U : 1U;
        is_voting_ = true;  // for which there is always room
        if (accepted(journal_->vote(shard, given))) {
            now_.logs[shard].vote = given;
        }
        is_voting_ = false;
    }

    void truncate() {
        const shard_id shard = draw_shard();
        const journal_model::log& log = log_of(shard);
        // Not below what was released, which is committed.
        const std::uint64_t least = std::max(log.released, log.snapshot.at.index);
        if (log.end.index <= least || !log.entries.contains(least + 1)) {
            return;
        }
        const std::uint64_t kept = least + 1 + draw(log.end.index - least);
        if (accepted(journal_->truncate(shard, kept))) {
            now_.truncate(shard, kept);
            ++seen_.truncated;
        }
    }

    void snapshot() {
        const shard_id shard = draw_shard();
        const journal_model::log& log = log_of(shard);
        const auto payload = tagged_payload(++tag_, draw(60));
        log_point at = log.end;
        if (draw(3) == 0) {  // of somebody who is ahead, or has another past
            at = {log.end.index + draw(5) + 1, log.end.term + 1};
            ++seen_.voided;
        } else if (log.end.index == 0 || !log.entries.contains(log.end.index)) {
            return;
        }
        if (accepted(journal_->snapshot(shard, at, payload))) {
            now_.snapshot(shard, at, payload);
        }
    }

    void start() {
        if (journal_->batch_under_way()) {
            return;
        }
        starting_ = true;
        if (accepted(journal_->start_batch())) {
            starting_ = false;
            under_way_ = now_;
            ++seen_.batches;
            seen_.segments = std::max<std::uint64_t>(seen_.segments, journal_->segment_count());
        }
    }

    void finish() {
        if (accepted(journal_->finish_batch())) {
            durable_ = under_way_;
            if (journal_->durable() == journal_->appended() && draw(8) == 0) {
                fault_ = durable_.difference(*journal_);
            }
        }
    }

    void release() {
        const shard_id shard = draw_shard();
        const auto durable = durable_.logs.find(shard);
        if (durable == durable_.logs.end()) {
            return;
        }
        // What is committed: durable, and not to be voided by what is not durable yet.
        const std::uint64_t committed =
            std::min(durable->second.end.index, log_of(shard).end.index);
        const auto before = durable->second.entries.find(committed);
        const auto later = log_of(shard).entries.find(committed);
        if (before == durable->second.entries.end() || later == log_of(shard).entries.end() ||
            before->second != later->second) {
            return;
        }
        journal_->release(shard, committed);
        for (journal_model* model : {&durable_, &under_way_, &now_}) {
            model->release(shard, committed);
        }
    }

    /// Of whoever keeps the oldest segment, some pieces. It changes nothing of what is there.
    void carry() {
        const auto pin = journal_->oldest_pin();
        for (std::uint64_t pieces = pin ? draw(8) : 0; pieces > 0; --pieces) {
            const auto carried = journal_->carry(pin->shard);
            if (!carried) {
                accepted(carried.error());
                return;
            }
            seen_.carried += *carried ? 0U : 1U;
        }
    }

    void maintain() {
        if (!journal_->batch_under_way()) {
            const auto more = journal_->maintain();
            if (!more) {
                accepted(more.error());
            }
        }
    }

    void crash() {
        journal_.reset();
        disk_.crash();
        reopen();
    }

    void reopen() {
        journal_.reset();
        while (true) {
            if (draw(4) == 0) {
                disk_.power_off_after(draw(12));
            }
            ++seen_.opens;
            auto opened = journal::open(disk_, options_);
            if (opened) {
                disk_.end_power_off();
                journal_ = std::move(opened).value();
                break;
            }
            if (opened.error().code == errc::storage_full) {  // before the first segment only
                disk_.set_capacity(std::uint64_t{200} << 10U);
            } else if (opened.error().code != errc::unwritable) {
                fault_ = opened.error().what;
                return;
            }
            ++seen_.failed_opens;
            disk_.crash();
        }
        check_what_is_there();
    }

    /// Everything durable, and of what was under way all or nothing.
    void check_what_is_there() {
        const journal_model& other = starting_ ? now_ : under_way_;
        const std::string without = durable_.difference(*journal_);
        const std::string with = other.difference(*journal_);
        if (!without.empty() && !with.empty()) {
            fault_ = "without the batch under way: " + without + "; with it: " + with;
            return;
        }
        if (without.empty() != with.empty()) {
            ++(with.empty() ? seen_.under_way_kept : seen_.under_way_lost);
        }
        if (with.empty()) {
            durable_ = other;
        }
        starting_ = false;
        under_way_ = now_ = durable_;
    }

    /// When all is released, and there is room on the disk, orders are taken again.
    void check_progress() {
        disk_.set_capacity(std::uint64_t{1} << 20U);
        for (const journal_shard& its : journal_->shards()) {
            journal_->release(its.shard, its.positions.end.index);
        }
        for (unsigned i = 0; i < 20; ++i) {
            const auto more = journal_->maintain();
            if (!more) {
                fault_ = more.error().what;
                return;
            }
        }
        if (!journal_->room().takes_orders || journal_->segment_count() != 1) {
            fault_ = "no orders are taken with everything released: " + journal_->room().why;
        }
    }

    std::mt19937_64 random_;
    simulated_disk disk_;
    journal_options options_;
    std::unique_ptr<journal> journal_;
    journal_model durable_;    // what is certain
    journal_model under_way_;  // with the batch that was started
    journal_model now_;        // with everything appended
    bool starting_ = false;    // the journal died in start_batch: what was open may be there
    bool is_voting_ = false;
    std::uint64_t tag_ = 0;
    std::string fault_;
    coverage& seen_;
};

}  // namespace

TEST_CASE("what was durable survives any crash, and nothing else appears") {
    const unsigned lives = is_full_run() ? 100'000 : 600;
    coverage seen;
    for (std::uint64_t seed = 1; seed <= lives; ++seed) {
        const std::string fault = journal_life(seed, seen).run(250);
        REQUIRE_MESSAGE(fault.empty(), "seed " << seed << ": " << fault);
    }
    MESSAGE(lives << " lives, " << seen.opens << " starts, " << seen.failed_opens
                  << " of them ended by a crash, " << seen.batches << " batches");
    CHECK(seen.failed_opens > 100);
    CHECK(seen.under_way_kept > 100);
    CHECK(seen.under_way_lost > 100);
    CHECK(seen.voided > 100);
    CHECK(seen.truncated > 100);
    CHECK(seen.carried > 100);
    CHECK(seen.full > 100);
    CHECK(seen.votes_when_full > 100);
    CHECK(seen.died > 100);
    CHECK(seen.segments >= 3);
}

}  // namespace bourse
