#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messages/instrument.hpp"
#include "tests/support/command_generator.hpp"

namespace bourse {

/// A case in which two books are compared: what is traded, and what is sent.
///
/// Kept as a text file, one thing a line, fields that have their default left out:
///
///     # why this case was kept
///     book state=open restore_often=0
///     rules symbol=7 lot=5 max_orders=20
///     tick from=0 tick=1
///     tick from=50 tick=5
///     at 12
///     new id=1 account=2 side=sell type=limit tif=day price=100 quantity=5
///     cancel id=1 account=2
///
/// Enumerations are written by name, and by number where they are out of range.
struct book_case {
    instrument rules;
    market_state state = market_state::open;
    /// The fast book is saved, restored and compacted after every entry.
    bool restore_often = false;
    std::vector<generated_entry> entries;

    friend bool operator==(const book_case&, const book_case&) = default;
};

[[nodiscard]] std::string to_text(const book_case& one);
/// Nothing when a line is not understood.
[[nodiscard]] std::optional<book_case> from_text(const std::string& text);
[[nodiscard]] std::optional<book_case> load_case(const std::string& path);

/// The same as C++ source, to be pasted into a test: `const std::vector<generated_entry> entries{…};`
[[nodiscard]] std::string to_cpp(const std::vector<generated_entry>& entries);

}  // namespace bourse
