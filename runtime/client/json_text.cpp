#include "runtime/client/json_text.hpp"

#include <array>
#include <cstdio>

namespace bourse {

void json_text::separate() {
    if (!is_first_) {
        text_ += ',';
    }
    is_first_ = false;
}

json_text& json_text::begin(char bracket) {
    separate();
    text_ += bracket;
    open_ += bracket == '{' ? '}' : ']';
    is_first_ = true;
    return *this;
}

json_text& json_text::end() {
    text_ += open_.back();
    open_.pop_back();
    is_first_ = false;
    return *this;
}

json_text& json_text::key(std::string_view name) {
    text(name);
    text_ += ':';
    is_first_ = true;
    return *this;
}

json_text& json_text::text(std::string_view value) {
    constexpr unsigned first_printable = 0x20;
    separate();
    text_ += '"';
    for (const char each : value) {
        if (each == '"' || each == '\\') {
            text_ += '\\';
            text_ += each;
        } else if (static_cast<unsigned char>(each) < first_printable) {
            std::array<char, 8> escaped{};
            std::snprintf(escaped.data(), escaped.size(), "\\u%04x",
                          static_cast<unsigned>(static_cast<unsigned char>(each)));
            text_ += escaped.data();
        } else {
            text_ += each;
        }
    }
    text_ += '"';
    return *this;
}

json_text& json_text::raw(std::string_view value) {
    separate();
    text_ += value;
    return *this;
}

json_text& json_text::measure(double value) {
    std::array<char, 64> written{};
    std::snprintf(written.data(), written.size(), "%.3f", value);
    return raw(written.data());
}

}  // namespace bourse
