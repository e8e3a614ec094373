#pragma once

#include <string>
#include <string_view>

#include "messages/result.hpp"

namespace bourse {

/// What is said of something, beside the sentence: names and values, as they are. Without a value it is left out.
struct log_field {
    std::string_view name;
    std::string value;
};

enum class log_form : std::uint8_t { text, json };
enum class log_level : std::uint8_t { debug, info, warning, error };

/// A node's log, on stderr: a line each, `2026-11-21T14:00:00.000Z info node is ready rpc=127.0.0.1:7400`, or JSON.
///
/// Thread-safe; the level can be changed while it runs. Nothing on the path of an order logs, but at the level debug.
namespace node_log {

/// `malformed` with the levels that there are.
[[nodiscard]] outcome begin(std::string_view level, log_form form);
[[nodiscard]] outcome set_level(std::string_view level);
[[nodiscard]] std::string level();
[[nodiscard]] bool wants(log_level level) noexcept;
void say(log_level level, const std::string& what, std::initializer_list<log_field> fields = {});
void info(const std::string& what, std::initializer_list<log_field> fields = {});
void fail(const std::string& what, std::initializer_list<log_field> fields = {});

}  // namespace node_log

/// The text as a JSON string, with its quotes.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace bourse
