#include "runtime/client/client.hpp"

#include <capnp/rpc-twoparty.h>
#include <sys/random.h>

#include <algorithm>
#include <future>
#include <string_view>
#include <thread>

#include "messages/assert.hpp"
#include "runtime/client/client_calls.hpp"
#include "runtime/client/client_loop_inside.hpp"
#include "runtime/rpc/address.hpp"
#include "runtime/rpc/tls_files.hpp"

namespace bourse {
namespace {

constexpr kj::Duration keep_alive_every = 20 * kj::SECONDS;
/// A session renews its leases each third of their time, if it has heard of its client since the last.
constexpr std::int64_t keep_alives_of_lease = 4;
constexpr kj::Duration shortest_wait = 50 * kj::MILLISECONDS;
constexpr kj::Duration longest_wait = 2 * kj::SECONDS;
constexpr std::uint64_t most_words = std::uint64_t{1} << 24U;  ///< of a message: 128 MiB
constexpr std::uint32_t usual_retry_ms = 20;
constexpr std::int64_t ns_of_s = 1'000'000'000;

request_refused refusal(request_refused::kind what, std::string why) {
    return {.what = what, .why = std::move(why), .retry_after_ms = 0};
}

std::uint64_t random_half() {
    std::uint64_t drawn = 0;
    BOURSE_ASSERT(::getrandom(&drawn, sizeof drawn, 0) == sizeof drawn);
    // All ones would be a tag, and zero none.
    return std::clamp<std::uint64_t>(drawn, 1, client_id::tag_high - 1);
}

/// Why no log-in came about, and what would be right: what kj says is for those who know kj.
std::string why_nobody(const kj::Exception& thrown, const client_options& asked) {
    const std::string said = thrown.getDescription().cStr();
    const auto has = [&](const char* text) { return said.find(text) != std::string::npos; };
    const std::string nobody = "no node answers at " + asked.server;
    if (has("Connection refused")) {
        return nobody + ": nothing listens there; is one running? 'bourse node' starts one";
    }
    if (thrown.getType() == kj::Exception::Type::OVERLOADED) {
        return nobody + " in " + std::to_string(asked.connect_within.ns / ns_of_s) +
               " s: it is far, or does something else first";
    }
    if (asked.tls && has("wrong version number")) {
        return nobody + " by TLS: what listens there speaks without; leave out --tls";
    }
    if (asked.tls && has("certificate")) {
        return "the node at " + asked.server +
               " shows no certificate that is trusted for its name: --ca FILE says which to "
               "trust, --tls-name the name that is in it";
    }
    if (!asked.tls && thrown.getType() == kj::Exception::Type::DISCONNECTED) {
        return nobody +
               ": what listens there closed the connection; a node with a certificate speaks TLS "
               "alone: give --tls";
    }
    return nobody + " (" + said + ")";
}

}  // namespace

/// One socket and the RPC system on it.
struct open_wire {
    kj::Own<kj::AsyncIoStream> stream;
    capnp::TwoPartyVatNetwork network;
    capnp::RpcSystem<capnp::rpc::twoparty::VatId> system;
    rpc::Session::Client session = nullptr;

    explicit open_wire(kj::Own<kj::AsyncIoStream> on)
        : stream(kj::mv(on)),
          network(*stream, capnp::rpc::twoparty::Side::CLIENT, options()),
          system(capnp::makeRpcClient(network)) {}

    static capnp::ReaderOptions options() {
        capnp::ReaderOptions made;
        made.traversalLimitInWords = most_words;
        return made;
    }
    rpc::Exchange::Client exchange() {
        capnp::MallocMessageBuilder message;
        auto vat = message.initRoot<capnp::rpc::twoparty::VatId>();
        vat.setSide(capnp::rpc::twoparty::Side::SERVER);
        return system.bootstrap(vat).castAs<rpc::Exchange>();
    }
};

/// All of a client that lives on the loop's thread.
class client::wire final : public kj::TaskSet::ErrorHandler {
public:
    wire(client_loop& loop, client_options options, socket_address at, host_and_port where)
        : loop_(loop), options_(std::move(options)), at_(at), where_(std::move(where)) {}

