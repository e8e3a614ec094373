#include "messages/event.hpp"

namespace bourse {

std::string_view to_string(event_kind kind) noexcept {
    // Without a default, so that the compiler names a kind that was forgotten here.
    switch (kind) {
        case event_kind::none:
            return "none";
        case event_kind::accepted:
            return "accepted";
        case event_kind::rejected:
            return "rejected";
        case event_kind::replaced:
            return "replaced";
        case event_kind::replace_rejected:
            return "replace_rejected";
        case event_kind::cancel_rejected:
            return "cancel_rejected";
        case event_kind::command_rejected:
            return "command_rejected";
        case event_kind::fill:
            return "fill";
        case event_kind::cancelled:
            return "cancelled";
        case event_kind::reduced:
            return "reduced";
        case event_kind::triggered:
            return "triggered";
        case event_kind::activated:
            return "activated";
        case event_kind::refilled:
            return "refilled";
        case event_kind::prevented:
            return "prevented";
        case event_kind::state_changed:
            return "state_changed";
        case event_kind::uncrossed:
            return "uncrossed";
        case event_kind::reference_set:
            return "reference_set";
        case event_kind::repeated:
            return "repeated";
        case event_kind::command_refused:
            return "command_refused";
        case event_kind::account_changed:
            return "account_changed";
        case event_kind::adjusted:
            return "adjusted";
        case event_kind::command_done:
            return "command_done";
    }
    return "unknown_kind";
}

}  // namespace bourse
