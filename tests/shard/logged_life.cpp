#include "logged_life.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "actors/shard/digest.hpp"
#include "messages/channel_codec.hpp"
#include "messages/shard_rows_codec.hpp"
#include "tests/support/command_generator.hpp"
#include "tests/support/shard/handed_rows.hpp"
#include "tests/support/shard/turn_pool.hpp"

namespace bourse {

namespace {

/// Over all that is in no digest of a shard, and the digests.
class life_sum {
public:
    void add(const shard_output& out) {
        add_number(digest_of(std::span<const std::uint64_t>(out.event_numbers), 0));
        for (const sent_message& each : out.messages) {
            add_number(each.to.value);
            add_number(each.number);
            bytes_.clear();
            encode_channel_message(each.what, bytes_);
            sum_ = digest_of(bytes_, sum_);
        }
        for (const sent_receipt& each : out.receipts) {
            add_number(each.to.value);
            add_number(each.up_to);
        }
    }
    void add(const shard& machine) {
        add_number(machine.digest());
        bytes_.clear();
        encode_shard_rows(machine.save(), bytes_);
        sum_ = digest_of(bytes_, sum_);
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return sum_; }

private:
    void add_number(std::uint64_t number) {
        sum_ = digest_of(std::span<const std::uint64_t>(&number, 1), sum_);
    }

    std::uint64_t sum_ = 0;
    std::vector<std::byte> bytes_;
};

std::string as_source(const life_digests& each) {
    std::string text = "{{";
    for (const std::uint64_t one : each.shards) {
        text += std::to_string(one) + "U, ";
    }
    return text + "}, " + std::to_string(each.sum) + "U},";
}

void give(shard& machine, const logged_entry& next, shard_output& out) {
    out.clear();
    if (next.is_void) {
        machine.skip(next.what.index);
    } else {
        machine.apply(next.what, out);
    }
}

// --- Ways to live a life --------------------------------------------------------------------------

/// One shard of a life, and what befalls it between two entries.
class life_way {
public:
    explicit life_way(const shard_settings& settings) : machine_(settings) {}
    virtual ~life_way() = default;
    life_way(const life_way&) = delete;
    life_way& operator=(const life_way&) = delete;

    virtual void apply(const logged_entry& next, shard_output& out) { give(machine_, next, out); }
    [[nodiscard]] shard& machine() noexcept { return machine_; }
    /// How often it was cut, or its books took their turns at once.
    [[nodiscard]] virtual std::size_t cuts() const { return 0; }

private:
    shard machine_;
};

/// Books take their turns on threads, all at once.
class at_once final : public life_way {
public:
    explicit at_once(const shard_settings& settings) : life_way(settings) {
        machine().set_runner(std::ref(pool_));
    }
    [[nodiscard]] std::size_t cuts() const override { return pool_.rounds(); }

private:
    turn_pool pool_{3};
};

/// Saved as bytes and restored from them, now and then.
class saved_and_restored final : public life_way {
public:
    using life_way::life_way;
    void apply(const logged_entry& next, shard_output& out) override {
        life_way::apply(next, out);
        if (!random_.chance(100)) {
            return;
        }
        std::vector<std::byte> bytes;
        encode_shard_rows(machine().save(), bytes);
        const auto rows = decode_shard_rows(bytes);
        REQUIRE(rows.has_value());
        auto restored = shard::restore(*rows);
        REQUIRE(restored.has_value());
        machine() = std::move(*restored);
        ++cuts_;
    }
    [[nodiscard]] std::size_t cuts() const override { return cuts_; }

private:
    random_source random_{17};
    std::size_t cuts_ = 0;
};

/// Handed over in slices to a checkpoint while entries go on; then a follower that has the checkpoint and the entries
/// since takes over. Some hand-overs are given up half way.
class taken_over final : public life_way {
public:
    using life_way::life_way;
    void apply(const logged_entry& next, shard_output& out) override {
        life_way::apply(next, out);
        if (!written_) {
            if (random_.chance(60)) {
                written_ = stored_;
                since_.clear();
                machine().begin_hand_over();
            }
            return;
        }
        since_.push_back(&next);
        if (random_.chance(10)) {
            machine().end_hand_over(false);
            written_.reset();
            return;
        }
        if (machine().hand_over(1 + random_.below(60), slice_)) {
            write();
            machine().end_hand_over(true);
            stored_ = *std::exchange(written_, std::nullopt);
            take_over();
            return;
        }
        write();
    }
    [[nodiscard]] std::size_t cuts() const override { return cuts_; }

private:
    void write() {
        for (const row_change& change : slice_) {
            written_->erase(change.key);
            if (!std::holds_alternative<std::monostate>(change.value)) {
                encode_row(change.value, (*written_)[change.key]);
            }
        }
    }
    void take_over() {
        shard_rows_builder builder;
        for (const auto& [key, value] : stored_) {
            REQUIRE_FALSE(builder.add(key.bytes(), value).has_value());
        }
        const auto rows = std::move(builder).finish();
        REQUIRE(rows.has_value());
        auto follower = shard::restore(*rows);
        REQUIRE(follower.has_value());
        shard_output again;
        for (const logged_entry* each : since_) {
            give(*follower, *each, again);
        }
        REQUIRE(follower->digest() == machine().digest());
        machine() = std::move(*follower);
        ++cuts_;
    }

    random_source random_{23};
    stored_rows stored_;
    std::optional<stored_rows> written_;
    std::vector<const logged_entry*> since_;
    std::vector<row_change> slice_;
    std::size_t cuts_ = 0;
};

template <class Way>
life_digests live(const logged_life& life, std::size_t& cuts) {
    std::vector<std::unique_ptr<Way>> shards;
    for (const shard_settings& each : life.settings) {
        shards.push_back(std::make_unique<Way>(each));
    }
    life_sum sum;
    shard_output out;
    for (const logged_entry& each : life.log) {
        shards[each.shard.value - 1U]->apply(each, out);
        sum.add(out);
    }
    life_digests came;
    for (const auto& each : shards) {
        came.shards.push_back(each->machine().digest());
        sum.add(each->machine());
        cuts += each->cuts();
    }
    came.sum = sum.value();
    return came;
}

}  // namespace

void life_log::apply(const world_step& step) {
    const auto wrong = world_.apply(step);
    REQUIRE_MESSAGE(!wrong.has_value(), wrong.value_or(""));
    life_.log.push_back({step.shard, step.is_void, world_.applied()});
    now_ = std::max(now_, step.at);
}

void check_every_way(const logged_life& life, const life_digests& written) {
    std::size_t none = 0;
    std::size_t rounds = 0;
    std::size_t restored = 0;
    std::size_t taken = 0;
    const life_digests in_a_loop = live<life_way>(life, none);
    CHECK_MESSAGE(in_a_loop == written, "now it is ", as_source(in_a_loop));
    CHECK(live<at_once>(life, rounds) == in_a_loop);
    CHECK(live<saved_and_restored>(life, restored) == in_a_loop);
    CHECK(live<taken_over>(life, taken) == in_a_loop);
    CHECK(rounds > 20);
    CHECK(restored > 5);
    CHECK(taken > 5);
}

}  // namespace bourse
