#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "actors/shard/shard.hpp"

namespace bourse {

/// Runs the turns of a round on threads of its own, all at once: a `turn_runner`.
class turn_pool {
public:
    explicit turn_pool(unsigned threads) {
        for (unsigned i = 0; i < threads; ++i) {
            threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
        }
    }
    ~turn_pool() {
        for (std::jthread& each : threads_) {
            each.request_stop();
        }
        there_is_work_.notify_all();
    }
    turn_pool(const turn_pool&) = delete;
    turn_pool& operator=(const turn_pool&) = delete;

    void operator()(std::span<book_turn* const> turns) {
        std::unique_lock lock(mutex_);
        turns_ = turns;
        next_ = 0;
        left_ = turns.size();
        ++rounds_;
        there_is_work_.notify_all();
        all_done_.wait(lock, [this] { return left_ == 0; });
    }

    /// How many rounds have been run.
    [[nodiscard]] std::size_t rounds() const noexcept { return rounds_; }

private:
    void work(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (there_is_work_.wait(lock, stop, [this] { return next_ < turns_.size(); })) {
            book_turn* const turn = turns_[next_++];
            lock.unlock();
            turn->run();
            lock.lock();
            if (--left_ == 0) {
                turns_ = {};
                next_ = 0;
                all_done_.notify_one();
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable_any there_is_work_;
    std::condition_variable all_done_;
    std::span<book_turn* const> turns_;
    std::size_t next_ = 0;
    std::size_t left_ = 0;
    std::size_t rounds_ = 0;
    std::vector<std::jthread> threads_;  ///< the last member: they use all others
};

}  // namespace bourse
