#pragma once

#include "messages/channel_message.hpp"
#include "messages/command.hpp"
#include "messages/ids.hpp"

namespace bourse {

/// What an outbox must have room for (shard RULES 4.5).
enum class outbox_room { new_order, change };

/// Whom a ledger speaks to: books, wherever they are, and other shards. The shard is this.
///
/// `listing` is the number that the ledger gave the instrument when it was listed: 0, 1, 2 …
class ledger_peers {
public:
    /// False if the outbox to `book_shard` is as full as it may be for this; always true for the own
    /// shard.
    [[nodiscard]] virtual bool has_room(shard_id book_shard, outbox_room what) const = 0;

    virtual void pass_on(std::uint32_t listing, const new_order& order) = 0;
    virtual void pass_on(std::uint32_t listing, const cancel_order& request) = 0;
    virtual void pass_on(std::uint32_t listing, const replace_order& request) = 0;
    /// Sends a transfer to another shard.
    virtual void send(shard_id to, const transfer_message& what) = 0;

    /// True if no order of the instrument is in a book here, and no transfer of it on the way.
    [[nodiscard]] virtual bool is_at_rest(std::uint32_t listing) const = 0;

protected:
    ~ledger_peers() = default;
};

}  // namespace bourse
