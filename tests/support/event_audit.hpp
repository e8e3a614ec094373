#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "messages/event.hpp"

namespace bourse {

/// Follows a book's events and says what in them cannot be, knowing no rule of matching: each
/// accepted order has one final answer and no event after it, fills come in pairs of one number
/// without a gap, lots are conserved from event to event, no order trades beyond its worst price.
class event_audit {
public:
    /// The events of one entry or command. Returns the first thing wrong, or nothing.
    [[nodiscard]] std::optional<std::string> follow(std::span<const event> events);

    /// How many orders have been accepted and not had their final answer.
    [[nodiscard]] std::size_t live() const noexcept { return live_.size(); }

private:
    struct standing {
        quantity filled;
        quantity remaining;
        std::uint32_t version = 0;
        price worst;  ///< as last accepted or replaced
    };

    [[nodiscard]] const char* fault_of(const event& e);
    [[nodiscard]] const char* fault_of_fill(const event& e, const standing& before);
    [[nodiscard]] static const char* fault_of_change(const event& e, const standing& before);

    std::map<std::uint64_t, standing> live_;
    std::uint64_t trade_ = 0;    ///< the last number seen
    bool half_a_trade_ = false;  ///< the first fill of a pair was the last event
    event first_fill_;
};

/// One event in words, for messages of tests.
[[nodiscard]] std::string describe(const event& e);

}  // namespace bourse
