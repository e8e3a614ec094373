#pragma once

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace bourse {

/// The path of a recorded file, or nothing when this machine has none: then it says so in the
/// words by which ctest takes the test for skipped. The files may not be copied into the project.
inline std::optional<std::string> recorded_file(const std::string& name) {
    const std::filesystem::path path =
        std::filesystem::path(BOURSE_TESTS_DIR) / ".." / ".." / "shared" / "data" / name;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
        return path.string();
    }
    std::cout << "skipped, no data: " << path.string() << " is not there\n";
    return std::nullopt;
}

}  // namespace bourse
