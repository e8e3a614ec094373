#pragma once

#include <cstddef>

#include "messages/record_fault.hpp"
#include "messages/schema/entry.capnp.h"
#include "messages/shard_command.hpp"

/// For the codecs: a command of a shard as part of a larger record. It is a record of its own, with a version
/// of its own, wherever it stands.
namespace bourse {

/// Its length in words, with all that it points to and without a pointer to it.
[[nodiscard]] std::size_t shard_command_words(const shard_command& from);

void write_shard_command(const shard_command& from, schema::ShardCommand::Builder to);

void read_shard_command(schema::ShardCommand::Reader from, const record_path& at,
                        record_faults& faults, shard_command& to);

}  // namespace bourse
