#include "messages/event_codec.hpp"

#include <algorithm>

#include "messages/event_record.hpp"
#include "messages/message_frame.hpp"

namespace bourse {

void write_event(const event& from, schema::Event::Builder to) {
    to.setVersion(event_version);
    write_event_fields(from, to);
}

/// Each version that was ever written has its case, for ever.
event read_event(schema::Event::Reader from, const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_event_fields(from, at, faults);
        default:
            faults.add_version(from.getVersion(), event_version, at);
            return {};
    }
}

namespace {

std::vector<event> read_batch_version_1(schema::EventBatch::Reader from, std::size_t bytes,
                                        record_faults& faults) {
    // An event takes at least one word, whatever the list says of its length.
    const auto list = from.getEvents();
    std::vector<event> to;
    to.reserve(std::min<std::size_t>(list.size(), bytes / sizeof(capnp::word)));
    const record_path each("event");
    for (unsigned i = 0; i < list.size() && !faults.any(); ++i) {
        to.push_back(read_event(list[i], each.at(i), faults));
    }
    return to;
}

}  // namespace

void encode_event(const event& from, std::vector<std::byte>& out) {
    append_message<schema::Event>(out, 1 + capnp::sizeInWords<schema::Event>(),
                                  [&](schema::Event::Builder to) { write_event(from, to); });
}

result<event> decode_event(std::span<const std::byte> bytes) {
    return read_message<schema::Event>(bytes, "event", read_event);
}

void encode_events(std::span<const event> from, std::vector<std::byte>& out) {
    const std::size_t words = root_pointer + capnp::sizeInWords<schema::EventBatch>() + list_tag +
                              from.size() * capnp::sizeInWords<schema::Event>();
    append_message<schema::EventBatch>(out, words, [&](schema::EventBatch::Builder to) {
        to.setVersion(event_batch_version);
        auto list = to.initEvents(static_cast<unsigned>(from.size()));
        for (unsigned i = 0; i < list.size(); ++i) {
            write_event(from[i], list[i]);
        }
    });
}

result<std::vector<event>> decode_events(std::span<const std::byte> bytes) {
    const auto read = [&](schema::EventBatch::Reader from, const record_path& at,
                          record_faults& faults) -> std::vector<event> {
        switch (from.getVersion()) {
            case 1:
                return read_batch_version_1(from, bytes.size(), faults);
            default:
                faults.add_version(from.getVersion(), event_batch_version, at);
                return {};
        }
    };
    return read_message<schema::EventBatch>(bytes, "eventBatch", read);
}

}  // namespace bourse
