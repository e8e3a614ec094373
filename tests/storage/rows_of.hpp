#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "storage/checkpoint.hpp"

namespace bourse {

/// Of a store that tests made.
inline constexpr row_table first_table{0};
inline constexpr row_table second_table{1};

inline std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}
inline std::string text_of(row_bytes bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        text += static_cast<char>(byte);
    }
    return text;
}

using text_rows = std::map<std::string, std::string>;

inline text_rows rows_of(row_reader& reader, row_table table, const std::string& from = "") {
    text_rows rows;
    std::string last;
    const bool scanned = reader
                             .scan(table, bytes_of(from),
                                   [&](row_bytes key, row_bytes value) {
                                       last = text_of(key);
                                       rows.emplace_hint(rows.end(), last, text_of(value));
                                       return true;
                                   })
                             .has_value();
    REQUIRE(scanned);
    return rows;
}
inline text_rows rows_of(row_store& store, row_table table) {
    const auto reader = store.read();
    REQUIRE(reader.has_value());
    return rows_of(**reader, table);
}

/// What `load` gives, which must be by rising key.
inline text_rows rows_of(const checkpoint& of) {
    text_rows rows;
    bool rises = true;
    std::string last;
    const outcome loaded = of.load([&](row_bytes key, row_bytes value) {
        rises = rises && (rows.empty() || last < text_of(key));
        last = text_of(key);
        rows[last] = text_of(value);
        return std::optional<error>();
    });
    REQUIRE_MESSAGE(loaded.has_value(), loaded.error().what);
    REQUIRE(rises);
    return rows;
}

/// "code: what" of a failure; "done" otherwise.
template <typename T>
std::string said(const result<T>& of) {
    return of ? "done" : std::string(to_string(of.error().code)) + ": " + of.error().what;
}
/// Whether it failed with that code and a sentence that has all of the words.
template <typename T>
bool failed(const result<T>& of, errc code, const std::vector<std::string>& words = {}) {
    bool fits = !of && of.error().code == code;
    for (const std::string& word : words) {
        fits = fits && of.error().what.find(word) != std::string::npos;
    }
    if (!fits) {
        MESSAGE(said(of));
    }
    return fits;
}

}  // namespace bourse
