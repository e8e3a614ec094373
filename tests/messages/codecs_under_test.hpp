#pragma once

#include <any>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "messages/result.hpp"
#include "samples.hpp"

namespace capnp {
class MessageBuilder;
}  // namespace capnp

/// Every codec in one table, so that a property is tested of all of them by one loop. Only
/// codecs_under_test.cpp knows their types: a test that was a template would be compiled once a codec.
namespace bourse {

using bytes = std::vector<std::byte>;

/// A codec and the record that it is for. A value is given as `std::any`; to give one of another
/// record's type is a mistake in a test, and ends it with `std::bad_any_cast`.
struct record_codec {
    std::string_view name;    ///< of the record, as the codec's errors begin
    std::uint64_t schema_id;  ///< of the record's schema
    std::any (*sample)();     ///< a fixed value in which no two fields are alike
    std::any (*empty)();      ///< a value with nothing set
    std::any (*random)(samples::random_records& random);
    /// Appends `from` to `out`.
    void (*encode)(const std::any& from, bytes& out);
    /// Why `from` is refused; if nothing is said, `to` is what it means.
    std::optional<error> (*decode)(std::span<const std::byte> from, std::any& to);
    bool (*equal)(const std::any& a, const std::any& b);
    /// Sets the version of a message's root.
    void (*set_version)(capnp::MessageBuilder& message, std::uint16_t version);
};

/// All codecs but that of whole shards.
[[nodiscard]] std::span<const record_codec> every_codec();

/// That of whole shards, which are no message but the sum of many: it has no schema.
[[nodiscard]] const record_codec& whole_shard_codec();

/// The codec of the record `name`, and that of a schema; there must be one.
[[nodiscard]] const record_codec& codec_named(std::string_view name);
[[nodiscard]] const record_codec& codec_of_schema(std::uint64_t schema_id);

[[nodiscard]] bytes encoded(const record_codec& codec, const std::any& from);
[[nodiscard]] bytes encoded_sample(const record_codec& codec);

/// What decoding answers when it must refuse.
[[nodiscard]] error refusal(const record_codec& codec, std::span<const std::byte> from);

/// What `fault` says; empty if there is none.
[[nodiscard]] std::string said_of(const std::optional<error>& fault);

/// The first `size` bytes of `whole` in a buffer of their own, so that the address sanitizer sees a
/// read behind its end.
[[nodiscard]] bytes cut(const bytes& whole, std::size_t size);

/// `from` in a buffer of its own, by one of the codecs' own functions.
template <typename From>
[[nodiscard]] bytes encoded_by(void (*encode)(From from, bytes& out),
                               const std::type_identity_t<From>& from) {
    bytes out;
    encode(from, out);
    return out;
}

}  // namespace bourse
