#include "tests/simulation/cluster_life.hpp"

#include <algorithm>
#include <utility>

namespace bourse {

namespace {

constexpr std::size_t notes_kept = 200;
/// Stands for the store of events where commits are planned.
constexpr shard_id events_shard{0};

std::vector<shard_settings> settings_of(std::uint16_t shards) {
    std::vector<shard_settings> all;
    for (std::uint16_t s = 1; s <= shards; ++s) {
        all.push_back({.id = {s}, .max_outbox = 256});
    }
    return all;
}

/// The shard whose replicas talk to each other in it; none of a client's, or between shards.
shard_id shard_of(const envelope& mail) {
    const auto* message = std::get_if<routed_message>(&mail.what);
    return message != nullptr ? message->shard : shard_id{0};
}

std::uint16_t drawn(std::uint16_t wanted, std::uint64_t seed, std::initializer_list<int> from) {
    random_source random(seed);
    const auto which = random.below(from.size());
    return wanted != 0 ? wanted : static_cast<std::uint16_t>(*(from.begin() + which));
}

/// What anybody who reads sees of the books of a shard.
std::vector<std::pair<symbol_id, book_top>> tops_of(const shard& state) {
    std::vector<std::pair<symbol_id, book_top>> all;
    for (std::uint32_t s = 1; s <= symbol_count; ++s) {
        if (const order_book* book = state.book({s})) {
            const book_level bid = book->best(side::buy).value_or(book_level{});
            const book_level ask = book->best(side::sell).value_or(book_level{});
            all.push_back({{s},
                           {.bid = bid.price.ticks,
                            .bid_lots = bid.lots.lots,
                            .ask = ask.price.ticks,
                            .ask_lots = ask.lots.lots}});
        }
    }
    return all;
}

}  // namespace

cluster_life::cluster_life(const simulation_options& options)
    : options_(options),
      random_(options.seed * 0x9E3779B97F4A7C15U + 1),
      settings_(settings_of(drawn(options.shards, options.seed + 11, {1, 1, 2, 3, 4}))),
      history_(settings_),
      checkers_(all_checkers(static_cast<std::uint16_t>(settings_.size()))) {
    const std::uint16_t voters = drawn(options.replicas, options.seed + 23, {1, 3, 3, 5});
    result_.shards = static_cast<std::uint16_t>(settings_.size());
    result_.replicas = voters;
    node_plan plan{.number = 0,
                   .seed = 0,
                   .journal_kib = options.journal_kib,
                   .shards = settings_,
                   .founders = {}};
    for (std::uint64_t id = 1; id <= voters; ++id) {
        plan.founders.members.push_back({.id = {id}, .role = member_role::voter});
    }
    const auto nodes = static_cast<endpoint>(voters + (random_.chance(500) ? 1 : 0));
    for (endpoint n = 1; n <= nodes; ++n) {
        plan.number = n;
        plan.seed = random_.next() >> 32U;
        nodes_.push_back(std::make_unique<simulated_node>(plan));
        nodes_.back()->drift_ppm = random_.between(-10'000, 10'000);
    }
    client_world_.shards = static_cast<std::uint16_t>(settings_.size());
    client_world_.nodes = static_cast<std::uint16_t>(nodes);
    client_world_.wall_start_ns = wall_start_ns;
    for (std::uint64_t c = 1; c <= 3; ++c) {
        clients_.push_back(std::make_unique<client>(c, random_.next(), client_world_));
    }
    for (auto& each : checkers_) {
        each->on_complaint(
            [this, name = each->name()](const std::string& what) { complain(name, what); });
    }
}

void cluster_life::complain(const std::string& who, const std::string& what) {
    const bool counts = options_.only == nullptr || options_.only == who;
    if (result_.checker.empty() && counts) {
        note("FOUND by " + who + ": " + what);
        result_.checker = who;
        result_.complaint = std::to_string(now_us_ / 1'000) + " ms: " + what;
    }
}

void cluster_life::note(const std::string& what) {
    if (options_.keeps_trace) {
        last_.push_back(std::to_string(now_us_) + " us: " + what);
        if (last_.size() > notes_kept) {
            last_.pop_front();
        }
    }
}

std::string cluster_life::name_of(const simulated_node& at) const {
    return "node " + std::to_string(at.number());
}

// --- Time -----------------------------------------------------------------------------------------

void cluster_life::plan(std::uint64_t at_us, kind what, endpoint whose,
                        std::shared_ptr<envelope> mail, shard_id shard) {
    const std::uint64_t life = whose >= 1 && whose <= nodes_.size() ? node_at(whose).life() : 0;
    queue_.push({at_us, order_++, what, whose, life, std::move(mail), shard});
}

void cluster_life::run_until(std::uint64_t at_us) {
    while (!queue_.empty() && queue_.top().at_us <= at_us && result_.checker.empty()) {
        const occurrence next = queue_.top();
        queue_.pop();
        now_us_ = std::max(now_us_, next.at_us);
        happen(next);
        ++result_.events;
        result_.trace_digest =
            (result_.trace_digest ^ now_us_ ^ (std::uint64_t{next.whose} << 40U) ^
             (static_cast<std::uint64_t>(next.what) << 56U)) *
            0x100000001b3U;
    }
    now_us_ = std::max(now_us_, at_us);
}

void cluster_life::happen(const occurrence& next) {
    switch (next.what) {
        case kind::client:
            wake_client(next.whose);
            return;
        case kind::trouble:
            trouble();
            return;
        case kind::arrival:
            if (next.whose > first_client) {
                arrive_at_client(*next.mail);
            } else if (node_at(next.whose).is_up() &&
                       weather_.reaches(next.mail->from, next.whose)) {
                arrive(node_at(next.whose), *next.mail);
            }
            return;
        case kind::wake:
        case kind::written:
        case kind::stored:
            break;
    }
    simulated_node& at = node_at(next.whose);
    if (!at.is_up() || at.life() != next.life) {
        return;
    }
    const moment now = at.at(now_us_);
    if (next.what == kind::written) {
        at.write_is_planned = false;
        at.node().finish_write(now);
    } else if (next.what == kind::stored) {
        at.commits_planned.erase(next.shard);
        if (next.shard == events_shard) {
            at.node().finish_events(now);
        } else {
            at.node().finish_rows(next.shard, now);
        }
    } else {
        at.wakes_at_us = at.wakes_at_us <= now_us_ ? 0 : at.wakes_at_us;
        for (auto& [shard, one] : at.node().replicas()) {
            if (now.monotonic_ms >= one->next_tick_ms()) {
                one->tick(now);
            }
        }
    }
    pump(at);
}

// --- Network --------------------------------------------------------------------------------------

void cluster_life::send(envelope mail) {
    if (!weather_.reaches(mail.from, mail.to) || random_.chance(weather_.loss)) {
        return;
    }
    if (mail.from < first_client) {
        simulated_node& by = node_at(mail.from);
        mail.sign = {by.id(), by.node().incarnation(), by.at(now_us_).wall};
    }
    const auto shared = std::make_shared<envelope>(std::move(mail));
    for (int copies = random_.chance(weather_.repeat) ? 2 : 1; copies > 0; --copies) {
        plan(now_us_ + weather_.draw_delay_us(random_), kind::arrival, shared->to, shared);
    }
}

void cluster_life::wake_client(endpoint whose) {
    client& one = *clients_[whose - first_client - 1];
    std::vector<envelope> out;
    std::vector<client_request> asked;
    const std::uint64_t next_us = one.wake(now_us_, out, asked);
    for (const client_request& each : asked) {
        for (auto& check : checkers_) {
            check->asked(each);
        }
    }
    for (envelope& each : out) {
        send(std::move(each));
    }
    plan(next_us, kind::client, whose);
}

void cluster_life::arrive_at_client(const envelope& mail) {
    client& one = *clients_[mail.to - first_client - 1];
    if (const auto* done = std::get_if<client_answer>(&mail.what)) {
        if (const auto request = one.take(*done, mail.from)) {
            ++result_.answered;
            client_answer told = *done;
            told.told_us = now_us_;
            for (auto& check : checkers_) {
                check->answered(*request, told);
            }
        }
    } else if (const auto* refused = std::get_if<refusal_notice>(&mail.what)) {
        one.take(*refused, now_us_);
    } else if (const auto* seen = std::get_if<read_answer>(&mail.what)) {
        if (const auto request = one.take(*seen)) {
            ++result_.reads;
            read_answer told = *seen;
            told.told_us = now_us_;
            for (auto& check : checkers_) {
                check->read(*request, told);
            }
        }
    }
}

// --- Nodes ----------------------------------------------------------------------------------------

void cluster_life::arrive(simulated_node& at, const envelope& mail) {
    const moment now = at.at(now_us_);
    if (mail.from < first_client && !at.node().hear(now, shard_of(mail), mail.sign)) {
        return;
    }
    if (const auto* message = std::get_if<routed_message>(&mail.what)) {
        if (message->what.to == at.id()) {
            at.node().find(message->shard)->receive(now, message->what);
        }
    } else if (const auto* letter = std::get_if<channel_letter>(&mail.what)) {
        at.node().find(letter->to)->receive(now, *letter);
    } else if (const auto* wanted = std::get_if<rows_request>(&mail.what)) {
        at.node().find(wanted->shard)->receive(now, *wanted);
    } else if (const auto* piece = std::get_if<rows_piece>(&mail.what)) {
        at.node().find(piece->shard)->receive(now, *piece);
    } else if (const auto* asked = std::get_if<events_request>(&mail.what)) {
        at.node().find(asked->shard)->receive(now, *asked);
    } else if (const auto* events = std::get_if<events_piece>(&mail.what)) {
        at.node().find(events->shard)->receive(now, *events);
    } else if (const auto* request = std::get_if<client_request>(&mail.what)) {
        take_request(at, mail, *request);
    } else if (const auto* read = std::get_if<read_request>(&mail.what)) {
        take_read(at, mail, *read);
    }
    pump(at);
}

void cluster_life::take_request(simulated_node& at, const envelope& mail,
                                const client_request& request) {
    replica& one = *at.node().find(request.shard);
    const std::uint64_t ticket = ++at.last_ticket;
    const auto refused = one.submit(at.at(now_us_), request.commands, ticket);
    if (refused == replica_refusal::none) {
        at.waiters[ticket] = {mail.from, request.number, request.shard};
    } else {
        send({at.number(), mail.from, refusal_notice{request.number, one.leader(), request.shard}});
    }
}

void cluster_life::take_read(simulated_node& at, const envelope& mail,
                             const read_request& request) {
    replica& one = *at.node().find(request.shard);
    const std::uint64_t ticket = ++at.last_ticket;
    at.waiters[ticket] = {mail.from, request.number, request.shard};
    if (one.read(at.at(now_us_), ticket) != replica_refusal::none) {
        at.waiters.erase(ticket);
        send({at.number(), mail.from, refusal_notice{request.number, one.leader(), request.shard}});
    }
}

void cluster_life::pump(simulated_node& at) {
    for (bool more = true; more;) {
        more = false;
        for (auto& [shard, one] : at.node().replicas()) {
            more = pump(at, *one) || more;
        }
        if (!at.write_is_planned && at.node().start_write(at.at(now_us_))) {
            at.write_is_planned = true;
            plan(now_us_ + 20 + random_.below(at.longest_write_us), kind::written, at.number());
            more = true;  // what was proposed says something at once
        }
        keep_rows(at);
        if (!at.node().dead().empty()) {
            stop(at, random_.chance(500), "its disk fails: " + at.node().dead());
            return;
        }
    }
    plan_wake(at);
}

void cluster_life::follow_rows(simulated_node& at, const replica& one) {
    const replica_rows seen = one.rows();
    replica_rows& known = at.rows[one.id()];
    result_.checkpoints += seen.checkpoints - known.checkpoints;
    result_.installs += seen.installs - known.installs;
    known = seen;
}

/// A slice of the checkpoints that are being taken.
void cluster_life::keep_rows(simulated_node& at) {
    for (auto& [shard, one] : at.node().replicas()) {
        if (!at.commits_planned.contains(shard) && at.node().start_rows(shard, at.at(now_us_))) {
            at.commits_planned.insert(shard);
            plan(now_us_ + 100 + random_.below(5 * at.longest_write_us), kind::stored, at.number(),
                 nullptr, shard);
        }
    }
    if (!at.commits_planned.contains(events_shard) && at.node().start_events(at.at(now_us_))) {
        at.commits_planned.insert(events_shard);
        plan(now_us_ + 100 + random_.below(5 * at.longest_write_us), kind::stored, at.number(),
             nullptr, events_shard);
    }
}

void cluster_life::check_events(simulated_node& at) {
    for (const auto& [shard, one] : at.node().replicas()) {
        for (auto& check : checkers_) {
            check->stored(name_of(at), shard, *at.node().events());
        }
    }
}

bool cluster_life::pump(simulated_node& at, replica& one) {
    replica_effects out = one.take();
    const auto send_all = [&](auto& letters) {
        for (auto& each : letters) {
            const auto to = static_cast<endpoint>(each.to.value % 16);
            if (to >= 1 && to <= nodes_.size()) {
                send({at.number(), to, std::move(each)});
            }
        }
    };
    send_all(out.rows_requests);
    send_all(out.rows_pieces);
    send_all(out.events_requests);
    send_all(out.events_pieces);
    follow_rows(at, one);
    const bool had_any = !out.messages.empty() || !out.letters.empty() || !out.applied.empty() ||
                         !out.answers.empty();
    for (const applied_entry& each : out.applied) {
        observe(at, one.id(), each);
    }
    if (out.restored) {
        const std::string wrong =
            history_.follow_restored(one.id(), out.restored->index, out.restored->digest);
        if (!wrong.empty()) {
            complain(life_check::replicas_agree, name_of(at) + ": " + wrong);
            return false;
        }
        note(name_of(at) + " has the rows of shard " + std::to_string(one.id().value) +
             " as of entry " + std::to_string(out.restored->index));
    }
    for (replica_message& each : out.messages) {
        for (auto& check : checkers_) {
            check->said(one.id(), each, one.agreement().term());
        }
        const auto to = static_cast<endpoint>(each.to.value % 16);
        if (to >= 1 && to <= nodes_.size()) {
            send({at.number(), to, routed_message{one.id(), std::move(each)}});
        }
    }
    for (const channel_letter& each : out.letters) {
        for (const auto& other : nodes_) {
            send({at.number(), other->number(), each});
        }
    }
    for (const ticket_answer& each : out.answers) {
        answer(at, each, out.applied);
    }
    if (one.agreement().role() == replica_role::leader) {
        std::uint64_t& known = at.leads[one.id()];
        if (known != one.agreement().term()) {
            known = one.agreement().term();
            ++result_.elections;
            note(name_of(at) + " leads shard " + std::to_string(one.id().value) + " in term " +
                 std::to_string(known));
            for (auto& check : checkers_) {
                check->leads(one.id(), known, one.self());
            }
        }
    }
    if (!one.fault().empty() && !at.store(one.id()).dead() && !at.events().dead()) {
        complain(life_check::no_replica_stops,
                 name_of(at) + ", shard " + std::to_string(one.id().value) + ": " + one.fault());
    }
    return had_any;
}

void cluster_life::answer(simulated_node& at, const ticket_answer& one,
                          const std::vector<applied_entry>& applied) {
    const auto found = at.waiters.find(one.ticket);
    if (found == at.waiters.end()) {
        return;
    }
    const simulated_node::waiter to = found->second;
    at.waiters.erase(found);
    switch (one.what) {
        case ticket_answer::kind::unknown:
            send({at.number(), to.client, refusal_notice{to.number, {}, to.shard}});
            return;
        case ticket_answer::kind::read:
            send({at.number(), to.client,
                  read_answer{.number = to.number,
                              .index = one.index,
                              .tops = tops_of(at.node().find(to.shard)->state())}});
            return;
        case ticket_answer::kind::applied:
            break;
    }
    client_answer told{.request = to.number,
                       .client = to.client - first_client,
                       .shard = to.shard,
                       .index = one.index,
                       .reports = {}};
    for (const applied_entry& each : applied) {
        for (const report& line : each.out.reports) {
            if (each.index == one.index && line.client.high == told.client) {
                told.reports.push_back(line);
            }
        }
    }
    send({at.number(), to.client, std::move(told)});
}

void cluster_life::observe(simulated_node& at, shard_id shard, const applied_entry& one) {
    bool is_new = false;
    const std::string wrong = history_.follow(shard, one, is_new);
    if (!wrong.empty()) {
        complain(life_check::replicas_agree, name_of(at) + ": " + wrong);
        return;
    }
    if (is_new) {
        ++result_.entries;
        for (const shard_command& each : history_.last(shard).what.commands) {
            ++result_.commands.at(each.index());
        }
        if (options_.keeps_trace) {
            note(name_of(at) + " first applies entry " + std::to_string(one.index) + " of shard " +
                 std::to_string(shard.value) + ", term " + std::to_string(one.term) + ", " +
                 std::to_string(one.what.commands.size()) + " commands");
        }
        for (auto& check : checkers_) {
            check->committed(shard, history_.last(shard));
        }
    }
    const bool leads = at.node().find(shard)->agreement().role() == replica_role::leader;
    if (one.may_leave && !leads) {
        complain(life_check::only_leaders_speak,
                 name_of(at) + " lets out what entry " + std::to_string(one.index) + " of shard " +
                     std::to_string(shard.value) + " said, and does not lead");
    }
}

void cluster_life::plan_wake(simulated_node& at) {
    const moment now = at.at(now_us_);
    std::uint64_t next_ms = UINT64_MAX;
    for (const auto& [shard, one] : at.node().replicas()) {
        next_ms = std::min(next_ms, one->next_tick_ms());
    }
    const std::uint64_t wait_ms = next_ms > now.monotonic_ms ? next_ms - now.monotonic_ms : 0;
    const std::uint64_t at_us = now_us_ + std::max<std::uint64_t>(wait_ms, 1) * 1'000;
    if (at.wakes_at_us <= now_us_ || at_us < at.wakes_at_us) {
        at.wakes_at_us = at_us;
        plan(at_us, kind::wake, at.number());
    }
}

void cluster_life::stop(simulated_node& at, bool power_fails, const std::string& why) {
    note(name_of(at) + (power_fails ? " loses power: " : " is killed: ") + why);
    ++result_.crashes;
    at.stop(power_fails);
    restarts_at_us_[at.number()] = now_us_ + 10'000 + random_.below(800'000);
}

void cluster_life::start(simulated_node& at) {
    restarts_at_us_.erase(at.number());
    if (const std::string wrong = at.start(now_us_); !wrong.empty()) {
        complain(life_check::a_node_starts, name_of(at) + ": " + wrong);
        return;
    }
    if (!at.is_up()) {
        restarts_at_us_[at.number()] = now_us_ + 100'000;
        return;
    }
    note(name_of(at) + " starts");
    check_events(at);
    pump(at);
}

simulated_node* cluster_life::leader_of(shard_id shard) {
    simulated_node* found = nullptr;
    std::uint64_t term = 0;
    for (auto& each : nodes_) {
        const replica* one = each->is_up() ? each->node().find(shard) : nullptr;
        if (one != nullptr && one->speaks() && one->agreement().term() > term) {
            found = each.get();
            term = one->agreement().term();
        }
    }
    return found;
}

// --- A life ---------------------------------------------------------------------------------------

simulation_result cluster_life::live() {
    for (auto& each : nodes_) {
        if (const std::string wrong = each->found(); !wrong.empty()) {
            complain(life_check::a_node_starts, wrong);
        }
        start(*each);
    }
    for (const auto& each : clients_) {
        plan(now_us_ + random_.below(5'000), kind::client,
             static_cast<endpoint>(first_client + each->number()));
    }
    run_until(2'000'000);
    is_stormy_ = true;
    plan(now_us_, kind::trouble, 0);
    run_until(now_us_ + 6'000'000);
    is_stormy_ = false;
    if (result_.checker.empty()) {
        if (const std::string wrong = heal(); !wrong.empty()) {
            complain(life_check::progress, wrong);
        }
    }
    for (auto& each : nodes_) {
        if (result_.checker.empty()) {
            check_events(*each);
        }
    }
    if (result_.checker.empty()) {
        std::vector<const shard*> states;
        for (const shard_settings& each : settings_) {
            states.push_back(&history_.state(each.id));
        }
        for (auto& check : checkers_) {
            check->at_end(states);
            result_.books_decided += check->searched().decided;
            result_.books_undecided += check->searched().undecided;
        }
    }
    result_.virtual_ms = now_us_ / 1'000;
    result_.trace_digest ^= history_.digest();
    result_.last = {last_.begin(), last_.end()};
    return std::move(result_);
}

simulation_result simulate(const simulation_options& options) {
    return cluster_life(options).live();
}

}  // namespace bourse
