#include "messages/message_frame.hpp"

#include <cstring>
#include <string>

namespace bourse::detail {
namespace {

// A message that was written by an honest writer is a tree, and each of its words is looked at
// once. Twice that is allowed, and not more: a message that points at the same words over and over
// could make a reader do work, and take memory, without any relation to its size.
constexpr std::size_t traversal_factor = 2;
constexpr std::size_t traversal_slack_words = 64;

// The deepest records are an Entry with a delivery: entry, commands, command, delivery, messages, message,
// body; and one with a listing: entry, commands, command, listing, rules, ticks, row.
constexpr int deepest_nesting = 8;

void put_little_endian(std::byte* at, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
        at[i] = static_cast<std::byte>(value >> (8 * i));
    }
}

[[nodiscard]] bool is_aligned(const std::byte* at) {
    return reinterpret_cast<std::uintptr_t>(at) % alignof(std::uint64_t) == 0;
}

}  // namespace

segment_at_end::segment_at_end(std::vector<std::byte>& out, std::size_t words)
    : out_(out), start_(out.size()) {
    // Cap'n Proto wants its memory zeroed, which both kinds of vector see to.
    out.resize(start_ + header_bytes + words * word_bytes);
    std::byte* place = out.data() + start_ + header_bytes;
    if (is_aligned(place)) {
        words_ = kj::arrayPtr(reinterpret_cast<capnp::word*>(place), words);
    } else {
        elsewhere_.resize(words);
        words_ = kj::arrayPtr(reinterpret_cast<capnp::word*>(elsewhere_.data()), words);
    }
}

void segment_at_end::finish(std::size_t used) {
    out_.resize(start_ + header_bytes + used * word_bytes);
    std::byte* header = out_.data() + start_;
    put_little_endian(header, 0);
    put_little_endian(header + 4, static_cast<std::uint32_t>(used));
    if (!elsewhere_.empty()) {
        std::memcpy(header + header_bytes, elsewhere_.data(), used * word_bytes);
    }
}

aligned_words::aligned_words(std::span<const std::byte> bytes) {
    const std::size_t count = bytes.size() / word_bytes;
    if (is_aligned(bytes.data())) {
        words_ = kj::arrayPtr(reinterpret_cast<const capnp::word*>(bytes.data()), count);
    } else {
        std::uint64_t* place = small_copy_.data();
        if (count > small_words) {
            copy_.resize(count);
            place = copy_.data();
        }
        std::memcpy(place, bytes.data(), count * word_bytes);
        words_ = kj::arrayPtr(reinterpret_cast<const capnp::word*>(place), count);
    }
}

capnp::ReaderOptions reader_options(std::size_t words) noexcept {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = words * traversal_factor + traversal_slack_words;
    options.nestingLimit = deepest_nesting;
    return options;
}

void find_length_fault(std::size_t bytes, const record_path& at, record_faults& faults) {
    if (bytes < header_bytes) {
        faults.add(errc::malformed, at,
                   std::to_string(bytes) + " bytes are no message: it has at least " +
                       std::to_string(header_bytes));
    } else if (bytes % word_bytes != 0) {
        faults.add(errc::malformed, at,
                   std::to_string(bytes) + " bytes are no message: it is whole words of " +
                       std::to_string(word_bytes) + " bytes");
    }
}

void add_trailing_bytes(std::size_t bytes, const record_path& at, record_faults& faults) {
    faults.add(errc::malformed, at, std::to_string(bytes) + " bytes follow the end of the message");
}

void add_exception(const kj::Exception& thrown, const record_path& at, record_faults& faults) {
    faults.add(errc::malformed, at,
               std::string("not a Cap'n Proto message: ") + thrown.getDescription().cStr());
}

}  // namespace bourse::detail
