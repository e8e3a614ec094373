#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "journal_model.hpp"
#include "storage/journal.hpp"
#include "tests/support/simulated_disk.hpp"

namespace bourse {

/// A small journal on a simulated disk. Payloads are made from the entry's index and term.
struct journal_fixture {
    simulated_disk disk;
    journal_options options{
        .owner = 7, .segment_bytes = min_segment_bytes, .reserve_bytes = 2048, .max_segments = 16};
    std::unique_ptr<journal> log;

    explicit journal_fixture(std::uint64_t seed = 1) : disk(seed) { open(); }

    void open() {
        auto opened = journal::open(disk, options);
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        log = std::move(opened).value();
    }
    /// The process ends and another begins; nothing is lost.
    void restart() {
        log.reset();
        disk.end_process();
        open();
    }
    void crash() {
        log.reset();
        disk.crash();
        open();
    }
    /// What `open` says.
    error refused() {
        log.reset();
        disk.end_process();
        auto opened = journal::open(disk, options);
        REQUIRE_FALSE(opened.has_value());
        return opened.error();
    }

    static std::vector<std::byte> payload(log_point at, std::size_t length = 100) {
        return tagged_payload(at.index * 1000 + at.term, length);
    }
    outcome append(unsigned shard, log_point at, std::size_t length = 100) const {
        return log->append(id(shard), at, payload(at, length));
    }
    /// Entries first to last, a batch each.
    void append_durably(unsigned shard, std::uint64_t first, std::uint64_t last,
                        std::uint64_t term = 1, std::size_t length = 100) const {
        for (std::uint64_t index = first; index <= last; ++index) {
            REQUIRE(append(shard, {index, term}, length));
            commit();
        }
    }
    void commit() const { REQUIRE(log->commit()); }
    void maintain() const {
        while (true) {
            const auto more = log->maintain();
            REQUIRE(more.has_value());
            if (!*more) {
                return;
            }
        }
    }
    static shard_id id(unsigned shard) { return {static_cast<std::uint16_t>(shard)}; }
    [[nodiscard]] log_positions of(unsigned shard) const { return log->find(id(shard))->positions; }

    /// Whether entries first to last can be read, with the payloads they were appended with.
    [[nodiscard]] bool has(unsigned shard, std::uint64_t first, std::uint64_t last,
                           std::uint64_t term = 1, std::size_t length = 100) const {
        entry_batch got;
        if (!log->read(id(shard), first, last, std::size_t{1} << 30U, got) ||
            got.items.size() != last - first + 1) {
            return false;
        }
        for (const entry_batch::item& item : got.items) {
            const auto bytes = got.payload(item);
            if (item.at != log_point{first++, term} ||
                std::vector(bytes.begin(), bytes.end()) != payload(item.at, length)) {
                return false;
            }
        }
        return true;
    }
};

}  // namespace bourse
