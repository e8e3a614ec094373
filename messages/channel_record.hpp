#pragma once

#include <cstddef>

#include "messages/record_fault.hpp"
#include "messages/schema/channel.capnp.h"
#include "messages/shard_command.hpp"

/// For the codecs: what shards tell each other, as part of a larger record. Each is a record of its own,
/// with a version of its own, wherever it stands.
namespace bourse {

/// The length of a delivery in words, with all that it points to and without the pointer to it.
[[nodiscard]] std::size_t channel_delivery_words(const channel_delivery& from);

void write_channel_delivery(const channel_delivery& from, schema::ChannelDelivery::Builder to);
[[nodiscard]] channel_delivery read_channel_delivery(schema::ChannelDelivery::Reader from,
                                                     const record_path& at, record_faults& faults);

void write_channel_receipt(const channel_receipt& from, schema::ChannelReceipt::Builder to);
[[nodiscard]] channel_receipt read_channel_receipt(schema::ChannelReceipt::Reader from,
                                                   const record_path& at, record_faults& faults);

}  // namespace bourse
