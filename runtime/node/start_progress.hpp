#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "actors/session/activity.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

/// Says at level `info` what a start is at, every so often, while it takes: "starting, for 3 s by now: …".
///
/// A thread of its own, since a start waits for disks on the one that it has. One thread calls.
class start_progress {
public:
    /// Nothing is said without a log.
    start_progress(activity_log_ptr log, duration every);
    ~start_progress();
    start_progress(const start_progress&) = delete;
    start_progress& operator=(const start_progress&) = delete;

    /// What comes now, as people call it.
    void begin(const std::string& part);
    /// How far that is, in entries; `of` zero: nobody knows.
    void at(std::uint64_t index, std::uint64_t of);

private:
    void run();
    [[nodiscard]] std::string text(std::int64_t since_s) const;

    activity_log_ptr log_;
    const duration every_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool is_over_ = false;
    std::string part_;
    std::uint64_t index_ = 0;
    std::uint64_t of_ = 0;
    std::thread thread_;
};

}  // namespace bourse
