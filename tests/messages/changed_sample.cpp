#include "changed_sample.hpp"

#include <capnp/any.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include <cstring>

namespace bourse {

bytes flat(capnp::MessageBuilder& builder) {
    const kj::Array<capnp::word> words = capnp::messageToFlatArray(builder);
    const auto* first = reinterpret_cast<const std::byte*>(words.begin());
    return bytes(first, first + words.size() * sizeof(capnp::word));
}

built_sample::built_sample(const record_codec& codec, unsigned segment_words)
    : builder_(segment_words, capnp::AllocationStrategy::FIXED_SIZE) {
    const bytes good = encoded_sample(codec);
    std::vector<std::uint64_t> aligned(good.size() / sizeof(std::uint64_t));
    std::memcpy(aligned.data(), good.data(), good.size());
    capnp::FlatArrayMessageReader reader(
        kj::arrayPtr(reinterpret_cast<const capnp::word*>(aligned.data()), aligned.size()));
    builder_.getRoot<capnp::AnyPointer>().set(reader.getRoot<capnp::AnyPointer>());
}

void check_refused(const record_codec& codec, const bytes& message, errc code,
                   std::string_view said) {
    const error refused = refusal(codec, message);
    CHECK(refused.code == code);
    CHECK(refused.what == said);
}

}  // namespace bourse
