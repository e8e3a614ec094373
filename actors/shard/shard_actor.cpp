#include "actors/shard/shard_actor.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "actors/session/clock.hpp"
#include "actors/session/shard_answers.hpp"
#include "actors/shard/shard_book.hpp"

namespace bourse {
namespace {

/// Whose commands are an operator's act: no session has this number.
constexpr std::uint64_t acts_number = 0;
/// Nor this: of sessions that are gone.
constexpr std::uint64_t gone_number = UINT64_MAX;
constexpr std::size_t max_ends_kept = 65'536;
constexpr std::size_t max_instruments = 100'000;

request_refused refusal_of(replica_refusal why) {
    using kind = request_refused::kind;
    const std::string text(to_string(why));
    switch (why) {
        case replica_refusal::overloaded:
            return {kind::overloaded, text, 5};
        case replica_refusal::storage_full:
            return {kind::storage_full, text, 1'000};
        case replica_refusal::too_large:
            return {kind::malformed, text, 0};
        default:
            return {kind::unavailable, text, 100};
    }
}

std::string state_name(market_state state) {
    switch (state) {
        case market_state::open:
            return "open";
        case market_state::halted:
            return "halted";
        case market_state::closed:
            return "closed";
        case market_state::auction:
            return "auction";
        default:
            return std::to_string(static_cast<unsigned>(state));
    }
}

bool ends_lease(const shard_command& one) {
    const auto* const lease = std::get_if<renew_lease>(&one);
    return lease != nullptr && lease->until == lease_over;
}

std::uint64_t records_in(const told_entry& entry) {
    return entry.what.out.reports.size() + entry.what.out.events.size() + 1;
}

}  // namespace

/// What the shard's handlers do.
class shard_work {
public:
    shard_work(shard_actor::pointer self, shard_parts parts, std::shared_ptr<shard_figures> figures,
               std::shared_ptr<actor_count> count)
        : self_(self),
          own_(caf::actor_cast<shard_actor>(self)),
          parts_(std::move(parts)),
          figures_(std::move(figures)),
          count_(std::move(count)) {}

    void begin(const shard_begin& mail);
    void take(commands_mail& mail);
    void take(question_mail& mail);
    void take(const watch_mail& mail);
    void take(const gone_mail& mail);
    void take(const work_done& mail);
    void take(const market_watch_mail& mail);
    void take(const login_mail& mail);
    void take(const key_made_mail& mail);
    void stop(const stop_mail& mail);
    void tick();
    void more();
    /// Hands out what is to be done.
    void pump();
    /// Its actor has ended, and with it those that it started.
    void let_go() {
        own_ = nullptr;
        for (const auto& [symbol, each] : books_) {
            caf::anon_send_exit(each.to, caf::exit_reason::user_shutdown);
        }
        books_.clear();
    }

private:
    using watchers = std::vector<std::uint64_t>;

    [[nodiscard]] const shard& state() const { return parts_.desk->state(); }
    void reply(std::uint64_t session, std::uint64_t ask, session_answer what);
    void refuse(std::uint64_t session, std::uint64_t ask, request_refused why);
    void submit(std::uint64_t session, std::uint64_t ask, std::vector<shard_command> commands);
    [[nodiscard]] std::optional<request_refused> try_submit(std::uint64_t session,
                                                            std::uint64_t ask,
                                                            std::vector<shard_command> commands);
    void end_leases();
    void say_dropped_ends();
    void make_key(const question_mail& mail);
    void run_turns(std::span<book_turn* const> turns);
    void make_books();
    const post<book_actor>& book_of(symbol_id symbol);
    void hand_out(desk_effects& out);
    void tell(const std::vector<told_entry_ptr>& entries, const std::vector<desk_answer>& answers);
    void tell_market(const std::vector<told_entry_ptr>& entries);
    void tell_sessions(const told_entry_ptr& entry, const std::vector<desk_answer>& answers,
                       std::size_t& next);
    void follow_events();
    void do_acts();
    void look_at_health();
    [[nodiscard]] session_answer console(const console_request& asked);
    [[nodiscard]] session_answer make_void(const std::string& entry);
    [[nodiscard]] table_answer books(const std::string& name) const;
    void plan_tick(std::uint64_t at_ms);
    void tell_lost(const std::vector<desk_answer>& answers);

