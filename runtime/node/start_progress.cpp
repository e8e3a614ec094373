#include "runtime/node/start_progress.hpp"

#include <chrono>
#include <utility>

namespace bourse {

start_progress::start_progress(activity_log_ptr log, duration every)
    : log_(std::move(log)), every_(every) {
    if (log_ != nullptr) {
        thread_ = std::thread([this] { run(); });
    }
}

start_progress::~start_progress() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    ended_.notify_all();
    thread_.join();
}

void start_progress::begin(const std::string& part) {
    const std::lock_guard lock(mutex_);
    part_ = part;
    index_ = 0;
    of_ = 0;
}

void start_progress::at(std::uint64_t index, std::uint64_t of) {
    const std::lock_guard lock(mutex_);
    index_ = index;
    of_ = of;
}

void start_progress::run() {
    using namespace std::chrono;
    const auto begun = steady_clock::now();
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, nanoseconds(every_.ns), [this] { return is_over_; })) {
        const std::string said = text(duration_cast<seconds>(steady_clock::now() - begun).count());
        lock.unlock();
        log_->say(activity_log::level::info, said);
        lock.lock();
    }
}

std::string start_progress::text(std::int64_t since_s) const {
    std::string said = "starting, for " + std::to_string(since_s) + " s by now: " + part_;
    if (index_ != 0) {
        said +=
            ", entry " + std::to_string(index_) + (of_ == 0 ? "" : " of " + std::to_string(of_));
    }
    return said;
}

}  // namespace bourse
