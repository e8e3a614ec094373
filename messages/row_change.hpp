#pragma once

#include <variant>

#include "messages/book_rows.hpp"
#include "messages/box.hpp"
#include "messages/channel_message.hpp"
#include "messages/row_key.hpp"
#include "messages/shard_rows.hpp"

namespace bourse {

/// Any row of a shard, or none. As records of their own are stored by themselves, the lists in a book's
/// (orders, groups) and in a channel's (values, outbox) are empty here.
using row_value = std::variant<std::monostate, shard_row, account_row, risk_group_row, position_row,
                               open_order_row, order_group_row, remembered_row, lease_row,
                               box<listing_row>, calendar_row, box<shard_book_row>, order_row,
                               group_row, channel_row, channel_value, channel_message, record_row>;

/// What a checkpoint has to do to one key: store the row there, or, if there is none, remove what it has;
/// it may have nothing. `encode_row` (shard_rows_codec.hpp) makes the bytes.
struct row_change {
    row_key key;
    row_value value;
};

}  // namespace bourse