    /// Connects and logs in; `then` hears how that went.
    void begin(std::function<void(result<logged_in>)> then);
    void end();
    void ask(const session_request& request, std::function<void(session_answer)> then);
    void subscribe(const subscribe_reports& what, report_handler to,
                   std::function<void(std::optional<request_refused>)> then);
    void subscribe(const subscribe_market& what, market_handler to,
                   std::function<void(std::optional<request_refused>)> then);

private:
    struct report_feed {
        subscribe_reports what;
        std::shared_ptr<report_handler> to;
        std::shared_ptr<std::uint64_t> last_number;
        rpc::Subscription::Client held = nullptr;
    };
    struct market_feed_held {
        subscribe_market what;
        std::shared_ptr<market_handler> to;
        rpc::Subscription::Client held = nullptr;
    };
    using told = std::function<void(std::optional<request_refused>)>;

    void taskFailed(kj::Exception&&) override {}
    [[nodiscard]] kj::Timer& timer() { return loop_.get().io->provider->getTimer(); }
    kj::Promise<kj::Own<kj::AsyncIoStream>> open();
    kj::Promise<result<logged_in>> connect();
    void watch();
    void lost();
    kj::Promise<void> come_back(kj::TimePoint until, kj::Duration wait);
    void resubscribe();
    kj::Promise<void> stay_alive();
    void begin_feed(const std::shared_ptr<report_feed>& feed, const told& then);
    void begin_feed(const std::shared_ptr<market_feed_held>& feed, const told& then);
    template <typename Feed>
    void begin_first(std::vector<std::shared_ptr<Feed>>& all, const std::shared_ptr<Feed>& feed,
                     told then);
    template <typename Feed>
    void resume(std::vector<std::shared_ptr<Feed>>& all);

