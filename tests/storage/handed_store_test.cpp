// A transaction put together in memory and made by another thread does what the same calls do directly.

#include <doctest/doctest.h>

#include <random>

#include "rows_of.hpp"
#include "storage/handed_store.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {
namespace {

std::vector<std::byte> bytes_of_number(std::uint64_t number) {
    std::vector<std::byte> bytes(1 + number % 5);
    for (std::byte& each : bytes) {
        each = static_cast<std::byte>(number % 7);
    }
    return bytes;
}

using rows_seen = std::vector<std::pair<std::vector<std::byte>, std::vector<std::byte>>>;

rows_seen all_rows(row_store& store) {
    rows_seen all;
    const auto reader = store.read();
    REQUIRE(reader.has_value());
    REQUIRE((*reader)->scan(row_table{0}, {}, [&](row_bytes key, row_bytes value) {
        all.emplace_back(std::vector(key.begin(), key.end()),
                         std::vector(value.begin(), value.end()));
        return true;
    }));
    return all;
}

}  // namespace

TEST_CASE("a handed store ends with the rows, and shows the rows, of a direct one") {
    std::mt19937_64 random(5);
    simulated_store direct(2, 1);
    simulated_store real(2, 2);
    handed_store handed(real, 2);
    for (unsigned round = 0; round < 60; ++round) {
        REQUIRE(direct.begin());
        REQUIRE(handed.begin());
        for (unsigned i = 0; i < 40; ++i) {
            const auto key = bytes_of_number(random() % 200);
            const auto value = bytes_of_number(random());
            const auto act = random() % 40;
            for (row_store* each : std::initializer_list<row_store*>{&direct, &handed}) {
                REQUIRE((act == 0   ? each->clear(row_table{0})
                         : act < 15 ? each->erase(row_table{0}, key)
                                    : each->put(row_table{0}, key, value)));
            }
            const auto asked = bytes_of_number(random() % 200);
            const auto one = direct.get(row_table{0}, asked);
            const auto other = handed.get(row_table{0}, asked);
            REQUIRE((one.has_value() && other.has_value()));
            REQUIRE(one->has_value() == other->has_value());
            if (*one) {
                REQUIRE(std::vector((*one)->begin(), (*one)->end()) ==
                        std::vector((*other)->begin(), (*other)->end()));
            }
        }
        if (random() % 4 == 0) {
            direct.abandon();
            handed.abandon();
        } else {
            REQUIRE(direct.commit());
            REQUIRE(handed.start_commit());
            handed_rows work = handed.take();
            REQUIRE(all_rows(handed) != all_rows(direct));  // nothing is written before
            handed.done(work.carry_out());
            REQUIRE(handed.finish_commit());
        }
        REQUIRE(all_rows(handed) == all_rows(direct));
    }
}

TEST_CASE("a transaction that fails where it is made leaves the handed store dead") {
    simulated_store real(1, 1);
    handed_store handed(real, 1);
    REQUIRE(handed.begin());
    REQUIRE(handed.put(row_table{0}, bytes_of_number(1), bytes_of_number(2)));
    REQUIRE(handed.start_commit());
    real.fail_next_commit();
    handed_rows work = handed.take();
    handed.done(work.carry_out());
    CHECK(!handed.finish_commit());
    CHECK(handed.dead().has_value());
    CHECK(!handed.begin());
}

}  // namespace bourse
