#pragma once

#include <capnp/generated-header-support.h>
#include <capnp/message.h>

#include <initializer_list>
#include <string_view>

#include "codecs_under_test.hpp"

/// Messages as only a stranger would write them: built by the library alone.
namespace bourse {

/// What a builder holds, in as many segments as it has, as bytes.
[[nodiscard]] bytes flat(capnp::MessageBuilder& builder);

/// An example of a schema file, as bytes.
template <typename SchemaRecord, typename Example>
[[nodiscard]] bytes example(const Example& constant) {
    capnp::MallocMessageBuilder builder;
    builder.setRoot<typename SchemaRecord::Reader>(constant.get());
    return flat(builder);
}

/// The codec of a record of the schema.
template <typename SchemaRecord>
[[nodiscard]] const record_codec& codec_of() {
    return codec_of_schema(capnp::typeId<SchemaRecord>());
}

/// A codec's sample in a builder of the library. With `segment_words` of 1 every object gets a segment
/// of its own.
class built_sample {
public:
    explicit built_sample(const record_codec& codec, unsigned segment_words = 1024);

    [[nodiscard]] capnp::MessageBuilder& builder() { return builder_; }
    [[nodiscard]] bytes message() { return flat(builder_); }

private:
    capnp::MallocMessageBuilder builder_;
};

/// The sample of a record of the schema after `change(builder)`.
template <typename SchemaRecord, typename Change>
[[nodiscard]] bytes changed_sample(const Change& change) {
    built_sample built(codec_of<SchemaRecord>());
    change(built.builder().getRoot<SchemaRecord>());
    return built.message();
}

/// What is said of it.
template <typename SchemaRecord, typename Change>
[[nodiscard]] error refusal_after(const Change& change) {
    return refusal(codec_of<SchemaRecord>(), changed_sample<SchemaRecord>(change));
}

/// A change to the sample of a record, and what is then said of it.
template <typename SchemaRecord>
struct refused_change {
    void (*change)(typename SchemaRecord::Builder sample);
    const char* said;
};

/// Checks that a message of `codec` is refused with `code` and the sentence `said`.
void check_refused(const record_codec& codec, const bytes& message, errc code,
                   std::string_view said);

/// Checks each change by itself.
template <typename SchemaRecord>
void check_refused(errc code, std::initializer_list<refused_change<SchemaRecord>> changes) {
    for (const refused_change<SchemaRecord>& each : changes) {
        check_refused(codec_of<SchemaRecord>(), changed_sample<SchemaRecord>(each.change), code,
                      each.said);
    }
}

}  // namespace bourse
