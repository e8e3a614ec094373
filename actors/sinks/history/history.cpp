#include "actors/sinks/history/history.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "actors/sinks/history/history_tables.hpp"
#include "messages/assert.hpp"

namespace bourse {

namespace {

namespace tables = history_tables;

/// How many commits go by until orders are looked at for dropping from the oldest on again.
constexpr std::uint64_t commits_until_oldest = 64;

[[nodiscard]] constexpr std::uint64_t lowest_id(shard_id shard) noexcept {
    return std::uint64_t{shard.value} << order_counter_bits;
}

/// The only number that a statement gives.
[[nodiscard]] result<std::int64_t> number_of(sqlite_file& file, const std::string& sql) {
    auto made = file.prepare(sql);
    if (!made) {
        return made.error();
    }
    const auto found = made->step();
    if (!found) {
        return found.error();
    }
    return *found ? made->column(0) : 0;
}

}  // namespace

// --- Opening ----------------------------------------------------------------------------------------

result<std::unique_ptr<history>> history::open(const history_options& options) {
    std::unique_ptr<history> made(new history(options));
    auto file = sqlite_file::open(options.path, sqlite_file::use::write);
    if (!file) {
        return file.error();
    }
    made->file_ = *std::move(file);
    if (const outcome set = made->set_up(); !set) {
        return set.error();
    }
    return made;
}

// The log is written before the file, and the file from it every 32 MiB: a commit costs no sync, a page that changes with each commit is
// not copied with each, and a reader waits for no writer.
outcome history::set_up() {
    if (const outcome set =
            file_->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                       "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192; "
                       "BEGIN IMMEDIATE;");
        !set) {
        return set.error();
    }
    for (const auto step : {&history::check_label, &history::read_positions, &history::prepare}) {
        if (const outcome set = (this->*step)(); !set) {
            return set.error();
        }
    }
    return file_->run("COMMIT");
}

outcome history::check_label() {
    const auto application = number_of(*file_, "PRAGMA application_id");
    const auto version = number_of(*file_, "PRAGMA user_version");
    const auto pages = number_of(*file_, "SELECT count(*) FROM sqlite_master");
    if (!application || !version || !pages) {
        return (!application ? application : !version ? version : pages).error();
    }
    if (*pages == 0 && *application == 0) {
        return file_->run(std::string(tables::make) +
                          "PRAGMA application_id = " + std::to_string(tables::application) +
                          "; PRAGMA user_version = " + std::to_string(tables::version) +
                          "; INSERT INTO about VALUES (" + std::to_string(tables::owner_row) +
                          ", " + std::to_string(same_bits(options_.owner)) + "), (" +
                          std::to_string(tables::trades_row) + ", 0), (" +
                          std::to_string(tables::dropped_row) + ", 0)");
    }
    if (*application != tables::application) {
        return error{errc::foreign, options_.path + " is of another program: move it away"};
    }
    if (*version != tables::version) {
        return error{errc::unsupported_version,
                     options_.path + " is of version " + std::to_string(*version) +
                         ", and this binary knows version " + std::to_string(tables::version)};
    }
    const auto owner = number_of(
        *file_, "SELECT value FROM about WHERE what = " + std::to_string(tables::owner_row));
    if (!owner) {
        return owner.error();
    }
    if (*owner != same_bits(options_.owner)) {
        return error{errc::foreign, options_.path + " is of node " +
                                        std::to_string(static_cast<std::uint64_t>(*owner)) +
                                        ", and this is node " + std::to_string(options_.owner)};
    }
    return done{};
}

