#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "messages/result.hpp"

namespace bourse {

struct verify_options {
    std::string data;  ///< the folder of a node that does not run
    /// A file of acknowledged orders, as `bourse load --acks` writes it: `ORDER_ID CLIENT_ID SYMBOL`, one a line.
    std::optional<std::string> acks;
    /// Told now and then what is being done.
    std::function<void(const std::string&)> progress;
};

/// One thing that was looked at. Their names, and what each means, are in README.md.
struct verify_check {
    std::string name;
    bool ok = true;
    std::string
        what;  ///< of one that failed, the first thing found; of one that passed, what was looked at
};

struct verify_result {
    std::uint64_t entries = 0;     ///< the last entry of each shard's log, added up
    std::uint64_t state_hash = 0;  ///< the shard's digest after it; of several, their exclusive or
    std::vector<verify_check> checks;
    std::optional<std::uint64_t> acks;  ///< lines in the file
    std::uint64_t acks_found = 0;       ///< of which the order was accepted exactly once

    [[nodiscard]] bool ok() const noexcept;
};

/// Looks at everything that a node keeps, off line, and changes nothing: reads journal and checkpoint, replays the log through
/// the shard itself, and compares what comes of it with all that was stored.
///
/// Damage is a check that failed, and not an error. Errors: `locked` while a node uses the folder, `unreadable` if it is no
/// folder of a node, or the file of acknowledged orders cannot be read, `malformed` if that is none.
///
/// Memory: the shard's state, and about 300 bytes an order that event store or log still have.
[[nodiscard]] result<verify_result> verify(const verify_options& options);

/// For people, and for programs: `{"ok","entries","state_hash","checks":{NAME:bool…},"faults":{NAME:text…},"acks","acks_found"}`, the last two
/// null without a file.
[[nodiscard]] std::string verify_text(const verify_result& found);
[[nodiscard]] std::string verify_json(const verify_result& found);

}  // namespace bourse
