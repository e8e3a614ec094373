#pragma once

#include <cstdint>
#include <optional>

#include "actors/shard/shard.hpp"
#include "messages/session_message.hpp"

/// What a shard says when it is asked about itself. Called on the thread that applies its entries, between two of them, so
/// every answer is exact as of one entry.
namespace bourse {

[[nodiscard]] session_answer answer_orders(const shard& of, const orders_request& asked);
[[nodiscard]] session_answer answer_portfolio(const shard& of, const portfolio_request& asked);
/// `not_found` for a symbol whose book is not here.
[[nodiscard]] session_answer answer_book(const shard& of, const book_request& asked);

/// Levels of a side, the best first, at most `most`.
[[nodiscard]] std::vector<level_line> levels_of(const order_book& book, side which,
                                                std::uint32_t most);

}  // namespace bourse
