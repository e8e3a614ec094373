#pragma once

#include <string>
#include <vector>

namespace bourse {

/// Rows under their columns' names, as wide as they need to be; columns of numbers to the right.
[[nodiscard]] std::string table_text(const std::vector<std::string>& columns,
                                     const std::vector<std::vector<std::string>>& rows);

}  // namespace bourse
