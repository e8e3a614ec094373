#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace bourse {

/// One JSON document, put together from front to back:
///
///     json_text out;
///     out.begin('{').key("symbol").text("AAPL").key("bids").begin('[').number(1).end().end();
///     out.str()   {"symbol":"AAPL","bids":[1]}
///
/// Numbers are whole, or given as the text of a decimal: there is no floating point in what the market says.
class json_text {
public:
    json_text& begin(char bracket);
    json_text& end();
    json_text& key(std::string_view name);
    json_text& text(std::string_view value);
    template <std::integral Number>
    json_text& number(Number value) {
        return raw(std::to_string(value));
    }
    json_text& truth(bool value) { return raw(value ? "true" : "false"); }
    json_text& null() { return raw("null"); }
    /// As it is: a number in decimals.
    json_text& raw(std::string_view value);
    /// With three decimals: seconds, microseconds.
    json_text& measure(double value);

    [[nodiscard]] const std::string& str() const noexcept { return text_; }

private:
    void separate();

    std::string text_;
    std::string open_;  ///< closing brackets, the innermost last
    bool is_first_ = true;
};

}  // namespace bourse
