#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "messages/record_fault.hpp"
#include "messages/result.hpp"

/// For the codecs, and only for their .cpp files, so that nobody else meets Cap'n Proto: bytes that
/// hold one message, written and read.
///
/// The standard stream framing of Cap'n Proto, unpacked, all numbers little-endian:
///
/// | bytes | what                                                              |
/// |-------|-------------------------------------------------------------------|
/// | 4     | number of segments − 1; we write 0, and read up to 512 segments   |
/// | 4     | length of the segment in words of 8 bytes                         |
/// | 8 × n | the segment; its first word points to the record                  |
///
/// (With more segments than one: a length of 4 bytes for each, padding to 8 bytes, the segments.)
///
/// Example, the 48 bytes of `(version = 1, cancelOrder = (id = 7001, account = 42))`, which are the
/// golden file tests/messages/golden/cancel_order.bin:
///
///     00 00 00 00  05 00 00 00    one segment of 5 words
///     00 00 00 00  01 00 01 00    pointer: a struct of 1 data word and 1 pointer follows at once
///     01 00 01 00  00 00 00 00    Command: version 1; union member 1, cancelOrder
///     00 00 00 00  02 00 00 00    pointer: a struct of 2 data words follows at once
///     59 1b 00 00  00 00 00 00    CancelOrder: id 7001
///     2a 00 00 00  00 00 00 00    account 42
namespace bourse {

/// What a message has besides its records, in words: the pointer to the first, and a tag before the
/// elements of each list of records.
inline constexpr std::size_t root_pointer = 1;
inline constexpr std::size_t list_tag = 1;

/// Appends a message of exactly `words` words (its root pointer included) to `out`, which `fill`
/// builds from a `Record::Builder`. Built in place: nothing is copied.
template <typename Record, typename Fill>
void append_message(std::vector<std::byte>& out, std::size_t words, Fill fill);

/// Reads one message that fills `bytes` and holds a `Record`. `read(reader, path, faults)` makes the
/// value. Whatever the bytes, the outcome is that value or an error: exceptions of the library end
/// here. Reading costs at most a constant times the bytes, however they point at one another.
template <typename Record, typename Read>
[[nodiscard]] auto read_message(std::span<const std::byte> bytes, std::string_view name, Read read)
    -> result<
        std::invoke_result_t<Read, typename Record::Reader, const record_path&, record_faults&>>;

// --- Inside -----------------------------------------------------------------------------------

namespace detail {

inline constexpr std::size_t word_bytes = sizeof(capnp::word);
inline constexpr std::size_t header_bytes = 8;

/// Memory for the segment of one message at the end of a buffer: in place if that is aligned to
/// words, as it always is while a buffer holds nothing but messages; elsewhere if it is not.
class segment_at_end {
public:
    segment_at_end(std::vector<std::byte>& out, std::size_t words);

    [[nodiscard]] kj::ArrayPtr<capnp::word> words() const noexcept { return words_; }
    /// Writes the header, now that `used` words are built.
    void finish(std::size_t used);

private:
    std::vector<std::byte>& out_;
    std::size_t start_;
    std::vector<std::uint64_t> elsewhere_;
    kj::ArrayPtr<capnp::word> words_;
};

/// The words of `bytes`, copied only if they are not aligned; small ones, as most rows of a checkpoint
/// are, to the stack.
class aligned_words {
public:
    explicit aligned_words(std::span<const std::byte> bytes);
    aligned_words(const aligned_words&) = delete;
    aligned_words& operator=(const aligned_words&) = delete;

    [[nodiscard]] kj::ArrayPtr<const capnp::word> get() const noexcept { return words_; }

private:
    static constexpr std::size_t small_words = 32;

    std::array<std::uint64_t, small_words> small_copy_;  // not initialized: few need it
    std::vector<std::uint64_t> copy_;
    kj::ArrayPtr<const capnp::word> words_;
};

/// Limits in proportion to the bytes.
[[nodiscard]] capnp::ReaderOptions reader_options(std::size_t words) noexcept;

/// What is wrong with the length of a message, before anything is read.
void find_length_fault(std::size_t bytes, const record_path& at, record_faults& faults);
void add_trailing_bytes(std::size_t bytes, const record_path& at, record_faults& faults);
void add_exception(const kj::Exception& thrown, const record_path& at, record_faults& faults);

}  // namespace detail

template <typename Record, typename Fill>
void append_message(std::vector<std::byte>& out, std::size_t words, Fill fill) {
    detail::segment_at_end segment(out, words);
    capnp::FlatMessageBuilder builder(segment.words());
    fill(builder.initRoot<Record>());
    segment.finish(builder.getSegmentsForOutput()[0].size());
}

template <typename Record, typename Read>
auto read_message(std::span<const std::byte> bytes, std::string_view name, Read read) -> result<
    std::invoke_result_t<Read, typename Record::Reader, const record_path&, record_faults&>> {
    const record_path at(name);
    record_faults faults;
    detail::find_length_fault(bytes.size(), at, faults);
    if (faults.any()) {
        return faults.first();
    }
    try {
        const detail::aligned_words aligned(bytes);
        const kj::ArrayPtr<const capnp::word> words = aligned.get();
        capnp::FlatArrayMessageReader message(words, detail::reader_options(words.size()));
        if (message.getEnd() != words.end()) {
            const auto trailing = static_cast<std::size_t>(words.end() - message.getEnd());
            detail::add_trailing_bytes(trailing * detail::word_bytes, at, faults);
            return faults.first();
        }
        auto value = read(message.template getRoot<Record>(), at, faults);
        if (!faults.any()) {
            return value;
        }
    } catch (const kj::Exception& thrown) {
        detail::add_exception(thrown, at, faults);
    }
    return faults.first();
}

}  // namespace bourse
