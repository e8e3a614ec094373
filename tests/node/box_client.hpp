#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/node/node.hpp"

namespace bourse {

/// A client of a port, as a gateway would be: asks, and waits for what is put into its box. A minute at most.
class box_client : public answer_box {
public:
    explicit box_client(exchange_port& port) : port_(port) {}

    void put(session_number session, std::uint64_t ask, session_answer answer) override {
        const std::lock_guard lock(mutex_);
        if (const auto* in = std::get_if<logged_in>(&answer)) {
            session_ = in->session;
        }
        static_cast<void>(session);
        answers_[ask].push_back(std::move(answer));
        came_.notify_all();
    }

    [[nodiscard]] session_answer log_in(const std::string& key, duration cancel = {}) {
        const std::uint64_t ask = ++last_;
        port_.log_in(ask, {.key = key, .peer = "test", .cancel_on_disconnect = cancel}, *this);
        return wait(ask);
    }
    /// Asks and does not wait.
    std::uint64_t send(session_request request) {
        const std::uint64_t ask = ++last_;
        port_.ask(session_, ask, std::move(request));
        return ask;
    }
    [[nodiscard]] session_answer ask(session_request request) {
        return wait(send(std::move(request)));
    }
    template <class Answer>
    [[nodiscard]] Answer get(session_request request) {
        session_answer answer = ask(std::move(request));
        if (const auto* refused = std::get_if<request_refused>(&answer)) {
            FAIL(refused->why);
        }
        REQUIRE(std::holds_alternative<Answer>(answer));
        return std::get<Answer>(std::move(answer));
    }
    [[nodiscard]] request_refused refusal(session_request request) {
        session_answer answer = ask(std::move(request));
        REQUIRE(std::holds_alternative<request_refused>(answer));
        return std::get<request_refused>(std::move(answer));
    }
    /// The next thing said under this number.
    [[nodiscard]] session_answer wait(std::uint64_t ask) {
        std::unique_lock lock(mutex_);
        REQUIRE(
            came_.wait_for(lock, std::chrono::minutes(1), [&] { return !answers_[ask].empty(); }));
        session_answer first = std::move(answers_[ask].front());
        answers_[ask].erase(answers_[ask].begin());
        return first;
    }
    [[nodiscard]] std::size_t waiting(std::uint64_t ask) {
        const std::lock_guard lock(mutex_);
        return answers_[ask].size();
    }
    void close() { port_.close(session_); }

private:
    exchange_port& port_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::map<std::uint64_t, std::vector<session_answer>> answers_;
    session_number session_{};
    std::uint64_t last_ = 0;
};

/// Declared after the clients: their boxes must outlive the node's port.
class stops_first {
public:
    explicit stops_first(node& of) : of_(of) {}
    ~stops_first() { of_.stop(); }
    stops_first(const stops_first&) = delete;
    stops_first& operator=(const stops_first&) = delete;

private:
    node& of_;
};

[[nodiscard]] inline std::string operator_key(const std::string& folder) {
    std::ifstream file(folder + "/operator.key");
    std::string key;
    std::getline(file, key);
    REQUIRE(!key.empty());
    return key;
}

[[nodiscard]] inline node_options small_node(const std::string& folder) {
    node_options options;
    options.data = folder;
    options.workers = 2;  // on any machine
    options.segment_bytes = std::uint64_t{1} << 20U;
    options.max_segments = 64;
    options.checkpoint_every = 40;
    options.keep_event_bytes = std::uint64_t{64} << 20U;
    options.max_rows_bytes = std::uint64_t{256} << 20U;
    options.hand_out_from = 2;  // books take their turns at once wherever they can
    return options;
}

[[nodiscard]] inline std::unique_ptr<node> open_node(const node_options& options) {
    auto opened = node::open(options);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
    return std::move(*opened);
}

[[nodiscard]] inline shard_command an_order(std::uint32_t account, std::uint32_t symbol, side which,
                                            std::int64_t ticks, std::int64_t lots,
                                            client_id id = {}) {
    submit_order order;
    order.request.id = id;
    order.symbol = {symbol};
    order.order.account = {account};
    order.order.side = which;
    order.order.tif = time_in_force::good_till_cancelled;
    order.order.price = {ticks};
    order.order.quantity = {lots};
    return order;
}

}  // namespace bourse
