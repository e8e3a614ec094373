#pragma once

#include <string>

#include "messages/reason.hpp"

namespace bourse {

/// A reason code and what would be right, for people: "off_tick: the price is …; 'bourse instrument list' shows the tick".
/// Of `reason::none` nothing; every other code has its sentence.
[[nodiscard]] std::string reason_text(reason why);

}  // namespace bourse
