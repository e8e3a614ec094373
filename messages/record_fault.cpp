#include "messages/record_fault.hpp"

#include <string>
#include <string_view>

namespace bourse {

std::string record_path::text() const {
    std::string text = outer_ != nullptr ? outer_->text() : std::string();
    if (index_ != no_index) {
        return text + "[" + std::to_string(index_) + "]";
    }
    if (outer_ != nullptr) {
        text += '.';
    }
    return text.append(name_);
}

void record_faults::add(errc code, const record_path& at, std::string_view sentence) {
    if (!any()) {
        first_ = error{code, at.text().append(": ").append(sentence)};
    }
}

void record_faults::add_version(unsigned version, unsigned newest, const record_path& at) {
    if (!any()) {
        add(errc::unsupported_version, at.in("version"),
            std::to_string(version) + " is not a version known here (1.." + std::to_string(newest) +
                ")");
    }
}

}  // namespace bourse
