#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/event.hpp"
#include "tests/support/reference_book.hpp"

namespace bourse {

/// Meetings of features that plain counts of kinds, reasons and types do not show.
enum class rare_meeting : std::uint8_t {
    auction_triggers_stop,      ///< an uncrossing's price triggers a stop that waited
    iceberg_is_prevented,       ///< self-trade prevention meets a resting iceberg
    iceberg_refills_prevented,  ///< a decrement takes an iceberg's shown part, and it refills
    peg_chases,                 ///< a resting peg trades at another price than it had before
    replace_crosses,            ///< a replaced order trades at once
};
inline constexpr std::uint8_t rare_meeting_count = 5;

[[nodiscard]] std::string_view to_string(rare_meeting what) noexcept;

/// Counts what a random run has reached, so that a run that reaches too little fails: a comparison
/// proves nothing about what never happened.
///
/// Of each book from its begin: `begin_book`, then after each entry its events and then the book.
class flow_coverage {
public:
    void begin_book() { known_.clear(); }
    void count(std::span<const event> events);
    void count(const reference_book& book);

    /// What was never reached, in words.
    [[nodiscard]] std::vector<std::string> missing() const;
    [[nodiscard]] std::uint64_t times(rare_meeting what) const noexcept {
        return meetings_[static_cast<std::size_t>(what)];
    }

private:
    /// A peg or an iceberg as it stood after the entry before.
    struct standing {
        order_id id;
        bool is_iceberg = false;
        std::optional<price> moment;  ///< of a peg
    };

    void count_meetings(std::span<const event> events);
    [[nodiscard]] standing* find(order_id id);
    void meet(rare_meeting what) { ++meetings_[static_cast<std::size_t>(what)]; }

    std::map<std::pair<event_kind, reason>, std::uint64_t> answers_;
    std::map<std::uint64_t, std::uint64_t> states_;  ///< by `state_number`
    std::array<std::uint64_t, 16> fills_by_flags_{};
    std::uint64_t held_ = 0;
    std::array<std::uint64_t, order_place_count> places_{};
    std::array<std::array<std::uint64_t, order_place_count>, order_type_count> types_in_places_{};
    std::array<std::uint64_t, rare_meeting_count> meetings_{};
    std::vector<standing> known_;  ///< by rising id
};

}  // namespace bourse
