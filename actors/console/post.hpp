#pragma once

#include <caf/all.hpp>
#include <memory>
#include <utility>

#include "actors/console/actor_registry.hpp"

namespace bourse {

/// An actor's address, with its count: what is told it is counted, so that the console knows how much waits.
template <class Handle>
struct post {
    Handle to;
    std::shared_ptr<actor_count> count;

    explicit operator bool() const { return static_cast<bool>(to); }
    template <class... Message>
    void tell(Message&&... what) const {
        count->sent.fetch_add(1, std::memory_order_relaxed);
        caf::anon_send(to, std::forward<Message>(what)...);
    }
};

/// An actor has handled a message, as one that was counted when it was sent.
inline void handled(const std::shared_ptr<actor_count>& count) {
    count->handled.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace bourse
