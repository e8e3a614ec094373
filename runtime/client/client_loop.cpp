#include "runtime/client/client_loop.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "messages/assert.hpp"
#include "runtime/client/client_loop_inside.hpp"

namespace bourse {

client_loop::client_loop() : inside_(std::make_unique<inside>()) {}

std::shared_ptr<client_loop> client_loop::start() {
    std::shared_ptr<client_loop> made(new client_loop());
    std::promise<void> ready;
    inside& in = made->get();
    in.thread = std::thread([&in, &ready] { in.run([&ready] { ready.set_value(); }); });
    ready.get_future().wait();
    return made;
}

client_loop::~client_loop() {
    BOURSE_ASSERT(!is_here());
    inside_->stop.raise();
    inside_->thread.join();
}

bool client_loop::is_here() const noexcept {
    return inside_->thread.get_id() == std::this_thread::get_id();
}

void client_loop::post(std::function<void()> what) {
    inside_->posted.put(std::move(what));
}

void client_loop::at(std::chrono::steady_clock::time_point when, std::function<void()> what) {
    post([this, when, what = std::move(what)]() mutable {
        const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
            when - std::chrono::steady_clock::now());
        const kj::Duration wait = std::max<std::int64_t>(left.count(), 0) * kj::NANOSECONDS;
        inside_->tasks->add(
            inside_->io->provider->getTimer().afterDelay(wait).then(std::move(what)));
    });
}

void client_loop::inside::run(const std::function<void()>& ready) {
    kj::AsyncIoContext context = kj::setupAsyncIo();
    kj::UnixEventPort::FdObserver posted_watch(context.unixEventPort, posted.descriptor(),
                                               kj::UnixEventPort::FdObserver::OBSERVE_READ);
    kj::UnixEventPort::FdObserver stop_watch(context.unixEventPort, stop.descriptor(),
                                             kj::UnixEventPort::FdObserver::OBSERVE_READ);
    auto stopped = stop_watch.whenBecomesReadable();
    {
        kj::TaskSet all(*this);
        io = &context;
        tasks = &all;
        all.add(watch(posted_watch));
        ready();
        stopped.wait(context.waitScope);
        tasks = nullptr;
    }
    // What was posted last lets go of what it holds here, where kj's things may be let go of.
    posted.take(taken);
    for (auto& each : taken) {
        each();
    }
    taken.clear();
    context.waitScope.poll();
    io = nullptr;
}

kj::Promise<void> client_loop::inside::watch(kj::UnixEventPort::FdObserver& posted_watch) {
    return posted_watch.whenBecomesReadable().then([this, &posted_watch] {
        posted.take(taken);
        for (auto& each : std::exchange(taken, {})) {
            each();
        }
        return watch(posted_watch);
    });
}

}  // namespace bourse
