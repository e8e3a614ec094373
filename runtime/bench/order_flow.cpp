#include "runtime/bench/order_flow.hpp"

#include <algorithm>
#include <array>

#include "runtime/bench/floor_book.hpp"
#include "runtime/bench/random_source.hpp"

namespace bourse {
namespace {

// A walk of 1,000 ticks in 1,000,000 operations is a tick every 1,000 operations.
// The first two flows are measured twice: with one command at a time, and in entries of a hundred.
constexpr std::array<flow_shape, 7> flows{{
    {"10k", 10'000, 40, 1'000'000, 1'000},
    {"1M", 1'000'000, 400, 1'000'000, 1'000},
    {"10k-entries", 10'000, 40, 1'000'000, 1'000, 100},
    {"1M-entries", 1'000'000, 400, 1'000'000, 1'000, 100},
    {"volatile-5k", 10'000, 40, 1'000'000, 5'000},
    {"volatile-20k", 10'000, 40, 1'000'000, 20'000},
    {"volatile-50k", 10'000, 40, 1'000'000, 50'000},
}};

constexpr std::uint32_t max_distance_in_means = 20;  // see random_source::exponential
constexpr std::uint32_t max_lots = 100;

/// Orders belong to a thousand accounts in turn.
account_id owner(std::uint32_t id) {
    return {1 + id % 1000};
}

}  // namespace

/// The resting orders by id, so that a random one can be drawn and any one taken out at once.
class flow_generator::resting_set {
public:
    explicit resting_set(std::uint32_t id_limit) : places_(id_limit) {}

    void insert(std::uint32_t id) {
        places_[id] = static_cast<std::uint32_t>(ids_.size());
        ids_.push_back(id);
    }
    void erase(std::uint32_t id) {
        const std::uint32_t moved = ids_.back();
        ids_[places_[id]] = moved;
        places_[moved] = places_[id];
        ids_.pop_back();
    }
    [[nodiscard]] std::uint32_t draw(random_source& random) const {
        return ids_[random.below(size())];
    }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(ids_.size()); }

private:
    std::vector<std::uint32_t> ids_;
    std::vector<std::uint32_t> places_;
};

class flow_generator::machine {
public:
    machine(const flow_shape& shape, std::uint32_t operations, std::uint64_t seed)
        : shape_(shape),
          random_(seed),
          first_middle_(max_distance_in_means * shape.mean_distance + 64),
          price_count_(2 * first_middle_ + walked(operations)),
          book_(price_count_, shape.resting + operations),
          resting_(shape.resting + operations + 1) {}

    command next() {
        const bool filling = drawn_ < shape_.resting;
        middle_ = first_middle_ + (filling ? 0 : walked(drawn_ - shape_.resting));
        ++drawn_;
        const command drawn = filling ? draw_add() : draw();
        carry_out(drawn);
        return drawn;
    }

    [[nodiscard]] std::uint32_t price_count() const { return price_count_; }
    [[nodiscard]] std::uint32_t order_count() const { return last_id_; }
    [[nodiscard]] std::uint32_t resting_count() const { return resting_.size(); }
    [[nodiscard]] std::uint32_t level_count() const { return book_.level_count(); }

private:
    /// How far the middle has gone after that many operations.
    [[nodiscard]] std::uint32_t walked(std::uint32_t operations) const {
        return static_cast<std::uint32_t>(std::uint64_t{operations} * shape_.walk_ticks /
                                          shape_.operations);
    }

    command draw() {
        const std::uint32_t chance = random_.below(100);
        if (chance < 49 || resting_.size() == 0) {
            return draw_add();
        }
        if (chance < 90) {
            const std::uint32_t id = resting_.draw(random_);
            return cancel_order{.id = {id}, .account = owner(id)};
        }
        return chance < 95 ? draw_replace() : draw_take();
    }

    command draw_add() {
        const side which = draw_side();
        return make_order(which, draw_price(which), 1 + random_.below(max_lots),
                          time_in_force::day);
    }

    command draw_replace() {
        const std::uint32_t id = resting_.draw(random_);
        const side which = book_.side_of(book_.price_of(id));
        std::uint32_t price = draw_price(which);
        if (price == book_.price_of(id)) {
            price = which == side::buy ? price - 1 : price + 1;
        }
        replace_order change;
        change.id = {id};
        change.account = owner(id);
        change.set_price = true;
        change.price = {price};
        return change;
    }

