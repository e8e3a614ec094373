#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "messages/book_rows.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/order_terms.hpp"
#include "messages/reason.hpp"
#include "messages/record_fault.hpp"
#include "messages/report.hpp"
#include "messages/shard_command.hpp"

/// For the codecs: which numbers each enumeration knows. A number from outside becomes an enumerator
/// here and nowhere else, so a value that no enumerator has never gets past a codec.
namespace bourse {

/// Numbers from `first` to `last`.
struct number_range {
    std::uint16_t first = 1;
    std::uint16_t last = 0;
};

/// The numbers of one enumeration, in up to five families, and what one of them is called.
struct known_numbers {
    std::string_view word;  ///< with its article, "a side"
    std::array<number_range, 5> ranges;

    [[nodiscard]] constexpr bool contains(std::uint16_t number) const noexcept {
        for (const number_range& range : ranges) {
            if (range.first <= number && number <= range.last) {
                return true;
            }
        }
        return false;
    }
};

namespace detail {
[[nodiscard]] constexpr std::uint16_t last_of(std::uint8_t count) noexcept {
    return static_cast<std::uint16_t>(count - 1);
}
}  // namespace detail

/// The known numbers of `Enum`; only those below have any.
template <typename Enum>
inline constexpr known_numbers numbers_of{};

template <>
inline constexpr known_numbers numbers_of<side>{"a side", {{{0, 1}}}};
template <>
inline constexpr known_numbers numbers_of<order_type>{"an order type",
                                                      {{{0, detail::last_of(order_type_count)}}}};
template <>
inline constexpr known_numbers numbers_of<time_in_force>{
    "a time in force", {{{0, detail::last_of(time_in_force_count)}}}};
template <>
inline constexpr known_numbers numbers_of<self_trade_prevention>{
    "a self-trade prevention mode", {{{0, detail::last_of(self_trade_prevention_count)}}}};
template <>
inline constexpr known_numbers numbers_of<group_role>{"a group role",
                                                      {{{0, detail::last_of(group_role_count)}}}};
template <>
inline constexpr known_numbers numbers_of<market_state>{
    "a market state", {{{0, detail::last_of(market_state_count)}}}};
template <>
inline constexpr known_numbers numbers_of<auction_kind>{
    "an auction kind", {{{0, detail::last_of(auction_kind_count)}}}};
template <>
inline constexpr known_numbers numbers_of<side_filter>{"a side filter", {{{0, 2}}}};
template <>
inline constexpr known_numbers numbers_of<order_place>{"an order place",
                                                       {{{0, detail::last_of(order_place_count)}}}};
template <>
inline constexpr known_numbers numbers_of<event_kind>{"an event kind",
                                                      {{{0, 6}, {10, 16}, {20, 22}, {30, 34}}}};
template <>
inline constexpr known_numbers numbers_of<reason>{
    "a reason", {{{0, 27}, {40, 47}, {60, 62}, {100, 130}, {140, 142}}}};
template <>
inline constexpr known_numbers numbers_of<account_kind>{
    "an account kind", {{{0, detail::last_of(account_kind_count)}}}};
template <>
inline constexpr known_numbers numbers_of<limit_kind>{"a limit kind",
                                                      {{{0, detail::last_of(limit_kind_count)}}}};
template <>
inline constexpr known_numbers numbers_of<record_table>{"a table of records",
                                                        {{{1, last_record_table}}}};
template <>
inline constexpr known_numbers numbers_of<line_kind>{"a line kind",
                                                     {{{0, detail::last_of(line_kind_count)}}}};

/// Adds the fault "9 is not a side (0..1)".
void add_unknown_number(std::uint16_t number, const known_numbers& known, const record_path& at,
                        record_faults& faults);

/// `wire`, a number or an enumerator of the generated code, as an `Enum`; a fault, and the first
/// enumerator, if `Enum` does not know it.
template <typename Enum, typename Wire>
[[nodiscard]] Enum checked_enum(Wire wire, const record_path& outer, std::string_view field,
                                record_faults& faults) {
    static_assert(!numbers_of<Enum>.word.empty(), "say which numbers this enumeration knows");
    const auto number = static_cast<std::uint16_t>(wire);
    if (!numbers_of<Enum>.contains(number)) [[unlikely]] {
        add_unknown_number(number, numbers_of<Enum>, outer.in(field), faults);
        return Enum{};
    }
    return static_cast<Enum>(number);
}

}  // namespace bourse
