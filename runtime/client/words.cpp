#include "runtime/client/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace bourse {
namespace {

using std::string_view;

constexpr std::array<string_view, 2> sides{"buy", "sell"};
constexpr std::array<string_view, order_type_count> types{
    "limit", "market", "stop", "stop-limit", "trailing-stop", "primary-peg", "mid-peg"};
constexpr std::array<string_view, time_in_force_count> tifs{"day", "gtc",  "gtd",  "ioc",
                                                            "fok", "open", "close"};
constexpr std::array<string_view, self_trade_prevention_count> preventions{
    "none", "cancel-newest", "cancel-oldest", "cancel-both", "decrement"};
constexpr std::array<string_view, market_state_count> states{"closed", "pre-open", "auction",
                                                             "open", "halted"};
constexpr std::array<string_view, user_role_count> roles{"viewer", "trader", "operator"};
constexpr std::array<string_view, account_kind_count> kinds{"cash", "house"};
constexpr std::array<string_view, request_refused_count> refusals{
    "not_logged_in", "not_permitted", "malformed",       "not_found", "overloaded",
    "storage_full",  "unavailable",   "unknown_outcome", "not_kept"};

template <typename Words, typename Enum>
string_view word_at(const Words& words, Enum of) {
    const auto at = static_cast<std::size_t>(of);
    return at < words.size() ? words[at] : "?";
}

template <typename Enum, typename Words>
std::optional<Enum> find(const Words& words, string_view text) {
    const auto at = std::find(words.begin(), words.end(), text);
    if (at == words.end()) {
        return std::nullopt;
    }
    return static_cast<Enum>(at - words.begin());
}

template <typename Words>
std::vector<std::string> all(const Words& words) {
    return {words.begin(), words.end()};
}

constexpr std::size_t id_bytes = 16;
constexpr std::size_t half_bytes = 8;
constexpr unsigned byte_bits = 8;
constexpr int fraction_digits = 9;

}  // namespace

string_view word(side of) {
    return word_at(sides, of);
}
string_view word(order_type of) {
    return word_at(types, of);
}
string_view word(time_in_force of) {
    return word_at(tifs, of);
}
string_view word(market_state of) {
    return word_at(states, of);
}
string_view word(user_role of) {
    return word_at(roles, of);
}
string_view word(account_kind of) {
    return word_at(kinds, of);
}
string_view word(request_refused::kind of) {
    return word_at(refusals, of);
}

string_view word(event_kind of) {
    const bool is_done = of == event_kind::none || of == event_kind::command_done;
    return is_done ? "done" : to_string(of);
}

std::optional<side> to_side(string_view text) {
    return find<side>(sides, text);
}
std::optional<order_type> to_order_type(string_view text) {
    return find<order_type>(types, text);
}
std::optional<time_in_force> to_time_in_force(string_view text) {
    return find<time_in_force>(tifs, text);
}
std::optional<self_trade_prevention> to_self_trade(string_view text) {
    return find<self_trade_prevention>(preventions, text);
}
std::optional<user_role> to_role(string_view text) {
    return find<user_role>(roles, text);
}

std::vector<std::string> order_type_words() {
    return all(types);
}
std::vector<std::string> time_in_force_words() {
    return all(tifs);
}
std::vector<std::string> self_trade_words() {
    return all(preventions);
}
std::vector<std::string> role_words() {
    return all(roles);
}

result<client_id> to_client_id(string_view text) {
    const auto wrong = [&](const char* why) {
        return error{errc::malformed, "'" + std::string(text) + "' is no client id: " + why};
    };
    client_id to;
    if (text.size() == 2 * id_bytes) {
        const char* const middle = text.data() + id_bytes;
        const char* const last = text.data() + text.size();
        const auto high = std::from_chars(text.data(), middle, to.high, 16);
        const auto low = std::from_chars(middle, last, to.low, 16);
        if (high.ec != std::errc{} || high.ptr != middle || low.ec != std::errc{} ||
            low.ptr != last) {
            return wrong("32 characters must be hexadecimal digits");
        }
    } else if (text.empty() || text.size() > id_bytes) {
        return wrong("it is 1 to 16 characters, or 32 hexadecimal digits");
    } else {
        for (std::size_t i = 0; i < id_bytes; ++i) {
            std::uint64_t& half = i < half_bytes ? to.high : to.low;
            const auto byte = i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
            half = half << byte_bits | byte;
        }
    }
    if (to.is_none() || to.is_tag()) {
        return wrong("this one is the exchange's own");
    }
    return to;
}

std::string client_id_text(client_id id) {
    if (!id.is_remembered()) {
        return {};
    }
    std::string text;
    bool is_text = true;
    bool has_ended = false;
    for (std::size_t i = 0; i < id_bytes; ++i) {
        const std::uint64_t half = i < half_bytes ? id.high : id.low;
        const auto shift = static_cast<unsigned>((half_bytes - 1 - i % half_bytes) * byte_bits);
        const auto byte = static_cast<unsigned char>(half >> shift);
        if (byte == 0) {
            has_ended = true;
        } else {
            is_text = is_text && !has_ended && byte > 0x20 && byte < 0x7F;
            text += static_cast<char>(byte);
        }
    }
    if (is_text) {
        return text;
    }
    std::array<char, 2 * id_bytes + 1> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx%016llx",
                  static_cast<unsigned long long>(id.high),
                  static_cast<unsigned long long>(id.low));
    return digits.data();
}

std::string time_text(timestamp at) {
    const std::time_t seconds = at.ns / ns_of_second;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::string to(text.data(), length);
    if (const std::int64_t fraction = at.ns % ns_of_second; fraction > 0) {
        std::string digits = std::to_string(fraction);
        digits.insert(0, static_cast<std::size_t>(fraction_digits) - digits.size(), '0');
        digits.erase(digits.find_last_not_of('0') + 1);
        to += "." + digits;
    }
    return to + "Z";
}

result<timestamp> to_time(string_view text) {
    const std::string copy(text);
    std::tm parts{};
    const char* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr) {
        end = ::strptime(copy.c_str(), "%Y-%m-%d", &parts);
    }
    const string_view rest = end == nullptr ? string_view("?") : string_view(end);
    std::tm in_calendar = parts;
    const std::time_t seconds = ::timegm(&in_calendar);
    // The 31st of a shorter month would be a day of the next one.
    const bool is_a_day =
        in_calendar.tm_mday == parts.tm_mday && in_calendar.tm_mon == parts.tm_mon;
    if ((!rest.empty() && rest != "Z") || !is_a_day) {
        return error{errc::malformed, "'" + copy +
                                          "' is no time: one is 2026-12-31 or "
                                          "2026-12-31T17:00:00Z, in UTC"};
    }
    return timestamp{static_cast<std::int64_t>(seconds) * ns_of_second};
}

}  // namespace bourse
