#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/event.hpp"
#include "messages/ids.hpp"
#include "messages/order_terms.hpp"
#include "messages/result.hpp"
#include "messages/session_message.hpp"
#include "messages/timestamp.hpp"

/// The words that people write and read for what messages have numbers for.
namespace bourse {

inline constexpr std::int64_t ns_of_second = 1'000'000'000;

[[nodiscard]] std::string_view word(side of);
[[nodiscard]] std::string_view word(order_type of);
[[nodiscard]] std::string_view word(time_in_force of);
[[nodiscard]] std::string_view word(market_state of);
[[nodiscard]] std::string_view word(user_role of);
[[nodiscard]] std::string_view word(account_kind of);
[[nodiscard]] std::string_view word(request_refused::kind of);
[[nodiscard]] std::string_view word(event_kind of);

[[nodiscard]] std::optional<side> to_side(std::string_view text);
[[nodiscard]] std::optional<order_type> to_order_type(std::string_view text);
[[nodiscard]] std::optional<time_in_force> to_time_in_force(std::string_view text);
[[nodiscard]] std::optional<self_trade_prevention> to_self_trade(std::string_view text);
[[nodiscard]] std::optional<user_role> to_role(std::string_view text);

/// All that there are, for help and errors.
[[nodiscard]] std::vector<std::string> order_type_words();
[[nodiscard]] std::vector<std::string> time_in_force_words();
[[nodiscard]] std::vector<std::string> self_trade_words();
[[nodiscard]] std::vector<std::string> role_words();

/// Text of up to 16 bytes as a client id, or 32 hexadecimal digits. `malformed` with a sentence.
[[nodiscard]] result<client_id> to_client_id(std::string_view text);
/// As it was given, if that was text; otherwise 32 hexadecimal digits. Empty for none, and for a tag.
[[nodiscard]] std::string client_id_text(client_id id);

/// `2026-11-21T14:00:00Z`, with a fraction if there is one; and back.
[[nodiscard]] std::string time_text(timestamp at);
[[nodiscard]] result<timestamp> to_time(std::string_view text);

}  // namespace bourse