    shard_actor::pointer self_;
    shard_actor own_;  ///< so that it lives until it is stopped
    shard_parts parts_;
    std::shared_ptr<shard_figures> figures_;
    std::shared_ptr<actor_count> count_;
    shard_begin to_;
    bool has_begun_ = false;
    bool has_failed_ = false;
    std::map<account_id, watchers> watched_;
    std::map<symbol_id, market_wish> wishes_;
    std::deque<std::pair<std::uint64_t, std::uint64_t>>
        behind_;  ///< index, records: not durable as events
    std::uint64_t behind_records_ = 0;
    std::map<symbol_id, post<book_actor>> books_;
    symbol_id next_symbol_{};
    std::vector<shard_command> ends_;  ///< of leases, which were refused: they come again
    bool has_dropped_ends_ = false;
    std::uint32_t keys_being_made_ = 0;
    std::uint64_t tick_at_ms_ = 0;
    bool more_is_planned_ = false;
    std::shared_ptr<std::promise<void>> stopped_;
};

// --- Beginning ------------------------------------------------------------------------------------

void shard_work::begin(const shard_begin& mail) {
    to_ = mail;
    has_begun_ = true;
    if (parts_.registry != nullptr) {
        parts_.desk->set_runner([this](std::span<book_turn* const> turns) { run_turns(turns); });
        make_books();
    }
    pump();
}

/// Waits for the books' actors, which never wait for anybody.
void shard_work::run_turns(std::span<book_turn* const> turns) {
    std::size_t inputs = 0;
    for (const book_turn* each : turns) {
        inputs += static_cast<const shard_book*>(each)->inputs.size();
    }
    if (inputs < parts_.handed_out_from) {
        for (book_turn* each : turns) {
            each->run();
        }
        return;
    }
    handed_turns apart(turns.size() - 1);
    for (book_turn* each : turns.subspan(1)) {
        apart.hand(book_of(static_cast<const shard_book*>(each)->book.rules().symbol), *each);
    }
    apart.finish(*turns.front());
}

/// An actor for each instrument that has a book here, if there is a new one.
void shard_work::make_books() {
    const directory& names = parts_.acts->names();
    if (parts_.registry == nullptr || names.free_symbol() == next_symbol_) {
        return;
    }
    next_symbol_ = names.free_symbol();
    for (const instrument_record* each : names.instruments("", max_instruments)) {
        const symbol_id symbol = each->terms.rules.symbol;
        if (state().book(symbol) != nullptr) {
            static_cast<void>(book_of(symbol));
        }
    }
}

const post<book_actor>& shard_work::book_of(symbol_id symbol) {
    const auto found = books_.find(symbol);
    if (found != books_.end()) {
        return found->second;
    }
    const instrument_record* const named = parts_.acts->names().instrument(symbol);
    const std::string name = named != nullptr ? named->name : std::to_string(symbol.value);
    auto count = parts_.registry->add("book", name);
    const book_actor made = self_->spawn(book_behavior, count);
    to_.supervisor.tell(watched_part{caf::actor_cast<caf::actor>(made), "book " + name, count});
    return books_.emplace(symbol, post<book_actor>{made, std::move(count)}).first->second;
}

// --- Asked by sessions ----------------------------------------------------------------------------

void shard_work::reply(std::uint64_t session, std::uint64_t ask, session_answer what) {
    if (const lane_ptr lane = parts_.table->find(session)) {
        lane->post.tell(session_reply{ask, std::make_shared<session_answer>(std::move(what))});
    }
}

void shard_work::refuse(std::uint64_t session, std::uint64_t ask, request_refused why) {
    if (session == acts_number) {
        parts_.acts->refused(ask, why);
    } else if (const lane_ptr lane = parts_.table->find(session)) {
        lane->post.tell(session_refusal{ask, std::make_shared<request_refused>(std::move(why))});
    }
}

void shard_work::submit(std::uint64_t session, std::uint64_t ask,
                        std::vector<shard_command> commands) {
    // A session that is gone does not ask again for the ends of its leases, on which its orders wait.
    std::vector<shard_command> ends;
    if (ask == 0) {
        std::copy_if(commands.begin(), commands.end(), std::back_inserter(ends), ends_lease);
    }
    if (auto refused = try_submit(session, ask, std::move(commands))) {
        const std::size_t room = max_ends_kept - ends_.size();
        if (ends.size() > room) {
            say_dropped_ends();
            ends.resize(room);
        }
        std::move(ends.begin(), ends.end(), std::back_inserter(ends_));
        refuse(session, ask, std::move(*refused));
    }
}

/// What is dropped lapses by itself, at the end of its time. Said when it begins.
void shard_work::say_dropped_ends() {
    if (!std::exchange(has_dropped_ends_, true) && parts_.log != nullptr) {
        parts_.log->say(activity_log::level::warn,
                        "more than " + std::to_string(max_ends_kept) +
                            " leases of sessions that are gone wait for their end: those of others "
                            "end when their time is over");
    }
}

std::optional<request_refused> shard_work::try_submit(std::uint64_t session, std::uint64_t ask,
                                                      std::vector<shard_command> commands) {
    const bool reduces = std::all_of(commands.begin(), commands.end(), is_reducing);
    if (behind_records_ > parts_.max_behind * (reduces ? 2 : 1)) {
        return request_refused{request_refused::kind::overloaded,
                               "the event store is too far behind", 50};
    }
    figures_->commands.fetch_add(commands.size(), std::memory_order_relaxed);
    const auto refused =
        parts_.desk->submit(now(), std::move(commands), {.who = session, .ask = ask});
    return refused == replica_refusal::none ? std::nullopt : std::optional(refusal_of(refused));
}

void shard_work::end_leases() {
    if (!ends_.empty()) {
        submit(gone_number, 0, std::exchange(ends_, {}));
        has_dropped_ends_ = has_dropped_ends_ && !ends_.empty();
    }
}

void shard_work::take(commands_mail& mail) {
    submit(mail.session, mail.ask, std::move(*mail.list));
    pump();
}

void shard_work::take(question_mail& mail) {
    const session_request& what = *mail.what;
    if (const auto* asked = std::get_if<console_request>(&what)) {
        reply(mail.session, mail.ask, console(*asked));
        pump();
        return;
    }
    if (const auto* orders = std::get_if<orders_request>(&what)) {
        reply(mail.session, mail.ask, answer_orders(state(), *orders));
    } else if (const auto* portfolio = std::get_if<portfolio_request>(&what)) {
        reply(mail.session, mail.ask, answer_portfolio(state(), *portfolio));
    } else if (const auto* book = std::get_if<book_request>(&what)) {
        reply(mail.session, mail.ask, answer_book(state(), *book));
    } else if (const auto* instruments = std::get_if<instruments_request>(&what)) {
        reply(mail.session, mail.ask, parts_.acts->answer(state(), *instruments));
    } else if (const auto* accounts = std::get_if<accounts_request>(&what)) {
        if (const lane_ptr lane = parts_.table->find(mail.session)) {
            reply(mail.session, mail.ask,
                  parts_.acts->answer(*accounts, lane->options.role, lane->options.accounts));
        }
    } else if (std::holds_alternative<add_user>(what)) {
        make_key(mail);
    } else if (auto spec = act_desk::spec_of(what)) {
        parts_.acts->begin(mail.session, mail.ask, std::move(*spec), now().wall);
        pump();
    } else {
        reply(mail.session, mail.ask, bourse::refusal_of(spec.error()));
    }
}

/// Each takes the keys' actor a tenth of a second, in which nobody logs in.
void shard_work::make_key(const question_mail& mail) {
    if (keys_being_made_ >= max_keys_made) {
        reply(mail.session, mail.ask,
              request_refused{request_refused::kind::overloaded,
                              std::to_string(max_keys_made) +
                                  " users are being added, and a key takes its time",
                              200});
        return;
    }
    ++keys_being_made_;
    to_.keys.tell(make_key_mail{mail.session, mail.ask, mail.what});
}

void shard_work::take(const key_made_mail& mail) {
    --keys_being_made_;
    auto spec = act_desk::spec_of(*mail.what);
    if (!*mail.key || !spec) {
        reply(mail.session, mail.ask,
              bourse::refusal_of(!*mail.key ? mail.key->error() : spec.error()));
        return;
    }
    std::get<user_spec>(*spec).key = (*mail.key)->stored;
    parts_.acts->begin(mail.session, mail.ask, std::move(*spec), now().wall, (*mail.key)->text);
    pump();
}

void shard_work::take(const login_mail& mail) {
    std::shared_ptr<const user_record> user;
    if (const auto name = user_of_key(mail.who->request.key)) {
        if (const user_record* const found = parts_.acts->names().find_user(*name)) {
            user = std::make_shared<const user_record>(*found);
        }
    }
    to_.keys.tell(verify_mail{mail.who, std::move(user)});
}

void shard_work::take(const watch_mail& mail) {
    watchers& of = watched_[mail.account];
    if (mail.on) {
        of.push_back(mail.session);
    } else if (const auto found = std::find(of.begin(), of.end(), mail.session);
               found != of.end()) {
        of.erase(found);
    }
    if (of.empty()) {
        watched_.erase(mail.account);
    }
}

void shard_work::take(const gone_mail& mail) {
    for (auto next = watched_.begin(); next != watched_.end();) {
        std::erase(next->second, mail.session);
        next = next->second.empty() ? watched_.erase(next) : std::next(next);
    }
}

void shard_work::take(const market_watch_mail& mail) {
    const market_wish& wish = mail.what.wish;
    if (wish.depth == 0) {
        wishes_.erase(wish.symbol);
        return;
    }
    wishes_[wish.symbol] = wish;
    if (mail.what.wants_whole) {
        if (auto whole = whole_of(state(), wish)) {
            to_.market.tell(market_change_mail{std::move(whole)});
        } else {
            wishes_.erase(wish.symbol);
            to_.market.tell(market_missing_mail{wish.symbol});
        }
    }
}

session_answer shard_work::console(const console_request& asked) {
    if (asked.what == "accept-clock") {
        parts_.desk->accept_clock(now());
        return table_answer{{"clock"}, {{"trusted, as of now"}}};
    }
    return asked.what == "make-void" ? make_void(asked.name) : found_in(books(asked.name), asked);
}

session_answer shard_work::make_void(const std::string& entry) {
    std::uint64_t index = 0;
    const char* const end = entry.data() + entry.size();
    const auto read = std::from_chars(entry.data(), end, index);
    const auto& stuck = parts_.desk->copy().stuck();
    if (entry.empty() || read.ec != std::errc{} || read.ptr != end || !stuck ||
        stuck->index != index) {
        return request_refused{request_refused::kind::malformed,
                               "only the entry that the shard is stuck at can be made void: " +
                                   (stuck ? std::to_string(stuck->index) + " (" + stuck->why + ")"
                                          : std::string("now it is stuck at none")),
                               0};
    }
    const replica_refusal refused = parts_.desk->make_void(now(), index);
    if (refused != replica_refusal::none) {
        return refusal_of(refused);
    }
    return table_answer{{"entry", "is"}, {{entry, "to be skipped by all replicas"}}};
}

/// Says what somebody should look at, as it begins and ends.
void shard_work::look_at_health() {
    const replica& copy = parts_.desk->copy();
    shard_health health = shard_health::serving;
    if (copy.stuck()) {
        health = shard_health::stuck;
    } else if (copy.is_clock_in_doubt()) {
        health = shard_health::clock_in_doubt;
    } else if (!parts_.desk->node().log().room().takes_orders) {
        health = shard_health::cancels_only;
    }
    if (health == figures_->health.load(std::memory_order_relaxed)) {
        return;
    }
    figures_->health.store(health, std::memory_order_relaxed);
    if (parts_.log == nullptr) {
        return;
    }
    switch (health) {
        case shard_health::serving:
            parts_.log->say(activity_log::level::warn, "the shard takes all commands again");
            return;
        case shard_health::cancels_only:
            parts_.log->say(activity_log::level::warn,
                            "the journal has room left for cancels only: orders are refused");
            return;
        case shard_health::clock_in_doubt:
            parts_.log->say(activity_log::level::warn,
                            "the wall clock has jumped: nothing is taken until it is back, or an "
                            "operator trusts it, by 'bourse console accept-clock'");
            return;
        case shard_health::stuck:
            parts_.log->say(activity_log::level::warn, "the shard is stuck: " + copy.stuck()->why +
                                                           "; 'bourse console make-void " +
                                                           std::to_string(copy.stuck()->index) +
                                                           "' skips it");
            return;
    }
}

/// One line a symbol: what the console shows of books.
table_answer shard_work::books(const std::string& name) const {
    table_answer table;
    table.columns = {"symbol", "number", "state", "orders", "trades", "events"};
    for (const instrument_record* each : parts_.acts->names().instruments("", max_instruments)) {
        const symbol_id symbol = each->terms.rules.symbol;
        const order_book* const book = state().book(symbol);
        if (book == nullptr || (!name.empty() && name != each->name)) {
            continue;
        }
        table.rows.push_back({each->name, std::to_string(symbol.value), state_name(book->state()),
                              std::to_string(book->size()),
                              std::to_string(book->statistics().trades),
                              std::to_string(state().last_event(symbol))});
    }
    return table;
}

// --- What was done --------------------------------------------------------------------------------

void shard_work::take(const work_done& mail) {
    if (mail.of == work_done::kind::journal) {
        parts_.desk->journal_carried(now(), *mail.result);
    } else if (mail.of == work_done::kind::rows) {
        parts_.desk->rows_carried(now(), *mail.result);
    } else {
        parts_.desk->events_carried(now(), *mail.result);
        follow_events();
    }
    pump();
}

void shard_work::follow_events() {
    const std::uint64_t index = parts_.desk->events_index();
    while (!behind_.empty() && behind_.front().first <= index) {
        behind_records_ -= behind_.front().second;
        behind_.pop_front();
    }
    figures_->events_durable = index;
    to_.past.tell(events_durable{index});
}

void shard_work::tick() {
    // One that was planned before an earlier one was.
    const moment at = now();
    if (tick_at_ms_ == 0 || at.monotonic_ms < tick_at_ms_) {
        return;
    }
    tick_at_ms_ = 0;
    parts_.desk->tick(at);
    end_leases();
    pump();
    look_at_health();
}

void shard_work::stop(const stop_mail& mail) {
    stopped_ = mail.stopped;
    pump();
    if (stopped_ != nullptr && has_failed_) {
        std::exchange(stopped_, nullptr)->set_value();
    }
}

void shard_work::more() {
    more_is_planned_ = false;
    pump();
}

// --- What is to be done ---------------------------------------------------------------------------

void shard_work::pump() {
    if (!has_begun_ || has_failed_) {
        return;
    }
    do_acts();
    for (bool again = true; again;) {
        desk_effects out = parts_.desk->pump(now());
        hand_out(out);
        if (has_failed_) {
            return;
        }
        again = parts_.acts->has_work();
        do_acts();
    }
    const replica& copy = parts_.desk->copy();
    figures_->index.store(copy.state().index(), std::memory_order_relaxed);
    figures_->checkpoint.store(copy.rows().index, std::memory_order_relaxed);
    figures_->leads.store(copy.speaks(), std::memory_order_relaxed);
    figures_->waiting.store(parts_.desk->waiting_answers(), std::memory_order_relaxed);
    if (stopped_ != nullptr && parts_.desk->is_idle()) {
        std::exchange(stopped_, nullptr)->set_value();
    }
}

void shard_work::hand_out(desk_effects& out) {
    if (!out.dead.empty()) {
        has_failed_ = true;
        parts_.fail(out.dead);
        return;
    }
    if (out.journal) {
        to_.journal.tell(
            journal_work{std::make_shared<handed_work>(std::move(*out.journal)), parts_.desk});
    }
    if (out.rows) {
        to_.rows.tell(
            rows_work{work_done::kind::rows, std::make_shared<handed_rows>(std::move(*out.rows))});
    }
    if (out.events) {
        to_.events.tell(rows_work{work_done::kind::events,
                                  std::make_shared<handed_rows>(std::move(*out.events))});
    }
    if (!out.told.empty()) {
        tell(out.told, out.answers);
    }
    tell_lost(out.answers);
    if (out.wants_more && !more_is_planned_) {
        more_is_planned_ = true;
        count_->sent.fetch_add(1, std::memory_order_release);
        self_->send(own_, shard_more{});
    }
    plan_tick(out.next_tick_ms);
}

void shard_work::plan_tick(std::uint64_t at_ms) {
    if (tick_at_ms_ != 0 && tick_at_ms_ <= at_ms) {
        return;
    }
    const std::uint64_t now_ms = now().monotonic_ms;
    const std::uint64_t wait_ms = at_ms > now_ms ? at_ms - now_ms : 1;
    tick_at_ms_ = at_ms;
    count_->sent.fetch_add(1, std::memory_order_release);
    self_->delayed_send(own_, std::chrono::milliseconds(wait_ms), shard_tick{});
}

/// First those who keep it, so that whoever asks them for what he missed finds it there.
void shard_work::tell(const std::vector<told_entry_ptr>& entries,
                      const std::vector<desk_answer>& answers) {
    std::size_t next = 0;
    for (const told_entry_ptr& entry : entries) {
        behind_.emplace_back(entry->what.index, records_in(*entry));
        behind_records_ += behind_.back().second;
        figures_->reports.fetch_add(entry->what.out.reports.size(), std::memory_order_relaxed);
        parts_.past->take(entry);
        // Whoever is too far behind reads the event store.
        if (parts_.history != nullptr && parts_.history->put(entry) == told_queue::answer::wake) {
            to_.history.tell(told_waits{});
        }
        tell_sessions(entry, answers, next);
    }
    tell_market(entries);
}

/// One message a session: its commands in the entry, and that it watches an account.
void shard_work::tell_sessions(const told_entry_ptr& entry, const std::vector<desk_answer>& answers,
                               std::size_t& next) {
    struct told_session {
        std::vector<std::uint64_t> asks;
        bool is_watched = false;
    };
    std::map<std::uint64_t, told_session> all;
    for (; next < answers.size() && (answers[next].what != ticket_answer::kind::applied ||
                                     answers[next].index <= entry->what.index);
         ++next) {
        const desk_answer& each = answers[next];
        if (each.what == ticket_answer::kind::applied && each.to.ask != 0) {
            all[each.to.who].asks.push_back(each.to.ask);
        }
    }
    if (entry->what.may_leave && !watched_.empty()) {
        for (const account_reports& told : entry->reports.accounts()) {
            if (const auto found = watched_.find(told.account); found != watched_.end()) {
                for (const std::uint64_t session : found->second) {
                    all[session].is_watched = true;
                }
            }
        }
    }
    parts_.acts->told(*entry, state(), all[acts_number].asks);
    all.erase(acts_number);
    for (auto& [session, told] : all) {
        const lane_ptr lane = parts_.table->find(session);
        if (lane == nullptr) {
            continue;
        }
        if (told.is_watched && lane->entries_on_way.load() >= max_entries_on_way) {
            lane->has_missed = true;
            told.is_watched = false;
        }
        if (told.is_watched) {
            lane->entries_on_way.fetch_add(1);
        } else if (told.asks.empty()) {
            continue;
        }
        lane->post.tell(session_entry{entry, std::move(told.asks), told.is_watched});
    }
}

void shard_work::tell_lost(const std::vector<desk_answer>& answers) {
    for (const desk_answer& each : answers) {
        if (each.what != ticket_answer::kind::unknown || each.to.ask == 0) {
            continue;
        }
        if (each.to.who == acts_number) {
            parts_.acts->lost(each.to.ask);
        } else if (const lane_ptr lane = parts_.table->find(each.to.who)) {
            lane->post.tell(session_lost{{each.to.ask}});
        }
    }
}

void shard_work::tell_market(const std::vector<told_entry_ptr>& entries) {
    if (wishes_.empty()) {
        return;
    }
    for (market_change_ptr& each : changes_of(state(), entries, wishes_)) {
        to_.market.tell(market_change_mail{std::move(each)});
    }
}

void shard_work::do_acts() {
    while (parts_.acts->has_work()) {
        act_desk::effects out = parts_.acts->take();
        if (!out.answers.empty()) {
            make_books();
        }
        for (act_desk::effects::answer& each : out.answers) {
            reply(each.session, each.ask, std::move(each.what));
        }
        for (act_desk::effects::command& each : out.commands) {
            std::vector<shard_command> one;
            one.push_back(std::move(each.what));
            submit(acts_number, each.act, std::move(one));
        }
        for (const std::string& each : out.revoked) {
            to_.door.tell(revoked_mail{each});
        }
    }
}

// --- The actor ------------------------------------------------------------------------------------

shard_actor::behavior_type shard_behavior(shard_actor::stateful_pointer<shard_state> self,
                                          std::shared_ptr<shard_parts> parts,
                                          std::shared_ptr<shard_figures> figures,
                                          std::shared_ptr<actor_count> count) {
    auto made = std::make_shared<shard_work>(self, std::move(*parts), std::move(figures), count);
    self->state.work = made;
    self->attach_functor([made](const caf::error&) { made->let_go(); });
    shard_work* const work = made.get();
    return {
        [work, count](commands_mail& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](question_mail& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](const watch_mail& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](const gone_mail& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](const work_done& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](const market_watch_mail& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](const login_mail& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](const key_made_mail& mail) {
            const handling here(count);
            work->take(mail);
        },
        [work, count](const shard_begin& mail) {
            const handling here(count);
            work->begin(mail);
        },
        [work, count](const stop_mail& mail) {
            const handling here(count);
            work->stop(mail);
        },
        [work, count](const shard_tick&) {
            const handling here(count);
            work->tick();
        },
        [work, count](const shard_more&) {
            const handling here(count);
            work->more();
        },
    };
}

}  // namespace bourse
