#pragma once

#include <cstdint>

#include "messages/session_message.hpp"

namespace bourse {

/// Takes what sessions answer and push, from any thread, without blocking; a gateway has one.
class answer_box {
public:
    answer_box() = default;
    answer_box(const answer_box&) = delete;
    answer_box& operator=(const answer_box&) = delete;
    virtual ~answer_box() = default;

    /// The answer to request `ask` of a session, or what a subscription of this number pushes. Of a log-in that
    /// was refused the session is none.
    virtual void put(session_number session, std::uint64_t ask, session_answer answer) = 0;
};

/// What a gateway sees of a node: sessions that are asked, and answer.
///
/// The problem: a gateway waits for sockets on a thread of its own, and must not block, nor be blocked by, the
/// actors behind it. So a request only goes one way, and its answer another, by a number that the
/// gateway chose. Thread-safe; nothing here blocks.
///
/// What holds:
/// 1. Every request gets exactly one answer, though perhaps late, and none after `session_ended`. A gateway gives up
///    waiting by its own clock.
/// 2. Requests of a session are taken in the order in which they were asked.
/// 3. Bounds: `max_sessions`, `max_requests_in_flight`; beyond, `overloaded` is the answer.
class exchange_port {
public:
    exchange_port() = default;
    exchange_port(const exchange_port&) = delete;
    exchange_port& operator=(const exchange_port&) = delete;
    virtual ~exchange_port() = default;

    /// Answered to `to`, as everything that this session ever says, by `logged_in` or `request_refused`. `to` must
    /// live until the port has ended.
    virtual void log_in(std::uint64_t ask, log_in_request request, answer_box& to) = 0;
    virtual void ask(session_number session, std::uint64_t ask, session_request request) = 0;
    /// The client has gone: no more answers are wanted. Its leases lapse if it asked for that.
    virtual void close(session_number session) = 0;
};

}  // namespace bourse
