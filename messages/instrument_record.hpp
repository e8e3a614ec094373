#pragma once

#include <cstddef>

#include "messages/instrument.hpp"
#include "messages/record_fault.hpp"
#include "messages/schema/instrument.capnp.h"

/// For the codecs: an instrument as part of a larger record. It is a record of its own, with a
/// version of its own, wherever it stands.
namespace bourse {

/// Its length in words, with its tick table and without the pointer to it.
[[nodiscard]] std::size_t instrument_words(const instrument& from);

void write_instrument(const instrument& from, schema::Instrument::Builder to);

[[nodiscard]] instrument read_instrument(schema::Instrument::Reader from, const record_path& at,
                                         record_faults& faults);

}  // namespace bourse