    client_loop& loop_;
    const client_options options_;
    const socket_address at_;
    const host_and_port where_;
    kj::Own<kj::TlsContext> tls_;
    kj::Own<open_wire> open_;
    std::uint64_t connections_ = 0;
    bool is_ending_ = false;
    std::vector<std::shared_ptr<report_feed>> report_feeds_;
    std::vector<std::shared_ptr<market_feed_held>> market_feeds_;
    kj::Own<kj::TaskSet> tasks_;
};

// --- The connection -------------------------------------------------------------------------------

void client::wire::begin(std::function<void(result<logged_in>)> then) {
    tasks_ = kj::heap<kj::TaskSet>(*this);
    if (options_.tls) {
        auto made = client_tls(options_.authority_file);
        if (!made) {
            then(made.error());
            return;
        }
        tls_ = kj::mv(*made);
    }
    tasks_->add(connect().then([this, then](result<logged_in> in) {
        if (in) {
            watch();
            tasks_->add(stay_alive());
        }
        then(std::move(in));
    }));
}

void client::wire::end() {
    is_ending_ = true;
    tasks_ = nullptr;
    report_feeds_.clear();
    market_feeds_.clear();
    open_ = nullptr;
    tls_ = nullptr;
}

kj::Promise<kj::Own<kj::AsyncIoStream>> client::wire::open() {
    auto address = loop_.get().io->provider->getNetwork().getSockaddr(&at_.bytes, at_.length);
    auto opened = address->connect();
    auto attached = opened.attach(kj::mv(address));
    if (tls_.get() == nullptr) {
        return attached;
    }
    return attached.then([this](kj::Own<kj::AsyncIoStream> stream) {
        const std::string& name = options_.tls_name.empty() ? where_.host : options_.tls_name;
        return tls_->wrapClient(kj::mv(stream), name.c_str());
    });
}

kj::Promise<result<logged_in>> client::wire::connect() {
    auto answered = open().then([this](kj::Own<kj::AsyncIoStream> stream) {
        auto made = kj::heap<open_wire>(kj::mv(stream));
        auto asked = log_in(made->exchange(), options_);
        return asked.then([this, made = kj::mv(made)](
                              logged_in_answer came) mutable -> result<logged_in> {
            if (auto* const in = std::get_if<logged_in>(&came.answer)) {
                made->session = kj::mv(came.session);
                open_ = kj::mv(made);
                ++connections_;
                return std::move(*in);
            }
            const auto& why = std::get<request_refused>(came.answer);
            using kind = request_refused::kind;
            const bool is_for_now = why.what == kind::overloaded || why.what == kind::unavailable;
            return error{is_for_now ? errc::overloaded : errc::refused, why.why};
        });
    });
    return timer()
        .timeoutAfter(options_.connect_within.ns * kj::NANOSECONDS, kj::mv(answered))
        .catch_([this](kj::Exception&& thrown) -> result<logged_in> {
            return error{errc::unwritable, why_nobody(thrown, options_)};
        });
}

void client::wire::watch() {
    tasks_->add(open_->network.onDisconnect().then([this, which = connections_] {
        if (which == connections_) {
            // Not from within what the connection itself is doing.
            tasks_->add(kj::evalLater([this] { lost(); }));
        }
    }));
}

/// The connection is no more: what was under way has been answered by the RPC system's exceptions.
void client::wire::lost() {
    for (const auto& each : report_feeds_) {
        each->held = nullptr;
    }
    for (const auto& each : market_feeds_) {
        each->held = nullptr;
    }
    open_ = nullptr;
    if (options_.reconnect_for.ns > 0 && !is_ending_) {
        const kj::TimePoint until = timer().now() + options_.reconnect_for.ns * kj::NANOSECONDS;
        tasks_->add(come_back(until, shortest_wait));
        return;
    }
    const request_refused gone =
        refusal(request_refused::kind::unavailable, "the connection to the node broke");
    for (const auto& each : report_feeds_) {
        each->to->ended(gone);
    }
    for (const auto& each : market_feeds_) {
        each->to->ended(gone);
    }
}

kj::Promise<void> client::wire::come_back(kj::TimePoint until, kj::Duration wait) {
    return timer()
        .afterDelay(wait)
        .then([this] { return connect(); })
        .then([this, until, wait](const result<logged_in>& in) -> kj::Promise<void> {
            if (in) {
                watch();
                resubscribe();
                return kj::READY_NOW;
            }
            if (in.error().code == errc::refused || timer().now() > until) {
                const request_refused gone =
                    refusal(request_refused::kind::unavailable, in.error().what);
                for (const auto& each : report_feeds_) {
                    each->to->ended(gone);
                }
                for (const auto& each : market_feeds_) {
                    each->to->ended(gone);
                }
                return kj::READY_NOW;
            }
            return come_back(until, std::min(wait * 2, longest_wait));
        });
}

kj::Promise<void> client::wire::stay_alive() {
    const std::int64_t lease_ns = options_.cancel_on_disconnect.ns;
    const kj::Duration wait =
        lease_ns == 0
            ? keep_alive_every
            : kj::min(keep_alive_every, lease_ns / keep_alives_of_lease * kj::NANOSECONDS);
    return timer().afterDelay(wait).then([this] {
        if (open_.get() != nullptr) {
            auto answered = open_->session.keepAliveRequest().send().ignoreResult();
            tasks_->add(timer()
                            .timeoutAfter(keep_alive_every, kj::mv(answered))
                            .catch_([this, which = connections_](kj::Exception&&) {
                                if (which == connections_ && open_.get() != nullptr) {
                                    tasks_->add(kj::evalLater([this] { lost(); }));
                                }
                            }));
        }
        return stay_alive();
    });
}

// --- Calls ----------------------------------------------------------------------------------------

namespace {

/// Of a call that has no results: its connection broke, or the node threw it back.
request_refused refusal_of(const kj::Exception& thrown) {
    constexpr std::string_view prefix = "remote exception: ";
    std::string why = thrown.getDescription().cStr();
    switch (thrown.getType()) {
        case kj::Exception::Type::DISCONNECTED:
            return refusal(request_refused::kind::unknown_outcome,
                           "the connection broke before the answer came (" + why + ")");
        case kj::Exception::Type::UNIMPLEMENTED:
            why.erase(0, why.starts_with(prefix) ? prefix.size() : 0);
            return refusal(request_refused::kind::malformed, "the node takes no such call: " + why);
        default:
            why.erase(0, why.starts_with(prefix) ? prefix.size() : 0);
            return refusal(request_refused::kind::unknown_outcome,
                           "the node failed to answer: " + why);
    }
}

}  // namespace

void client::wire::ask(const session_request& request, std::function<void(session_answer)> then) {
    if (open_.get() == nullptr) {
        then(refusal(request_refused::kind::unavailable, "there is no connection to the node"));
        return;
    }
    tasks_->add(call(open_->session, request)
                    .then([then](session_answer answer) { then(std::move(answer)); },
                          [then](kj::Exception&& thrown) { then(refusal_of(thrown)); }));
}

void client::wire::subscribe(const subscribe_reports& what, report_handler to, told then) {
    auto feed = std::make_shared<report_feed>(
        report_feed{what, std::make_shared<report_handler>(std::move(to)),
                    std::make_shared<std::uint64_t>(what.from == 0 ? 0 : what.from - 1)});
    begin_first(report_feeds_, feed, std::move(then));
}

void client::wire::subscribe(const subscribe_market& what, market_handler to, told then) {
    auto feed = std::make_shared<market_feed_held>(
        market_feed_held{what, std::make_shared<market_handler>(std::move(to))});
    begin_first(market_feeds_, feed, std::move(then));
}

namespace {

/// Keeps the subscription of a feed, and says how it went; `unknown_outcome` if the connection broke meanwhile.
template <typename Feed, typename Told>
kj::Promise<void> keep(std::shared_ptr<Feed> feed, Told then,
                       kj::Promise<subscribed_answer> answer) {
    return answer.then(
        [feed, then](subscribed_answer came) {
            feed->held = kj::mv(came.subscription);
            then(std::move(came.refused));
        },
        [then](kj::Exception&& thrown) {
            const bool broke = thrown.getType() == kj::Exception::Type::DISCONNECTED;
            then(refusal(
                broke ? request_refused::kind::unknown_outcome : request_refused::kind::unavailable,
                thrown.getDescription().cStr()));
        });
}

}  // namespace

void client::wire::begin_feed(const std::shared_ptr<report_feed>& feed, const told& then) {
    if (open_.get() == nullptr) {
        then(refusal(request_refused::kind::unavailable, "there is no connection to the node"));
        return;
    }
    subscribe_reports what = feed->what;
    what.from = *feed->last_number == 0 ? what.from : *feed->last_number + 1;
    tasks_->add(
        keep(feed, then,
             bourse::subscribe(open_->session, what, make_sink(feed->to, feed->last_number))));
}

void client::wire::begin_feed(const std::shared_ptr<market_feed_held>& feed, const told& then) {
    if (open_.get() == nullptr) {
        then(refusal(request_refused::kind::unavailable, "there is no connection to the node"));
        return;
    }
    tasks_->add(
        keep(feed, then, bourse::subscribe(open_->session, feed->what, make_sink(feed->to))));
}

/// One that does not begin is not begun again with the next connection: whoever asked for it knows.
template <typename Feed>
void client::wire::begin_first(std::vector<std::shared_ptr<Feed>>& all,
                               const std::shared_ptr<Feed>& feed, told then) {
    all.push_back(feed);
    begin_feed(feed, [&all, feed, then = std::move(then)](std::optional<request_refused> refused) {
        if (refused) {
            std::erase(all, feed);
            if (refused->what == request_refused::kind::unknown_outcome) {
                refused->what = request_refused::kind::unavailable;
            }
        }
        then(std::move(refused));
    });
}

/// Where the connection breaks before there is an answer, the next one resumes them, or says that there is none.
template <typename Feed>
void client::wire::resume(std::vector<std::shared_ptr<Feed>>& all) {
    for (const auto& each : all) {
        begin_feed(each, [&all, each](const std::optional<request_refused>& refused) {
            if (refused && refused->what != request_refused::kind::unknown_outcome) {
                std::erase(all, each);
                each->to->ended(*refused);
            }
        });
    }
}

void client::wire::resubscribe() {
    resume(report_feeds_);
    resume(market_feeds_);
}

// --- From any thread ------------------------------------------------------------------------------

client::client(std::shared_ptr<client_loop> loop, std::unique_ptr<wire> made,
               std::function<void()> waits)
    : loop_(std::move(loop)),
      wire_(std::move(made)),
      waits_(std::move(waits)),
      id_high_(random_half()) {}

result<std::unique_ptr<client>> client::connect(client_options options,
                                                std::shared_ptr<client_loop> loop) {
    auto where = parse_address(options.server);
    if (!where) {
        return where.error();
    }
    const auto at = resolve(*where);
    if (!at) {
        return at.error();
    }
    const std::function<void()> waits = options.waits;
    std::unique_ptr<client> made(
        new client(loop, std::make_unique<wire>(*loop, std::move(options), *at, *where), waits));
    std::promise<result<logged_in>> answered;
    loop->post([&] {
        made->wire_->begin([&](result<logged_in> in) { answered.set_value(std::move(in)); });
    });
    result<logged_in> in = said_wait(waits).get(answered.get_future());
    if (!in) {
        return in.error();
    }
    made->who_ = std::move(*in);
    return made;
}

client::~client() {
    BOURSE_ASSERT(!loop_->is_here());
    std::promise<void> ended;
    loop_->post([&] {
        wire_->end();
        ended.set_value();
    });
    ended.get_future().wait();
}

void client::ask(session_request request, std::function<void(session_answer)> then) {
    loop_->post([wire = wire_.get(), request = std::move(request),
                 then = std::move(then)]() mutable { wire->ask(request, std::move(then)); });
}

session_answer client::ask(session_request request) {
    said_wait wait(waits_);
    return ask(std::move(request), wait);
}

session_answer client::ask(session_request request, said_wait& of) {
    BOURSE_ASSERT(!loop_->is_here());
    std::promise<session_answer> answered;
    ask(std::move(request), [&](session_answer came) { answered.set_value(std::move(came)); });
    return of.get(answered.get_future());
}

client_id client::next_id() {
    return {id_high_, ++last_id_};
}

session_answer client::submit_surely(std::vector<shard_command> commands, duration within) {
    bool is_done_once = true;
    for (shard_command& each : commands) {
        std::visit(
            [&]<class Said>(Said& said) {
                if constexpr (requires { said.request; }) {
                    if (!said.request.id.is_none()) {
                        return;
                    }
                    if constexpr (std::is_same_v<Said, submit_replace>) {
                        is_done_once = false;
                    } else {
                        said.request.id = next_id();
                    }
                }
            },
            each);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(within.ns);
    said_wait wait(waits_);
    for (;; wait.look()) {
        session_answer answer = ask(submit_request{commands}, wait);
        const auto* const refused = std::get_if<request_refused>(&answer);
        using kind = request_refused::kind;
        const bool again =
            refused != nullptr &&
            (refused->what == kind::overloaded || refused->what == kind::unavailable ||
             (refused->what == kind::unknown_outcome && is_done_once));
        if (!again || std::chrono::steady_clock::now() >= until) {
            return answer;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(
            refused->retry_after_ms == 0 ? usual_retry_ms : refused->retry_after_ms));
    }
}

std::optional<request_refused> client::subscribe(const subscribe_reports& what, report_handler to) {
    std::promise<std::optional<request_refused>> answered;
    loop_->post([&] {
        wire_->subscribe(what, std::move(to), [&](std::optional<request_refused> refused) {
            answered.set_value(std::move(refused));
        });
    });
    return said_wait(waits_).get(answered.get_future());
}

std::optional<request_refused> client::subscribe(const subscribe_market& what, market_handler to) {
    std::promise<std::optional<request_refused>> answered;
    loop_->post([&] {
        wire_->subscribe(what, std::move(to), [&](std::optional<request_refused> refused) {
            answered.set_value(std::move(refused));
        });
    });
    return said_wait(waits_).get(answered.get_future());
}

}  // namespace bourse
