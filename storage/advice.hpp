#pragma once

#include <string>

#include "messages/result.hpp"

namespace bourse {

/// What can be done about a node's folder that lost, or garbled, what the node had promised. A copy has forgotten votes and entries
/// that were acknowledged since it was made: with it, one voter of several could elect two leaders, so it must come back as somebody else.
inline constexpr const char* folder_advice =
    "if this node is alone, restore its whole folder from a copy; if it is one of several, empty "
    "the folder and let it join "
    "again under a new id";

/// What can be done about an error of the operating system's, by its number (errno): "make room".
[[nodiscard]] std::string system_advice(int number);

/// "FILE: cannot be written: No space left on device; make room". The code is `storage_full` if that is what the number says.
[[nodiscard]] error system_error(errc otherwise, const std::string& path, const std::string& what,
                                 int number);

}  // namespace bourse
