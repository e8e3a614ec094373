#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "messages/result.hpp"

/// For the codecs: what is wrong with a record that is being decoded, and where.
namespace bourse {

/// Where in a record something is, for example `command[3].newOrder.side`.
///
/// A chain of names on the stack, from a field outwards to its record; nothing is put together until
/// something is wrong, so that naming places costs a good record nothing. A path must not outlive
/// the one that it was made from.
class record_path {
public:
    constexpr explicit record_path(std::string_view record) : name_(record) {}

    /// The field `name` of what is here.
    [[nodiscard]] constexpr record_path in(std::string_view name) const {
        return record_path(this, name, no_index);
    }

    /// Element `index` of what is here.
    [[nodiscard]] constexpr record_path at(std::size_t index) const {
        return record_path(this, {}, index);
    }

    [[nodiscard]] std::string text() const;

private:
    static constexpr std::size_t no_index = static_cast<std::size_t>(-1);

    constexpr record_path(const record_path* outer, std::string_view name, std::size_t index)
        : outer_(outer), name_(name), index_(index) {}

    const record_path* outer_ = nullptr;
    std::string_view name_;
    std::size_t index_ = no_index;
};

/// The first thing that is wrong with a record; what is found after it is not kept, as it often
/// follows from it.
class record_faults {
public:
    [[nodiscard]] bool any() const noexcept { return first_.has_value(); }
    /// The first fault; there must be one.
    [[nodiscard]] const error& first() const noexcept { return *first_; }

    /// "`at`: `sentence`"
    void add(errc code, const record_path& at, std::string_view sentence);

    /// A record of a version other than 1 to `newest`.
    void add_version(unsigned version, unsigned newest, const record_path& at);

private:
    std::optional<error> first_;
};

}  // namespace bourse
