#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "actors/book/changed_rows.hpp"
#include "actors/ledger/ledger_peers.hpp"
#include "actors/shard/changed_outbox.hpp"
#include "messages/channel_message.hpp"
#include "messages/ids.hpp"
#include "messages/shard_rows.hpp"

namespace bourse {

/// What a shard says to one other and hears from it (RULES.md 4): numbered both ways, each message once.
struct channel {
    std::uint64_t last_sent = 0;
    std::uint64_t last_taken = 0;
    bool choked = false;
    std::deque<channel_message> outbox;  ///< the newest has number `last_sent`

    struct value {
        wide_int sent = 0;
        wide_int received = 0;
        slot number = no_slot;  ///< among the values of all channels
    };
    std::map<asset_id, value> values;  ///< RULES.md 4.6
    changed_outbox changes;

    [[nodiscard]] std::uint64_t first_unconfirmed() const noexcept {
        return last_sent - outbox.size() + 1;
    }
    /// Puts a message into the outbox and returns its number.
    std::uint64_t put(const channel_message& message) {
        outbox.push_back(message);
        return ++last_sent;
    }
    /// Takes what the other confirms out of the outbox; false if that was never sent.
    [[nodiscard]] bool confirm(std::uint64_t up_to) {
        if (up_to > last_sent) {
            return false;
        }
        while (!outbox.empty() && first_unconfirmed() <= up_to) {
            changes.leaves(first_unconfirmed(), outbox.front());
            outbox.pop_front();
        }
        return true;
    }
};

/// The channels of a shard, by rising shard.
class channels {
public:
    explicit channels(std::uint32_t max_outbox) : max_outbox_(max_outbox) {}

    /// A channel that is about to be changed.
    [[nodiscard]] channel& operator[](shard_id peer) {
        touch(peer);
        return channels_[peer];
    }
    /// Before a channel is changed otherwise.
    void touch(shard_id peer);
    /// A value that is about to be changed.
    [[nodiscard]] channel::value& value_of(shard_id peer, asset_id asset);
    [[nodiscard]] const channel* find(shard_id peer) const noexcept {
        const auto found = channels_.find(peer);
        return found == channels_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::map<shard_id, channel>& all() noexcept { return channels_; }
    [[nodiscard]] const std::map<shard_id, channel>& all() const noexcept { return channels_; }

    /// RULES.md 4.5.
    [[nodiscard]] bool has_room(shard_id peer, outbox_room what) const noexcept {
        const channel* to = find(peer);
        const std::size_t used = to == nullptr ? 0 : to->outbox.size();
        return what == outbox_room::new_order ? 4 * used < std::size_t{3} * max_outbox_
                                              : used < max_outbox_;
    }
    /// True if the channel is to be choked now.
    [[nodiscard]] bool overflows(const channel& which) const noexcept {
        return !which.choked && which.outbox.size() > max_outbox_;
    }
    [[nodiscard]] bool is_relieved(const channel& which) const noexcept {
        return 2 * which.outbox.size() < max_outbox_;
    }

    [[nodiscard]] std::vector<channel_row> save() const;
    /// Takes over what `save` gave; false when it contradicts itself.
    [[nodiscard]] bool restore(const std::vector<channel_row>& rows);

    /// As `ledger`: rows of channels, values and outboxes.
    void begin_hand_over();
    [[nodiscard]] bool hand_over(std::size_t most, std::vector<row_change>& out);
    void end_hand_over(bool stored);

private:
    struct channel_table;
    struct value_table;
    struct value_name {
        shard_id peer;
        asset_id asset;
    };

    std::uint32_t max_outbox_;
    std::map<shard_id, channel> channels_;
    std::vector<value_name> value_names_;  ///< by their numbers
    changed_rows changed_channels_;        ///< by the other shard's number
    changed_rows changed_values_;
};

}  // namespace bourse
