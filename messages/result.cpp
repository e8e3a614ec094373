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
        case errc::unwritable:
            return "unwritable";
        case errc::storage_full:
            return "storage_full";
        case errc::locked:
            return "locked";
        case errc::corrupt:
            return "corrupt";
        case errc::foreign:
            return "foreign";
        case errc::not_kept:
            return "not_kept";
        case errc::over_bound:
            return "over_bound";
        case errc::overloaded:
            return "overloaded";
        case errc::exists:
            return "exists";
        case errc::unknown:
            return "unknown";
        case errc::refused:
            return "refused";
    }
    return "unknown_error";
}

}  // namespace bourse
