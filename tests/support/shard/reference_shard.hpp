#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/book/order_book.hpp"
#include "actors/shard/shard.hpp"
#include "tests/support/shard/reference_ledger.hpp"

namespace bourse {

/// The slow, obvious shard that the fast one is compared with.
///
/// Written from actors/shard/RULES.md and actors/ledger/RULES.md alone. The books are the real ones,
/// which have a reference of their own; all else is kept in maps by id and added up anew when asked.
///
/// Digests (shard RULES 5.2): of a book: after each of its turns in a round, and after each of its due
/// actions, XXH3_64bits_withSeed(the turn's events, 64 bytes each, seed: the digest before), if there was any event.
/// Of the ledger: at the end of each entry likewise over the entry's reports (128 bytes each), if any,
/// and then over its lines (40 bytes each), if any; before them, at its command, over each record written (7.5).
/// Both begin at zero.
class reference_shard final : private reference_surroundings {
public:
    explicit reference_shard(const shard_settings& settings);
    reference_shard(const reference_shard&) = delete;
    reference_shard& operator=(const reference_shard&) = delete;
    ~reference_shard() override = default;

    /// Applies the next entry; `out` is cleared first.
    void apply(const entry& next, shard_output& out);
    void skip(std::uint64_t index);

    [[nodiscard]] std::optional<timestamp> next_due() const;
    [[nodiscard]] shard_rows save() const;
    [[nodiscard]] const std::map<std::pair<record_table, std::string>, record_row>& records()
        const {
        return records_;
    }
    [[nodiscard]] std::vector<portfolio_line> portfolio(account_id account) const {
        return ledger_.portfolio(account);
    }
    /// The most rounds, of books and of the ledger, that followed a round 0 or a due action.
    [[nodiscard]] int longest_rounds() const noexcept { return longest_rounds_; }
    /// The first thing that the rules promise and that does not hold, as a sentence; or empty. For use
    /// between entries. What was put out so far is looked at as it comes: numbers without gaps, lines that
    /// add up to zero.
    [[nodiscard]] std::string find_violation() const;

private:
    using book_command =
        std::variant<new_order, cancel_order, replace_order, mass_cancel, set_state, set_reference>;
    /// A message to a book: it goes by the position of the command that caused it, then by emission.
    struct message {
        std::size_t position = 0;
        symbol_id symbol{};
        book_command what;
        std::optional<event> answer{};  ///< 4.4, 4.5: if no book is to answer
    };
    struct caused_event {
        std::size_t message = 0;  ///< the one of the round that caused it
        std::size_t position = 0;
        bool of_book = true;  ///< false: the shard answers in its place (4.4, 4.5)
        event what{};
    };
    struct hosted_book {
        order_book book;
        shard_book_row row{};  ///< but for its rows
    };
    struct channel {
        channel_row row{};  ///< but for its values
        std::map<asset_id, channel_value> values;
    };

    // Surroundings of the ledger.
    void pass(symbol_id symbol, std::variant<new_order, cancel_order, replace_order> what) override;
    void send(shard_id peer, channel_message what) override;
    [[nodiscard]] bool has_room(shard_id peer, bool new_order_or_transfer) const override;
    [[nodiscard]] std::optional<price> last_price(symbol_id symbol) const override;
    [[nodiscard]] bool is_at_rest(symbol_id symbol) const override;

    // Rounds (section 1).
    void tell_book(symbol_id symbol, book_command what);
    void run_rounds();
    void run_books(const std::vector<message>& round, std::vector<caused_event>& events);
    void let_act(hosted_book& b, const book_command& what, event_buffer& events);
    [[nodiscard]] std::optional<event> answer_instead(const message& m) const;
    void digest_turn(hosted_book& b, const event_buffer& events);
    void hand_out(const std::vector<caused_event>& events);

    // What is due (section 3), and channels that are too full (4.5).
    void choke_channels();
    void do_what_is_due();
    void session_due(calendar_id calendar);
    void change_state_in_halt(symbol_id symbol, hosted_book& b, const set_state& to);
    [[nodiscard]] set_state without_past_timer(set_state s) const;

    // Commands. The ledger takes those that are not here.
    template <typename Command>
    void obey(const Command& c) {
        ledger_.apply(c);
    }
    void obey(const list_instrument& c);
    void obey(const book_state& c);
    void obey(const book_reference& c);
    void obey(const mass_cancel_book& c);
    void obey(const market_halt& c);
    void obey(const set_calendar& c);
    void obey(const set_rules_version& c);
    void obey(const put_record& c);
    void obey(const channel_delivery& c);
    void obey(const channel_receipt& c);
    [[nodiscard]] reason try_list(const listing& what);
    void switch_halt(bool on);
    void take(const channel_message& m, shard_id from);
    /// 4.6: of a fill, the value of it; `received` or sent.
    void count_fill(const event& e, shard_id peer, bool received);
    void count_value(shard_id peer, asset_id asset, wide_int value, bool received);

    // What is put out, looked at for `find_violation` (reference_shard_checks.cpp).
    void look_at_output(const shard_output& out);
    [[nodiscard]] std::string find_channel_violation() const;
    [[nodiscard]] std::string find_book_violation() const;
    void complain(const std::string& about);

    shard_settings settings_;
    reference_ledger ledger_;
    std::map<symbol_id, hosted_book> books_;
    std::map<calendar_id, std::vector<calendar_session>> calendars_;
    std::map<shard_id, channel> channels_;
    std::map<std::pair<record_table, std::string>, record_row> records_;
    std::uint64_t index_ = 0;
    timestamp now_{};
    std::uint32_t rules_version_ = 1;
    bool halted_ = false;
    std::uint64_t ledger_digest_ = 0;
    int longest_rounds_ = 0;

    // Of the entry being applied.
    shard_output* out_ = nullptr;
    std::size_t position_ = 0;
    std::vector<message> passed_;

    // Only for `find_violation`.
    std::string complaint_;
    std::map<account_id, std::uint64_t> reports_seen_;
    std::map<symbol_id, std::uint64_t> events_seen_;
    std::map<symbol_id, std::uint64_t> trades_seen_;
    std::map<shard_id, std::uint64_t> messages_seen_;
};

}  // namespace bourse
