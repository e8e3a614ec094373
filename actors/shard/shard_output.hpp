#pragma once

#include <cstdint>
#include <vector>

#include "messages/channel_message.hpp"
#include "messages/event.hpp"
#include "messages/ids.hpp"
#include "messages/record_list.hpp"
#include "messages/report.hpp"

namespace bourse {

/// A message for another shard, as it was put into the outbox.
struct sent_message {
    shard_id to{};
    std::uint64_t number = 0;
    channel_message what{};
    friend bool operator==(const sent_message&, const sent_message&) = default;
};

/// What was taken from another shard, for it to know.
struct sent_receipt {
    shard_id to{};
    std::uint64_t up_to = 0;
    friend bool operator==(const sent_receipt&, const sent_receipt&) = default;
};

/// All that applying one entry says. Nothing of it may leave the node before the entry is committed.
///
/// One output is used again for every entry: `shard::apply` clears it and keeps its memory.
struct shard_output {
    record_list<report> reports;               ///< in the order in which they arose
    record_list<ledger_line> lines;            ///< likewise; adds up to zero for each asset
    record_list<event> events;                 ///< of the books here, likewise
    std::vector<std::uint64_t> event_numbers;  ///< of `events`, each by its symbol
    std::vector<sent_message> messages;
    std::vector<sent_receipt> receipts;  ///< at most one a delivery

    void clear() {
        reports.clear();
        lines.clear();
        events.clear();
        event_numbers.clear();
        messages.clear();
        receipts.clear();
    }
    friend bool operator==(const shard_output&, const shard_output&) = default;
};

}  // namespace bourse
