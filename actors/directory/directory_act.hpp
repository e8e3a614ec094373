#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/directory/directory.hpp"
#include "messages/directory_records.hpp"
#include "messages/reason.hpp"
#include "messages/result.hpp"
#include "messages/shard_command.hpp"
#include "messages/timestamp.hpp"

/// What an operator asks of the directory, as the commands that do it.
namespace bourse {

// --- What is asked ------------------------------------------------------------------------------

/// A new instrument.
struct instrument_spec {
    std::string name;              ///< [A-Z0-9._-]{1,16}
    std::string currency = "USD";  ///< [A-Z0-9]{3,8}; made if it is not there
    /// Of the currency, if it is made; none: 2. If it is there and has others, that is refused.
    std::optional<std::uint8_t> currency_decimals;
    decimal tick{1, 2};
    decimal lot{1, 0};
    std::string description;
    symbol_id symbol{};  ///< none: one is found; 1 to 0x7FFFFFFF
    /// All else that the shard is to know. Symbol, currency and tick value are filled in, and the book's shard
    /// where there is none: it is the directory's.
    listing terms{};
};

/// Something that an account is to be given when it is opened, by name.
struct deposit_spec {
    bool of_currency = true;  ///< false: lots of an instrument
    std::string asset;        ///< the name
    std::string amount;       ///< decimal text, in units of the currency or instrument
};

/// A new account.
struct account_spec {
    std::string name;      ///< [a-z0-9._-]{1,32}
    account_id account{};  ///< none: one is found; 1 to 0x7FFFFFFF
    shard_id home{};       ///< none: the directory's shard
    account_kind kind = account_kind::cash;
    std::uint8_t tier = 0;
    trade_group_id trade_group{};
    risk_group_id risk_group{};
    /// Each asset once, up to 64. Made exactly once, however often the act is repeated: by client ids, of which the
    /// upper half is `opening_client_high`, and a not-after half a horizon from when the act began. An act that is
    /// taken up later opens the account without those that are missing, and says so, as an error.
    std::vector<deposit_spec> deposits;
};
inline constexpr std::uint64_t opening_client_high = 0x426F'7572'7365'0001U;  // "Bourse", 1

/// A new user, with its first key (key_hash.hpp makes one).
struct user_spec {
    std::string name;  ///< [a-z0-9._-]{1,32}
    user_role role = user_role::trader;
    std::vector<std::string> accounts;  ///< by name, each once; an operator has none: it has all
    key_hash key;
};

/// Another role, and other accounts, for a user that is there.
struct access_spec {
    std::string name;
    user_role role = user_role::trader;
    std::vector<std::string> accounts;
};

/// Another key for a user that is there. A user that was revoked gets none.
struct key_spec {
    std::string name;
    key_hash key;
};

/// Revokes one key of a user, or, without a key id, the user: no key opens anything any more, for ever. A user or
/// key that is not there is refused, and what would leave no operator with a key.
struct revoke_spec {
    std::string name;
    std::string key_id;
};

// --- What is done -------------------------------------------------------------------------------

/// The next command of an act.
struct directory_step {
    shard_id to{};  ///< whose log it is for
    shard_command what;
};

/// One act of an operator, carried out command by command. It holds what it was asked and what has been
/// answered; everything else it reads from the directory each time.
///
///     directory_act act(instrument_spec{…}, now);
///     for (;;) {
///         auto next = act.next(names);             // names: with the newest entry followed
///         if (!next) → refused: next.error()
///         if (!*next) → done
///         submit (*next)->what to the shard (*next)->to, and wait for its entry: `names` must have followed it
///         act.answer(the reason that it was refused for, or none)
///     }
///
/// An answer `repeated` counts as the first answer, that is its reason. When an answer does not come, drop the
/// act, and begin it again: an act that is begun again, by whoever, whenever, wherever it was left, finds what
/// is there and goes on; when all is there and equal, it is done at once. What is there and not equal is
/// refused as `exists`, with what differs. A conflict (two operators at once) is no refusal: `next` plans anew.
///
/// Errors of `next`: `malformed`, `out_of_range`, `over_bound` (a name, number or text that cannot be: the
/// sentence says which would be right), `exists` (there, and different), `unknown` (names something that is
/// not there), `refused` (the shard's reason is in the sentence), `overloaded` (16 conflicts in a row).
class directory_act {
public:
    using spec =
        std::variant<instrument_spec, account_spec, user_spec, access_spec, key_spec, revoke_spec>;

    /// `now` is the caller's clock; it only sets until when an account's opening deposits may be repeated.
    directory_act(spec asked, timestamp now);

    /// The next command; nothing: done.
    [[nodiscard]] result<std::optional<directory_step>> next(const directory& names);
    /// What became of that command.
    void answer(reason why);

private:
    /// What a step is about: a record, the thing itself in its shard, an opening deposit.
    enum class part : std::uint8_t { none, record, thing, deposit };
    using planned = result<std::optional<directory_step>>;

    [[nodiscard]] planned plan(const instrument_spec& asked, const directory& names);
    [[nodiscard]] planned plan(const account_spec& asked, const directory& names);
    [[nodiscard]] planned plan(const user_spec& asked, const directory& names);
    [[nodiscard]] planned plan(const access_spec& asked, const directory& names);
    [[nodiscard]] planned plan(const key_spec& asked, const directory& names);
    [[nodiscard]] planned plan(const revoke_spec& asked, const directory& names);
    [[nodiscard]] planned plan_currency(const instrument_spec& asked, const directory& names);
    [[nodiscard]] planned go_on_opening(const account_record& wanted, std::uint64_t revision,
                                        const directory& names);
    /// A write of a record, which has that revision now.
    [[nodiscard]] planned put(record_table table, const std::string& name, std::string value,
                              std::uint64_t expected, const directory& names);
    [[nodiscard]] planned put_user(const user_record& wanted, std::uint64_t expected,
                                   const directory& names);
    /// What is left to do once a thing has got another id: all of it.
    void begin_thing();

    spec asked_;
    timestamp now_;
    part last_ = part::none;       ///< what the last step was about
    bool record_is_done_ = false;  ///< of a user: its one step
    bool thing_is_there_ = false;  ///< listed or opened
    bool is_late_ = false;         ///< not all opening deposits could be made
    std::size_t deposits_made_ = 0;
    unsigned conflicts_ = 0;  ///< in a row
    reason refused_ = reason::none;
};

}  // namespace bourse
