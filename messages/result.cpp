#include "messages/result.hpp"

namespace bourse {

std::string_view to_string(errc code) noexcept {
    switch (code) {
        case errc::malformed:
            return "malformed";
        case errc::unsupported_version:
            return "unsupported_version";
        case errc::out_of_range:
            return "out_of_range";
        case errc::unreadable:
            return "unreadable";
    }
    return "unknown_error";
}

}  // namespace bourse
