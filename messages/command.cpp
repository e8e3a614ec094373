#include "messages/command.hpp"

namespace bourse {

bool makes_sense(const set_state& asked, timestamp now) noexcept {
    if (static_cast<std::uint8_t>(asked.state) >= market_state_count ||
        static_cast<std::uint8_t>(asked.next) >= market_state_count ||
        static_cast<std::uint8_t>(asked.auction) >= auction_kind_count) {
        return false;
    }
    if ((asked.state == market_state::auction) != (asked.auction != auction_kind::none)) {
        return false;
    }
    if (asked.until == timestamp{}) {
        return asked.next == market_state::open;
    }
    return asked.until > now && asked.next != market_state::auction && asked.next != asked.state &&
           (asked.state != market_state::halted || asked.next == market_state::open);
}

}  // namespace bourse
