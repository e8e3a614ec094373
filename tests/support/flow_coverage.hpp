#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "messages/event.hpp"
#include "tests/support/reference_book.hpp"

namespace bourse {

/// Counts what a random run has reached, so that a run that reaches too little fails: a comparison
/// proves nothing about what never happened.
class flow_coverage {
public:
    void count(std::span<const event> events);
    void count(const reference_book& book);

    /// What was never reached, in words.
    [[nodiscard]] std::vector<std::string> missing() const;

private:
    std::map<std::pair<event_kind, reason>, std::uint64_t> answers_;
    std::map<std::uint64_t, std::uint64_t> states_;  ///< by `state_number`
    std::array<std::uint64_t, 16> fills_by_flags_{};
    std::uint64_t held_ = 0;
    std::array<std::uint64_t, order_place_count> places_{};
    std::array<std::array<std::uint64_t, order_place_count>, order_type_count> types_in_places_{};
};

}  // namespace bourse
