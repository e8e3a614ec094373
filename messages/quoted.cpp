#include "messages/quoted.hpp"

#include <cstddef>

namespace bourse {

std::string quoted(std::string_view text, char quote) {
    constexpr std::size_t longest = 40;
    std::string shown(1, quote);
    for (const char c : text.substr(0, longest)) {
        shown += ' ' <= c && c <= '~' ? c : '?';
    }
    if (text.size() > longest) {
        shown += "…";
    }
    return shown + quote;
}

}  // namespace bourse
