#include "tests/support/book_case.hpp"

#include <charconv>
#include <fstream>
#include <span>
#include <sstream>
#include <type_traits>
#include <utility>

#include "tests/support/command_fields.hpp"

namespace bourse {

namespace {

// --- Names of enumerations ------------------------------------------------------------------------

struct enumeration {
    std::string_view type;
    std::span<const std::string_view> names;  ///< by number
};

template <typename E>
enumeration names_of() {
    using std::string_view;
    static constexpr string_view sides[]{"buy", "sell"};
    static constexpr string_view types[]{"limit",         "market",      "stop",   "stop_limit",
                                         "trailing_stop", "primary_peg", "mid_peg"};
    static constexpr string_view tifs[]{
        "day",          "good_till_cancelled", "good_till_date", "immediate_or_cancel",
        "fill_or_kill", "at_the_open",         "at_the_close"};
    static constexpr string_view modes[]{"none", "cancel_newest", "cancel_oldest", "cancel_both",
                                         "decrement"};
    static constexpr string_view roles[]{"none", "one_cancels_other", "entry", "exit"};
    static constexpr string_view states[]{"closed", "pre_open", "auction", "open", "halted"};
    static constexpr string_view auctions[]{"none", "opening", "closing", "reopening",
                                            "volatility"};
    static constexpr string_view filters[]{"both", "buy", "sell"};
    if constexpr (std::is_same_v<E, side>) {
        return {"side", sides};
    } else if constexpr (std::is_same_v<E, order_type>) {
        return {"order_type", types};
    } else if constexpr (std::is_same_v<E, time_in_force>) {
        return {"time_in_force", tifs};
    } else if constexpr (std::is_same_v<E, self_trade_prevention>) {
        return {"self_trade_prevention", modes};
    } else if constexpr (std::is_same_v<E, group_role>) {
        return {"group_role", roles};
    } else if constexpr (std::is_same_v<E, market_state>) {
        return {"market_state", states};
    } else if constexpr (std::is_same_v<E, auction_kind>) {
        return {"auction_kind", auctions};
    } else {
        static_assert(std::is_same_v<E, side_filter>);
        return {"side_filter", filters};
    }
}

// --- Writing --------------------------------------------------------------------------------------

template <typename T>
std::string value_text(T field) {
    if constexpr (std::is_enum_v<T>) {
        const auto number = static_cast<std::size_t>(field);
        const auto names = names_of<T>().names;
        return number < names.size() ? std::string(names[number]) : std::to_string(number);
    } else {
        return std::to_string(number_in(field));
    }
}

// Fields that have their default are left out; enumerations of orders are written always, since
// they are what a reader looks for.
template <typename T>
std::string line_of(std::string_view word, T record) {
    std::string line(word);
    T plain{};
    std::vector<std::string> defaults;
    for_each_field(plain, [&](std::string_view, auto& f) { defaults.push_back(value_text(f)); });
    std::size_t index = 0;
    for_each_field(record, [&](std::string_view name, auto& f) {
        const std::string text = value_text(f);
        const bool always = name == "type" || name == "tif" || name == "side" || name == "from";
        if (text != defaults[index++] || always) {
            line += " " + std::string(name) + "=" + text;
        }
    });
    return line + "\n";
}

constexpr std::string_view words[]{"new", "cancel", "replace", "mass_cancel", "state", "reference"};
constexpr std::string_view types[]{"new_order",   "cancel_order", "replace_order",
                                   "mass_cancel", "set_state",    "set_reference"};

template <typename T>
std::string cpp_value(T field) {
    if constexpr (std::is_enum_v<T>) {
        const auto number = static_cast<std::size_t>(field);
        const enumeration all = names_of<T>();
        const std::string type(all.type);
        return number < all.names.size()
                   ? type + "::" + std::string(all.names[number])
                   : "static_cast<" + type + ">(" + std::to_string(number) + ")";
    } else if constexpr (std::is_same_v<T, bool>) {
        return field ? "true" : "false";
    } else {
        using number_type = std::remove_cvref_t<decltype(number_in(field))>;
        const auto number = number_in(field);
        std::string text = std::to_string(number);
        if constexpr (std::is_same_v<number_type, std::int64_t>) {
            text = number == INT64_MIN ? "INT64_MIN" : text;
        } else if constexpr (std::is_same_v<number_type, std::uint64_t>) {
            text += number > INT64_MAX ? "U" : "";
        }
        return std::is_class_v<T> ? "{" + text + "}" : text;
    }
}

template <typename T>
std::string cpp_of(std::string_view type, T record) {
    std::string text;
    T plain{};
    std::vector<std::string> defaults;
    for_each_field(plain, [&](std::string_view, auto& f) { defaults.push_back(value_text(f)); });
    std::size_t index = 0;
    for_each_field(record, [&](std::string_view name, auto& f) {
        if (value_text(f) != defaults[index++]) {
            text += (text.empty() ? "." : ", .") + std::string(name) + " = " + cpp_value(f);
        }
    });
    return std::string(type) + "{" + text + "}";
}

// --- Reading --------------------------------------------------------------------------------------

template <typename T>
bool read_value(const std::string& text, T& field) {
    if constexpr (std::is_enum_v<T>) {
        const auto names = names_of<T>().names;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] == text) {
                field = static_cast<T>(i);
                return true;
            }
        }
        std::uint8_t number = 0;
        const bool good = read_value(text, number);
        field = static_cast<T>(number);
        return good;
    } else if constexpr (std::is_same_v<T, bool>) {
        field = text == "1";
        return text == "0" || text == "1";
    } else {
        const auto [end, fault] =
            std::from_chars(text.data(), text.data() + text.size(), number_in(field));
        return fault == std::errc{} && end == text.data() + text.size();
    }
}

