// Random lives of checkpoints and of the event store on a store that loses what was not committed, against a plain model: what
// was committed is there, what was under way at a crash is there whole or not at all, and nothing else is.

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "rows_of.hpp"
#include "storage/event_store.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {
namespace {

unsigned lives() {
    return is_full_run() ? 20'000 : 200;
}

struct counts {
    unsigned commits = 0;
    unsigned crashes = 0;
    unsigned kept = 0;
    unsigned lost = 0;
    unsigned full = 0;
    unsigned died = 0;
    unsigned received = 0;
    unsigned copies = 0;
};

// --- checkpoints -----------------------------------------------------------------------------------

struct checkpoint_state {
    text_rows rows;
    std::uint64_t index = 0;
};

class checkpoint_life {
public:
    checkpoint_life(std::uint64_t seed, counts& all)
        : random_(seed), store_(2, seed), other_store_(2, seed + 1), all_(all) {
        open();
    }

    void run() {
        for (unsigned i = 0; i < 60; ++i) {
            step();
        }
    }

private:
    static constexpr checkpoint_options options{.owner = 1, .shard = {1}};

    [[nodiscard]] std::uint64_t draw(std::uint64_t below) { return random_() % below; }

    void open() {
        auto made = checkpoint::open(store_, options);
        REQUIRE_MESSAGE(made.has_value(), said(made));
        on_ = std::move(made).value();
        const checkpoint_head head = on_->head().value_or(checkpoint_head{});
        const text_rows rows = rows_of(*on_);
        if (maybe_ && head.at.index == maybe_->index) {
            durable_ = *maybe_;
            ++all_.kept;
        } else if (maybe_) {
            ++all_.lost;
        }
        maybe_.reset();
        REQUIRE(head.at.index == durable_.index);
        REQUIRE(rows == durable_.rows);
    }

    void crash() {
        copy_.reset();
        on_.reset();
        store_.crash();
        store_.set_capacity(1U << 30U);
        ++all_.crashes;
        open();
    }

    /// One checkpoint, which may be abandoned, fail or be interrupted anywhere.
    void step() {
        const std::uint64_t what = draw(10);
        if (what == 0 && on_->head()) {
            copy_ = on_->copy().value();
            copied_ = durable_.rows;
            ++all_.copies;
            return;
        }
        if (what == 1 && copy_) {
            receive_elsewhere();
            return;
        }
        if (what == 2) {
            store_.fail_change_after(draw(30));
        } else if (what == 3) {
            store_.fail_next_commit();
        } else if (what == 4) {
            store_.set_capacity(1 + draw(400));
        }
        checkpoint_state next = durable_;
        next.index += 1 + draw(5);
        outcome did = on_->begin();
        for (std::uint64_t i = draw(25); did && i > 0; --i) {
            did = change(next.rows);
        }
        if (did && draw(8) == 0) {
            on_->abandon();
            return;
        }
        if (did && draw(8) == 0) {
            crash();
            return;
        }
        did = did ? on_->start_commit({next.index, 1}, {}) : did;
        if (did) {
            maybe_ = next;
            if (draw(6) == 0) {
                crash();
                return;
            }
            did = on_->finish_commit();
        }
        after(did, next);
    }

    void after(const outcome& did, const checkpoint_state& next) {
        if (did) {
            durable_ = next;
            maybe_.reset();
            ++all_.commits;
            REQUIRE(rows_of(*on_) == durable_.rows);
        } else if (did.error().code == errc::storage_full) {
            on_->abandon();
            store_.set_capacity(1U << 30U);
            ++all_.full;
            REQUIRE(rows_of(*on_) == durable_.rows);
        } else {
            REQUIRE(store_.dead());
            ++all_.died;
            crash();
        }
    }

    outcome change(text_rows& rows) {
        const std::string key = "k" + std::to_string(draw(40));
        if (draw(3) == 0) {
            rows.erase(key);
            return on_->erase(bytes_of(key));
        }
        const std::string value(draw(30), static_cast<char>('a' + draw(26)));
        rows[key] = value;
        return on_->put(bytes_of(key), bytes_of(value));
    }

    /// The copy, which may be older than what is there now, goes to another node.
    void receive_elsewhere() {
        auto made = checkpoint::open(other_store_, options);
        REQUIRE(made.has_value());
        checkpoint& other = **made;
        const text_rows before = rows_of(other);
        REQUIRE(other.begin_replacing(copy_->head()).has_value());
        checkpoint_chunk chunk;
        do {
            REQUIRE(copy_->read(chunk.last_key, draw(200), chunk).has_value());
            REQUIRE(other.take(chunk.bytes).has_value());
            if (draw(20) == 0) {
                other_store_.crash();
                REQUIRE(rows_of(**checkpoint::open(other_store_, options)) == before);
                return;
            }
        } while (!chunk.is_last);
        REQUIRE(other.commit_replacing().has_value());
        REQUIRE(rows_of(other) == copied_);
        REQUIRE(other.head() == copy_->head());
        ++all_.received;
    }

    std::mt19937_64 random_;
    simulated_store store_;
    simulated_store other_store_;
    counts& all_;
    std::unique_ptr<checkpoint> on_;
    std::unique_ptr<checkpoint_copy> copy_;
    text_rows copied_;
    checkpoint_state durable_;
    std::optional<checkpoint_state> maybe_;  // under way at a crash
};

// --- events ----------------------------------------------------------------------------------------

/// What every entry of a shard gives out, the same at each replay.
entry_events entry_of(shard_id shard, std::uint64_t index) {
    std::mt19937_64 random(index * 31 + shard.value);
    entry_events made{index, {}, std::vector<std::byte>(random() % 60, std::byte{7})};
    for (std::uint32_t account = 1; account <= 4; ++account) {
        // An account has a number each time that its turn comes.
        if (index % account == 0) {
            made.reports.push_back({{account}, index / account, index / account});
        }
    }
    return made;
}

class event_life {
public:
    event_life(std::uint64_t seed, counts& all)
        : random_(seed), store_(4, seed), keep_bytes_(200 + random_() % 3000), all_(all) {
        open();
    }

