#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "actors/book/changed_rows.hpp"
#include "actors/ledger/ledger.hpp"
#include "actors/shard/channels.hpp"
#include "actors/shard/records.hpp"
#include "actors/shard/shard.hpp"
#include "actors/shard/shard_book.hpp"

namespace bourse {

/// The newest version of these rules (RULES.md 1.7).
inline constexpr std::uint32_t newest_rules = 1;

/// How far a hand-over of changed rows has come.
struct hand_over_state {
    shard_row own;
    bool own_is_told = false;
    std::vector<shard_book*> books;  ///< those that have changed
    std::size_t next_book = 0;
    bool all_is_told = false;
};

/// What is inside a shard: its ledger, its books, its channels, and the rounds between them.
class shard::machine final : public ledger_peers {
public:
    explicit machine(const shard_settings& settings);

    void set_runner(turn_runner run) { run_ = std::move(run); }
    void expect_client_ids(std::size_t count) { ledger_.expect_client_ids(count); }
    void apply(const entry& next, shard_output& out);
    void ask_for(std::span<const shard_command* const> soon) const noexcept;
    void skip(std::uint64_t index);

    [[nodiscard]] const shard_settings& settings() const noexcept { return settings_; }
    [[nodiscard]] std::uint64_t index() const noexcept { return index_; }
    [[nodiscard]] timestamp now() const noexcept { return now_; }
    [[nodiscard]] std::optional<timestamp> next_due() const;
    [[nodiscard]] const order_book* book(symbol_id symbol) const noexcept;
    [[nodiscard]] std::uint64_t last_event(symbol_id symbol) const noexcept;
    [[nodiscard]] std::vector<portfolio_line> portfolio(account_id account) const;
    [[nodiscard]] const ledger& accounts() const noexcept { return ledger_; }
    [[nodiscard]] const bourse::records& named() const noexcept { return records_; }
    [[nodiscard]] channel_delivery unconfirmed(shard_id peer, std::uint64_t first,
                                               std::size_t most) const;
    [[nodiscard]] std::uint64_t digest() const noexcept;

    [[nodiscard]] shard_rows save() const;
    [[nodiscard]] bool restore(const shard_rows& rows);
    void begin_hand_over();
    [[nodiscard]] bool hand_over(std::size_t most, std::vector<row_change>& out);
    void end_hand_over(bool stored);

    // --- What the ledger asks for (ledger_peers) ---
    [[nodiscard]] bool has_room(shard_id book_shard, outbox_room what) const override;
    void pass_on(std::uint32_t listing, const new_order& asked, const given_terms& given,
                 slot at) override;
    void pass_on(std::uint32_t listing, const cancel_order& request, slot at) override;
    void pass_on(std::uint32_t listing, const replace_order& request, slot at) override;
    void send(shard_id to, const transfer_message& what) override;
    [[nodiscard]] bool is_at_rest(std::uint32_t listing) const override;

private:
    /// What messages of a round caused, in their order: inputs of a book's turn that follow each other, or an
    /// answer that no book gave (RULES.md 4.4).
    struct cause {
        shard_book* book = nullptr;
        std::size_t first = 0;  ///< of the book's inputs, or in `answers_`
        std::size_t count = 1;
    };

    // --- Rounds: rounds.cpp
    void do_due();
    void apply_commands(std::span<const shard_command> commands);
    inline void apply_command(const shard_command& next, const ledger::found_ahead& found);
    void run_rounds();
    void run_turns();
    void tell_what_came_of(const cause& from);
    void tell_events(shard_book& book, std::size_t first, std::size_t count);
    void ask_for_makers(std::span<const event> events);
    inline void route(const event& told, std::uint32_t listing, slot soon);
    void route_otherwise(const event& told, std::uint32_t listing);
    void note_due(shard_book& book);
    template <class Command, class... Said>
    Command& make_input(shard_book& book, slot order, Said&&... said);
    template <class Command>
    Command& pass_to_book(shard_book& book, const Command& what, slot order = no_slot) {
        return make_input<Command>(book, order, what);
    }
    template <class Command>
    void pass_to(std::uint32_t listing, const Command& what, slot order);

