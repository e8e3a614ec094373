#include "messages/known_numbers.hpp"

#include <string>

namespace bourse {
namespace {

std::string list_of(const known_numbers& known) {
    std::string list;
    for (const number_range& range : known.ranges) {
        if (range.first <= range.last) {
            list += (list.empty() ? "" : ", ") + std::to_string(range.first) + ".." +
                    std::to_string(range.last);
        }
    }
    return list;
}

}  // namespace

void add_unknown_number(std::uint16_t number, const known_numbers& known, const record_path& at,
                        record_faults& faults) {
    faults.add(errc::out_of_range, at,
               std::to_string(number) + " is not " + std::string(known.word) + " (" +
                   list_of(known) + ")");
}

}  // namespace bourse
