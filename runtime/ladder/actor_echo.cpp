// The echo's one actor, and the process around it.
#include <caf/all.hpp>
#include <csignal>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/echo/echo_server.hpp"
#include "runtime/ladder/ladder.hpp"

namespace bourse {

/// A call's records on their way.
struct echo_mail {
    std::uint64_t call = 0;
    std::shared_ptr<std::vector<report>> records;
    echo_server* back = nullptr;
};

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::echo_mail)

namespace bourse {
namespace {

/// Answers each record of a call with that record. Lives as long as its process; owns nothing, never blocks; the clients' windows
/// are its bound.
using echo_actor = caf::typed_actor<caf::reacts_to<echo_mail>>;

echo_actor::behavior_type echo_behavior(echo_actor::pointer) {
    return {[](const echo_mail& mail) { mail.back->reply(mail.call, std::move(*mail.records)); }};
}

/// As a node's.
class echo_config : public caf::actor_system_config {
public:
    echo_config() {
        set("scheduler.max-threads", std::size_t{2});
        set("scheduler.policy", caf::atom("sharing"));
        set("logger.console", caf::atom("none"));
        set("logger.verbosity", caf::atom("quiet"));
    }
};

}  // namespace

outcome serve_echo(const std::string& listen) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    echo_config config;
    caf::actor_system system(config);
    const echo_actor through = system.spawn(echo_behavior);
    // A client may come before this thread knows the server.
    std::promise<echo_server*> made;
    const std::shared_future<echo_server*> back = made.get_future().share();
    auto serving = echo_server::start(
        listen, [through, back](std::uint64_t call, std::vector<report> records) {
            caf::anon_send(
                through, echo_mail{call, std::make_shared<std::vector<report>>(std::move(records)),
                                   back.get()});
        });
    if (!serving) {
        caf::anon_send_exit(through, caf::exit_reason::user_shutdown);
        return serving.error();
    }
    made.set_value(serving->get());
    std::cout << "ready rpc=" << (*serving)->address() << std::endl;
    int which = 0;
    sigwait(&ends, &which);
    (*serving)->stop();
    caf::anon_send_exit(through, caf::exit_reason::user_shutdown);
    return done{};
}

}  // namespace bourse
