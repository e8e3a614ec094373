#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "actors/shard/shard_output.hpp"
#include "messages/shard_command.hpp"
#include "messages/shard_rows.hpp"

namespace bourse {

/// A mistake made on purpose in what a good machine puts out: the audit must see each.
enum class planted_fault : std::uint8_t {
    settle_twice,       ///< a fill's lines come twice
    forget_release,     ///< an order that has ended goes on holding what it reserved
    round_fee_down,     ///< a fee is a minor unit less than it should be
    lose_message,       ///< a message for another shard is lost, the next gets its number
    reuse_client_id,    ///< a repeated order is taken for a new one
    skip_report,        ///< a report is not sent
    answer_twice,       ///< an order has two final answers
    unbalanced_line,    ///< a line without its counterpart
    swap_trade_number,  ///< a trade number is left out
};
inline constexpr std::uint8_t planted_fault_count = 9;

/// Makes one such mistake, once it can, in what a shard puts out and in its rows.
class fault_planter {
public:
    explicit fault_planter(planted_fault what) : what_(what) {}

    void spoil(shard_id from, const entry& applied, shard_output& out);
    void spoil(shard_id from, shard_rows& rows);
    [[nodiscard]] bool done() const noexcept { return done_; }

private:
    void lose_message(shard_id from, shard_output& out);
    void settle_twice(shard_output& out);
    void reuse_client_id(const entry& applied, shard_output& out);

    planted_fault what_;
    bool done_ = false;
    shard_id where_{};
    shard_id peer_{};
    std::optional<open_order_row> kept_;
    std::map<shard_id, std::vector<open_order_row>> before_;
};

}  // namespace bourse
