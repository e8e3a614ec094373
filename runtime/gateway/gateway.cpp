#include "runtime/gateway/gateway.hpp"

#include <kj/exception.h>

#include <future>
#include <thread>
#include <utility>

#include "messages/assert.hpp"
#include "runtime/gateway/gateway_loop.hpp"
#include "runtime/rpc/address.hpp"
#include "runtime/rpc/tls_files.hpp"

namespace bourse {
namespace {

/// What the thread says once it serves.
struct serving {
    std::string address;
    gateway_loop* loop = nullptr;
};

class kj_gateway final : public gateway {
public:
    ~kj_gateway() override { end(); }

    outcome begin(exchange_port& port, gateway_options options, taken_address at) {
        std::promise<result<serving>> ready;
        auto answer = ready.get_future();
        thread_ = std::thread([this, &port, options = std::move(options), &at, &ready] {
            run(port, options, at, ready);
        });
        result<serving> made = answer.get();
        if (!made) {
            thread_.join();
            return made.error();
        }
        const std::lock_guard lock(mutex_);  // the thread takes it away again when it ends
        serving_ = std::move(*made);
        return done{};
    }

    [[nodiscard]] std::string address() const override { return serving_.address; }
    [[nodiscard]] gateway_counts counts() const override {
        const std::lock_guard lock(mutex_);
        return serving_.loop == nullptr ? last_counts_ : serving_.loop->counts();
    }
    void stop() override { end(); }

private:
    /// `at` and `ready` are there until it is ready.
    void run(exchange_port& port, const gateway_options& options, taken_address& at,
             std::promise<result<serving>>& ready);
    void end();

    answer_inbox box_;
    wake_signal stop_;
    mutable std::mutex mutex_;
    serving serving_;
    gateway_counts last_counts_;
    std::thread thread_;
};

void kj_gateway::run(exchange_port& port, const gateway_options& options, taken_address& at,
                     std::promise<result<serving>>& ready) {
    kj::AsyncIoContext io = kj::setupAsyncIo();
    kj::Own<kj::TlsContext> tls;
    if (!options.certificate_file.empty()) {
        auto made = server_tls(options.certificate_file, options.private_key_file);
        if (!made) {
            ready.set_value(made.error());
            return;
        }
        tls = kj::mv(*made);
    }
    const std::string address = at.text();
    const auto descriptor = at.listen();
    if (!descriptor) {
        ready.set_value(descriptor.error());
        return;
    }
    using flags = kj::LowLevelAsyncIoProvider::Flags;
    auto listener = io.lowLevelProvider->wrapListenSocketFd(
        *descriptor, flags::TAKE_OWNERSHIP | flags::ALREADY_CLOEXEC | flags::ALREADY_NONBLOCK);
    kj::UnixEventPort::FdObserver stop(io.unixEventPort, stop_.descriptor(),
                                       kj::UnixEventPort::FdObserver::OBSERVE_READ);
    auto stopped = stop.whenBecomesReadable();
    {
        gateway_loop loop(port, options.limits, io, box_);
        loop.serve(kj::mv(listener), kj::mv(tls));
        ready.set_value(serving{address, &loop});
        stopped.wait(io.waitScope);

        const std::lock_guard lock(mutex_);
        loop.end_all();
        serving_.loop = nullptr;
        last_counts_ = loop.counts();
        // What was just let go of ends by itself within a few turns of the loop.
        io.waitScope.poll();
    }
    io.waitScope.poll();
}

void kj_gateway::end() {
    if (thread_.joinable()) {
        stop_.raise();
        thread_.join();
    }
}

}  // namespace

result<taken_address> gateway::prepare(const gateway_options& options) {
    const auto where = parse_address(options.listen);
    if (!where) {
        return where.error();
    }
    if (options.certificate_file.empty() != options.private_key_file.empty()) {
        return error{errc::malformed, "TLS needs both a certificate and its private key"};
    }
    const auto at = resolve(*where);
    if (!at) {
        return at.error();
    }
    if (!at->is_loopback() && options.certificate_file.empty() && !options.insecure) {
        const std::string what = "not listening on " + options.listen +
                                 " without TLS: keys and orders would cross the network for "
                                 "everybody to read. Give a certificate and its key ([tls] "
                                 "certificate and private-key in the settings), or listen on "
                                 "127.0.0.1, or allow it: --insecure, or [tls] insecure = true";
        return error{errc::refused, what};
    }
    if (!options.certificate_file.empty()) {
        if (const auto tls = server_tls(options.certificate_file, options.private_key_file); !tls) {
            return tls.error();
        }
    }
    return taken_address::take(*at, options.listen);
}

result<std::unique_ptr<gateway>> gateway::start(exchange_port& port, gateway_options options,
                                                taken_address at) {
    auto made = std::make_unique<kj_gateway>();
    const outcome begun = made->begin(port, std::move(options), std::move(at));
    if (!begun) {
        return begun.error();
    }
    return std::unique_ptr<gateway>(std::move(made));
}

result<std::unique_ptr<gateway>> gateway::start(exchange_port& port, gateway_options options) {
    auto at = prepare(options);
    if (!at) {
        return at.error();
    }
    return start(port, std::move(options), std::move(*at));
}

}  // namespace bourse
