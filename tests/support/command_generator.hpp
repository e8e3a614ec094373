#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "messages/assert.hpp"
#include "messages/command.hpp"
#include "messages/instrument.hpp"
#include "messages/timestamp.hpp"
#include "tests/support/reference_book.hpp"

namespace bourse {

/// A small generator of pseudo-random numbers (splitmix64): the same numbers on every platform,
/// which the distributions of the standard library do not promise.
class random_source {
public:
    explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    /// 0 to `count` − 1. Slightly uneven for huge counts, which does not matter here.
    [[nodiscard]] std::uint64_t below(std::uint64_t count) noexcept {
        BOURSE_ASSERT(count != 0);
        return next() % count;
    }
    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
    }
    [[nodiscard]] bool chance(std::uint64_t per_thousand) noexcept {
        return below(1000) < per_thousand;
    }

private:
    std::uint64_t state_;
};

/// What is traded.
enum class instrument_profile : std::uint8_t { plain, tick_table, corridor, tiny_limits };
inline constexpr std::uint8_t instrument_profile_count = 4;

/// What is sent.
enum class flow_profile : std::uint8_t {
    plain_flow,
    auctions_and_stops,
    icebergs_and_self_trade,
    pegs,
    groups,
    everything,
};
inline constexpr std::uint8_t flow_profile_count = 6;

[[nodiscard]] instrument make_instrument(instrument_profile profile);
[[nodiscard]] std::string_view to_string(instrument_profile profile) noexcept;
[[nodiscard]] std::string_view to_string(flow_profile profile) noexcept;

struct generated_entry {
    timestamp now;
    std::vector<command> commands;
    friend bool operator==(const generated_entry&, const generated_entry&) = default;
};

/// How often each kind of command comes, as shares of the sum.
struct flow_weights {
    unsigned limit, market, iceberg, post_only, conditional, stop, trailing, peg, group, cancel,
        replace, mass_cancel, state, reference, malformed;
};

/// Makes up entries of commands that bring a book into its rare states.
///
/// Prices lie close together around a drifting middle, so that much crosses; quantities, accounts
/// and times are few and small, so that things coincide; a few values are extreme. It looks at the
/// book that the commands go to, to name orders that live.
class command_generator {
public:
    command_generator(std::uint64_t seed, instrument_profile instrument, flow_profile flow);

    [[nodiscard]] generated_entry next(const reference_book& book);

private:
    [[nodiscard]] timestamp next_time(const reference_book& book);
    [[nodiscard]] command next_command(const reference_book& book);
    [[nodiscard]] command next_by_weight(const reference_book& book);

    // Orders.
    [[nodiscard]] new_order basic_order();
    [[nodiscard]] new_order limit();
    [[nodiscard]] new_order market();
    [[nodiscard]] new_order iceberg();
    [[nodiscard]] new_order post_only();
    [[nodiscard]] new_order conditional();
    [[nodiscard]] new_order stop();
    [[nodiscard]] new_order trailing();
    [[nodiscard]] new_order peg();
    [[nodiscard]] new_order any_order();
    [[nodiscard]] new_order malformed(const reference_book& book);
    [[nodiscard]] command start_group(const reference_book& book);
    [[nodiscard]] new_order group_member(group_role role, side which);
    void spoil(new_order& order);
    void spoil_numbers(new_order& order);
    void spoil_group(new_order& order);

    // Other commands.
    [[nodiscard]] command cancel(const reference_book& book);
    [[nodiscard]] command replace(const reference_book& book);
    [[nodiscard]] command change_state(const reference_book& book);
    [[nodiscard]] command change_reference();

    // Values.
    [[nodiscard]] order_id new_id();
    [[nodiscard]] order_id some_id(const reference_book& book);
    [[nodiscard]] account_id some_account();
    [[nodiscard]] trade_group_id group_of(account_id account);
    [[nodiscard]] self_trade_prevention some_mode();
    [[nodiscard]] price price_near(std::int64_t ticks);
    [[nodiscard]] price some_price(side which);
    [[nodiscard]] quantity some_quantity();
    [[nodiscard]] timestamp soon();
    void set_resting_time(new_order& order);
    [[nodiscard]] std::int64_t extreme();

    random_source random_;
    instrument rules_;
    flow_weights weights_;
    instrument_profile instrument_;
    flow_profile flow_;
    std::int64_t middle_;
    std::int64_t spread_;   ///< how far from the middle prices usually lie, in ticks of its row
    std::int64_t overlap_;  ///< how far beyond the middle buys bid and sells ask
    std::uint64_t id_base_;
    std::uint64_t next_id_ = 8;
    std::uint64_t next_group_ = 1;
    timestamp now_{};
    std::deque<new_order> waiting_;  ///< members of a group that are still to be sent
};

}  // namespace bourse
