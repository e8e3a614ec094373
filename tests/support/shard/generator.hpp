#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/listing.hpp"
#include "messages/shard_command.hpp"
#include "messages/timestamp.hpp"
#include "tests/support/command_generator.hpp"
#include "tests/support/shard/world.hpp"

namespace bourse {

/// Makes up the entries of a world of shards, so that it comes into its rare states.
///
/// Five instruments with their books spread over the shards (one, in some worlds, in a shard that is
/// not there), twenty accounts a shard, most with plenty and some with little. Prices lie close together;
/// times, horizons and outboxes are small, so that ids are forgotten and bounds are met. What each
/// kind of command's share is, the seed says: worlds differ in what they are full of. It keeps a light
/// picture of what lives, from reports, to name what is there.
class shard_generator {
public:
    shard_generator(std::uint64_t seed, std::uint16_t shards);

    [[nodiscard]] const std::vector<shard_settings>& settings() const noexcept { return settings_; }
    /// The next step; the first ones, one a shard, list and open and fund everything.
    [[nodiscard]] world_step next();
    /// What came of a step, and when the shard next has something due.
    void learn(const world_step& step, const shard_output& out, std::optional<timestamp> next_due);

private:
    struct known_order {
        order_id id{};
        account_id account{};
        symbol_id symbol{};
        bourse::side side = bourse::side::buy;
        bourse::price price{};
        quantity total{};
        quantity filled{};
        client_id client{};
    };
    struct known_symbol {
        listing what{};
        std::int64_t middle = 100;
        std::int64_t step = 1;  ///< of prices, about the middle
    };
    /// What is known of one shard.
    struct shard_picture {
        timestamp now{};
        std::optional<timestamp> next_due;
        bool set_up = false;
        bool halted = false;
        std::map<order_id, known_order> orders;
        std::uint64_t last_order = 0;
        std::deque<shard_command> recent;   ///< to be sent again
        std::deque<shard_command> waiting;  ///< members of a group that are still to be sent
        std::vector<account_id> blocked;
        std::map<account_id, std::uint64_t> client_counters;
        std::vector<renew_lease> leases;
        std::uint32_t next_group = 1;
        std::map<symbol_id, std::uint64_t> not_open;  ///< entries since a book here left open
        std::vector<put_record> puts;                 ///< all that were asked for with a client id
        std::map<std::pair<record_table, std::string>, std::uint64_t> revisions;
        std::uint64_t entries = 0;
    };
    using step_command = world_step::command_type;
    enum class share : std::uint8_t;

    // Making the world.
    void make_settings(std::uint16_t shards);
    void make_symbols();
    [[nodiscard]] fee_tier some_fees();
    [[nodiscard]] world_step first_step(shard_id id);
    void open_accounts(shard_id id, std::vector<step_command>& to);
    void fund_accounts(shard_id id, std::vector<step_command>& to);

    // Steps.
    [[nodiscard]] world_step next_without_records();
    [[nodiscard]] timestamp next_time(const shard_picture& s);
    void add_transport(std::vector<step_command>& to);
    [[nodiscard]] std::size_t some_count();
    void add_command(std::vector<step_command>& to);
    [[nodiscard]] shard_command by_weight(std::vector<step_command>& to);
    void keep_books_open(std::vector<step_command>& to);

    // Orders.
    [[nodiscard]] submit_order order();
    void shape(new_order& one, const known_symbol& symbol);
    void spoil(submit_order& one);
    [[nodiscard]] shard_command start_group();
    [[nodiscard]] shard_command reduce_order();
    [[nodiscard]] shard_command cancel();
    [[nodiscard]] shard_command replace(std::vector<step_command>& to);
    [[nodiscard]] submit_replace change_of(const known_order& one);

    // Accounts and funds.
    [[nodiscard]] shard_command limit();
    [[nodiscard]] shard_command fund();
    [[nodiscard]] shard_command move();
    [[nodiscard]] shard_command corporate_action(std::vector<step_command>& to);
    [[nodiscard]] shard_command kill();
    [[nodiscard]] shard_command lease();

    // The market.
    [[nodiscard]] shard_command state();
    [[nodiscard]] shard_command reference();
    [[nodiscard]] shard_command calendar();
    [[nodiscard]] shard_command list_again();
    [[nodiscard]] shard_command halt();
    [[nodiscard]] shard_command malformed();
    void put_records(std::vector<step_command>& to);
    [[nodiscard]] put_record some_put();
    static void learn_records(shard_picture& of, const shard_output& out);

    // Values.
    [[nodiscard]] request_id request(account_id account);
    [[nodiscard]] account_id some_account();
    [[nodiscard]] account_id account_of(shard_id id, std::uint64_t which) const;
    [[nodiscard]] const known_symbol& some_known_symbol();
    [[nodiscard]] symbol_id some_symbol();
    [[nodiscard]] asset_id some_asset();
    [[nodiscard]] const known_order* some_order();
    [[nodiscard]] shard_id some_peer();
    [[nodiscard]] price some_price(const known_symbol& symbol, side which);
    [[nodiscard]] quantity some_quantity(const known_symbol& symbol);
    [[nodiscard]] std::int64_t some_amount(asset_id asset);
    [[nodiscard]] timestamp soon();
    [[nodiscard]] set_state some_state();
    [[nodiscard]] std::int64_t extreme();
    [[nodiscard]] shard_picture& here() { return shards_[current_.value - 1U]; }

    random_source random_;
    random_source
        record_random_;          ///< apart: the rest of a life is the same with and without records
    unsigned record_share_ = 0;  ///< in 1,000 entries
    std::vector<shard_settings> settings_;
    std::vector<known_symbol> symbols_;
    std::vector<shard_picture> shards_;
    std::vector<unsigned> weights_;
    std::uint64_t step_ns_ = 1'000'000;  ///< by how much time usually rises
    std::uint64_t crowd_ = 60;           ///< orders of a shard from which on many are cancelled
    shard_id current_{1};
    std::uint64_t steps_ = 0;
};

}  // namespace bourse
