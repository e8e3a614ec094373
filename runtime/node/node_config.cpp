#include "runtime/node/node_config.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <toml++/toml.h>
#include <utility>

namespace bourse {
namespace {

/// Takes one value, or says what would be right.
using taker = std::function<const char*(const toml::node& value)>;

taker text_into(std::string& into) {
    return [&into](const toml::node& value) -> const char* {
        const auto text = value.value_exact<std::string>();
        if (!text) {
            return "takes a text in quotes";
        }
        into = *text;
        return nullptr;
    };
}

taker flag_into(bool& into) {
    return [&into](const toml::node& value) -> const char* {
        const auto flag = value.value_exact<bool>();
        if (!flag) {
            return "takes true or false";
        }
        into = *flag;
        return nullptr;
    };
}

/// Whole numbers from `least` on, up to what is given in words.
template <class Number>
taker number_into(Number& into, std::int64_t least, std::int64_t most, const char* words,
                  std::int64_t unit = 1) {
    return [&into, least, most, words, unit](const toml::node& value) -> const char* {
        const auto number = value.value_exact<std::int64_t>();
        if (!number || *number < least || *number > most) {
            return words;
        }
        into = static_cast<Number>(*number * unit);
        return nullptr;
    };
}

taker form_into(log_form& into) {
    return [&into](const toml::node& value) -> const char* {
        const auto text = value.value_exact<std::string>();
        if (text != "text" && text != "json") {
            return "takes \"text\" or \"json\"";
        }
        into = text == "json" ? log_form::json : log_form::text;
        return nullptr;
    };
}

std::map<std::string, taker> takers(node_config_file& into) {
    constexpr std::int64_t mib = std::int64_t{1} << 20U;
    constexpr std::int64_t gib = std::int64_t{1} << 30U;
    constexpr const char* rate = "takes a whole number from 0 (no limit) to 1000000000";
    constexpr const char* burst = "takes a whole number from 1 to 1000000000";
    constexpr std::int64_t most_rate = 1'000'000'000;
    session_limits& limits = into.node.limits;
    return {
        {"data", text_into(into.node.data)},
        {"listen", text_into(into.listen)},
        {"workers",
         number_into(into.node.workers, 0, 1'024, "takes a whole number from 0 to 1024")},
        {"tls.certificate", text_into(into.certificate_file)},
        {"tls.private-key", text_into(into.private_key_file)},
        {"tls.insecure", flag_into(into.insecure)},
        {"log.level", text_into(into.log_level)},
        {"log.form", form_into(into.log_as)},
        {"journal.segment-mib", number_into(into.node.segment_bytes, 1, 1'024,
                                            "takes a whole number from 1 to 1024", mib)},
        {"journal.segments", number_into(into.node.max_segments, 8, most_segments,
                                         "takes a whole number from 8 to 4096")},
        {"journal.checkpoint-entries", number_into(into.node.checkpoint_every, 16, 1'000'000'000,
                                                   "takes a whole number from 16 to 1000000000")},
        {"events.keep-gib", number_into(into.node.keep_event_bytes, 1, 1'024,
                                        "takes a whole number from 1 to 1024", gib)},
        {"history.max-gib", number_into(into.node.max_history_bytes, 1, 1'024,
                                        "takes a whole number from 1 to 1024", gib)},
        {"limits.session-per-second", number_into(limits.session.per_second, 0, most_rate, rate)},
        {"limits.session-burst", number_into(limits.session.burst, 1, most_rate, burst)},
        {"limits.account-per-second", number_into(limits.account.per_second, 0, most_rate, rate)},
        {"limits.account-burst", number_into(limits.account.burst, 1, most_rate, burst)},
    };
}

outcome take_table(const toml::table& from, const std::string& within,
                   const std::map<std::string, taker>& known, const std::string& path) {
    for (const auto& [key, value] : from) {
        const std::string name = within + std::string(key.str());
        const std::string place =
            path + ", line " + std::to_string(value.source().begin.line) + ": '" + name + "' ";
        if (const auto* table = value.as_table()) {
            if (auto taken = take_table(*table, name + ".", known, path); !taken) {
                return taken;
            }
            continue;
        }
        const auto found = known.find(name);
        if (found == known.end()) {
            std::string all;
            for (const auto& [each, its] : known) {
                all += (all.empty() ? "" : ", ") + each;
            }
            return error{errc::malformed, place + "is no setting; there are: " + all};
        }
        if (const char* const wrong = found->second(value)) {
            return error{errc::malformed, place + wrong};
        }
    }
    return done{};
}

}  // namespace

outcome read_node_config(const std::string& path, node_config_file& into) {
    std::ifstream file(path);
    if (!file || std::filesystem::is_directory(path)) {
        return error{errc::unreadable,
                     path + ": the settings cannot be read: give a TOML file that is there"};
    }
    std::ostringstream text;
    text << file.rdbuf();
    try {
        return take_table(toml::parse(text.str(), path), "", takers(into), path);
    } catch (const toml::parse_error& wrong) {
        return error{errc::malformed, path + ", line " + std::to_string(wrong.source().begin.line) +
                                          ": " + std::string(wrong.description())};
    }
}

}  // namespace bourse
