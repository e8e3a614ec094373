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
        // As caf::anon_send, but the message is whole when it is counted.
        auto mail = caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                              std::forward<Message>(what)...);
        count->sent.fetch_add(1, std::memory_order_release);
        caf::actor_cast<caf::abstract_actor*>(to)->enqueue(std::move(mail), nullptr);
    }
};

/// Around the handling of a message that was counted when it was sent. Begins after everything that its sender, and the actor
/// in its last message, had done: which is so anyhow, but said here so that the thread sanitizer sees it, as it does not see into
/// the actor system.
class handling {
public:
    explicit handling(const std::shared_ptr<actor_count>& count) : count_(*count) {
        static_cast<void>(count_.sent.load(std::memory_order_acquire));
        static_cast<void>(count_.handled.load(std::memory_order_acquire));
    }
    ~handling() { count_.handled.fetch_add(1, std::memory_order_release); }
    handling(const handling&) = delete;
    handling& operator=(const handling&) = delete;

private:
    actor_count& count_;
};

}  // namespace bourse
