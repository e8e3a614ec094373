#pragma once

#include <array>
#include <cstdio>
#include <string>

/// The cells of the tables that benches print.
namespace bourse {

/// A number with a fixed count of decimals.
[[nodiscard]] inline std::string number(double value, int decimals) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return {text.data(), length < 0 ? 0 : static_cast<std::size_t>(length)};
}

/// At the right, or left, of a column `width` wide; whole if it does not fit.
[[nodiscard]] inline std::string right(const std::string& text, std::size_t width) {
    return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}
[[nodiscard]] inline std::string left(const std::string& text, std::size_t width) {
    return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}

}  // namespace bourse
