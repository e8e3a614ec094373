#include "actors/session/told_queue.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

namespace bourse {
namespace {

told_entry_ptr an_entry(std::uint64_t index, std::size_t reports) {
    applied_entry applied;
    applied.index = index;
    applied.out.reports.resize(reports);
    return std::make_shared<const told_entry>(shard_id{1}, std::move(applied));
}

}  // namespace

TEST_CASE(
    "a reader is woken for the first entry and for many, gets them in order, and none beyond the "
    "bound") {
    using answer = told_queue::answer;
    told_queue queue(told_queue::many_records + 10);
    CHECK(queue.put(an_entry(1, 0)) == answer::wake);
    CHECK(queue.put(an_entry(2, 100)) == answer::quiet);
    CHECK(!queue.has_many());
    CHECK(queue.put(an_entry(3, told_queue::many_records)) == answer::wake);
    CHECK(queue.has_many());
    CHECK(queue.put(an_entry(4, 0)) == answer::full);

    std::vector<told_entry_ptr> taken;
    queue.take(taken);
    REQUIRE(taken.size() == 3);
    for (std::size_t i = 0; i < taken.size(); ++i) {
        CHECK(taken[i]->what.index == i + 1);
    }
    CHECK(!queue.has_many());
    CHECK(queue.put(an_entry(4, 0)) == answer::wake);
    queue.take(taken);
    CHECK(taken.size() == 1);
    queue.take(taken);
    CHECK(taken.empty());
}

}  // namespace bourse
