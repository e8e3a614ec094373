// Samples of a shard's records, which came later than the rest.
#include <string>

#include "shard_samples.hpp"

namespace bourse::samples {

put_record distinct_put_record() {
    return {.request = {.id = {0x0102030405060708, 0x1112131415161718},
                        .not_after = {1'767'258'005'000'000'000}},
            .table = record_table::users,
            .expected = 0x5152535455565758,
            .what = record_text{.key = "alice.b", .value = std::string("\0\xff value", 8)}};
}

record_row distinct_record_row() {
    return {.table = record_table::accounts,
            .number = 0x000fffff,
            .revision = 0x5152535455565758,
            .key = "a key of 17 bytes",
            .value = std::string("\xff\0", 2)};
}

namespace {

std::string random_bytes(random_records& random, std::size_t below) {
    std::string bytes(random.below(below), '\0');
    for (char& each : bytes) {
        each = static_cast<char>(random.integer<std::uint8_t>());
    }
    return bytes;
}

}  // namespace

put_record random_put_record(random_records& random) {
    return {
        .request = {.id = {random.integer<std::uint64_t>(), random.integer<std::uint64_t>()},
                    .not_after = {random.integer<std::int64_t>()}},
        .table = static_cast<record_table>(1 + random.below(4)),
        .expected = random.integer<std::uint64_t>(),
        .what = record_text{.key = random_bytes(random, 20), .value = random_bytes(random, 100)}};
}

record_row random_record_row(random_records& random) {
    return {.table = static_cast<record_table>(1 + random.below(4)),
            .number = random.integer<std::uint32_t>(),
            .revision = random.integer<std::uint64_t>(),
            .key = random_bytes(random, 70),
            .value = random_bytes(random, 200)};
}

}  // namespace bourse::samples
