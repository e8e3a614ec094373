// The examples of storage/ROWS.md.

#include "storage/row_format.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "rows_of.hpp"
#include "storage/event_rows.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {
namespace {

/// Whether the page has the bytes, however its lines are broken.
bool page_has(row_bytes bytes) {
    std::ifstream file(BOURSE_TESTS_DIR "/../storage/ROWS.md");
    std::string page;
    for (std::string word; file >> word;) {
        page += word + " ";
    }
    std::string wanted;
    for (const std::byte byte : bytes) {
        wanted += hexadecimal({&byte, 1}) + " ";
    }
    const bool has = page.find(wanted) != std::string::npos;
    if (!has) {
        MESSAGE("the page should have " << wanted);
    }
    return has;
}

}  // namespace

TEST_CASE("the examples of ROWS.md are what is written") {
    simulated_store store(2);
    const auto made = checkpoint::open(store, {.owner = 1, .shard = {1}});
    REQUIRE((*made)->begin().has_value());
    REQUIRE((*made)->put(bytes_of("ab"), bytes_of("xyz")).has_value());
    REQUIRE((*made)->commit({1, 1}, {}).has_value());
    checkpoint_chunk chunk;
    REQUIRE((*made)->copy().value()->read({}, 100, chunk).has_value());
    CHECK(page_has(chunk.bytes));
    CHECK(page_has(event_rows::entry_key({3}, 258)));
    CHECK(page_has(event_rows::encode_entry({3}, {258, {{{10}, 5, 6}}, bytes_of("abc")})));
}

TEST_CASE("a value is unsealed only under its own key, and only whole") {
    std::vector<std::byte> value = bytes_of("value");
    seal(bytes_of("key"), value);
    CHECK(text_of(unseal(bytes_of("key"), value).value()) == "value");
    CHECK(!unseal(bytes_of("kez"), value));
    for (std::size_t size = 0; size < value.size(); ++size) {
        CHECK(!unseal(bytes_of("key"), std::span(value).first(size)));
    }
}

}  // namespace bourse
