// Memory of entries that nobody reads any more.
#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

#include "actors/replica/told_entry.hpp"

namespace bourse {
namespace {

applied_entry with_reports(entry_memory& from, std::size_t count) {
    applied_entry made = from.take();
    for (std::size_t i = 0; i < count; ++i) {
        report& told = made.out.reports.emplace_back();
        told = {};
        told.what.account = {1};
        told.number = i + 1;
    }
    made.what.commands.emplace_back(submit_cancel{});
    made.out.messages.resize(3);
    return made;
}

TEST_CASE("the memory of an entry is used again when its last reader is gone, and not before") {
    const auto memory = std::make_shared<entry_memory>();
    auto first =
        std::make_shared<const told_entry>(shard_id{1}, with_reports(*memory, 100), memory);
    const report* const where = first->what.out.reports.data();
    auto reader = first;
    first.reset();
    CHECK(memory->bytes() == 0);
    CHECK(memory->take().out.reports.capacity() == 0);
    CHECK(reader->what.out.reports.size() == 100);
    CHECK(reader->reports.find({1})->at.size() == 100);
    std::thread([&] { reader.reset(); }).join();
    CHECK(memory->bytes() >= 100 * sizeof(report));
    applied_entry next = memory->take();
    CHECK(memory->bytes() == 0);
    CHECK(next.index == 0);
    CHECK(next.what == entry{});
    CHECK(next.out == shard_output{});
    CHECK(next.out.reports.capacity() >= 100);
    next.out.reports.resize(1);
    CHECK(next.out.reports.data() == where);
}

TEST_CASE("no more memory is kept than so many entries and bytes") {
    entry_memory memory;
    const auto give_back = [&](std::size_t count, std::size_t reports) {
        std::vector<applied_entry> all(count);
        for (applied_entry& each : all) {
            each.out.reports.reserve(reports);
        }
        for (applied_entry& each : all) {
            memory.give_back(each);
        }
    };
    give_back(1, 0);  // none to be had of it
    CHECK(memory.bytes() == 0);
    give_back(entry_memory::most_entries + 1, 1);
    CHECK(memory.bytes() == entry_memory::most_entries * sizeof(report));
    for (std::size_t i = 0; i < entry_memory::most_entries; ++i) {
        CHECK(memory.take().out.reports.capacity() == 1);
    }
    CHECK(memory.take().out.reports.capacity() == 0);
    constexpr std::size_t large = entry_memory::most_bytes / sizeof(report) / 3;
    give_back(5, large);
    CHECK(memory.bytes() == 3 * large * sizeof(report));
}

}  // namespace
}  // namespace bourse
