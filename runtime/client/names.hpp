#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/directory_records.hpp"
#include "messages/result.hpp"
#include "messages/session_message.hpp"

namespace bourse {

class client;

/// Names and units of what a session sees: people write AAPL and 585.33, the exchange takes symbols and ticks.
///
/// Instruments are read all at once, and once; accounts as they are asked for. What is not there is an error `unknown`
/// that says which names look like it.
class market_names {
public:
    /// `session` must outlive it.
    explicit market_names(client& session) : session_(session) {}

    [[nodiscard]] result<const instrument_line*> instrument(std::string_view name);
    [[nodiscard]] result<account_line> account(std::string_view name);
    /// As the units of actors/directory want them.
    [[nodiscard]] static instrument_record record_of(const instrument_line& line);
    [[nodiscard]] static currency_record currency_of(const instrument_line& line);
    [[nodiscard]] result<currency_record> currency(std::string_view name);

    /// All, by rising name.
    [[nodiscard]] result<const std::vector<instrument_line>*> instruments();
    [[nodiscard]] result<std::vector<account_line>> accounts();

    /// What numbers mean; null for one that is not known.
    [[nodiscard]] const instrument_line* instrument(symbol_id symbol);
    [[nodiscard]] std::optional<currency_record> currency(currency_id id);
    /// A name, or the number with a hash in front.
    [[nodiscard]] std::string symbol_text(symbol_id symbol);

private:
    client& session_;
    std::optional<std::vector<instrument_line>> instruments_;
};

/// Those of `all` that look like `wanted`, the nearest first, at most three.
[[nodiscard]] std::vector<std::string> names_like(std::string_view wanted,
                                                  const std::vector<std::string>& all);

/// "; did you mean AAPL or AAPN?" of those that `names_like` finds; nothing if nothing looks like it.
[[nodiscard]] std::string did_you_mean(std::string_view wanted,
                                       const std::vector<std::string>& all);

/// What a call was refused for, as an error: `not_found` is `unknown`, everything else `refused`.
[[nodiscard]] error to_error(const request_refused& why);

}  // namespace bourse
