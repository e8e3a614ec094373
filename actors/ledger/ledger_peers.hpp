#pragma once

#include "actors/book/slot_pool.hpp"
#include "messages/channel_message.hpp"
#include "messages/command.hpp"
#include "messages/ids.hpp"
#include "messages/numbers.hpp"

namespace bourse {

/// What an outbox must have room for (shard RULES 4.5).
enum class outbox_room { new_order, change };

/// What the ledger gives a new order on its way to the book (ledger RULES 4.3).
struct given_terms {
    order_id id{};
    trade_group_id trade_group{};
    bourse::price worst{};
    order_group_id group{};
};

/// Whom a ledger speaks to: books, wherever they are, and other shards. The shard is this.
///
/// `listing` is the number that the ledger gave the instrument when it was listed: 0, 1, 2 …
class ledger_peers {
public:
    virtual ~ledger_peers() = default;

    /// False if the outbox to `book_shard` is as full as it may be for this; always true for the own
    /// shard.
    [[nodiscard]] virtual bool has_room(shard_id book_shard, outbox_room what) const = 0;

    /// The order as its client asked for it, with `given` in place of what the client left open. `at`, here and
    /// below: where the ledger has the order, which `settle` may be told with what comes of this.
    virtual void pass_on(std::uint32_t listing, const new_order& asked, const given_terms& given,
                         slot at) = 0;
    virtual void pass_on(std::uint32_t listing, const cancel_order& request, slot at) = 0;
    virtual void pass_on(std::uint32_t listing, const replace_order& request, slot at) = 0;
    /// Sends a transfer to another shard.
    virtual void send(shard_id to, const transfer_message& what) = 0;

    /// True if no order of the instrument is in a book here, and no transfer of it on the way.
    [[nodiscard]] virtual bool is_at_rest(std::uint32_t listing) const = 0;
};

}  // namespace bourse
