#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "messages/command.hpp"
#include "messages/instrument.hpp"

namespace bourse {

/// What a flow looks like.
///
/// Of 100 operations 49 add a limit order, 41 cancel a random resting one, 5 move a random resting
/// one to another price, and 5 take: immediate-or-cancel, `mean_distance` ticks through the touch.
///
/// *Prices.* An order is placed an exponentially distributed distance behind the touch: a buy that
/// far below the price next to the middle, or next to the best ask where that is lower; a sell
/// likewise. So resting orders are only ever taken by takes. The middle rises from the first to the
/// last operation by `walk_ticks` in even steps. Where it rises faster than takes clear the way, the
/// market follows it at a distance, and both sides spread out behind and before it.
///
/// *Balance.* The resting number must not drift: 49 adds and 41 cancels leave 8 orders in 100
/// operations, so each of the 5 takes has to end 1.6 resting orders. Quantities are 1 to 100 with a
/// mean of 50.5, so a take needs 80.8 lots on average. A take has 81 to 100 lots (1.8 orders) while
/// more orders rest than should, and 51 to 100 (1.5 orders) while fewer do; that keeps the resting
/// number within a few percent for ever.
struct flow_shape {
    std::string_view name;
    std::uint32_t resting = 0;        ///< orders in the book when the flow begins, and about always
    std::uint32_t mean_distance = 0;  ///< ticks behind the touch
    std::uint32_t operations = 0;     ///< in a full run
    std::uint32_t walk_ticks = 0;     ///< how far the middle goes in a full run
    std::uint32_t commands_per_entry =
        1;  ///< given at once when the operations are timed as a whole
};

/// The flows of the bench, in the order they are shown.
[[nodiscard]] std::span<const flow_shape> bench_flows() noexcept;
[[nodiscard]] std::optional<flow_shape> find_flow(std::string_view name) noexcept;

/// What all flows trade: ticks and lots of one, and no limits.
[[nodiscard]] instrument flow_instrument();

/// A generated flow: the orders to rest before it begins, and the operations.
struct order_flow {
    flow_shape shape;
    std::vector<command> fill;
    std::vector<command> operations;
    std::uint32_t price_count = 0;  ///< all prices are above 0 and below this less one
    std::uint32_t order_count = 0;  ///< ids are 1 to this
};

/// Draws a flow's commands one after the other: the same for the same arguments, everywhere.
///
/// Carries them out on a book of its own, so that cancels and replaces name orders that rest at that
/// moment and prices are where the touch is. The first `shape.resting` commands are the fill; after
/// them come `operations` more. With fewer than the shape has, the middle walks as fast, less far.
class flow_generator {
public:
    flow_generator(const flow_shape& shape, std::uint32_t operations, std::uint64_t seed);
    ~flow_generator();
    flow_generator(flow_generator&&) noexcept;
    flow_generator& operator=(flow_generator&&) noexcept;

    [[nodiscard]] command next();

    [[nodiscard]] std::uint32_t price_count() const noexcept;
    [[nodiscard]] std::uint32_t order_count() const noexcept;    ///< the last id drawn
    [[nodiscard]] std::uint32_t resting_count() const noexcept;  ///< orders resting now
    [[nodiscard]] std::uint32_t level_count() const noexcept;    ///< prices in use now

private:
    class resting_set;
    class machine;
    std::unique_ptr<machine> machine_;
};

/// A whole flow at once.
[[nodiscard]] order_flow generate_flow(const flow_shape& shape, std::uint32_t operations,
                                       std::uint64_t seed);

}  // namespace bourse
