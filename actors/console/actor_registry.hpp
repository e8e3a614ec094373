#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "messages/session_message.hpp"

namespace bourse {

/// What is counted of one actor, by those who send to it and by itself.
struct actor_count {
    actor_count(std::string of_kind, std::string its_name)
        : kind(std::move(of_kind)), name(std::move(its_name)) {}

    const std::string kind;
    const std::string name;
    std::atomic<std::uint64_t> sent{0};     ///< to it
    std::atomic<std::uint64_t> handled{0};  ///< by it
    /// Somebody hears of its end: the supervisor, of a session the door.
    std::atomic<bool> watched{false};
};

/// Who runs in this node. The actor system itself cannot say: so each that begins is entered here, and gone when
/// nobody holds its count any more.
///
/// Beside actors there are tables, which whoever knows enters by name: a function that says how things are, or of one of them by
/// name, or why that cannot be; to be called by any thread. Thread-safe.
class actor_registry {
public:
    using table_maker = std::function<session_answer(const std::string& name)>;

    [[nodiscard]] std::shared_ptr<actor_count> add(std::string kind, std::string name);
    void add_table(const std::string& what, table_maker maker);
    /// `not_found` lists what there is; also when a table has no line for the name that was asked for.
    [[nodiscard]] session_answer answer(const console_request& asked);
    /// Kind, name, waiting, handled, handled a second since the last time that anybody asked, at first since it was made, and
    /// whether it is watched.
    [[nodiscard]] table_answer actors(const std::string& name);

private:
    struct entry {
        std::weak_ptr<actor_count> count;
        std::uint64_t handled_before = 0;
    };
    std::mutex mutex_;
    std::vector<entry> entries_;
    std::vector<std::pair<std::string, table_maker>> tables_;
    std::chrono::steady_clock::time_point asked_before_ = std::chrono::steady_clock::now();
};

/// A table for who asks for one of its lines by name: those that begin with it. All, if there is no name.
[[nodiscard]] table_answer lines_of(table_answer all, const std::string& name);
/// The table, or `not_found` if it has no line and there was a name.
[[nodiscard]] session_answer found_in(table_answer lines, const console_request& asked);

}  // namespace bourse