    void run() {
        for (unsigned i = 0; i < 60; ++i) {
            step();
        }
        check();
    }

private:
    using ends = std::map<shard_id, std::uint64_t>;

    [[nodiscard]] std::uint64_t draw(std::uint64_t below) { return random_() % below; }

    void open() {
        auto made = event_store::open(store_, {.owner = 1, .keep_bytes = keep_bytes_});
        REQUIRE_MESSAGE(made.has_value(), said(made));
        on_ = std::move(made).value();
        if (maybe_ && *maybe_ != durable_) {
            const bool is_kept = last_of_all() == *maybe_;
            ++(is_kept ? all_.kept : all_.lost);
            durable_ = is_kept ? *maybe_ : durable_;
        }
        maybe_.reset();
        appended_ = durable_;
        check();
    }

    [[nodiscard]] ends last_of_all() const {
        ends found;
        for (const auto& known : on_->shards()) {
            found[known.first] = known.second.last;
        }
        return found;
    }

    /// Every entry that should be there is, and is right; every report is where it should be.
    void check() {
        REQUIRE(last_of_all() == durable_);
        std::vector<entry_events> piece;
        for (const auto& known : on_->shards()) {
            const event_positions at = known.second;
            bool is_right = true;
            for (std::uint64_t next = at.first; next <= at.last;) {
                const outcome read = on_->read(known.first, next, at.last, draw(300), piece);
                REQUIRE_MESSAGE(read.has_value(), said(read));
                REQUIRE(!piece.empty());
                for (const entry_events& found : piece) {
                    is_right = is_right && found == entry_of(known.first, next++);
                }
            }
            for (std::uint32_t account = 1; account <= 4; ++account) {
                const std::uint64_t number = 1 + draw(at.last / account + 2);
                const report_place place = on_->find_report(known.first, {account}, number).value();
                const std::uint64_t index = number * account;
                const auto expected = index > at.last    ? report_place::kind::unknown
                                      : index < at.first ? report_place::kind::dropped
                                                         : report_place::kind::kept;
                is_right = is_right && place.found == expected;
                if (expected == report_place::kind::dropped) {
                    const std::uint64_t first_kept = (at.first + account - 1) / account;
                    is_right = is_right && place.first_kept == first_kept;
                } else if (expected == report_place::kind::kept) {
                    is_right = is_right && place.index == index;
                }
            }
            REQUIRE(is_right);
        }
    }

    void crash() {
        on_.reset();
        store_.crash();
        store_.set_capacity(1U << 30U);
        ++all_.crashes;
        open();
    }

    void append_some() {
        for (std::uint64_t i = draw(30); i > 0; --i) {
            const shard_id shard{static_cast<std::uint16_t>(1 + draw(3))};
            std::uint64_t& last = appended_[shard];
            const std::uint64_t again = draw(4) == 0 ? draw(last + 1) : last;
            last = std::max(last, again + 1);
            const outcome appended = on_->append(shard, entry_of(shard, again + 1));
            REQUIRE_MESSAGE(appended.has_value(), said(appended));
        }
    }

    void step() {
        append_some();
        const std::uint64_t what = draw(12);
        if (what == 0) {
            store_.fail_next_commit();
        } else if (what == 1) {
            store_.fail_change_after(draw(60));
        } else if (what == 2) {
            store_.set_capacity(1 + draw(2000));
        } else if (what == 3) {
            crash();
            return;
        }
        maybe_ = appended_;
        outcome did = on_->start_batch();
        if (did) {
            const ends started = *maybe_;
            append_some();
            if (draw(6) == 0) {
                crash();
                return;
            }
            did = on_->finish_batch();
            durable_ = did ? started : durable_;
        }
        if (did) {
            maybe_.reset();
            ++all_.commits;
        } else if (did.error().code == errc::storage_full) {
            maybe_.reset();
            store_.set_capacity(1U << 30U);
            ++all_.full;
        } else {
            ++all_.died;
            crash();
        }
        if (draw(4) == 0) {
            check();
        }
    }

    std::mt19937_64 random_;
    simulated_store store_;
    std::uint64_t keep_bytes_;
    counts& all_;
    std::unique_ptr<event_store> on_;
    ends appended_;
    ends durable_;
    std::optional<ends> maybe_;  // under way at a crash
};

}  // namespace

TEST_CASE("whatever happens to a checkpoint under way, the rows are those of one moment") {
    counts all;
    for (std::uint64_t seed = 0; seed < lives(); ++seed) {
        checkpoint_life(seed, all).run();
    }
    CHECK(all.commits > lives() * 10);
    CHECK(all.kept > lives() / 4);
    CHECK(all.lost > lives() / 4);
    CHECK(all.full > lives() / 4);
    CHECK(all.died > lives() / 4);
    CHECK(all.received > lives() / 4);
}

TEST_CASE("whatever happens to a batch of events, all that was durable is found and nothing else") {
    counts all;
    for (std::uint64_t seed = 0; seed < lives(); ++seed) {
        event_life(seed, all).run();
    }
    CHECK(all.commits > lives() * 10);
    CHECK(all.kept > lives() / 4);
    CHECK(all.lost > lives() / 4);
    CHECK(all.full > lives() / 4);
    CHECK(all.died > lives() / 4);
}

}  // namespace bourse
