#pragma once

#include <cstddef>

#include "messages/book_rows.hpp"
#include "messages/record_fault.hpp"
#include "messages/schema/book.capnp.h"

/// For the codecs: a book's own row as part of a larger record. It is a record of its own, with a version
/// of its own, wherever it stands.
namespace bourse {

/// Its length in words, with all that it points to and without the pointer to it.
[[nodiscard]] std::size_t book_row_words(const book_row& from);

void write_book_row(const book_row& from, schema::BookRow::Builder to);

[[nodiscard]] book_row read_book_row(schema::BookRow::Reader from, const record_path& at,
                                     record_faults& faults);

}  // namespace bourse
