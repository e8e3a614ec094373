#pragma once

#include <string>

#include "messages/result.hpp"

namespace bourse {

/// Replaces a small text file at once, durably, readable by its owner alone (mode 0600). `unwritable` with the file.
[[nodiscard]] outcome write_small_file(const std::string& path, const std::string& text);
/// Nothing: it is not there. At most 4 KiB are read. `unreadable` with the file.
[[nodiscard]] result<std::string> read_small_file(const std::string& path);

}  // namespace bourse
