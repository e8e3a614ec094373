#pragma once

#include "messages/record_fault.hpp"
#include "messages/report.hpp"
#include "messages/schema/report.capnp.h"

/// For the codecs: a report as part of a larger record. It is a record of its own, with a version of its own,
/// wherever it stands.
namespace bourse {

void write_report(const report& from, schema::Report::Builder to);

[[nodiscard]] report read_report(schema::Report::Reader from, const record_path& at,
                                 record_faults& faults);

}  // namespace bourse
