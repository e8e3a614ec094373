// A journal that was damaged: every kind of record, at every kind of place. Damage in the last batch cannot be told from
// a torn one, which is cut; anywhere else the journal is not opened, and says where.

#include <doctest/doctest.h>

#include <functional>

#include "journal_fixture.hpp"

namespace bourse {
namespace {

using folder_files = std::map<std::string, std::vector<std::byte>>;

/// One record in its file.
struct record_place {
    std::string file;
    found_record record;
    std::size_t offset = 0;
    std::size_t size = 0;
};

/// The records of a segment that was not damaged.
std::vector<record_place> records_of(const folder_files& files, const std::string& name) {
    std::vector<record_place> all;
    const std::span<const std::byte> bytes = files.at(name);
    std::size_t offset = segment_head_bytes;
    while (offset < bytes.size()) {
        const auto record = read_record(bytes.subspan(offset));
        if (!record) {
            break;
        }
        const std::size_t size = record_head_bytes + record->head.payload_bytes;
        all.push_back({name, *record, offset, size});
        offset += size;
        if ((record->head.flags & last_of_batch_flag) != 0) {
            offset = whole_sectors(offset);
        }
    }
    return all;
}

constexpr journal_options small_options{
    .owner = 7, .segment_bytes = min_segment_bytes, .reserve_bytes = 2048, .max_segments = 16};

/// Two segments with every kind of record but those of carrying. The last batch holds one of each kind that a batch may hold,
/// unless the journal was left idle.
folder_files make_files(bool idle_at_the_end, bool void_log) {
    journal_fixture f;
    f.maintain();
    f.append_durably(1, 1, 14, 1, 1000);  // into the second segment
    for (const bool last : {false, true}) {
        const std::uint64_t term = last ? 5 : 3;
        REQUIRE(f.append(2, {f.log->find({2}) ? f.of(2).end.index + 1 : 1, term}, 600));
        REQUIRE(f.log->vote({2}, {term, 1}));
        REQUIRE(f.log->truncate({1}, last ? 12 : 13));
        if (void_log) {
            REQUIRE(f.log->snapshot({3}, {term * 10, term}, tagged_payload(term, 90)));
        } else {
            REQUIRE(f.log->snapshot({1}, {last ? 12U : 11U, 1}, tagged_payload(term, 90)));
        }
        REQUIRE(f.append(2, {f.of(2).end.index + 1, term}, 0));
        f.commit();
        if (!last || idle_at_the_end) {
            f.commit();
        }
    }
    f.log.reset();
    folder_files files = f.disk.copy();
    REQUIRE(files.contains(segment_name(2)));
    return files;
}

/// Shard 1 keeps the first segment with three entries, until they are carried, in the last batch or the one before an idle one.
folder_files make_carried_files(bool idle_at_the_end) {
    journal_fixture f;
    f.append_durably(1, 1, 3);
    std::uint64_t end = 0;
    // Others write until that is worth something.
    const auto is_carried = [&] {
        const std::uint64_t before = f.log->appended();
        REQUIRE(f.log->carry({1}));
        return f.log->appended() > before;
    };
    do {
        REQUIRE(f.append(9, {++end, 1}, 1000));
        f.commit();
        f.maintain();
        f.log->release({9}, end);
        f.maintain();
    } while (!is_carried());
    f.commit();
    if (idle_at_the_end) {
        f.commit();
    }
    f.log.reset();
    return f.disk.copy();
}
/// The records of the batch in which something was carried, and the file that they are in.
std::vector<record_place> carried_in(const folder_files& files) {
    std::vector<record_place> found;
    for (const auto& [name, bytes] : files) {
        if (!name.starts_with("segment-")) {
            continue;
        }
        for (const record_place& each : records_of(files, name)) {
            if (each.record.head.kind == record_kind::carry ||
                each.record.head.kind == record_kind::carried) {
                found.push_back(each);
            }
        }
    }
    return found;
}

struct opened_files {
    std::unique_ptr<simulated_disk> disk;
    std::unique_ptr<journal> log;
    error fault;
};

opened_files open_files(const folder_files& files) {
    opened_files result{std::make_unique<simulated_disk>(), nullptr, {}};
    result.disk->restore(files);
    auto log = journal::open(*result.disk, small_options);
    if (log) {
        result.log = std::move(log).value();
    } else {
        result.fault = log.error();
    }
    return result;
}

/// Ends of the logs of shards 1 and 2, and the vote's term of 2: enough to say which batches are there.
std::array<std::uint64_t, 3> summary(const journal& log) {
    const auto two = log.find({2});
    return {log.find({1})->positions.end.index, two ? two->positions.end.index : 0,
            two ? two->positions.vote.term : 0};
}
constexpr std::array<std::uint64_t, 3> before_last = {13, 2, 3};
constexpr std::array<std::uint64_t, 3> with_last = {12, 4, 5};

bool is_refused_at(const opened_files& what, const std::string& file, std::uint64_t offset) {
    return what.log == nullptr && what.fault.code == errc::corrupt &&
           what.fault.what.starts_with("simulated/" + file + ": damaged at offset " +
                                       std::to_string(offset) + ": ") &&
           what.fault.what.ends_with(
               ". Entries that were acknowledged may be lost: if this node is alone, restore its "
               "whole folder from a copy; if it is one of several, empty the folder and let it "
               "join again under a new id");
}

/// Calls `check` with each byte of the record flipped in one bit, in turn.
void flip_each_byte(folder_files& files, const record_place& of,
                    const std::function<void(std::size_t)>& check) {
    for (std::size_t i = 0; i < of.size; ++i) {
        std::byte& byte = files.at(of.file)[of.offset + i];
        const std::byte before = byte;
        byte ^= std::byte{1} << static_cast<unsigned>(i % 8);
        check(i);
        byte = before;
    }
}

}  // namespace

TEST_CASE("undamaged, both journals of these tests hold every kind of record in the last segment") {
    for (const bool void_log : {false, true}) {
        std::map<record_kind, unsigned> kinds;
        const folder_files files = make_files(true, void_log);
        for (const std::string& name : {segment_name(1), segment_name(2)}) {
            for (const record_place& record : records_of(files, name)) {
                ++kinds[record.record.head.kind];
            }
        }
        CHECK(kinds.size() == 6);
        const opened_files whole = open_files(files);
        REQUIRE_MESSAGE(whole.log != nullptr, whole.fault.what);
        CHECK(summary(*whole.log) == with_last);
    }
}

TEST_CASE("a flipped bit in any byte of any record of the last batch: the batch is cut") {
    folder_files files = make_files(false, true);
    const auto records = records_of(files, segment_name(2));
    const std::uint64_t last_batch = records.back().record.head.batch;
    unsigned wrong = 0;
    unsigned cut = 0;
    for (const record_place& record : records) {
        if (record.record.head.batch == last_batch) {
            flip_each_byte(files, record, [&](std::size_t) {
                const opened_files found = open_files(files);
                ++cut;
                wrong += found.log == nullptr || summary(*found.log) != before_last;
            });
        }
    }
    CHECK(wrong == 0);
    CHECK(cut > 5 * record_head_bytes + 600 + 90);
}

TEST_CASE(
    "a flipped bit in any byte of any record before the last batch: refused, with file and "
    "offset") {
    folder_files files = make_files(true, false);
    unsigned wrong = 0;
    unsigned refused = 0;
    for (const std::string& name : {segment_name(1), segment_name(2)}) {
        const auto records = records_of(files, name);
        const std::uint64_t last_batch = records.back().record.head.batch;
        for (const record_place& record : records) {
            const bool is_last = name == segment_name(2) && record.record.head.batch == last_batch;
            if (is_last || (record.record.head.kind == record_kind::entry && refused > 6000)) {
                continue;
            }
            flip_each_byte(files, record, [&](std::size_t) {
                ++refused;
                wrong += !is_refused_at(open_files(files), name, record.offset);
            });
        }
    }
    CHECK(wrong == 0);
    CHECK(refused > 5000);
}

TEST_CASE("a flipped bit, or a cut, anywhere in what was carried: as in any other batch") {
    folder_files files = make_carried_files(false);
    const auto records = carried_in(files);
    REQUIRE(records.size() == 4);  // the carry, and three entries
    CHECK(records.front().record.head.kind == record_kind::carry);
    const auto has_log = [](const opened_files& found) {
        entry_batch got;
        return found.log != nullptr && found.log->find({1})->positions.end.index == 3 &&
               found.log->read({1}, 1, 3, 10'000, got) && got.items.size() == 3;
    };
    REQUIRE(has_log(open_files(files)));
    unsigned wrong = 0;
    for (const record_place& record : records) {
        flip_each_byte(files, record, [&](std::size_t) { wrong += !has_log(open_files(files)); });
    }
    const std::size_t end = records.back().offset + records.back().size;
    for (std::size_t cut = records.front().offset; cut < end; ++cut) {
        folder_files damaged = files;
        std::vector<std::byte>& bytes = damaged.at(records.front().file);
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end(), std::byte{0});
        wrong += !has_log(open_files(damaged));
    }
    CHECK(wrong == 0);
    files = make_carried_files(true);
    for (const record_place& record : carried_in(files)) {
        flip_each_byte(files, record, [&](std::size_t) {
            wrong += !is_refused_at(open_files(files), record.file, record.offset);
        });
    }
    CHECK(wrong == 0);
}

TEST_CASE("the last batch cut off at any byte: it is gone, and those before it are there") {
    const folder_files files = make_files(false, false);
    const auto records = records_of(files, segment_name(2));
    std::size_t begin = records.back().offset;
    for (const record_place& record : records) {
        if (record.record.head.batch == records.back().record.head.batch) {
            begin = std::min(begin, record.offset);
        }
    }
    const std::size_t end = records.back().offset + records.back().size;
    unsigned wrong = 0;
    // What is behind may be zeros, or an older batch's bytes.
    for (const bool zeros : {true, false}) {
        for (std::size_t cut = begin; cut < end; ++cut) {
            folder_files damaged = files;
            std::vector<std::byte>& bytes = damaged.at(segment_name(2));
            for (std::size_t i = cut; i < bytes.size(); ++i) {
                bytes[i] = zeros ? std::byte{0} : files.at(segment_name(1))[i];
            }
            // The last byte of a checksum's record may have been what it is cut to.
            const opened_files found = open_files(damaged);
            const bool same = bytes == files.at(segment_name(2));
            wrong +=
                found.log == nullptr || summary(*found.log) != (same ? with_last : before_last);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("any sector of an earlier batch lost: refused") {
    const folder_files files = make_files(true, true);
    const auto records = records_of(files, segment_name(2));
    const std::size_t last = records.back().offset;  // an idle batch, alone in its sector
    unsigned wrong = 0;
    for (std::size_t sector = segment_head_bytes; sector < last; sector += sector_bytes) {
        folder_files damaged = files;
        std::fill_n(damaged.at(segment_name(2)).begin() + static_cast<std::ptrdiff_t>(sector),
                    sector_bytes, std::byte{0});
        wrong += open_files(damaged).fault.code != errc::corrupt;
    }
    CHECK(wrong == 0);
}

TEST_CASE(
    "without the idle batch a damaged last batch cannot be told from a torn one; with it, it is") {
    for (const bool idle : {false, true}) {
        folder_files files = make_files(idle, false);
        const auto records = records_of(files, segment_name(2));
        for (const record_place& record : records) {
            if (record.record.head.kind == record_kind::vote && record.record.head.term == 5) {
                files.at(record.file)[record.offset + record.size - 1] ^= std::byte{128};
                const opened_files found = open_files(files);
                CHECK((found.log == nullptr) == idle);
                CHECK((idle ? is_refused_at(found, record.file, record.offset)
                            : summary(*found.log) == before_last));
            }
        }
    }
}

TEST_CASE("a torn batch is cut on the disk: what is left of it never joins a later one") {
    journal_fixture f;
    f.append_durably(1, 1, 1);
    f.commit();  // idle, so that none is written at the next start
    const std::size_t begin = segment_head_bytes + 3 * sector_bytes;
    // Two records of a sector each; the second does not reach the disk.
    REQUIRE(f.append(1, {2, 1}, sector_bytes - record_head_bytes));
    REQUIRE(f.append(1, {3, 1}, sector_bytes - record_head_bytes));
    f.commit();
    std::vector<std::byte>& bytes = f.disk.bytes(segment_name(1));
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(begin);
    CHECK(read_record(std::span(bytes).subspan(begin))->head.index == 2);
    std::fill_n(first + sector_bytes, sector_bytes, std::byte{0});
    f.restart();
    CHECK(f.of(1).end.index == 1);
    // Two others of the same size in their place; the first does not reach the disk.
    const std::vector<std::byte> kept(first, first + sector_bytes);
    REQUIRE(f.append(1, {2, 2}, sector_bytes - record_head_bytes));
    REQUIRE(f.append(1, {3, 2}, sector_bytes - record_head_bytes));
    f.commit();
    std::copy(kept.begin(), kept.end(), first);
    f.restart();
    CHECK(f.of(1).end.index == 1);
    CHECK_FALSE(f.log->term_at({1}, 2).has_value());
}

TEST_CASE("old bytes of a segment that is used again are not taken for new ones") {
    // Right in everything but the generation.
    journal_fixture f;
    f.append_durably(1, 1, 1);
    f.commit();
    const std::size_t next = segment_head_bytes + 3 * sector_bytes;
    std::vector<std::byte> record(record_head_bytes);
    record_head head{.generation = 9,
                     .batch = 4,
                     .kind = record_kind::entry,
                     .flags = last_of_batch_flag,
                     .shard = {1},
                     .index = 2,
                     .term = 1};
    for (const std::uint64_t generation : {9U, 1U}) {
        head.generation = generation;
        write_record_head(head, record);
        std::copy(record.begin(), record.end(),
                  f.disk.bytes(segment_name(1)).begin() + static_cast<std::ptrdiff_t>(next));
        f.restart();
        CHECK(f.of(1).end.index == (generation == 9 ? 1 : 2));
    }
}

TEST_CASE("a flipped bit anywhere in a segment's head: refused, naming the file") {
    folder_files files = make_files(true, false);
    unsigned wrong = 0;
    for (std::size_t i = 0; i < segment_head_bytes; ++i) {
        files.at(segment_name(2))[i] ^= std::byte{4};
        const opened_files found = open_files(files);
        wrong += found.log != nullptr ||
                 found.fault.code != (i < 8 ? errc::foreign : errc::corrupt) ||
                 !found.fault.what.starts_with("simulated/" + segment_name(2) + ": is ");
        files.at(segment_name(2))[i] ^= std::byte{4};
    }
    CHECK(wrong == 0);
}

TEST_CASE("records whose checksums are right but cannot be: refused") {
    const auto refused_with = [](record_head head, std::size_t payload_bytes, const char* what) {
        journal_fixture f;
        f.append_durably(1, 1, 1);
        f.commit();
        std::vector<std::byte> record(record_head_bytes + payload_bytes);
        head.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
        head.generation = 1;
        head.batch = 4;
        head.flags |= last_of_batch_flag;
        write_record_head(head, record);
        std::copy(record.begin(), record.end(),
                  f.disk.bytes(segment_name(1)).begin() + segment_head_bytes + 3 * sector_bytes);
        const error fault = f.refused();
        return fault.code == errc::corrupt && fault.what.find(what) != std::string::npos;
    };
    CHECK(refused_with({.kind = record_kind::entry, .shard = {1}, .index = 3, .term = 1}, 0,
                       "entry 3 of term 1 cannot follow 1 of term 1"));
    CHECK(refused_with({.kind = record_kind::truncate, .shard = {1}, .index = 2, .term = 1}, 0,
                       "entries after 2 of term 1 cannot be void"));
    CHECK(refused_with({.kind = record_kind::snapshot, .shard = {1}, .index = 2, .term = 1}, 0,
                       "a snapshot at 2 of term 1 cannot follow"));
    CHECK(refused_with({.kind = record_kind::position, .shard = {1}, .index = 2, .term = 1}, 0,
                       "the log should end with entry 2 of term 1"));
}

TEST_CASE("a missing segment, and one that is too short: refused") {
    folder_files files = make_files(true, false);
    {
        folder_files damaged = files;
        damaged[segment_name(4)] = damaged[segment_name(2)];
        CHECK(open_files(damaged).fault.what.starts_with("simulated/" + segment_name(3) +
                                                         ": is missing"));
    }
    {
        folder_files damaged = files;
        damaged[segment_name(3)] = damaged[segment_name(2)];
        CHECK(open_files(damaged).fault.what.find("its head says generation 2") !=
              std::string::npos);
    }
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{511}, std::size_t{512}, std::size_t{min_segment_bytes - 1}}) {
        folder_files damaged = files;
        damaged[segment_name(1)].resize(size);
        const opened_files found = open_files(damaged);
        CHECK(found.fault.code == errc::corrupt);
        CHECK(found.fault.what.find(std::to_string(size) + " bytes long") != std::string::npos);
    }
}

TEST_CASE("a journal that is refused is left as it is") {
    folder_files files = make_files(true, false);
    files.at(segment_name(2))[segment_head_bytes + 3] ^= std::byte{1};
    files["preparing"] = {};
    const opened_files found = open_files(files);
    REQUIRE(found.log == nullptr);
    CHECK(found.disk->copy() == files);
}

}  // namespace bourse