template <typename T>
bool read_line(std::istringstream& line, T& record) {
    for (std::string word; line >> word;) {
        const std::size_t equals = word.find('=');
        bool known = false;
        for_each_field(record, [&](std::string_view name, auto& f) {
            if (word.substr(0, equals) == name && equals != std::string::npos) {
                known = read_value(word.substr(equals + 1), f);
            }
        });
        if (!known) {
            return false;
        }
    }
    return true;
}

template <std::size_t Index = 0>
bool read_command(const std::string& word, std::istringstream& line, std::vector<command>& out) {
    if constexpr (Index == std::variant_size_v<command>) {
        return false;
    } else {
        if (word != words[Index]) {
            return read_command<Index + 1>(word, line, out);
        }
        std::variant_alternative_t<Index, command> record;
        const bool good = read_line(line, record);
        out.emplace_back(record);
        return good;
    }
}

struct book_line {
    market_state state = market_state::open;
    bool restore_often = false;
};

template <typename Visitor>
void for_each_field(book_line& b, Visitor&& visit) {
    visit("state", b.state);
    visit("restore_often", b.restore_often);
}

bool read_into(book_case& one, const std::string& word, std::istringstream& line) {
    if (word == "book") {
        book_line book;
        const bool good = read_line(line, book);
        one.state = book.state;
        one.restore_often = book.restore_often;
        return good;
    }
    if (word == "rules") {
        return read_line(line, one.rules);
    }
    if (word == "tick") {
        return read_line(line, one.rules.ticks.emplace_back());
    }
    if (word == "at") {
        return static_cast<bool>(line >> one.entries.emplace_back().now.ns);
    }
    return !one.entries.empty() && read_command(word, line, one.entries.back().commands);
}

}  // namespace

std::string to_text(const book_case& one) {
    std::string text = line_of("book", book_line{one.state, one.restore_often});
    text += line_of("rules", one.rules);
    for (const tick_row& row : one.rules.ticks) {
        text += line_of("tick", row);
    }
    for (const generated_entry& entry : one.entries) {
        text += "at " + std::to_string(entry.now.ns) + "\n";
        for (const command& each : entry.commands) {
            text +=
                std::visit([&](const auto& c) { return line_of(words[each.index()], c); }, each);
        }
    }
    return text;
}

std::optional<book_case> from_text(const std::string& text) {
    book_case one;
    one.rules.ticks.clear();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words_of_line(line);
        std::string word;
        if (!(words_of_line >> word) || word.front() == '#') {
            continue;
        }
        if (!read_into(one, word, words_of_line)) {
            return std::nullopt;
        }
    }
    return one;
}

std::optional<book_case> load_case(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return file ? from_text(text.str()) : std::nullopt;
}

std::string to_cpp(const std::vector<generated_entry>& entries) {
    std::string text = "const std::vector<generated_entry> entries{\n";
    for (const generated_entry& entry : entries) {
        text += "    {timestamp{" + std::to_string(entry.now.ns) + "},\n     {\n";
        for (const command& each : entry.commands) {
            text +=
                "         " +
                std::visit([&](const auto& c) { return cpp_of(types[each.index()], c); }, each) +
                ",\n";
        }
        text += "     }},\n";
    }
    return text + "};\n";
}

}  // namespace bourse