    command draw_take() {
        const side which = draw_side();
        const std::uint32_t touch = which == side::buy ? book_.best_ask() : book_.best_bid();
        if (touch == 0 || touch == price_count_ - 1) {
            return draw_add();  // there is nothing to take
        }
        const std::uint32_t through = shape_.mean_distance;
        const std::uint32_t least = resting_.size() > shape_.resting ? 81 : 51;
        return make_order(which,
                          which == side::buy ? std::min(touch + through, price_count_ - 2)
                                             : std::max(touch, through + 1) - through,
                          least + random_.below(max_lots + 1 - least),
                          time_in_force::immediate_or_cancel);
    }

    command make_order(side which, std::uint32_t price, std::uint32_t lots, time_in_force tif) {
        new_order order;
        order.id = {++last_id_};
        order.account = owner(last_id_);
        order.side = which;
        order.tif = tif;
        order.price = {price};
        order.quantity = {lots};
        return order;
    }

    side draw_side() { return random_.below(2) == 0 ? side::buy : side::sell; }

    std::uint32_t draw_price(side which) {
        const std::uint32_t distance = 1 + random_.exponential(shape_.mean_distance);
        return which == side::buy ? std::min(middle_, book_.best_ask()) - distance
                                  : std::max(middle_, book_.best_bid()) + distance;
    }

    void carry_out(const command& drawn) {
        events_.clear();
        book_.apply({&drawn, 1}, events_);
        if (const auto* order = std::get_if<new_order>(&drawn)) {
            resting_.insert(static_cast<std::uint32_t>(order->id.value));
        }
        for (const event& told : events_.events()) {
            if (told.is_final()) {
                resting_.erase(static_cast<std::uint32_t>(told.order.value));
            }
        }
    }

    flow_shape shape_;
    random_source random_;
    std::uint32_t first_middle_;
    std::uint32_t price_count_;
    std::uint32_t middle_ = 0;
    std::uint32_t last_id_ = 0;
    std::uint32_t drawn_ = 0;
    floor_book book_;
    resting_set resting_;
    event_buffer events_;
};

instrument flow_instrument() {
    instrument rules;
    rules.symbol = {1};
    return rules;
}

flow_generator::flow_generator(const flow_shape& shape, std::uint32_t operations,
                               std::uint64_t seed)
    : machine_(std::make_unique<machine>(shape, operations, seed)) {}
flow_generator::~flow_generator() = default;
flow_generator::flow_generator(flow_generator&&) noexcept = default;
flow_generator& flow_generator::operator=(flow_generator&&) noexcept = default;

command flow_generator::next() {
    return machine_->next();
}
std::uint32_t flow_generator::price_count() const noexcept {
    return machine_->price_count();
}
std::uint32_t flow_generator::order_count() const noexcept {
    return machine_->order_count();
}
std::uint32_t flow_generator::resting_count() const noexcept {
    return machine_->resting_count();
}
std::uint32_t flow_generator::level_count() const noexcept {
    return machine_->level_count();
}

std::span<const flow_shape> bench_flows() noexcept {
    return flows;
}

std::optional<flow_shape> find_flow(std::string_view name) noexcept {
    const auto* const found = std::find_if(
        flows.begin(), flows.end(), [&](const flow_shape& flow) { return flow.name == name; });
    return found == flows.end() ? std::nullopt : std::optional{*found};
}

order_flow generate_flow(const flow_shape& shape, std::uint32_t operations, std::uint64_t seed) {
    flow_generator generator{shape, operations, seed};
    order_flow flow;
    flow.shape = shape;
    flow.fill.reserve(shape.resting);
    for (std::uint32_t i = 0; i < shape.resting; ++i) {
        flow.fill.push_back(generator.next());
    }
    flow.operations.reserve(operations);
    for (std::uint32_t i = 0; i < operations; ++i) {
        flow.operations.push_back(generator.next());
    }
    flow.price_count = generator.price_count();
    flow.order_count = generator.order_count();
    return flow;
}

}  // namespace bourse
