#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "messages/directory_records.hpp"
#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "messages/shard_command.hpp"

namespace bourse {

class shard;

/// A record that the directory cannot read: written by a newer program, or by none of ours.
struct unread_record {
    record_table table = record_table::currencies;
    std::string name;
    std::string why;
};

/// Who and what is called how: the names of currencies, instruments, accounts and users.
///
/// The names are records of a shard (shard RULES 7), replicated and recovered with it; this is a copy of
/// them, read and put in order, in step with the shard's entries. It decides nothing that is not in them.
/// What changes it is a command to the shard: directory_act.hpp plans those.
///
/// - Names are unique in their table. Ids are unique too: of two records with one id, which only two
///   operators at once can make, the one with the lower revision has it, then the lower name; the other
///   counts as not there until its act is repeated, which gives it another.
/// - Instruments and accounts are found once they are ready, that is, once their shard knows them. `instruments`
///   and `accounts` list those only.
/// - A pointer that is handed out is valid until the next `follow`.
///
/// Text and numbers: units.hpp. One thread at a time. Not on the path of an order but for a lookup by name or id,
/// which costs a hash. Bounds are those of a shard's records: 2^20, and 256 MiB.
class directory {
public:
    /// A directory of all the records that `from` has now.
    explicit directory(const shard& from);
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    directory(directory&&) noexcept;
    directory& operator=(directory&&) noexcept;
    ~directory();

    /// Takes over what an entry has changed. To be called once for each entry that `from` has applied since, in
    /// order; `from` may have applied later ones already. Returns whether a name was changed.
    bool follow(const entry& applied, const shard& from);

    /// Of the newest entry that it knows.
    [[nodiscard]] std::uint64_t index() const noexcept { return index_; }
    /// The shard that it is a directory of.
    [[nodiscard]] shard_id home() const noexcept { return home_; }
    /// How long that shard remembers client ids.
    [[nodiscard]] duration horizon() const noexcept { return horizon_; }

    // --- By name, and by id; null: there is none that is ready -----------------------------------

    [[nodiscard]] const currency_record* find_currency(std::string_view name) const;
    [[nodiscard]] const currency_record* currency(currency_id id) const;
    [[nodiscard]] const instrument_record* find_instrument(std::string_view name) const;
    [[nodiscard]] const instrument_record* instrument(symbol_id symbol) const;
    [[nodiscard]] const account_record* find_account(std::string_view name) const;
    [[nodiscard]] const account_record* account(account_id id) const;
    [[nodiscard]] const user_record* find_user(std::string_view name) const;
    /// Whether a user may act for an account (`for_trading`) or read what is its own. Nobody who is revoked.
    [[nodiscard]] static bool may_act(const user_record& user, account_id account,
                                      bool for_trading) noexcept;
    /// The name of an asset, or its number where there is none.
    [[nodiscard]] std::string asset_name(asset_id asset) const;

    // --- Lists: by rising name, behind `after`, at most `most` ------------------------------------

    [[nodiscard]] std::vector<const currency_record*> currencies(std::string_view after,
                                                                 std::size_t most) const;
    [[nodiscard]] std::vector<const instrument_record*> instruments(std::string_view after,
                                                                    std::size_t most) const;
    [[nodiscard]] std::vector<const account_record*> accounts(std::string_view after,
                                                              std::size_t most) const;
    [[nodiscard]] std::vector<const user_record*> users(std::string_view after,
                                                        std::size_t most) const;
    /// What could not be read: for people. By table and name; their names are taken.
    [[nodiscard]] std::vector<unread_record> unread() const;

    // --- For acts: what is there at all, ready or not ----------------------------------------------

    template <class Record>
    struct kept {
        Record record;
        std::uint64_t revision = 0;
        bool has_id = true;  ///< false: an older record has the same id
    };
    [[nodiscard]] const kept<currency_record>* kept_currency(std::string_view name) const;
    [[nodiscard]] const kept<instrument_record>* kept_instrument(std::string_view name) const;
    [[nodiscard]] const kept<account_record>* kept_account(std::string_view name) const;
    [[nodiscard]] const kept<user_record>* kept_user(std::string_view name) const;
    [[nodiscard]] bool is_unread(record_table table, std::string_view name) const;
    /// The lowest id above all that are taken; zero: there is none.
    [[nodiscard]] currency_id free_currency() const;
    [[nodiscard]] symbol_id free_symbol() const;
    [[nodiscard]] account_id free_account() const;
    [[nodiscard]] bool is_taken(currency_id id) const;
    [[nodiscard]] bool is_taken(symbol_id id) const;
    [[nodiscard]] bool is_taken(account_id id) const;

private:
    struct tables;
    std::unique_ptr<tables> tables_;
    shard_id home_{};
    duration horizon_{};
    std::uint64_t index_ = 0;
};

}  // namespace bourse
