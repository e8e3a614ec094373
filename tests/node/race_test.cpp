// That the thread sanitizer judges what handlers of actors do, whatever it is told to pass over (thread_sanitizer.cpp): two that
// touch one variable, in a process of its own, are reported. Only in the tree `tsan`.

#include <doctest/doctest.h>

#if defined(BOURSE_SANITIZER_thread)

#include <sys/wait.h>

#include <atomic>
#include <caf/all.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

namespace bourse {
namespace {

using number_actor = caf::typed_actor<caf::reacts_to<int>>;

struct two_workers : caf::actor_system_config {
    two_workers() {
        set("scheduler.max-threads", std::size_t{2});
        set("scheduler.policy", caf::atom("sharing"));
    }
};

/// Written by both actors, with nothing that says who comes first.
struct shared_number {
    // Apart: of what is near to one another the sanitizer remembers but a few accesses.
    alignas(64) std::atomic<int> begun{0};
    alignas(64) int value = 0;
};

number_actor::behavior_type adds_to(number_actor::pointer self, shared_number* number) {
    return {[self, number](int by) {
        // Both are in their handlers; relaxed, so that this says nothing of what is before what.
        number->begun.fetch_add(1, std::memory_order_relaxed);
        while (number->begun.load(std::memory_order_relaxed) < 2) {
            std::this_thread::yield();
        }
        // Again and again: of two accesses at the very same time the sanitizer may see none.
        for (int i = 0; i < 100; ++i) {
            number->value += by;
            std::this_thread::yield();
        }
        self->quit();
    }};
}

template <caf::spawn_options How>
void race() {
    shared_number number;
    two_workers config;
    caf::actor_system system(config);
    for (int i = 0; i < 2; ++i) {
        caf::anon_send(system.spawn<How>(adds_to, &number), 1);
    }
    system.await_all_actors_done();
}

struct ended {
    int status = 0;
    std::string said;
};
/// This program, with that test case alone.
ended run_alone(const std::string& name) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
    const std::string command =
        "'" + program + "' --no-skip --no-colors --test-case='" + name + "' 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    ended found;
    for (int letter = 0; (letter = std::fgetc(pipe)) != EOF;) {
        found.said += static_cast<char>(letter);
    }
    found.status = ::pclose(pipe);
    return found;
}

}  // namespace

// Not listed: what the others run.
TEST_CASE("a race of two scheduled actors" * doctest::skip()) {
    race<caf::no_spawn_options>();
}
TEST_CASE("a race of two detached actors" * doctest::skip()) {
    race<caf::detached>();
}

TEST_CASE("two handlers that write one variable are reported, scheduled or detached") {
    for (const char* each : {"a race of two scheduled actors", "a race of two detached actors"}) {
        const ended found = run_alone(each);
        CHECK_MESSAGE(found.said.find("WARNING: ThreadSanitizer: data race") != std::string::npos,
                      found.said);
        CHECK_MESSAGE(found.said.find("adds_to") != std::string::npos, found.said);
        CHECK(found.status != 0);
    }
}

}  // namespace bourse

#endif
