#pragma once

#include <string>
#include <string_view>

namespace bourse {

/// `text` as a message to people may show it: in quotes, its first 40 characters, and `?` for all that a terminal
/// might obey.
[[nodiscard]] std::string quoted(std::string_view text, char quote = '\'');

}  // namespace bourse
