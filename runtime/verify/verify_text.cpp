// What was found, for people and for programs.
#include <array>
#include <cstdio>

#include "runtime/verify/verify.hpp"

namespace bourse {

namespace {

[[nodiscard]] std::string hex(std::uint64_t value) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
    return text.data();
}

[[nodiscard]] std::string quoted(const std::string& text) {
    std::string all = "\"";
    for (const char each : text) {
        if (each == '"' || each == '\\') {
            all += '\\';
        }
        // Errors are in plain sentences; a control character could only come from a file's name.
        all += static_cast<unsigned char>(each) < 0x20U ? ' ' : each;
    }
    return all + "\"";
}

}  // namespace

std::string verify_text(const verify_result& found) {
    std::string text;
    for (const verify_check& each : found.checks) {
        std::string name = each.name;
        name.resize(14, ' ');
        text += (each.ok ? "ok      " : "FAILED  ") + name + each.what + "\n";
    }
    text += std::to_string(found.entries) + " entries, state " + hex(found.state_hash) + ": " +
            (found.ok() ? "all is well" : "something is wrong") + "\n";
    return text;
}

std::string verify_json(const verify_result& found) {
    std::string checks;
    std::string faults;
    for (const verify_check& each : found.checks) {
        checks += (checks.empty() ? "" : ",") + quoted(each.name) + (each.ok ? ":true" : ":false");
        if (!each.ok) {
            faults += (faults.empty() ? "" : ",") + quoted(each.name) + ":" + quoted(each.what);
        }
    }
    return std::string("{\"ok\":") + (found.ok() ? "true" : "false") +
           ",\"entries\":" + std::to_string(found.entries) + ",\"state_hash\":\"" +
           hex(found.state_hash) + "\",\"checks\":{" + checks + "},\"faults\":{" + faults +
           "},\"acks\":" + (found.acks ? std::to_string(*found.acks) : "null") +
           ",\"acks_found\":" + (found.acks ? std::to_string(found.acks_found) : "null") + "}\n";
}

}  // namespace bourse
