// A journal whose writes another thread carries out, later: what it says is durable is there after a crash at any moment.

#include <doctest/doctest.h>

#include <deque>
#include <random>

#include "journal_model.hpp"
#include "storage/handed_disk.hpp"
#include "storage/journal.hpp"
#include "tests/support/simulated_disk.hpp"

namespace bourse {
namespace {

constexpr journal_options handed_options{.owner = 7,
                                         .segment_bytes = std::uint64_t{32} << 10U,
                                         .reserve_bytes = 4'096,
                                         .max_segments = 8};
constexpr std::size_t handed_length(std::uint64_t index) {
    return index * 37 % 700;
}

/// One start of a process: batches until it is killed with pieces that nobody carried out.
class handed_start {
public:
    handed_start(simulated_disk& real, std::mt19937_64& random) : disk_(real), random_(random) {
        auto opened = journal::open(disk_, handed_options);
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        log_ = std::move(*opened);
        disk_.begin_handing();
    }

    [[nodiscard]] journal& log() { return *log_; }

    /// Returns the last index that is durable.
    std::uint64_t run(std::uint64_t durable, unsigned batches) {
        std::uint64_t index = durable;
        for (unsigned batch = 0; batch < batches; ++batch) {
            const std::uint64_t before = index;
            for (auto i = random_() % 5; i > 0 && log_->room().takes_orders; --i) {
                ++index;
                REQUIRE(log_->append({1}, {index, 1}, tagged_payload(index, handed_length(index))));
            }
            REQUIRE(log_->start_batch());
            give();
            if (random_() % 20 == 0) {
                carry_some();
                return before;
            }
            carry_all();
            REQUIRE(disk_.is_idle());
            REQUIRE(log_->finish_batch());
            durable = index;
            if (durable > 40) {
                log_->release({1}, durable - 40);
            }
            REQUIRE(log_->maintain().has_value());
            if (random_() % 2 == 0) {
                give();  // by itself, so that it may be under way while the next batch is put together
            }
        }
        carry_some();
        return durable;
    }

private:
    void give() {
        if (disk_.has_noted()) {
            pieces_.push_back(disk_.take());
        }
    }
    void carry_one() {
        disk_.done(pieces_.front().carry_out());
        pieces_.pop_front();
    }
    void carry_some() {
        for (auto i = random_() % 3; i > 0 && !pieces_.empty(); --i) {
            carry_one();
        }
    }
    void carry_all() {
        while (!pieces_.empty()) {
            carry_one();
        }
    }

    handed_disk disk_;
    std::mt19937_64& random_;
    std::unique_ptr<journal> log_;
    std::deque<handed_work> pieces_;
};

}  // namespace

TEST_CASE(
    "a journal on a handed disk keeps what it said was durable, whatever was not carried out") {
    std::mt19937_64 random(3);
    for (unsigned life = 0; life < 20; ++life) {
        simulated_disk real(life + 1);
        std::uint64_t durable = 0;
        for (unsigned start = 0; start < 10; ++start) {
            const std::uint64_t said =
                handed_start(real, random).run(durable, static_cast<unsigned>(random() % 60));
            real.crash();
            handed_start after(real, random);
            const auto known = after.log().find({1});
            durable = known ? known->positions.end.index : 0;
            REQUIRE(durable >= said);
            REQUIRE(durable <= said + 4);  // the batch that was under way
            const std::uint64_t begin = known ? known->positions.begin.index : 0;
            entry_batch got;
            for (std::uint64_t i = begin + 1; i <= durable; ++i) {
                REQUIRE(after.log().read({1}, i, i, 1, got));
                const auto payload = got.payload(got.items.front());
                REQUIRE(std::vector<std::byte>(payload.begin(), payload.end()) ==
                        tagged_payload(i, handed_length(i)));
            }
        }
    }
}

TEST_CASE("an error while carrying out is what the journal's next batch ends with") {
    simulated_disk real;
    handed_disk disk(real);
    auto log = journal::open(disk, handed_options);
    REQUIRE(log.has_value());
    disk.begin_handing();
    REQUIRE((*log)->append({1}, {1, 1}, tagged_payload(1, 10)));
    REQUIRE((*log)->start_batch());
    handed_work piece = disk.take();
    real.fail_next_write();
    const outcome carried = piece.carry_out();
    REQUIRE(!carried);
    disk.done(carried);
    const outcome finished = (*log)->finish_batch();
    REQUIRE(!finished);
    CHECK(finished.error().what.find(carried.error().what) != std::string::npos);
    CHECK(!disk.sync_folder());
}

TEST_CASE(
    "what was written ahead is certain after the sync that follows, however much later that "
    "comes") {
    for (const bool is_synced : {false, true}) {
        simulated_disk real(5);
        bool was_lost = false;
        for (int life = 0; life < 20; ++life) {
            handed_disk disk(real);
            disk.begin_handing();
            const std::string name = "file-" + std::to_string(life);
            auto file = disk.create(name, 4'096);
            REQUIRE(file.has_value());
            REQUIRE(disk.sync_folder());
            const std::vector<std::byte> bytes(512, std::byte{1});
            REQUIRE((*file)->write_ahead(0, bytes));
            const auto carry = [&] {
                REQUIRE(disk.take().carry_out());
                disk.done(done{});
            };
            carry();
            REQUIRE(disk.is_idle());
            if (is_synced) {
                REQUIRE((*file)->sync());
                REQUIRE(disk.has_noted());
                carry();
                // Once: nothing was written since.
                REQUIRE((*file)->sync());
                CHECK(!disk.has_noted());
            }
            real.crash();
            was_lost = was_lost || real.bytes(name).front() != std::byte{1};
        }
        CHECK(was_lost == !is_synced);
    }
}

TEST_CASE("what cannot wait its turn on a handed disk is refused, not reordered") {
    simulated_disk real;
    handed_disk disk(real);
    disk.begin_handing();
    auto file = disk.create("one", 4'096);
    REQUIRE(file.has_value());
    std::vector<std::byte> bytes(512, std::byte{1});
    REQUIRE((*file)->write(0, bytes));
    std::vector<std::byte> into(512);
    CHECK((*file)->read(0, into).error().code == errc::overloaded);
    CHECK((*file)->read(512, into));
    REQUIRE((*file)->sync());
    bytes.assign(512, std::byte{2});  // the sync made a copy
    CHECK(disk.create("two", 4'096).error().code == errc::overloaded);
    REQUIRE(disk.rename("one", "other"));
    (*file)->set_path(disk.path("other"));
    handed_work piece = disk.take();
    CHECK(!disk.is_idle());
    REQUIRE(piece.carry_out());
    disk.done(done{});
    REQUIRE((*file)->read(0, into));
    CHECK(into.front() == std::byte{1});
    CHECK(disk.create("two", 4'096).has_value());
    CHECK(real.open_file("other").has_value());
}

}  // namespace bourse
