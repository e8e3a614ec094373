#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "tests/simulation/envelope.hpp"
#include "tests/support/command_generator.hpp"

namespace bourse {

/// What clients share: what they may ask for, and what anybody has been answered so far.
struct client_world {
    std::uint16_t shards = 1;
    std::uint16_t nodes = 1;
    std::map<shard_id, std::uint64_t> answered;  ///< the highest index answered of each shard
    std::int64_t wall_start_ns = 0;
    bool is_open = false;     ///< the shards have their instruments and accounts
    bool is_closing = false;  ///< nothing new is asked for
};

inline constexpr std::uint32_t accounts_a_shard = 4;
inline constexpr std::uint32_t symbol_count = 3;
[[nodiscard]] constexpr account_id account_of(shard_id shard, std::uint32_t which) noexcept {
    return {shard.value * 100U + which};
}

/// Asks for things and asks again, with the same ids, until it is told what came of them. Client 1 is the
/// operator, who first lists, opens and funds everything.
class client {
public:
    client(std::uint64_t number, std::uint64_t seed, client_world& world);

    /// Sends what is to be sent now; answers when it wants to be woken.
    [[nodiscard]] std::uint64_t wake(std::uint64_t now_us, std::vector<envelope>& out,
                                     std::vector<client_request>& asked);
    /// The request that was answered, if it was not before.
    [[nodiscard]] std::optional<client_request> take(const client_answer& answer, endpoint from);
    void take(const refusal_notice& notice, std::uint64_t now_us);
    /// The read that was answered, if it was not before.
    [[nodiscard]] std::optional<client_request> take(const read_answer& answer);

    [[nodiscard]] bool is_quiet() const noexcept { return open_.empty(); }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    struct open_request {
        client_request what;
        std::uint64_t next_try_us = 0;
        bool is_read = false;
    };

    void ask(std::uint64_t now_us, shard_id shard, std::vector<shard_command> commands,
             std::vector<client_request>& asked);
    void ask_to_read(std::uint64_t now_us, shard_id shard);
    [[nodiscard]] std::vector<shard_command> founding_commands(shard_id shard);
    [[nodiscard]] shard_command some_command(std::uint64_t now_us, shard_id shard);
    [[nodiscard]] shard_command some_order(std::uint64_t now_us, shard_id shard);
    [[nodiscard]] request_id next_id(std::uint64_t now_us);
    [[nodiscard]] account_id some_account(shard_id shard);

    std::uint64_t number_;
    random_source random_;
    client_world* world_;
    std::map<std::uint64_t, open_request> open_;  ///< by number
    std::map<shard_id, std::uint32_t> guess_;     ///< which node leads
    std::map<account_id, std::deque<client_id>> orders_;
    std::deque<client_request> again_;
    std::uint64_t last_request_ = 0;
    std::uint64_t last_id_ = 0;
    std::uint64_t next_ask_us_ = 0;
    std::uint16_t founded_ = 0;
};

}  // namespace bourse
