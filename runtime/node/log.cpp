#include "runtime/node/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <cstdio>

namespace bourse {

std::string json_string(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            quoted += '\\';
            quoted += letter;
        } else if (code < 0x20) {
            std::array<char, 8> escaped{};
            std::snprintf(escaped.data(), escaped.size(), "\\u%04x", code);
            quoted += escaped.data();
        } else {
            quoted += letter;
        }
    }
    return quoted + '"';
}

namespace node_log {
namespace {

std::atomic<bool> as_json{false};

spdlog::level::level_enum level_of(log_level level) noexcept {
    switch (level) {
        case log_level::debug:
            return spdlog::level::debug;
        case log_level::info:
            return spdlog::level::info;
        case log_level::warning:
            return spdlog::level::warn;
        case log_level::error:
            break;
    }
    return spdlog::level::err;
}

}  // namespace

outcome set_level(std::string_view level) {
    const auto found = spdlog::level::from_str(std::string(level));
    if (found == spdlog::level::off && level != "off") {
        return error{errc::malformed, "no log level '" + std::string(level) +
                                          "', there are: trace, debug, info, warning, error, off"};
    }
    spdlog::set_level(found);
    return done{};
}

std::string level() {
    const auto name = spdlog::level::to_string_view(spdlog::get_level());
    return {name.data(), name.size()};
}

outcome begin(std::string_view level, log_form form) {
    auto log = std::make_shared<spdlog::logger>("bourse",
                                                std::make_shared<spdlog::sinks::stderr_sink_mt>());
    as_json = form == log_form::json;
    log->set_pattern(form == log_form::json
                         ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","thread":%t,"what":%v})"
                         : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                     spdlog::pattern_time_type::utc);
    log->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(log));
    return set_level(level);
}

bool wants(log_level level) noexcept {
    return spdlog::default_logger_raw()->should_log(level_of(level));
}

void say(log_level level, const std::string& what, std::initializer_list<log_field> fields) {
    if (!wants(level)) {
        return;
    }
    std::string line = as_json ? json_string(what) : what;
    for (const log_field& each : fields) {
        if (each.value.empty()) {
            continue;
        }
        if (as_json) {
            line += "," + json_string(each.name) + ":" + json_string(each.value);
        } else {
            line += " " + std::string(each.name) + "=" + each.value;
        }
    }
    spdlog::log(level_of(level), "{}", line);
}

void info(const std::string& what, std::initializer_list<log_field> fields) {
    say(log_level::info, what, fields);
}
void fail(const std::string& what, std::initializer_list<log_field> fields) {
    say(log_level::error, what, fields);
}

}  // namespace node_log
}  // namespace bourse
