#include "tests/support/shard/world.hpp"

#include <algorithm>

namespace bourse {

namespace {

/// More than one entry ever puts out.
constexpr std::uint64_t most_sent_an_entry = 1'000'000;

}  // namespace

std::size_t count_commands(const shard_case& one) noexcept {
    std::size_t count = 0;
    for (const world_step& step : one.steps) {
        count += step.commands.size();
    }
    return count;
}

entry shard_transport::make_entry(const world_step& step, std::uint64_t index) const {
    entry made{.index = index, .at = step.at, .commands = {}};
    made.commands.reserve(step.commands.size());
    for (const world_step::command_type& one : step.commands) {
        if (const auto* action = std::get_if<transport_action>(&one)) {
            made.commands.push_back(fill_in(*action, step.shard));
        } else {
            made.commands.push_back(std::get<shard_command>(one));
        }
    }
    return made;
}

shard_command shard_transport::fill_in(const transport_action& action, shard_id to) const {
    if (action.what == transport_action::kind::confirm) {
        const std::uint64_t told = way_of(to, action.from).taken;
        const auto less = static_cast<std::uint64_t>(std::max<std::int64_t>(action.shift, 0));
        return channel_receipt{action.from, told - std::min(told, less)};
    }
    if (action.what == transport_action::kind::overconfirm) {
        const auto more = static_cast<std::uint64_t>(std::max<std::int64_t>(action.shift, 0));
        return channel_receipt{action.from,
                               way_of(to, action.from).sent.size() + most_sent_an_entry + more};
    }
    const way& all = way_of(action.from, to);
    const auto size = static_cast<std::int64_t>(all.sent.size());
    const std::int64_t first = std::clamp<std::int64_t>(
        static_cast<std::int64_t>(all.taken) + action.shift, 0, std::max<std::int64_t>(size, 0));
    const std::int64_t last = std::min<std::int64_t>(size, first + action.count);
    return channel_delivery{action.from,
                            static_cast<std::uint64_t>(first) + 1,
                            {all.sent.begin() + first, all.sent.begin() + last}};
}

std::optional<std::string> shard_transport::follow(shard_id from, const entry& applied,
                                                   const shard_output& out) {
    for (const sent_message& one : out.messages) {
        way& all = ways_[{from, one.to}];
        if (one.to == from || one.to.value == 0) {
            return "a message to shard " + std::to_string(one.to.value);
        }
        if (one.number != all.sent.size() + 1) {
            return "message " + std::to_string(one.number) + " to shard " +
                   std::to_string(one.to.value) + " follows " + std::to_string(all.sent.size());
        }
        all.sent.push_back(one.what);
    }
    for (const shard_command& one : applied.commands) {
        if (const auto* receipt = std::get_if<channel_receipt>(&one)) {
            way& all = ways_[{from, receipt->from}];
            if (receipt->up_to <= all.taken) {
                all.confirmed = std::max(all.confirmed, receipt->up_to);
            }
        } else if (const auto* delivery = std::get_if<channel_delivery>(&one)) {
            const std::uint64_t next = way_of(delivery->from, from).taken + 1;
            repeats_ += delivery->first < next && !delivery->messages.empty() ? 1U : 0U;
            gaps_ += delivery->first > next && !delivery->messages.empty() ? 1U : 0U;
        }
    }
    for (const sent_receipt& one : out.receipts) {
        way& all = ways_[{one.to, from}];
        if (one.up_to < all.taken || one.up_to > all.sent.size()) {
            return "a receipt for shard " + std::to_string(one.to.value) + " up to " +
                   std::to_string(one.up_to) + " after " + std::to_string(all.taken) + " of " +
                   std::to_string(all.sent.size());
        }
        all.taken = one.up_to;
    }
    return std::nullopt;
}

std::vector<world_step> shard_transport::drain_steps(timestamp now) const {
    std::vector<world_step> steps;
    for (std::uint16_t s = 1; s <= shards_; ++s) {
        world_step step{.shard = shard_id{s}, .at = now, .is_void = false, .commands = {}};
        for (std::uint16_t p = 1; p <= shards_; ++p) {
            if (p == s) {
                continue;
            }
            const way& in = way_of(shard_id{p}, shard_id{s});
            const way& back = way_of(shard_id{s}, shard_id{p});
            if (in.taken < in.sent.size()) {
                step.commands.emplace_back(
                    transport_action{transport_action::kind::deliver, shard_id{p}, 0,
                                     static_cast<std::uint32_t>(in.sent.size() - in.taken)});
            }
            if (back.confirmed < back.taken) {
                step.commands.emplace_back(
                    transport_action{transport_action::kind::confirm, shard_id{p}, 0, 0});
            }
        }
        if (!step.commands.empty()) {
            steps.push_back(std::move(step));
        }
    }
    return steps;
}

const shard_transport::way& shard_transport::way_of(shard_id from, shard_id to) const {
    static const way empty;
    const auto found = ways_.find({from, to});
    return found == ways_.end() ? empty : found->second;
}

const std::vector<channel_message>& shard_transport::sent(shard_id from, shard_id to) const {
    return way_of(from, to).sent;
}

std::uint64_t shard_transport::taken(shard_id from, shard_id to) const {
    return way_of(from, to).taken;
}

std::uint64_t shard_transport::confirmed(shard_id from, shard_id to) const {
    return way_of(from, to).confirmed;
}

}  // namespace bourse
