#include "runtime/verify/verify.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "actors/replica/log_payload.hpp"
#include "actors/shard/shard.hpp"
#include "messages/assertion_scope.hpp"
#include "messages/entry_events.hpp"
#include "messages/report_range.hpp"
#include "messages/shard_rows_codec.hpp"
#include "runtime/verify/reading_disk.hpp"
#include "runtime/verify/state_checks.hpp"
#include "runtime/verify/told_checks.hpp"
#include "storage/checkpoint.hpp"
#include "storage/event_store.hpp"
#include "storage/journal.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/real_disk.hpp"

namespace bourse {

namespace {

namespace files = std::filesystem;

constexpr std::size_t window_bytes = std::size_t{8} << 20U;
constexpr std::size_t digests_kept = 65'536;
constexpr std::uint64_t entries_between_progress = 10'000;

/// Marks what was looked at under a name; the first fault of a name stays.
class check_list {
public:
    explicit check_list(std::vector<verify_check>& into) : into_(into) {}

    void pass(const std::string& name, const std::string& what) {
        if (find(name) == into_.end()) {
            into_.push_back({name, true, what});
        }
    }
    void fail(const std::string& name, const std::string& what) {
        const auto found = find(name);
        if (found == into_.end()) {
            into_.push_back({name, false, what});
        } else if (found->ok) {
            *found = {name, false, what};
        }
    }
    /// Of one that is done: the fault, or what was looked at.
    void say(const std::string& name, const std::optional<std::string>& fault,
             const std::string& what) {
        fault ? fail(name, *fault) : pass(name, what);
    }
    [[nodiscard]] bool has_failed(const std::string& name) {
        const auto found = find(name);
        return found != into_.end() && !found->ok;
    }

private:
    [[nodiscard]] std::vector<verify_check>::iterator find(const std::string& name) {
        return std::ranges::find(into_, name, &verify_check::name);
    }

    std::vector<verify_check>& into_;
};

/// The node's number, as the first segment of its journal has it.
[[nodiscard]] result<std::uint64_t> find_owner(disk& journal_files) {
    const auto names = journal_files.list();
    if (!names) {
        return names.error();
    }
    for (const std::string& name : *names) {
        if (generation_of(name) == 0) {
            continue;
        }
        auto file = journal_files.open_file(name);
        if (!file) {
            return file.error();
        }
        std::array<std::byte, segment_head_bytes> bytes{};
        if ((*file)->size_bytes() < bytes.size()) {
            return error{errc::corrupt, journal_files.path(name) + " is too short"};
        }
        if (const outcome read = (*file)->read(0, bytes); !read) {
            return read.error();
        }
        const auto head = read_segment_head(bytes);
        if (!head) {
            return error{head.error().code, journal_files.path(name) + " " + head.error().what};
        }
        return head->owner;
    }
    return error{errc::unreadable, journal_files.path("segment-…") + " is not there: no journal"};
}

/// A store in a folder that must be there, as large as it may have to be.
[[nodiscard]] result<std::unique_ptr<lmdb_store>> open_store(const files::path& folder,
                                                             std::vector<std::string> tables) {
    std::error_code ignored;
    const std::uintmax_t size = files::file_size(folder / "data.mdb", ignored);
    lmdb_options options{.folder = folder.string(), .tables = std::move(tables)};
    if (!ignored) {
        options.max_bytes = std::max<std::uint64_t>(options.max_bytes, size * 2);
    }
    options.least_free_bytes = 0;
    return lmdb_store::open(options);
}

class verifier {
public:
    explicit verifier(const verify_options& options)
        : options_(options), data_(options.data), checks_(found_.checks) {}

