#include "runtime/node/node_data.hpp"

#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>
#include <utility>

#include "actors/directory/key_hash.hpp"
#include "actors/session/clock.hpp"
#include "runtime/node/small_file.hpp"

namespace bourse {
namespace {

constexpr shard_id first_shard{1};
constexpr const char* operator_name = "operator";
constexpr std::uint64_t max_node_id = 0xFFFF'FFFFU;
constexpr auto longest_start = std::chrono::hours(1);

result<std::unique_ptr<lmdb_store>> open_rows(const std::string& folder,
                                              std::vector<std::string> tables,
                                              std::uint64_t max_bytes) {
    return lmdb_store::open(
        {.folder = folder, .tables = std::move(tables), .max_bytes = max_bytes});
}

/// Takes what opening gave, or says why it gave nothing.
template <class T>
outcome take_into(std::unique_ptr<T>& into, result<std::unique_ptr<T>> opened) {
    if (!opened) {
        return opened.error();
    }
    into = std::move(*opened);
    return done{};
}

std::string identity_line(const node_identity& from) {
    return "bourse node " + std::to_string(from.id) + " starts " + std::to_string(from.starts) +
           "\n";
}

}  // namespace

result<std::unique_ptr<node_data>> node_data::open(const node_options& options) {
    std::unique_ptr<node_data> made(
        new node_data(std::make_unique<start_progress>(options.log, options.say_start_every)));
    for (const auto& did : {&node_data::open_files, &node_data::start_shard}) {
        if (auto opened = (made.get()->*did)(options); !opened) {
            return opened.error();
        }
    }
    // Nothing was numbered by it yet.
    if (auto wrote = write_small_file(made->folder_ + "/node", identity_line(made->identity));
        !wrote) {
        return wrote.error();
    }
    if (made->acts->names().users("", 1).empty()) {
        if (auto added = made->add_operator(); !added) {
            return added.error();
        }
    }
    made->progress_->begin("events are written");
    // Everything is in the event store then, and who was behind can read it there.
    if (auto ran =
            made->run([&] { return made->desk->events_index() >= made->desk->state().index(); });
        !ran) {
        return ran.error();
    }
    const event_store_options events{.owner = made->identity.id,
                                     .keep_bytes = options.keep_event_bytes};
    if (auto opened = made->open_history(events, options.max_history_bytes); !opened) {
        if (opened.error().code == errc::locked || opened.error().code == errc::foreign) {
            return opened.error();
        }
        made->no_history = opened.error().what;
    }
    made->progress_ = nullptr;
    return made;
}

// One that can have no more now goes on when there is room; until then it is behind, and says why.
outcome node_data::open_history(const event_store_options& events, std::uint64_t max_bytes) {
    const std::string path = folder_ + "/history";
    progress_->begin("the history takes up what it has not");
    auto parts = std::make_shared<history_parts>();
    if (auto opened =
            take_into(parts->kept,
                      history::open({.path = path, .owner = identity.id, .max_bytes = max_bytes}));
        !opened) {
        return opened;
    }
    parts->feed = std::make_unique<history_feed>(*parts->kept, *event_rows_, events, first_shard);
    parts->feed->wants(desk->state().index());
    auto caught = parts->feed->catch_up(
        [this](std::uint64_t index, std::uint64_t last) { progress_->at(index, last); });
    const bool may_pass =
        caught || (!parts->kept->dead() && caught.error().code == errc::storage_full);
    if (!may_pass) {
        return caught;
    }
    parts->progress.say(parts->feed->durable(), caught ? "" : caught.error().what);
    parts->reader = history_reader::beside(*parts->kept);
    history_kept = std::move(parts);
    return done{};
}

// --- Files ----------------------------------------------------------------------------------------

outcome node_data::open_files(const node_options& options) {
    progress_->begin("files are opened");
    folder_ = options.data;
    while (folder_.size() > 1 && folder_.back() == '/') {
        folder_.pop_back();
    }
    if (auto opened = take_into(data_, real_disk::open(folder_)); !opened) {
        return opened;
    }
    auto lock = data_->lock();
    if (!lock) {
        return lock.error();
    }
    lock_ = std::move(*lock);
    if (auto taken = take_identity(); !taken) {
        return taken;
    }
    const std::string shard = folder_ + "/shard-" + std::to_string(first_shard.value);
    if (auto made = real_disk::open(shard); !made) {
        return made.error();
    }
    if (auto opened = take_into(journal_, real_disk::open(folder_ + "/journal")); !opened) {
        return opened;
    }
    if (auto opened = take_into(
            rows_, open_rows(shard + "/rows", checkpoint_tables(), options.max_rows_bytes));
        !opened) {
        return opened;
    }
    // Room for what is kept, and for pages that are not used again at once.
    return take_into(event_rows_,
                     open_rows(folder_ + "/events", event_tables(), 2 * options.keep_event_bytes));
}

outcome node_data::take_identity() {
    const std::string path = folder_ + "/node";
    auto text = read_small_file(path);
    if (!text) {
        return text.error();
    }
    if (text->empty()) {
        auto names = data_->list();
        if (!names) {
            return names.error();
        }
        if (std::find(names->begin(), names->end(), "operator.key") != names->end()) {
            return error{errc::corrupt, path +
                                            ": is missing, and the folder is not a new one: put it "
                                            "back from a copy, or choose another folder"};
        }
        std::uint32_t drawn = 0;
        while (drawn == 0) {
            if (::getrandom(&drawn, sizeof(drawn), 0) != sizeof(drawn)) {
                return error{errc::unreadable, "the system has no random bytes"};
            }
        }
        identity.id = drawn;
    } else {
        std::istringstream words(*text);
        std::string bourse_word;
        std::string node_word;
        std::string starts_word;
        words >> bourse_word >> node_word >> identity.id >> starts_word >> identity.starts;
        if (!words || bourse_word != "bourse" || node_word != "node" || starts_word != "starts" ||
            identity.id == 0 || identity.id > max_node_id) {
            return error{errc::foreign, path +
                                            ": is not the file of a node of Bourse, which says "
                                            "'bourse node ID starts COUNT': choose another folder, "
                                            "or put it back from a copy"};
        }
    }
    ++identity.starts;
    // Of a node that is there already it is written when all else has been opened (`open`).
    return text->empty() ? write_small_file(path, identity_line(identity)) : outcome(done{});
}

// --- The shard ------------------------------------------------------------------------------------

outcome node_data::start_shard(const node_options& options) {
    desk_options with;
    with.events = {.owner = identity.id, .keep_bytes = options.keep_event_bytes};
    past = std::make_shared<report_source>(*event_rows_, with.events, first_shard);
    with.log = {.owner = identity.id,
                .segment_bytes = options.segment_bytes,
                .reserve_bytes = std::min(std::uint64_t{8} << 20U, options.segment_bytes / 8),
                .max_segments = options.max_segments};
    with.replica.shard.id = first_shard;
    with.replica.self = {identity.id};
    with.replica.checkpoint_every = options.checkpoint_every;
    with.replica.checkpoint_slice = 250;
    // Alone: nobody else is waited for.
    with.replica.consensus.election_timeout_ms = 60;
    with.replica.consensus.heartbeat_ms = 15;
    with.replica.consensus.max_in_flight_entries = 16;
    with.replica.consensus.trailing_entries = 16;
    progress_->begin("the checkpoint and the journal are read");
    auto opened = replica_desk::open({journal_.get(), rows_.get(), event_rows_.get()}, with, now());
    if (!opened) {
        return opened.error();
    }
    desk = std::move(*opened);
    progress_->begin("the log is applied");
    return run([this] { return desk->copy().speaks(); });
}

outcome node_data::step(desk_effects out) {
    if (!out.dead.empty()) {
        return error{errc::corrupt, out.dead};
    }
    if (out.journal) {
        desk->journal_carried(now(), out.journal->carry_out());
    }
    if (out.rows) {
        desk->rows_carried(now(), out.rows->carry_out());
    }
    if (out.events) {
        desk->events_carried(now(), out.events->carry_out());
        past->durable(desk->events_index());
    }
    for (const told_entry_ptr& each : out.told) {
        if (each->what.index > desk->events_index()) {
            past->take(each);
        }
        if (acts != nullptr) {
            std::vector<std::uint64_t> asks;
            for (const desk_answer& answer : out.answers) {
                if (answer.entry == each) {
                    asks.push_back(answer.to.ask);
                }
            }
            acts->told(*each, desk->state(), asks);
        }
    }
    return done{};
}

outcome node_data::run(const std::function<bool()>& until) {
    const auto begin = std::chrono::steady_clock::now();
    while (!until() || desk->is_writing()) {
        const moment at = now();
        desk->tick(at);
        desk_effects out = desk->pump(at);
        const bool is_idle =
            !out.journal && !out.rows && !out.events && out.told.empty() && !out.wants_more;
        const std::uint64_t next_ms = out.next_tick_ms;
        if (auto did = step(std::move(out)); !did) {
            return did;
        }
        const auto log = desk->node().log().find(first_shard);
        progress_->at(desk->state().index(), log ? log->positions.end.index : 0);
        if (is_idle) {
            const std::uint64_t wait_ms = next_ms > at.monotonic_ms ? next_ms - at.monotonic_ms : 1;
            std::this_thread::sleep_for(
                std::chrono::milliseconds(std::min<std::uint64_t>(wait_ms, 100)));
        }
        if (std::chrono::steady_clock::now() - begin > longest_start) {
            return error{errc::overloaded, folder_ + ": the shard does not start"};
        }
    }
    if (acts == nullptr) {
        acts = std::make_unique<act_desk>(
            desk->state(),
            own_numbers(static_cast<std::uint32_t>(identity.starts & UINT32_MAX), {}));
    }
    return done{};
}

/// The key's file is there before the user is, so that no user has a key that nobody has.
outcome node_data::add_operator() {
    auto key = make_key(operator_name);
    if (!key) {
        return key.error();
    }
    if (auto wrote = write_small_file(folder_ + "/operator.key", key->text + "\n"); !wrote) {
        return wrote;
    }
    acts->begin(0, 1,
                user_spec{.name = operator_name,
                          .role = user_role::market_operator,
                          .accounts = {},
                          .key = key->stored},
                now().wall);
    std::optional<session_answer> answer;
    const auto look = [&] {
        act_desk::effects out = acts->take();
        for (act_desk::effects::command& each : out.commands) {
            std::vector<shard_command> one;
            one.push_back(std::move(each.what));
            static_cast<void>(desk->submit(now(), std::move(one), {.who = 0, .ask = each.act}));
        }
        if (!out.answers.empty()) {
            answer = std::move(out.answers.front().what);
        }
        return answer.has_value();
    };
    if (auto ran = run(look); !ran) {
        return ran;
    }
    if (const auto* refused = std::get_if<request_refused>(&*answer)) {
        return error{errc::refused, "the user 'operator' cannot be made: " + refused->why};
    }
    return done{};
}

}  // namespace bourse