outcome history::read_positions() {
    auto made = file_->prepare("SELECT shard, cursor, at, orders FROM shards");
    if (!made) {
        return made.error();
    }
    while (true) {
        const auto found = made->step();
        if (!found) {
            return found.error();
        }
        if (!*found) {
            break;
        }
        const shard_id shard{static_cast<std::uint16_t>(made->column(0))};
        durable_[shard] = {.cursor = static_cast<std::uint64_t>(made->column(1)),
                           .at = {made->column(2)},
                           .orders = static_cast<std::uint64_t>(made->column(3)),
                           .looked = lowest_id(shard)};
    }
    const auto trades = number_of(
        *file_, "SELECT value FROM about WHERE what = " + std::to_string(tables::trades_row));
    if (!trades) {
        return trades.error();
    }
    durable_trades_ = static_cast<std::uint64_t>(*trades);
    taken_ = durable_;
    trades_ = durable_trades_;
    return done{};
}

outcome history::prepare() {
    const std::pair<sqlite_statement statements::*, const char*> all[] = {
        {&statements::add_order,
         "INSERT INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"},
        {&statements::change_order,
         "UPDATE orders SET filled = ?2, remaining = ?3, open = ?4, reason = ?5, changed = ?6, "
         "price = coalesce(?7, price), lots = coalesce(?8, lots), "
         "client_high = coalesce(?9, client_high), client_low = coalesce(?10, client_low) "
         "WHERE id = ?1"},
        {&statements::add_trade,
         "INSERT INTO trades VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
        {&statements::put_shard, "INSERT OR REPLACE INTO shards VALUES (?1, ?2, ?3, ?4)"},
        {&statements::put_gap, "INSERT INTO gaps VALUES (?1, ?2, ?3)"},
        {&statements::put_trades, "UPDATE about SET value = ?1 WHERE what = 2"},
        {&statements::add_dropped, "UPDATE about SET value = value + ?1 WHERE what = 3"},
        {&statements::look_at_orders,
         "SELECT id, open FROM orders WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3"},
        {&statements::drop_order, "DELETE FROM orders WHERE id = ?1"},
        {&statements::drop_trades,
         "DELETE FROM trades WHERE (at, symbol, number) IN "
         "(SELECT at, symbol, number FROM trades ORDER BY at, symbol, number LIMIT ?1)"},
    };
    for (const auto& [which, sql] : all) {
        auto made = file_->prepare(sql);
        if (!made) {
            return made.error();
        }
        do_.*which = *std::move(made);
    }
    return done{};
}

// --- Taking -----------------------------------------------------------------------------------------

std::uint64_t history::next(shard_id shard) const {
    const auto found = taken_.find(shard);
    return found == taken_.end() ? 1 : found->second.cursor + 1;
}

outcome history::take(shard_id shard, const entry_events_view& entry) {
    if (dead_) {
        return *dead_;
    }
    const std::uint64_t wanted = next(shard);
    if (entry.index < wanted) {
        return done{};
    }
    if (entry.index > wanted) {
        return error{errc::out_of_range, "the history wants entry " + std::to_string(wanted) +
                                             " of shard " + std::to_string(shard.value) +
                                             " next, and was given " + std::to_string(entry.index)};
    }
    shard_state& state =
        taken_.try_emplace(shard, shard_state{.looked = lowest_id(shard)}).first->second;
    state.cursor = entry.index;
    state.at = std::max(state.at, entry.at);
    batch_.take(entry, state.at);
    has_new_ = true;
    return done{};
}

outcome history::skip_to(shard_id shard, std::uint64_t index) {
    const std::uint64_t wanted = next(shard);
    if (dead_ || index <= wanted) {
        return dead_ ? *dead_
                     : error{errc::out_of_range, "the history is not beyond entry " +
                                                     std::to_string(index) + ": it wants " +
                                                     std::to_string(wanted)};
    }
    taken_.try_emplace(shard, shard_state{.looked = lowest_id(shard)}).first->second.cursor =
        index - 1;
    new_gaps_.push_back({shard, wanted, index - 1});
    has_new_ = true;
    return done{};
}

bool history::is_full() const noexcept {
    return batch_.size() >= max_history_batch;
}

std::map<shard_id, std::uint64_t> history::cursors() const {
    std::map<shard_id, std::uint64_t> all;
    for (const auto& [shard, state] : durable_) {
        all[shard] = state.cursor;
    }
    return all;
}

// --- Writing ----------------------------------------------------------------------------------------

outcome history::commit() {
    if (dead_ || !has_new_) {
        return dead_ ? outcome(*dead_) : outcome(done{});
    }
    if (const outcome begun = file_->run("BEGIN IMMEDIATE"); !begun) {
        return begun.error().code == errc::storage_full ? begun.error() : die(begun.error());
    }
    // What is kept is counted anew if it has to be tried again.
    const shard_states taken = taken_;
    const std::uint64_t trades = trades_;
    outcome written = write();
    if (written) {
        written = file_->run("COMMIT");
    }
    if (!written) {
        // SQLite may have rolled back by itself: then this one says that there is no transaction.
        static_cast<void>(file_->run("ROLLBACK"));
        taken_ = taken;
        trades_ = trades;
        return written.error().code == errc::storage_full ? written.error() : die(written.error());
    }
    durable_ = taken_;
    durable_trades_ = trades_;
    batch_.clear();
    new_gaps_.clear();
    has_new_ = false;
    ++commits_;
    return done{};
}

outcome history::write() {
    for (const auto step : {&history::write_orders, &history::write_trades, &history::drop_old,
                            &history::write_positions}) {
        if (const outcome written = (this->*step)(); !written) {
            return written.error();
        }
    }
    return done{};
}

outcome history::write_orders() {
    for (const order_change& each : batch_.orders()) {
        if (!each.is_new) {
            const auto known = change(each);
            if (!known) {
                return known.error();
            }
            if (*known) {
                continue;
            }
        }
        if (const outcome added = add(each); !added) {
            return added.error();
        }
        const shard_id home = account_shard(each.id);
        ++taken_.try_emplace(home, shard_state{.looked = lowest_id(home)}).first->second.orders;
    }
    return done{};
}

/// False if it is not there.
result<bool> history::change(const order_change& order) {
    sqlite_statement& put = do_.change_order;
    put.bind(1, same_bits(order.id.value));
    put.bind(2, order.filled.lots);
    put.bind(3, order.remaining.lots);
    put.bind(4, order.open ? 1 : 0);
    put.bind(5, static_cast<std::int64_t>(order.why));
    put.bind(6, order.changed.ns);
    const auto bind = [&](int place, bool is_said, std::int64_t value) {
        is_said ? put.bind(place, value) : put.bind_null(place);
    };
    bind(7, order.limit.has_value(), order.limit.value_or(price{}).ticks);
    bind(8, order.lots.has_value(), order.lots.value_or(quantity{}).lots);
    const client_id client = order.client.value_or(client_id{});
    bind(9, order.client.has_value(), same_bits(client.high));
    bind(10, order.client.has_value(), same_bits(client.low));
    if (const outcome ran = put.run(); !ran) {
        return ran.error();
    }
    return file_->changed() != 0;
}

// Of one whose begin the history has not seen, what can be known.
outcome history::add(const order_change& order) {
    sqlite_statement& put = do_.add_order;
    const client_id client = order.client.value_or(client_id{});
    const std::int64_t values[] = {same_bits(order.id.value),
                                   order.account.value,
                                   order.symbol.value,
                                   static_cast<std::int64_t>(order.side),
                                   order.limit.value_or(price{}).ticks,
                                   order.lots.value_or(order.filled + order.remaining).lots,
                                   order.filled.lots,
                                   order.remaining.lots,
                                   order.open ? 1 : 0,
                                   static_cast<std::int64_t>(order.why),
                                   same_bits(client.high),
                                   same_bits(client.low),
                                   order.at.ns,
                                   order.changed.ns};
    for (int i = 0; i < static_cast<int>(std::size(values)); ++i) {
        put.bind(i + 1, values[i]);
    }
    return put.run();
}

outcome history::write_trades() {
    sqlite_statement& put = do_.add_trade;
    for (const history_trade& each : batch_.trades()) {
        const std::int64_t values[] = {each.at.ns,
                                       each.symbol.value,
                                       same_bits(each.number.value),
                                       each.price.ticks,
                                       each.lots.lots,
                                       static_cast<std::int64_t>(each.aggressor),
                                       each.buyer.value,
                                       each.seller.value,
                                       same_bits(each.buy.value),
                                       same_bits(each.sell.value)};
        for (int i = 0; i < static_cast<int>(std::size(values)); ++i) {
            put.bind(i + 1, values[i]);
        }
        if (const outcome ran = put.run(); !ran) {
            return ran.error();
        }
        ++trades_;
    }
    return done{};
}

outcome history::drop_old() {
    const std::uint64_t most = dropped_with_each_commit + batch_.size() * 2;
    for (auto& [shard, state] : taken_) {
        if (commits_ % commits_until_oldest == 0) {
            state.looked = lowest_id(shard);
        }
        if (state.orders <= options_.keep_orders) {
            continue;
        }
        if (const outcome dropped =
                drop_orders(shard, state, std::min(most, state.orders - options_.keep_orders));
            !dropped) {
            return dropped.error();
        }
    }
    if (trades_ > options_.keep_trades) {
        do_.drop_trades.bind(1, same_bits(std::min(most, trades_ - options_.keep_trades)));
        if (const outcome ran = do_.drop_trades.run(); !ran) {
            return ran.error();
        }
        const std::int64_t dropped = file_->changed();
        trades_ -= static_cast<std::uint64_t>(dropped);
        do_.add_dropped.bind(1, dropped);
        return do_.add_dropped.run();
    }
    return done{};
}

// Open orders are passed over, and looked at again when it begins with the oldest.
outcome history::drop_orders(shard_id shard, shard_state& of, std::uint64_t most) {
    sqlite_statement& look = do_.look_at_orders;
    look.bind(1, same_bits(of.looked));
    look.bind(2, same_bits(lowest_id({static_cast<std::uint16_t>(shard.value + 1)})));
    look.bind(3, same_bits(most));
    std::vector<std::int64_t> ended;
    while (true) {
        const auto found = look.step();
        if (!found) {
            return found.error();
        }
        if (!*found) {
            break;
        }
        of.looked = static_cast<std::uint64_t>(look.column(0));
        if (look.column(1) == 0) {
            ended.push_back(look.column(0));
        }
    }
    for (const std::int64_t id : ended) {
        do_.drop_order.bind(1, id);
        if (const outcome ran = do_.drop_order.run(); !ran) {
            return ran.error();
        }
        --of.orders;
    }
    do_.add_dropped.bind(1, static_cast<std::int64_t>(ended.size()));
    return do_.add_dropped.run();
}

outcome history::write_positions() {
    for (const auto& [shard, state] : taken_) {
        do_.put_shard.bind(1, shard.value);
        do_.put_shard.bind(2, same_bits(state.cursor));
        do_.put_shard.bind(3, state.at.ns);
        do_.put_shard.bind(4, same_bits(state.orders));
        if (const outcome ran = do_.put_shard.run(); !ran) {
            return ran.error();
        }
    }
    for (const history_gap& each : new_gaps_) {
        do_.put_gap.bind(1, each.shard.value);
        do_.put_gap.bind(2, same_bits(each.first));
        do_.put_gap.bind(3, same_bits(each.last));
        if (const outcome ran = do_.put_gap.run(); !ran) {
            return ran.error();
        }
    }
    do_.put_trades.bind(1, same_bits(trades_));
    return do_.put_trades.run();
}

error history::die(const error& why) {
    dead_ = why;
    return why;
}

}  // namespace bourse
