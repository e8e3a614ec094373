#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "messages/book_codec.hpp"
#include "messages/command_codec.hpp"
#include "messages/event_codec.hpp"
#include "messages/instrument_codec.hpp"
#include "messages/schema/book.capnp.h"
#include "messages/schema/command.capnp.h"
#include "messages/schema/event.capnp.h"
#include "messages/schema/instrument.capnp.h"
#include "samples.hpp"
#include "shard_codecs_under_test.hpp"

/// One way to call every codec, so that a property is tested of all of them by one template; and
/// messages as only a stranger would write them.
namespace bourse {

using bytes = std::vector<std::byte>;

/// A codec: its record in C++ and in the schema, and the fixed sample that its golden file holds.
struct command_record {
    using value = command;
    using schema_record = schema::Command;
    static constexpr const char* name = "command";
    static value sample() { return samples::distinct_new_order(); }
    static value random(samples::random_records& random) { return random.command(); }
    static void encode(const value& from, bytes& out) { encode_command(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_command(from); }
};

struct command_batch_record {
    using value = std::vector<command>;
    using schema_record = schema::CommandBatch;
    static constexpr const char* name = "commandBatch";
    static value sample() { return samples::every_kind_of_command(); }
    static value random(samples::random_records& random) {
        value batch(random.below(20));
        for (command& each : batch) {
            each = random.command();
        }
        return batch;
    }
    static void encode(const value& from, bytes& out) { encode_commands(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_commands(from); }
};

struct event_record {
    using value = event;
    using schema_record = schema::Event;
    static constexpr const char* name = "event";
    static value sample() { return samples::distinct_event(); }
    static value random(samples::random_records& random) { return random.event(); }
    static void encode(const value& from, bytes& out) { encode_event(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_event(from); }
};

struct event_batch_record {
    using value = std::vector<event>;
    using schema_record = schema::EventBatch;
    static constexpr const char* name = "eventBatch";
    static value sample() { return samples::two_events(); }
    static value random(samples::random_records& random) {
        value batch(random.below(20));
        for (event& each : batch) {
            each = random.event();
        }
        return batch;
    }
    static void encode(const value& from, bytes& out) { encode_events(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_events(from); }
};

struct instrument_record {
    using value = instrument;
    using schema_record = schema::Instrument;
    static constexpr const char* name = "instrument";
    static value sample() { return samples::distinct_instrument(); }
    static value random(samples::random_records& random) { return random.instrument(); }
    static void encode(const value& from, bytes& out) { encode_instrument(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_instrument(from); }
};

struct book_row_record {
    using value = book_row;
    using schema_record = schema::BookRow;
    static constexpr const char* name = "bookRow";
    static value sample() { return samples::distinct_book_row(); }
    static value random(samples::random_records& random) { return random.book_row(); }
    static void encode(const value& from, bytes& out) { encode_book_row(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_book_row(from); }
};

struct order_row_record {
    using value = order_row;
    using schema_record = schema::OrderRow;
    static constexpr const char* name = "orderRow";
    static value sample() { return samples::distinct_order_row(); }
    static value random(samples::random_records& random) { return random.order_row(); }
    static void encode(const value& from, bytes& out) { encode_order_row(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_order_row(from); }
};

struct group_row_record {
    using value = group_row;
    using schema_record = schema::GroupRow;
    static constexpr const char* name = "groupRow";
    static value sample() { return samples::distinct_group_row(); }
    static value random(samples::random_records& random) { return random.group_row(); }
    static void encode(const value& from, bytes& out) { encode_group_row(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_group_row(from); }
};

struct book_rows_record {
    using value = book_rows;
    using schema_record = schema::BookRows;
    static constexpr const char* name = "bookRows";
    static value sample() { return samples::distinct_book_rows(); }
    static value random(samples::random_records& random) { return random.book_rows(); }
    static void encode(const value& from, bytes& out) { encode_book_rows(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return decode_book_rows(from); }
};

/// The records, for `TEST_CASE_TEMPLATE`.
#define BOURSE_EVERY_RECORD                                                                    \
    command_record, command_batch_record, event_record, event_batch_record, instrument_record, \
        book_row_record, order_row_record, group_row_record, book_rows_record,                 \
        BOURSE_EVERY_SHARD_RECORD

template <typename Codec>
bytes encoded(const typename Codec::value& from) {
    bytes out;
    Codec::encode(from, out);
    return out;
}

/// What a builder holds, in as many segments as it has, as bytes.
inline bytes flat(capnp::MessageBuilder& builder) {
    const kj::Array<capnp::word> words = capnp::messageToFlatArray(builder);
    const auto* first = reinterpret_cast<const std::byte*>(words.begin());
    return bytes(first, first + words.size() * sizeof(capnp::word));
}

/// The codec's sample after `change(builder)`, built by the library alone. With `segment_words` of 1
/// every object gets a segment of its own.
template <typename Codec, typename Change>
bytes changed_sample(Change change, unsigned segment_words = 1024) {
    bytes good = encoded<Codec>(Codec::sample());
    std::vector<std::uint64_t> aligned(good.size() / sizeof(std::uint64_t));
    std::memcpy(aligned.data(), good.data(), good.size());
    capnp::FlatArrayMessageReader reader(
        kj::arrayPtr(reinterpret_cast<const capnp::word*>(aligned.data()), aligned.size()));
    capnp::MallocMessageBuilder builder(segment_words, capnp::AllocationStrategy::FIXED_SIZE);
    builder.setRoot(reader.getRoot<typename Codec::schema_record>());
    change(builder.getRoot<typename Codec::schema_record>());
    return flat(builder);
}

/// What decoding answers when it must refuse.
template <typename Codec>
error refusal(const bytes& from) {
    const auto decoded = Codec::decode(from);
    return decoded.has_value() ? error{errc{}, "it was not refused"} : decoded.error();
}

}  // namespace bourse
