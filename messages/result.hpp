#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "messages/assert.hpp"

/// How a function says that it could not do what it was asked, when that is to be expected: bytes
/// that are malformed, a thing that is not there, a place that is full. What the market refuses is
/// a `reason` instead, and a bug of ours an assert.
namespace bourse {

/// What went wrong between modules. The numbers are logged and sent: append only.
enum class errc : std::uint8_t {
    malformed = 1,            ///< the bytes are not a message, or are not all there
    unsupported_version = 2,  ///< a record of a version that this binary does not know
    out_of_range = 3,         ///< a number in a record that means nothing in its place
    unreadable = 4,           ///< a file that is not there, or cannot be read
    unwritable = 5,           ///< a file or folder that cannot be written or made durable
    storage_full = 6,         ///< no room on the disk, or in the files that may be used of it
    locked = 7,               ///< another process uses the folder
    corrupt = 8,              ///< what was written and synced is no longer what it was
    foreign = 9,              ///< a file that is not ours, or not this node's
    not_kept = 10,            ///< older than what is kept, or not there yet
    over_bound = 11,          ///< more, or longer, than a stated bound
    overloaded = 12,          ///< full for now: later
    exists = 13,              ///< a thing of that name that is there, and is another
    unknown = 14,             ///< a name that nothing has
    refused = 15,             ///< the market refused it; the sentence has its `reason`
};

/// The code's name as written above; "unknown_error" for other numbers.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// What went wrong, and where. `what` is a sentence for a person, which programs must not read.
struct error {
    errc code = errc::malformed;
    std::string what;

    friend bool operator==(const error&, const error&) = default;
};

/// A value, or why there is none. Whoever takes either must have looked at which it is; taking the
/// wrong one is a bug, and ends the process.
template <typename T>
class [[nodiscard]] result {
public:
    // Not explicit, so that a function can `return value;` or `return error{…};`.
    // NOLINTNEXTLINE(google-explicit-constructor)
    result(const T& value) : content_(std::in_place_index<0>, value) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    result(T&& value) : content_(std::in_place_index<0>, std::move(value)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    result(bourse::error found) : content_(std::in_place_index<1>, std::move(found)) {}

    [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] const T& value() const& {
        BOURSE_ASSERT(has_value());
        return *std::get_if<0>(&content_);
    }
    [[nodiscard]] T& value() & {
        BOURSE_ASSERT(has_value());
        return *std::get_if<0>(&content_);
    }
    [[nodiscard]] T&& value() && { return std::move(value()); }

    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(value()); }
    [[nodiscard]] const T* operator->() const { return &value(); }
    [[nodiscard]] T* operator->() { return &value(); }

    [[nodiscard]] const bourse::error& error() const {
        BOURSE_ASSERT(!has_value());
        return *std::get_if<1>(&content_);
    }

private:
    std::variant<T, bourse::error> content_;
};

/// Nothing, as a value: what a function gives that was asked to do something and did it.
struct done {
    friend bool operator==(const done&, const done&) = default;
};
/// Done, or why not.
using outcome = result<done>;

}  // namespace bourse
