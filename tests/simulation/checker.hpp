#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/replica/replica.hpp"
#include "messages/report.hpp"
#include "messages/shard_command.hpp"
#include "tests/simulation/plain_book.hpp"

namespace bourse {

/// Commands that a client sends together, and what he knows of them.
struct client_request {
    std::uint64_t number = 0;  ///< of this client: 1, 2, 3 …
    std::uint64_t client = 0;
    shard_id shard{};
    std::vector<shard_command> commands;  ///< each with a client id {client, …}
    std::uint64_t asked_us = 0;
    std::uint64_t floor =
        0;  ///< the highest index of the shard that anybody had been answered by then
};

/// What a client is told of a request: it is in an entry, and this came of it there.
struct client_answer {
    std::uint64_t request = 0;
    std::uint64_t client = 0;
    shard_id shard{};
    std::uint64_t index = 0;
    std::vector<report> reports;  ///< those of the entry with a client id of this client
    std::uint64_t told_us = 0;    ///< when the client hears of it
};

/// And of a read: what the shard's books looked like.
struct read_answer {
    std::uint64_t number = 0;
    std::uint64_t index = 0;
    std::vector<std::pair<symbol_id, book_top>> tops;
    std::uint64_t told_us = 0;
};

/// One property that every life of a cluster must have. It is told what happens, by whoever sees it happen
/// from outside, and says what cannot be.
class checker {
public:
    using complaint = std::function<void(const std::string&)>;

    checker() = default;
    checker(const checker&) = delete;
    checker& operator=(const checker&) = delete;
    virtual ~checker() = default;

    [[nodiscard]] virtual const char* name() const noexcept = 0;
    void on_complaint(complaint to) { complain_ = std::move(to); }

    /// The first replica of the shard has applied this entry, and its output is what the reference made of it.
    virtual void committed(shard_id, const applied_entry&) {}
    /// A replica says that it leads.
    virtual void leads(shard_id, std::uint64_t /*term*/, replica_id) {}
    /// A replica that is in `term` sends this to another one of its shard.
    virtual void said(shard_id, const replica_message&, std::uint64_t /*term*/) {}
    virtual void asked(const client_request&) {}
    virtual void answered(const client_request&, const client_answer&) {}
    /// A request without commands is a read.
    virtual void read(const client_request&, const read_answer&) {}
    /// What a node's event store holds of a shard, when it starts and at the end.
    virtual void stored(const std::string& /*node*/, shard_id, const event_store&) {}
    /// All is quiet again. `states` are the reference's shards 1, 2, 3 …
    virtual void at_end(const std::vector<const shard*>& /*states*/) {}

    /// Of what it searched at the end: how often it found out, and how often not within its bounds.
    struct searches {
        std::uint64_t decided = 0;
        std::uint64_t undecided = 0;
    };
    [[nodiscard]] virtual searches searched() const { return {}; }

protected:
    void complain(const std::string& sentence) const { complain_(sentence); }

private:
    complaint complain_;
};

[[nodiscard]] std::vector<std::unique_ptr<checker>> all_checkers(std::uint16_t shards);

/// What a life itself looks at, by name.
namespace life_check {
inline constexpr const char* replicas_agree = "replicas agree";
inline constexpr const char* no_replica_stops = "no replica stops";
inline constexpr const char* only_leaders_speak = "only leaders speak";
inline constexpr const char* a_node_starts = "a node starts";
inline constexpr const char* progress = "progress after heal";
}  // namespace life_check

/// The client id that a command carries; none: zero.
[[nodiscard]] client_id id_of(const shard_command& what);

// Each in a file of its own.
[[nodiscard]] std::unique_ptr<checker> make_acknowledged_checker();
[[nodiscard]] std::unique_ptr<checker> make_conserved_checker(std::uint16_t shards);
[[nodiscard]] std::unique_ptr<checker> make_gapless_checker();
[[nodiscard]] std::unique_ptr<checker> make_leaders_checker();
[[nodiscard]] std::unique_ptr<checker> make_votes_checker();
[[nodiscard]] std::unique_ptr<checker> make_real_time_checker();
[[nodiscard]] std::unique_ptr<checker> make_books_checker();
[[nodiscard]] std::unique_ptr<checker>
make_search_checker();  ///< in books.cpp; for lives of one shard
[[nodiscard]] std::unique_ptr<checker> make_first_outcome_checker();
[[nodiscard]] std::unique_ptr<checker> make_stamps_checker();
[[nodiscard]] std::unique_ptr<checker> make_stored_events_checker();

}  // namespace bourse
