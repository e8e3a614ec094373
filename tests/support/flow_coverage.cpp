#include "tests/support/flow_coverage.hpp"

#include <algorithm>

namespace bourse {

namespace {

std::string text(auto value) {
    return std::to_string(static_cast<unsigned>(value));
}

// Which reasons a kind of event can have, as RULES.md says. Sections 3, 12.3 and elsewhere.
std::vector<std::pair<event_kind, std::vector<unsigned>>> possible_answers() {
    return {
        {event_kind::accepted, {0}},
        {event_kind::rejected,
         {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 27}},
        {event_kind::replaced, {0}},
        {event_kind::replace_rejected,
         {3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 18, 19, 25, 26, 27}},
        {event_kind::cancel_rejected, {3}},
        {event_kind::command_rejected, {60}},
        {event_kind::fill, {0}},
        {event_kind::cancelled, {27, 40, 41, 42, 43, 44, 45, 46, 47}},
        {event_kind::reduced, {44}},
        {event_kind::triggered, {0}},
        {event_kind::activated, {0}},
        {event_kind::refilled, {0}},
        {event_kind::prevented, {0}},
        {event_kind::state_changed, {46, 61, 62}},
        {event_kind::uncrossed, {0}},
        {event_kind::reference_set, {0}},
    };
}

// What comes after it, up to the next such event, is not what an uncrossing led to at once.
bool ends_an_uncrossing(const event& e) {
    const bool is_answer = e.kind < event_kind::fill || e.kind == event_kind::reference_set;
    const bool trades = e.kind == event_kind::fill && (e.flags & event::in_auction) == 0;
    return is_answer || trades || e.kind == event_kind::state_changed;
}

}  // namespace

std::string_view to_string(rare_meeting what) noexcept {
    constexpr std::array<std::string_view, rare_meeting_count> names{
        "an auction triggers a stop that waited",
        "self-trade prevention meets a resting iceberg",
        "an iceberg refills after self-trade prevention",
        "a peg trades at a price that it has moved to",
        "a replaced order trades at once",
    };
    return names[static_cast<std::size_t>(what)];
}

void flow_coverage::count(std::span<const event> events) {
    count_meetings(events);
    for (const event& e : events) {
        ++answers_[{e.kind, e.reason}];
        if (e.kind == event_kind::state_changed) {
            ++states_[e.number];
        } else if (e.kind == event_kind::fill) {
            ++fills_by_flags_[e.flags % fills_by_flags_.size()];
        } else if (e.kind == event_kind::accepted && (e.flags & event::held) != 0) {
            ++held_;
        }
    }
}

void flow_coverage::count_meetings(std::span<const event> events) {
    bool uncrossed = false;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const event& e = events[i];
        uncrossed = e.kind == event_kind::uncrossed || (uncrossed && !ends_an_uncrossing(e));
        standing* const before = find(e.order);
        switch (e.kind) {
            case event_kind::triggered:
                if (uncrossed) {
                    meet(rare_meeting::auction_triggers_stop);
                }
                break;
            case event_kind::prevented:
                if (before != nullptr && before->is_iceberg) {
                    meet(rare_meeting::iceberg_is_prevented);
                }
                break;
            case event_kind::refilled:
                // Before it, by rule 6.7: prevented, the iceberg's event, the aggressor's.
                if (i >= 3 && events[i - 3].kind == event_kind::prevented &&
                    events[i - 3].order == e.order) {
                    meet(rare_meeting::iceberg_refills_prevented);
                }
                break;
            case event_kind::fill:
                if (before != nullptr && before->moment && *before->moment != e.price &&
                    (e.flags & event::aggressor) == 0) {
                    meet(rare_meeting::peg_chases);
                }
                break;
            case event_kind::replaced:
                if (before != nullptr) {
                    before->moment.reset();  // if it stands elsewhere now, it has not chased
                }
                if (i + 2 < events.size() && events[i + 1].kind == event_kind::fill &&
                    events[i + 2].kind == event_kind::fill && events[i + 2].order == e.order) {
                    meet(rare_meeting::replace_crosses);
                }
                break;
            default:
                break;
        }
    }
}

flow_coverage::standing* flow_coverage::find(order_id id) {
    const auto found =
        std::lower_bound(known_.begin(), known_.end(), id,
                         [](const standing& one, order_id other) { return one.id < other; });
    return found != known_.end() && found->id == id ? &*found : nullptr;
}

void flow_coverage::count(const reference_book& book) {
    known_.clear();
    for (const reference_order& o : book.orders()) {
        if (is_peg(o.type) || (o.display.lots > 0 && o.is_in(order_place::queue))) {
            known_.push_back({o.id, !is_peg(o.type), is_peg(o.type) ? o.moment : std::nullopt});
        }
        ++places_[static_cast<std::size_t>(o.place)];
        ++types_in_places_[static_cast<std::size_t>(o.type)][static_cast<std::size_t>(o.place)];
    }
}

std::vector<std::string> flow_coverage::missing() const {
    std::vector<std::string> all;
    for (const auto& [kind, reasons] : possible_answers()) {
        for (const unsigned code : reasons) {
            if (!answers_.contains({kind, static_cast<reason>(code)})) {
                all.push_back("event kind " + text(kind) + " with reason " + text(code));
            }
        }
    }
    // From each state to each, and each kind of auction.
    for (std::uint8_t before = 0; before < market_state_count; ++before) {
        for (std::uint8_t now = 0; now < market_state_count; ++now) {
            const bool collects = static_cast<market_state>(now) == market_state::auction;
            const std::uint8_t first = collects ? 1 : 0;
            const std::uint8_t last = collects ? auction_kind_count - 1 : 0;
            for (std::uint8_t kind = first; kind <= last; ++kind) {
                if (!states_.contains(state_number(static_cast<market_state>(now),
                                                   static_cast<auction_kind>(kind),
                                                   static_cast<market_state>(before)))) {
                    all.push_back("state " + text(before) + " to " + text(now) + ", auction " +
                                  text(kind));
                }
            }
        }
    }
    for (const unsigned flags : {0U, 1U, 2U, 3U, 4U, 5U}) {
        if (fills_by_flags_[flags] == 0) {
            all.push_back("fill with flags " + text(flags));
        }
    }
    if (held_ == 0) {
        all.emplace_back("accepted with held");
    }
    // Which types are found where: limit, market, stop, stop_limit, trailing_stop, the two pegs.
    constexpr std::array<const char*, order_type_count> places_of_type{
        "qhpHP", "qpH", "wHP", "qwHP", "wHP", "h", "h"};
    constexpr std::string_view letters = "qhwpHP";
    for (std::size_t type = 0; type < order_type_count; ++type) {
        for (const char letter : std::string_view(places_of_type[type])) {
            if (types_in_places_[type][letters.find(letter)] == 0) {
                all.push_back("type " + text(type) + " in place " + text(letters.find(letter)));
            }
        }
    }
    for (std::uint8_t i = 0; i < rare_meeting_count; ++i) {
        if (meetings_[i] == 0) {
            all.emplace_back(to_string(static_cast<rare_meeting>(i)));
        }
    }
    return all;
}

}  // namespace bourse
