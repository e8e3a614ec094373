#pragma once

#include <capnp/blob.h>

#include <cstddef>
#include <string>
#include <string_view>

/// For the codecs: bytes without a meaning, as `Data`.
namespace bourse {

/// How many words `bytes` takes behind a pointer.
[[nodiscard]] inline std::size_t data_words(std::string_view bytes) noexcept {
    constexpr std::size_t word = 8;
    return (bytes.size() + word - 1) / word;
}

[[nodiscard]] inline capnp::Data::Reader as_data(std::string_view bytes) noexcept {
    return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline std::string read_data(capnp::Data::Reader from) {
    return {reinterpret_cast<const char*>(from.begin()), from.size()};
}

}  // namespace bourse
