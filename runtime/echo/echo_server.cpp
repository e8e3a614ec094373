#include "runtime/echo/echo_server.hpp"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/async-unix.h>

#include <future>
#include <thread>
#include <unordered_map>
#include <utility>

#include "messages/report_record.hpp"
#include "messages/schema/exchange.capnp.h"
#include "runtime/rpc/address.hpp"
#include "runtime/rpc/inbox.hpp"
#include "runtime/rpc/wire.hpp"

namespace bourse {
namespace {

struct echoed {
    std::uint64_t call = 0;
    std::vector<report> records;
};

using results_filler = kj::Function<void(const std::vector<report>&)>;

/// Calls that were handed out. Of the server's thread.
class echo_calls {
public:
    explicit echo_calls(echo_server::hand_out through) : through_(std::move(through)) {}

    kj::Promise<void> hand_out(std::vector<report> records, results_filler fill) {
        if (!through_) {
            fill(records);
            return kj::READY_NOW;
        }
        auto paf = kj::newPromiseAndFulfiller<void>();
        const std::uint64_t call = ++last_;
        waiting_.emplace(call, waiting{kj::mv(fill), kj::mv(paf.fulfiller)});
        through_(call, std::move(records));
        return kj::mv(paf.promise);
    }
    void take(const echoed& back) {
        if (auto found = waiting_.extract(back.call)) {
            found.mapped().fill(back.records);
            found.mapped().fulfiller->fulfill();
        }
    }

private:
    struct waiting {
        results_filler fill;
        kj::Own<kj::PromiseFulfiller<void>> fulfiller;
    };
    echo_server::hand_out through_;
    std::uint64_t last_ = 0;
    std::unordered_map<std::uint64_t, waiting> waiting_;
};

class echo_session final : public rpc::Session::Server {
public:
    explicit echo_session(echo_calls& calls) : calls_(calls) {}

protected:
    kj::Promise<void> submit(SubmitContext context) override {
        const auto list = context.getParams().getCommands();
        std::vector<report> records(list.size());
        for (unsigned i = 0; i < list.size(); ++i) {
            records[i].what.kind = event_kind::accepted;
            records[i].what.order = {++last_order_};
            if (list[i].isSubmitOrder()) {
                const auto order = list[i].getSubmitOrder().getOrder();
                records[i].what.account = {order.getAccount()};
                records[i].what.price = {order.getPriceTicks()};
                records[i].what.lots = {order.getQuantityLots()};
            }
        }
        context.releaseParams();
        return calls_.hand_out(
            std::move(records), [context](const std::vector<report>& back) mutable {
                constexpr std::size_t around = 24;
                auto results = context.getResults(capnp::MessageSize{
                    around + back.size() * capnp::sizeInWords<schema::Report>(), 0});
                auto outcomes = results.initOutcomes(list_size(back.size()));
                for (unsigned i = 0; i < outcomes.size(); ++i) {
                    write_report(back[i], outcomes[i]);
                }
            });
    }
    kj::Promise<void> keepAlive(KeepAliveContext) override { return kj::READY_NOW; }

private:
    echo_calls& calls_;
    std::uint64_t last_order_ = 0;
};

class echo_exchange final : public rpc::Exchange::Server {
public:
    explicit echo_exchange(echo_calls& calls) : calls_(calls) {}

protected:
    kj::Promise<void> login(LoginContext context) override {
        context.getResults().setSession(kj::heap<echo_session>(calls_));
        return kj::READY_NOW;
    }

private:
    echo_calls& calls_;
};

kj::Promise<void> bring_back(kj::UnixEventPort::FdObserver& watch, inbox<echoed>& from,
                             std::vector<echoed>& taken, echo_calls& to) {
    return watch.whenBecomesReadable().then([&] {
        from.take(taken);
        for (const echoed& each : taken) {
            to.take(each);
        }
        return bring_back(watch, from, taken, to);
    });
}

class kj_echo_server final : public echo_server {
public:
    explicit kj_echo_server(hand_out through) : through_(std::move(through)) {}
    ~kj_echo_server() override { end(); }

    outcome begin(const socket_address& at) {
        std::promise<result<std::string>> ready;
        auto answer = ready.get_future();
        thread_ = std::thread([this, at, &ready] { run(at, ready); });
        result<std::string> address = answer.get();
        if (!address) {
            thread_.join();
            return address.error();
        }
        address_ = *address;
        return done{};
    }
    [[nodiscard]] std::string address() const override { return address_; }
    void reply(std::uint64_t call, std::vector<report> records) override {
        back_.put({call, std::move(records)});
    }
    void stop() override { end(); }

private:
    void end() {
        if (thread_.joinable()) {
            stop_.raise();
            thread_.join();
        }
    }
    void run(const socket_address& at, std::promise<result<std::string>>& ready);

    hand_out through_;
    inbox<echoed> back_;
    wake_signal stop_;
    std::string address_;
    std::thread thread_;
};

void kj_echo_server::run(const socket_address& at, std::promise<result<std::string>>& ready) {
    constexpr auto observed = kj::UnixEventPort::FdObserver::OBSERVE_READ;
    auto io = kj::setupAsyncIo();
    kj::UnixEventPort::FdObserver stop(io.unixEventPort, stop_.descriptor(), observed);
    kj::UnixEventPort::FdObserver back(io.unixEventPort, back_.descriptor(), observed);
    auto stopped = stop.whenBecomesReadable();
    kj::Own<kj::ConnectionReceiver> listener;
    try {
        listener = io.provider->getNetwork().getSockaddr(&at.bytes, at.length)->listen();
    } catch (const kj::Exception& thrown) {
        ready.set_value(error{errc::locked, thrown.getDescription().cStr()});
        return;
    }
    echo_calls calls(std::move(through_));
    std::vector<echoed> taken;
    auto bringing = bring_back(back, back_, taken, calls).eagerlyEvaluate(nullptr);
    {
        capnp::TwoPartyServer server(kj::heap<echo_exchange>(calls));
        auto serving = server.listen(*listener).eagerlyEvaluate(nullptr);
        ready.set_value("127.0.0.1:" + std::to_string(listener->getPort()));
        stopped.wait(io.waitScope);
    }
    io.waitScope.poll();
}

}  // namespace

result<std::unique_ptr<echo_server>> echo_server::start(const std::string& listen,
                                                        hand_out through) {
    const auto where = parse_address(listen);
    if (!where) {
        return where.error();
    }
    const auto at = resolve(*where);
    if (!at) {
        return at.error();
    }
    auto made = std::make_unique<kj_echo_server>(std::move(through));
    if (auto begun = made->begin(*at); !begun) {
        return begun.error();
    }
    return std::unique_ptr<echo_server>(std::move(made));
}

}  // namespace bourse
