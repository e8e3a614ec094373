#pragma once

#include <kj/async-io.h>
#include <kj/async-unix.h>

#include <functional>
#include <thread>
#include <vector>

#include "runtime/client/client_loop.hpp"
#include "runtime/rpc/inbox.hpp"

namespace bourse {

struct client_loop::inside final : kj::TaskSet::ErrorHandler {
    inbox<std::function<void()>> posted;
    wake_signal stop;
    std::thread thread;

    // Of the loop's thread, while it runs.
    kj::AsyncIoContext* io = nullptr;
    kj::TaskSet* tasks = nullptr;
    std::vector<std::function<void()>> taken;

    void run(const std::function<void()>& ready);
    kj::Promise<void> watch(kj::UnixEventPort::FdObserver& posted_watch);
    void taskFailed(kj::Exception&&) override {}
};

}  // namespace bourse
