#pragma once

#include <cstddef>
#include <vector>

#include "messages/command_record.hpp"
#include "messages/message_frame.hpp"
#include "messages/schema/entry.capnp.h"
#include "messages/shard_command.hpp"

/// For the codecs: the sessions of a calendar as part of a larger record.
namespace bourse {

using session_list = capnp::List<schema::CalendarSession, capnp::Kind::STRUCT>;

/// The length of the list in words, without the pointer to it.
[[nodiscard]] inline std::size_t session_list_words(const std::vector<calendar_session>& from) {
    return list_tag + from.size() * capnp::sizeInWords<schema::CalendarSession>();
}

inline void write_sessions(const std::vector<calendar_session>& from, session_list::Builder to) {
    for (unsigned i = 0; i < to.size(); ++i) {
        to[i].setAtNs(from[i].at.ns);
        write_state(from[i].what, to[i]);
    }
}

[[nodiscard]] inline std::vector<calendar_session> read_sessions(session_list::Reader from,
                                                                 const record_path& at,
                                                                 record_faults& faults) {
    std::vector<calendar_session> to;
    // Room is not made beforehand: a list of nothing can say that it is long.
    for (unsigned i = 0; i < from.size() && !faults.any(); ++i) {
        to.push_back({.at = {from[i].getAtNs()}, .what = read_state(from[i], at.at(i), faults)});
    }
    return to;
}

}  // namespace bourse
