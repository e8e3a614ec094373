#pragma once

#include <cstddef>

#include "messages/listing.hpp"
#include "messages/record_fault.hpp"
#include "messages/schema/listing.capnp.h"

/// For the codecs: a listing as part of a larger record. It is a record of its own, with a version of its
/// own, wherever it stands.
namespace bourse {

/// Its length in words, with all that it points to and without the pointer to it.
[[nodiscard]] std::size_t listing_words(const listing& from);

void write_listing(const listing& from, schema::Listing::Builder to);

[[nodiscard]] listing read_listing(schema::Listing::Reader from, const record_path& at,
                                   record_faults& faults);

}  // namespace bourse