    // --- Commands: each command of an entry has a handler
    template <class Command>
    void handle(const Command& what) {
        ledger_.apply(what);
    }
    void handle(const list_instrument& what);
    void handle(const book_state& what);
    void handle(const book_reference& what);
    void handle(const mass_cancel_book& what);
    void handle(const market_halt& what);
    void handle(const set_calendar& what);
    void handle(const set_rules_version& what);
    void handle(const put_record& what);
    void handle(const channel_delivery& what);
    void handle(const channel_receipt& what);

    // --- The market: market.cpp
    [[nodiscard]] reason list(const listing& what);
    [[nodiscard]] reason check_calendar(const set_calendar& what) const;
    [[nodiscard]] reason change_book_state(const book_state& what);
    [[nodiscard]] reason change_halt(bool on);
    [[nodiscard]] std::pair<shard_book*, reason> find_book(symbol_id symbol) const;
    void begin_session(calendar_id calendar);
    void goes_to(shard_book& book, set_state what);
    [[nodiscard]] set_state with_timer_ahead(set_state what) const noexcept;
    [[nodiscard]] shard_book& add_book(std::unique_ptr<shard_book> book, symbol_id symbol);

    // --- Changed rows: hand_over.cpp
    struct book_table;
    struct calendar_table;
    /// Before what is a book's own changes; its orders and groups are for the book.
    void touch_book(const shard_book& book) {
        if (!changed_books_.is_noted(book.listing)) [[unlikely]] {
            note_book(book.listing);
        }
    }
    void note_book(slot listing);
    void give_back_a_peak();
    void touch_calendar(calendar_id calendar);

    // --- Rows: rows.cpp
    [[nodiscard]] shard_row own_row() const;
    [[nodiscard]] static shard_book_row row_of(const shard_book& book);
    [[nodiscard]] bool agrees(const book_rows& book, std::uint32_t open_orders) const;

    // --- Channels: channel_rules.cpp
    void put(shard_id to, const channel_message& message);
    void count(shard_id peer, const channel_message& message, bool sent);
    [[nodiscard]] bool can_be(const channel_message& message, shard_id from) const;
    void take(shard_id from, const channel_message& message);
    void take_order(const order_message& message, shard_id from);
    void refuse_order(const order_message& message, reason why);
    void choke_overflowing();

    shard_settings settings_;
    turn_runner run_;
    std::uint64_t index_ = 0;
    timestamp now_{};
    std::uint32_t rules_version_ = 1;
    bool market_halted_ = false;
    std::uint64_t ledger_digest_ = 0;
    ledger ledger_;
    channels channels_;
    bourse::records records_;

    std::vector<shard_book*> books_;  ///< by the ledger's number of the listing; null: not here
    std::map<symbol_id, std::unique_ptr<shard_book>> books_by_symbol_;
    std::set<std::pair<timestamp, symbol_id>> due_books_;
    std::map<calendar_id, std::vector<calendar_session>> calendars_;  ///< sessions to come
    std::set<std::pair<timestamp, calendar_id>> due_sessions_;

    changed_rows changed_books_;      ///< by listing
    changed_rows changed_calendars_;  ///< by number

    std::optional<hand_over_state> handing_over_;

    // Of the entry that is being applied; used again for the next.
    shard_output* out_ = nullptr;
    std::vector<cause> next_causes_;  ///< of the next round
    std::vector<cause> causes_;       ///< of this round
    std::vector<event> next_answers_;
    std::vector<event> answers_;
    std::vector<book_turn*> next_turns_;
    std::vector<book_turn*> turns_;
};

// Returns where it now waits, made from what is `said`. `order`: where the ledger has the order that it is about.
template <class Command, class... Said>
[[gnu::always_inline]] inline Command& shard::machine::make_input(shard_book& book, slot order,
                                                                  Said&&... said) {
    if (book.inputs.empty()) {
        next_turns_.push_back(&book);
    }
    if (!next_causes_.empty() && next_causes_.back().book == &book) [[likely]] {
        ++next_causes_.back().count;
    } else {
        next_causes_.push_back({.book = &book, .first = book.inputs.size()});
    }
    book.orders.push_back(order);
    return *std::get_if<Command>(
        &book.inputs.emplace_back(std::in_place_type<Command>, std::forward<Said>(said)...));
}

}  // namespace bourse