    [[nodiscard]] result<verify_result> run() {
        if (const outcome begun = begin(); !begun) {
            return begun.error();
        }
        if (journal_) {
            open_told();
            for (const journal_shard& each : journal_->shards()) {
                verify_shard(each);
            }
            end();
        }
        return std::move(found_);
    }

private:
    /// Errors are of what cannot be looked at; damage is noted.
    [[nodiscard]] outcome begin() {
        if (options_.acks) {
            auto read = acknowledged_orders::read(*options_.acks);
            if (!read) {
                return read.error();
            }
            acks_ = *std::move(read);
            found_.acks = acks_->size();
        }
        if (!files::is_directory(data_ / "journal")) {
            return error{errc::unreadable,
                         (data_ / "journal").string() + " is not there: give the folder of a node"};
        }
        if (files::exists(data_ / "lock")) {
            auto folder = real_disk::open(data_.string());
            result<std::unique_ptr<folder_lock>> held =
                folder ? (*folder)->lock() : result<std::unique_ptr<folder_lock>>(folder.error());
            if (!held) {
                return held.error();
            }
            folder_ = *std::move(folder);
            lock_ = *std::move(held);
        }
        auto disk = real_disk::open((data_ / "journal").string());
        if (!disk) {
            return disk.error();
        }
        disk_ = *std::move(disk);
        reading_ = std::make_unique<reading_disk>(*disk_);
        say("reading the journal");
        const auto owner = find_owner(*reading_);
        if (!owner) {
            checks_.fail("journal", owner.error().what);
            return done{};
        }
        owner_ = *owner;
        auto opened = journal::open(*reading_, {.owner = owner_, .max_segments = 4'096});
        if (!opened && opened.error().code == errc::locked) {
            return opened.error();
        }
        if (!opened) {
            checks_.fail("journal", opened.error().what);
            return done{};
        }
        journal_ = *std::move(opened);
        return done{};
    }

    /// The stores that the log is compared with.
    void open_told() {
        if (files::exists(data_ / "events" / "data.mdb")) {
            auto store = open_store(data_ / "events", event_tables());
            if (store) {
                event_rows_ = *std::move(store);
                auto opened = event_store::open(*event_rows_, {.owner = owner_});
                if (opened) {
                    events_ = *std::move(opened);
                } else {
                    checks_.fail("events", opened.error().what);
                }
            } else {
                checks_.fail("events", store.error().what);
            }
        }
        if (files::exists(data_ / "history" / "data.mdb")) {
            auto opened = history_reader::open((data_ / "history").string());
            if (opened) {
                history_ = *std::move(opened);
                history_check_ = std::make_unique<history_check>(*history_);
                history_check_->begin();
            } else {
                checks_.fail("history", opened.error().what);
            }
        }
    }

    void verify_shard(const journal_shard& known) {
        const std::string name = "shard " + std::to_string(known.shard.value);
        if (events_) {
            take_stored_events(known.shard);
        }
        shard state(shard_settings{.id = known.shard});
        if (!load_checkpoint(known, state)) {
            return;
        }
        const std::uint64_t begin = state.index();
        if (known.positions.begin.index > begin) {
            checks_.fail("replay", name + ": the log begins behind entry " +
                                       std::to_string(known.positions.begin.index) +
                                       ", and the checkpoint is of " + std::to_string(begin));
            return;
        }
        if (!replay(known, state)) {
            return;
        }
        checks_.pass("journal",
                     std::to_string(known.positions.end.index - known.positions.begin.index) +
                         " entries of " + name + " are in the journal");
        checks_.pass("replay", std::to_string(state.index() - begin) +
                                   " entries were carried out again, behind entry " +
                                   std::to_string(begin));
        check_state(name, state);
        found_.entries += state.index();
        found_.state_hash ^= state.digest();
        last_entries_[known.shard] = state.index();
    }

    /// The state as of the checkpoint, or of nothing if none was taken.
    [[nodiscard]] bool load_checkpoint(const journal_shard& known, shard& state) {
        const std::string name = "shard " + std::to_string(known.shard.value);
        const files::path folder = data_ / ("shard-" + std::to_string(known.shard.value)) / "rows";
        if (!files::exists(folder / "data.mdb")) {
            checks_.pass("checkpoint", "none was taken yet");
            checks_.pass("rows", "there are none yet");
            return true;
        }
        say("loading the checkpoint of " + name);
        const auto wrong = [&](const std::string& what) {
            checks_.fail("checkpoint", name + ": " + what);
            return false;
        };
        auto store = open_store(folder, checkpoint_tables());
        if (!store) {
            return wrong(store.error().what);
        }
        auto opened = checkpoint::open(**store, {.owner = owner_, .shard = known.shard});
        if (!opened) {
            return wrong(opened.error().what);
        }
        if (!(*opened)->head()) {
            checks_.pass("checkpoint", "none was taken yet");
            checks_.pass("rows", "there are none yet");
            return true;
        }
        const checkpoint_head& head = *(*opened)->head();
        shard_rows_builder builder;
        const outcome loaded = (*opened)->load(
            [&](row_bytes key, row_bytes value) { return builder.add(key, value); });
        if (!loaded) {
            return wrong(loaded.error().what);
        }
        auto rows = std::move(builder).finish();
        if (!rows) {
            return wrong(rows.error().what);
        }
        auto made = shard::restore(*rows);
        if (!made || made->index() != head.at.index) {
            return wrong("the rows contradict themselves");
        }
        const auto term = journal_->term_at(known.shard, head.at.index);
        if (head.at.index > known.positions.end.index || (term && *term != head.at.term)) {
            return wrong("it is of entry " + std::to_string(head.at.index) +
                         ", which the log does not have");
        }
        compare_rows(known, *rows, *made);
        state = *std::move(made);
        checks_.pass("checkpoint", std::to_string(head.rows) + " rows as of entry " +
                                       std::to_string(head.at.index));
        return true;
    }

    /// With rows made anew: by the whole log, if it is there, else by the state that they make, and the positions among
    /// them by the lines of all entries, if the event store has those.
    void compare_rows(const journal_shard& known, const shard_rows& rows, const shard& made) {
        const std::string name = "shard " + std::to_string(known.shard.value) + ": ";
        if (const auto differs = state_checks::same_rows(rows, made.save())) {
            checks_.fail("rows", name + *differs);
        }
        if (known.positions.begin.index != 0) {
            compare_positions(known.shard, rows, made.digest());
            return;
        }
        say("replaying from the first entry to the checkpoint");
        shard anew(shard_settings{.id = rows.shard.id,
                                  .horizon = rows.shard.horizon,
                                  .max_outbox = rows.shard.max_outbox,
                                  .max_open_orders = rows.shard.max_open_orders});
        const auto applied = apply_up_to(known.shard, anew, rows.shard.index,
                                         [](const entry&, const shard_output&) {});
        if (!applied) {
            checks_.fail("replay", applied.error().what);
            return;
        }
        const auto differs = state_checks::same_rows(rows, anew.save());
        checks_.say("rows", differs ? std::optional(name + *differs) : std::nullopt,
                    "as the log makes them from its first entry on");
    }

    /// Where the log's first entries are gone. Replay would need them; what they moved may still be known.
    void compare_positions(shard_id id, const shard_rows& rows, std::uint64_t digest) {
        const auto stored = events_ ? events_->find(id) : std::nullopt;
        if (!stored || stored->first != 1 || stored->last < rows.shard.index) {
            checks_.pass("rows",
                         "as the state that they make writes them; neither log nor event store go "
                         "back to the first entry");
            return;
        }
        say("adding up what all entries moved");
        state_checks::line_totals totals;
        std::uint64_t left = 0;
        const bool are_read =
            read_events(id, 1, rows.shard.index, [&](const entry_events_view& told) {
                for (const ledger_line& line : told.lines) {
                    totals[{line.holder, line.asset}] += line.amount;
                }
                left = told.digest;
            });
        if (!are_read) {
            return;
        }
        auto wrong = state_checks::positions_are(rows, std::move(totals));
        if (left != 0 && left != digest) {  // not all writers say it
            wrong = "its digest is not the one that entry " + std::to_string(rows.shard.index) +
                    " left";
        }
        checks_.say("rows",
                    wrong ? std::optional("shard " + std::to_string(id.value) + ": " + *wrong)
                          : std::nullopt,
                    "as the state that they make writes them, with positions that are what all "
                    "entries moved; the log does not go back to the first entry");
    }

    /// The entries behind `from` that later ones make void, wherever the log ends.
    [[nodiscard]] result<std::set<std::uint64_t>> find_voided(shard_id id, std::uint64_t from) {
        std::set<std::uint64_t> voided;
        const auto known = journal_->find(id);
        const std::uint64_t last = known ? known->positions.end.index : 0;
        entry_batch batch;
        while (from < last) {
            if (const outcome read = journal_->read(id, from + 1, last, window_bytes, batch);
                !read) {
                return read.error();
            }
            for (const entry_batch::item& each : batch.items) {
                const auto logged = decode_journal_payload(each.at.term, batch.held_payload(each));
                const bool is_command = logged && logged->kind == log_entry_kind::command;
                if (const std::uint64_t index =
                        is_command ? voided_by(logged->payload.bytes()) : 0) {
                    voided.insert(index);
                }
                from = each.at.index;
            }
        }
        return voided;
    }

    /// Why it cannot be: an assertion of ours that does not hold, which stops a shard, and not who looks at it.
    static std::optional<std::string> try_apply(const entry& what, shard& state,
                                                shard_output& out) {
        const assertion_scope scope;
        try {
            state.apply(what, out);
        } catch (const violated_assertion& bug) {
            return to_text(bug);
        }
        return std::nullopt;
    }

    template <typename Told>
    [[nodiscard]] outcome apply_up_to(shard_id id, shard& state, std::uint64_t last, Told told) {
        horizon_ = state.settings().horizon;
        const auto voided = find_voided(id, state.index());
        if (!voided) {
            return voided.error();
        }
        entry_batch batch;
        shard_output out;
        std::deque<std::pair<std::uint64_t, std::uint64_t>> digests{
            {state.index(), state.digest()}};
        while (state.index() < last) {
            if (const outcome read =
                    journal_->read(id, state.index() + 1, last, window_bytes, batch);
                !read) {
                return read.error();
            }
            for (const entry_batch::item& each : batch.items) {
                const std::string place = "entry " + std::to_string(each.at.index) + " of shard " +
                                          std::to_string(id.value);
                auto logged = decode_journal_payload(each.at.term, batch.held_payload(each));
                if (!logged) {
                    return error{errc::corrupt, place + ": " + logged.error().what};
                }
                entry what;
                what.index = each.at.index;
                if (logged->kind == log_entry_kind::command && !voided->contains(each.at.index)) {
                    auto marked = decode_marked_entry(logged->payload.bytes());
                    if (!marked) {
                        return error{errc::corrupt, place + ": " + marked.error().what};
                    }
                    if (voided_by(logged->payload.bytes()) == 0) {
                        compare_digest(place, marked->mark, digests);
                    }
                    what = std::move(marked->what);
                    what.index = each.at.index;
                    if (const auto why = try_apply(what, state, out)) {
                        return error{errc::corrupt,
                                     place + " cannot be applied (" + *why +
                                         "): a node stops there until an operator makes it void, "
                                         "by 'bourse console make-void " +
                                         std::to_string(each.at.index) + "'"};
                    }
                } else {
                    out.clear();
                    state.skip(each.at.index);
                }
                digests.emplace_back(state.index(), state.digest());
                if (digests.size() > digests_kept) {
                    digests.pop_front();
                }
                told(what, out);
                if (each.at.index % entries_between_progress == 0) {
                    say("replayed to entry " + std::to_string(each.at.index) + " of " +
                        std::to_string(last));
                }
            }
        }
        return done{};
    }

    void compare_digest(const std::string& place, const digest_mark& mark,
                        const std::deque<std::pair<std::uint64_t, std::uint64_t>>& digests) {
        if (mark.index < digests.front().first || mark.index == 0) {
            return;
        }
        if (mark.index > digests.back().first ||
            digests[mark.index - digests.front().first].second != mark.digest) {
            checks_.fail("digests", place + " says another digest of entry " +
                                        std::to_string(mark.index) + " than replay gives");
            return;
        }
        ++digests_compared_;
    }

    [[nodiscard]] bool replay(const journal_shard& known, shard& state) {
        say("replaying the log");
        const std::string name = "shard " + std::to_string(known.shard.value);
        const auto stored = events_ ? events_->find(known.shard) : std::nullopt;
        const std::uint64_t last_stored = stored ? stored->last : 0;
        const std::uint64_t last = known.positions.end.index;
        const auto applied =
            apply_up_to(known.shard, state, last, [&](const entry& what, const shard_output& out) {
                const entry_events_view told{what.index, what.at,    state.digest(),   out.reports,
                                             out.lines,  out.events, out.event_numbers};
                if (const auto wrong = state_checks::conserved(out.lines)) {
                    checks_.fail("value",
                                 name + ", entry " + std::to_string(what.index) + ": " + *wrong);
                }
                if (stored && what.index >= stored->first && what.index <= last_stored) {
                    compare_events(known.shard, told);
                } else if (what.index > last_stored) {
                    take_told(known.shard, told);
                }
            });
        if (!applied) {
            checks_.fail("replay", applied.error().what);
            return false;
        }
        if (last_stored > last) {
            checks_.fail("events", name + ": the store has entry " + std::to_string(last_stored) +
                                       ", and the log ends with " + std::to_string(last));
        }
        checks_.pass("digests", std::to_string(digests_compared_) + " were compared");
        return true;
    }

    void compare_events(shard_id id, const entry_events_view& told) {
        const std::string place =
            "shard " + std::to_string(id.value) + ", entry " + std::to_string(told.index);
        if (const outcome read = events_->read(id, told.index, told.index, 1, stored_); !read) {
            checks_.fail("events", read.error().what);
            return;
        }
        const entry_events& row = stored_.front();
        if (const outcome unpacked = unpack_entry_events(row.events, unpacked_); !unpacked) {
            checks_.fail("events", place + ": " + unpacked.error().what);
            return;
        }
        entry_events_view expected = told;
        expected.digest = unpacked_.digest == 0 ? 0 : told.digest;  // not all writers say it
        if (!std::ranges::equal(row.events, packer_.pack(expected)) ||
            row.reports != ranges_.find(told.reports)) {
            checks_.fail("events", place + " gave out something else than is stored");
            return;
        }
        ++events_compared_;
    }

    /// What is stored of entries that the log may not have any more.
    void take_stored_events(shard_id id) {
        const auto stored = events_->find(id);
        if (!stored || (!acks_ && !history_check_)) {
            return;
        }
        say("reading the event store");
        read_events(id, stored->first, stored->last,
                    [&](const entry_events_view& told) { take_told(id, told); });
    }

    /// Gives what entries `first` to `last` gave out to `take`, one after the other. False if they cannot be read, which is said.
    template <typename Take>
    bool read_events(shard_id id, std::uint64_t first, std::uint64_t last, Take take) {
        unpacked_events told;
        for (std::uint64_t next = first; next <= last; next += stored_.size()) {
            if (const outcome read = events_->read(id, next, last, window_bytes, stored_); !read) {
                checks_.fail("events", read.error().what);
                return false;
            }
            for (const entry_events& row : stored_) {
                if (const outcome unpacked = unpack_entry_events(row.events, told); !unpacked) {
                    checks_.fail("events", "shard " + std::to_string(id.value) + ", entry " +
                                               std::to_string(row.index) + ": " +
                                               unpacked.error().what);
                    return false;
                }
                take(told.view());
            }
        }
        return true;
    }

    void take_told(shard_id id, const entry_events_view& told) {
        if (acks_) {
            acks_->take(told, horizon_);
        }
        if (history_check_) {
            history_check_->take(id, told);
        }
    }

    void check_state(const std::string& name, const shard& state) {
        say("looking at the state of " + name);
        const auto of = [&](const std::optional<std::string>& wrong) {
            return wrong ? std::optional(name + ": " + *wrong) : std::nullopt;
        };
        const shard_rows rows = state.save();
        checks_.say("value", of(state_checks::conserved(rows)),
                    "all positions of each asset add up to zero");
        checks_.say("orders", of(state_checks::orders_agree(rows)),
                    std::to_string(rows.orders.size()) + " open orders are in ledger and book");
        checks_.say("reservations", of(state_checks::reserved_for_orders(state, rows)),
                    std::to_string(rows.accounts.size()) +
                        " accounts have reserved what their orders could cost");
    }

    void end() {
        if (events_) {
            checks_.pass("events",
                         std::to_string(events_compared_) + " entries gave out what is stored");
        }
        if (history_check_) {
            say("looking at the history");
            const auto wrong = history_check_->fault(last_entries_);
            checks_.say(
                "history", wrong,
                std::to_string(history_check_->looked_at()) + " orders and trades are there");
        }
        if (acks_) {
            found_.acks_found = acks_->found_once();
            checks_.say(
                "acks", acks_->fault(),
                std::to_string(acks_->size()) + " acknowledged orders are there, once each");
        }
    }

    void say(const std::string& what) const {
        if (options_.progress) {
            options_.progress(what);
        }
    }

    const verify_options& options_;
    files::path data_;
    verify_result found_;
    check_list checks_;
    std::uint64_t owner_ = 0;
    std::unique_ptr<real_disk> folder_;
    std::unique_ptr<folder_lock> lock_;  // of the node's folder
    std::unique_ptr<real_disk> disk_;
    std::unique_ptr<reading_disk> reading_;
    std::unique_ptr<journal> journal_;
    std::unique_ptr<lmdb_store> event_rows_;
    std::unique_ptr<event_store> events_;
    std::unique_ptr<history_reader> history_;
    std::unique_ptr<history_check> history_check_;
    std::optional<acknowledged_orders> acks_;
    duration horizon_ = shard_settings{}.horizon;
    std::map<shard_id, std::uint64_t> last_entries_;
    std::uint64_t digests_compared_ = 0;
    std::uint64_t events_compared_ = 0;
    std::vector<entry_events> stored_;
    entry_events_packer packer_;
    unpacked_events unpacked_;
    report_range_finder ranges_;
};

}  // namespace

bool verify_result::ok() const noexcept {
    return !checks.empty() && std::ranges::all_of(checks, &verify_check::ok);
}

result<verify_result> verify(const verify_options& options) {
    return verifier(options).run();
}

}  // namespace bourse
