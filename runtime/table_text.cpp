#include "runtime/table_text.hpp"

#include <algorithm>

namespace bourse {
namespace {

bool is_number(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789.-+%") == std::string::npos;
}

}  // namespace

std::string table_text(const std::vector<std::string>& columns,
                       const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    std::vector<bool> right;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        widths.push_back(columns[i].size());
        right.push_back(!rows.empty());
        for (const auto& row : rows) {
            if (i < row.size()) {
                widths[i] = std::max(widths[i], row[i].size());
                right[i] = right[i] && (row[i].empty() || is_number(row[i]));
            }
        }
    }
    std::string text;
    const auto add = [&](const std::vector<std::string>& row) {
        std::string line;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string cell = i < row.size() ? row[i] : "";
            const std::string space(widths[i] - cell.size(), ' ');
            line += (i == 0 ? "" : "  ") + (right[i] ? space + cell : cell + space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    add(columns);
    for (const auto& row : rows) {
        add(row);
    }
    return text;
}

}  // namespace bourse
