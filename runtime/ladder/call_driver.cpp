#include "runtime/ladder/call_driver.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace bourse {
namespace {

using steady = std::chrono::steady_clock;

constexpr auto longest_silence = std::chrono::minutes(1);
/// The system wakes nobody more exactly than this; the rest is waited for with open eyes.
constexpr auto sleeps_too_long_by = std::chrono::microseconds(150);

double processor_ns_of(pid_t process) {
    clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
    timespec used{};
    if ((process != 0 && ::clock_getcpuclockid(process, &clock) != 0) ||
        ::clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
}

/// Shared with the subject's `answer`: one that comes too late for `run` finds it still there.
class call_driver {
public:
    call_driver(ladder_subject& subject, std::size_t first, std::size_t until,
                const call_pace& pace)
        : subject_(subject), first_(first), next_(first), until_(until), pace_(pace) {
        due_.resize(until - first);
        run_.ns.resize(until - first);
    }

    result<driven_calls> run(pid_t process) {
        const double used = processor_ns_of(process);
        begin_ = steady::now();
        if (is_paced()) {
            for (std::size_t i = 0; i < due_.size(); ++i) {
                due_[i] = begin_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                                       static_cast<double>(i) * 1e9 / pace_.calls_per_second));
            }
        }
        while (!is_over()) {
            give_what_is_due();
            if (!subject_.work() && !wait()) {
                const std::lock_guard lock(mutex_);
                fault_ = "calls are not answered";  // so that no more are given
                return error{errc::refused, fault_};
            }
        }
        const std::lock_guard lock(mutex_);
        run_.seconds = std::chrono::duration<double>(last_ - begin_).count();
        run_.cpu_ns = processor_ns_of(process) - used;
        if (!fault_.empty()) {
            return error{errc::refused, fault_};
        }
        return std::move(run_);
    }

    void take(std::size_t call, const std::string& fault) {
        const auto now = steady::now();
        {
            const std::lock_guard lock(mutex_);
            run_.ns[call - first_] =
                static_cast<std::uint64_t>((now - due_[call - first_]).count());
            last_ = now;
            ++answered_;
            if (fault_.empty()) {
                fault_ = fault;
            }
            if (is_paced() || has_ended()) {
                changed_.notify_all();
                return;
            }
        }
        give_what_is_due();
    }

private:
    [[nodiscard]] bool is_over() {
        const std::lock_guard lock(mutex_);
        return has_ended();
    }
    [[nodiscard]] bool has_ended() const {
        return answered_ == next_ - first_ && (next_ == until_ || !fault_.empty());
    }
    [[nodiscard]] bool may_give(steady::time_point now) const {
        return next_ < until_ && fault_.empty() && has_room() &&
               (!is_paced() || due_[next_ - first_] <= now);
    }

    /// Whoever finds that calls can be given gives them, one thread at a time and without the lock, as an answer may
    /// come from within.
    void give_what_is_due() {
        std::unique_lock lock(mutex_);
        if (is_giving_) {
            return;
        }
        is_giving_ = true;
        for (auto now = steady::now(); may_give(now); now = steady::now()) {
            const std::size_t call = next_++;
            if (!is_paced()) {
                due_[call - first_] = now;
            }
            lock.unlock();
            subject_.give(call);
            lock.lock();
        }
        is_giving_ = false;
    }
    [[nodiscard]] bool is_paced() const { return pace_.calls_per_second > 0; }
    [[nodiscard]] bool has_room() const { return next_ - first_ - answered_ < pace_.window; }

    /// Until something is due or all is done; false if nothing has happened for too long.
    [[nodiscard]] bool wait() {
        std::unique_lock lock(mutex_);
        if (is_paced() && next_ < until_ && has_room()) {
            const auto wakes = due_[next_ - first_] - sleeps_too_long_by;
            changed_.wait_until(lock, wakes, [this] { return has_ended(); });
            return true;
        }
        const std::size_t before = answered_;
        return changed_.wait_for(lock, longest_silence, [this] {
            return has_ended() || (is_paced() && next_ < until_ && has_room());
        }) || answered_ != before;
    }

    ladder_subject& subject_;
    const std::size_t first_;
    std::size_t next_;
    const std::size_t until_;
    const call_pace pace_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t answered_ = 0;
    bool is_giving_ = false;
    steady::time_point begin_;
    steady::time_point last_;
    std::vector<steady::time_point> due_;
    driven_calls run_;
    std::string fault_;
};

}  // namespace

result<driven_calls> drive_calls(ladder_subject& subject, std::size_t first, std::size_t until,
                                 const call_pace& pace, pid_t process) {
    const auto driver = std::make_shared<call_driver>(subject, first, until, pace);
    subject.answer = [driver](std::size_t call, const std::string& fault) {
        driver->take(call, fault);
    };
    return driver->run(process);
}

double settle(pid_t process) {
    // Longer than any timer that what was put off waits for.
    constexpr auto look_every = std::chrono::milliseconds(400);
    constexpr double idle_share = 0.03;
    constexpr int most_looks = 25;
    const double before = processor_ns_of(process);
    double last = before;
    for (int look = 0; look < most_looks; ++look) {
        std::this_thread::sleep_for(look_every);
        const double now = processor_ns_of(process);
        const bool is_idle =
            now - last <
            idle_share * static_cast<double>(std::chrono::nanoseconds(look_every).count());
        last = now;
        if (is_idle) {
            break;
        }
    }
    return last - before;
}

ladder_latency latency_of(std::vector<std::uint64_t> ns) {
    if (ns.empty()) {
        return {};
    }
    std::ranges::sort(ns);
    const auto at = [&](double share) {
        const auto place = static_cast<std::size_t>(share * static_cast<double>(ns.size()));
        return static_cast<double>(ns[std::min(place, ns.size() - 1)]) / 1'000;
    };
    return {at(0.5), at(0.99), at(0.999), at(1)};
}

}  // namespace bourse
