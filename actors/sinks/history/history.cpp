#include "actors/sinks/history/history.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/lmdb_store.hpp"
#include "storage/row_format.hpp"

namespace bourse {

using namespace history_rows;  // NOLINT(google-build-using-namespace)

namespace {

/// How many commits go by until orders are looked at for dropping from the oldest on again.
constexpr std::uint64_t commits_until_oldest = 64;

}  // namespace

// --- Opening ----------------------------------------------------------------------------------------

result<std::unique_ptr<history>> history::open(const history_options& options) {
    auto rows = lmdb_store::open({.folder = options.path,
                                  .tables = tables(),
                                  .max_bytes = options.max_bytes,
                                  .least_free_bytes = options.least_free_bytes,
                                  .keeps_last_commit = false});
    if (!rows) {
        return rows.error();
    }
    return open(std::shared_ptr<row_store>(*std::move(rows)), options);
}

result<std::unique_ptr<history>> history::open(std::shared_ptr<row_store> rows,
                                               const history_options& options) {
    std::unique_ptr<history> made(new history(std::move(rows), options));
    if (const outcome set = made->set_up(); !set) {
        return set.error();
    }
    return made;
}

outcome history::set_up() {
    const auto reader = rows_->read();
    if (!reader) {
        return reader.error();
    }
    history_view now(**reader, rows_->path());
    const auto owner = now.owner();
    if (!owner) {
        return owner.error();
    }
    if (!*owner) {
        return put_head();
    }
    if (**owner != options_.owner) {
        return error{errc::foreign, rows_->path() + " is of node " + std::to_string(**owner) +
                                        ", and this is node " + std::to_string(options_.owner)};
    }
    auto shards = now.shards();
    if (!shards) {
        return shards.error();
    }
    durable_ = *std::move(shards);
    taken_ = durable_;
    return done{};
}

outcome history::put_head() {
    outcome put = rows_->begin();
    put = put ? rows_->put(head_table, label_key(), encode_head(options_.owner)) : put;
    if (!put) {
        rows_->abandon();
        return put;
    }
    return rows_->commit();
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
    if (batch_.size() >= 2 * max_history_batch) {
        return error{errc::overloaded, std::to_string(batch_.size()) +
                                           " orders and trades wait for the history to be written; "
                                           "commit them first"};
    }
    shard_row& state = taken_[shard];
    state.cursor = entry.index;
    state.at = std::max(state.at, entry.at);
    batch_.take(shard, entry, state.at);
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
    taken_[shard].cursor = index - 1;
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
    // What is kept is counted anew if it has to be tried again.
    const shard_rows taken = taken_;
    const auto looked = looked_;
    outcome written = rows_->begin();
    written = written ? write() : written;
    if (written) {
        written = rows_->commit();
    } else {
        rows_->abandon();
    }
    if (!written) {
        taken_ = taken;
        looked_ = looked;
        const bool may_try_again =
            written.error().code == errc::storage_full && !rows_->dead().has_value();
        return may_try_again ? written.error() : die(written.error());
    }
    durable_ = taken_;
    batch_.clear();
    new_gaps_.clear();
    has_new_ = false;
    ++commits_;
    return done{};
}

outcome history::write() {
    lists_.clear();
    const auto reader = rows_->read();
    if (!reader) {
        return reader.error();
    }
    history_view before(**reader, rows_->path());
    outcome written = write_orders(before);
    written = written ? write_trades() : written;
    written = written ? drop_old(**reader) : written;
    written = written ? lists_.write(**reader, *rows_) : written;
    return written ? write_positions() : written;
}

result<std::optional<row_bytes>> history::get(row_table table, row_bytes key) {
    return rows_->get(table, key);
}

outcome history::write_orders(history_view& before) {
    const changes orders = batch_.orders();
    // No order came later than one with a higher id.
    for (std::size_t i = orders.size(); i-- > 1;) {
        if (account_shard(orders[i]->id) == account_shard(orders[i - 1]->id)) {
            orders[i - 1]->at = std::min(orders[i - 1]->at, orders[i]->at);
        }
    }
    std::span<order_change* const> left = orders;
    while (!left.empty()) {
        const auto key = block_key(left.front()->id.value, orders_of_block);
        const auto end = std::ranges::find_if(left, [&](const order_change* each) {
            return block_key(each->id.value, orders_of_block) != key;
        });
        const auto some = left.first(static_cast<std::size_t>(end - left.begin()));
        if (auto written = write_block(before, some); !written) {
            return written;
        }
        left = left.subspan(some.size());
    }
    return done{};
}

outcome history::write_block(history_view& before, std::span<order_change* const> orders) {
    const auto key = block_key(orders.front()->id.value, orders_of_block);
    const auto sealed = get(orders_table, key);
    if (!sealed) {
        return sealed.error();
    }
    order_block block;
    if (*sealed && !decode(key, **sealed, block)) {
        return damaged(rows_->path(), "orders", key);
    }
    for (const order_change* each : orders) {
        const std::size_t place = place_in_block(each->id.value, orders_of_block);
        order_row& row = block.orders.at(place);
        if (!block.has(place)) {
            if (auto added = add(before, *each, row); !added) {
                return added;
            }
            block.present |= std::uint64_t{1} << place;
        }
        change(*each, row);
    }
    encode(key, block, value_);
    return rows_->put(orders_table, key, value_);
}

// Of one whose begin the history has not seen, what can be known.
outcome history::add(history_view& before, const order_change& from, order_row& into) {
    shard_row& home = taken_[account_shard(from.id)];
    into = {.account = from.account.value,
            .symbol = from.symbol.value,
            .side = static_cast<std::uint8_t>(from.side),
            .lots = (from.filled + from.remaining).lots,
            .at = from.at.ns};
    if (from.id < home.last_order) {
        const auto next = before.order_from({from.id.value + 1});
        if (!next) {
            return next.error();
        }
        into.at = *next ? std::min(into.at, (*next)->at.ns) : into.at;
    }
    home.last_order = std::max(home.last_order, from.id);
    ++home.orders;
    lists_.add(list_kind::orders_of_account, into.account, from.id.value);
    lists_.add(list_kind::orders_of_symbol, into.symbol, from.id.value);
    return done{};
}

void history::change(const order_change& from, order_row& into) {
    if (from.open && into.open == 0) {
        lists_.add(list_kind::open_orders, into.account, from.id.value);
    } else if (!from.open && into.open != 0) {
        lists_.remove(list_kind::open_orders, into.account, from.id.value);
    }
    into.open = from.open ? 1 : 0;
    into.why = static_cast<std::uint8_t>(from.why);
    into.price = from.limit.value_or(price{into.price}).ticks;
    into.lots = from.lots.value_or(quantity{into.lots}).lots;
    into.filled = from.filled.lots;
    into.remaining = from.remaining.lots;
    into.client_high = from.client ? from.client->high : into.client_high;
    into.client_low = from.client ? from.client->low : into.client_low;
    into.changed = from.changed.ns;
}

outcome history::write_trades() {
    for (const auto& [shard, trades] : batch_.trades()) {
        if (auto written = write_trades(shard, taken_[shard], trades); !written) {
            return written;
        }
    }
    return done{};
}

outcome history::write_trades(shard_id shard, shard_row& of,
                              std::span<const history_trade> trades) {
    std::vector<trade_row> block;
    while (!trades.empty()) {
        const std::uint64_t id = lowest_id(shard) | of.next_trade;
        const auto key = block_key(id, trades_of_block);
        const std::size_t place = place_in_block(id, trades_of_block);
        block.clear();
        if (place != 0) {
            const auto sealed = get(trades_table, key);
            if (!sealed) {
                return sealed.error();
            }
            if (!*sealed || !decode(key, **sealed, block) || block.size() != place) {
                return damaged(rows_->path(), "trades", key);
            }
        }
        const auto some = trades.first(std::min(trades.size(), trades_of_block - place));
        trades = trades.subspan(some.size());
        for (const history_trade& each : some) {
            const std::uint64_t own = lowest_id(shard) | of.next_trade++;
            block.push_back(as_row(each));
            lists_.add(list_kind::trades_of_symbol, each.symbol.value, own);
            lists_.add(list_kind::trades_of_account, each.buyer.value, own);
            if (each.seller != each.buyer) {
                lists_.add(list_kind::trades_of_account, each.seller.value, own);
            }
        }
        encode(key, block, value_);
        if (auto put = rows_->put(trades_table, key, value_); !put) {
            return put;
        }
    }
    return done{};
}

// --- Dropping ---------------------------------------------------------------------------------------

outcome history::drop_old(row_reader& before) {
    const std::uint64_t most = dropped_with_each_commit + batch_.size() * 2;
    for (auto& [shard, state] : taken_) {
        if (commits_ % commits_until_oldest == 0) {
            looked_.erase(shard);
        }
        if (state.orders > options_.keep_orders) {
            const std::uint64_t beyond = std::min(most, state.orders - options_.keep_orders);
            if (auto dropped = drop_orders(before, shard, state, beyond); !dropped) {
                return dropped;
            }
        }
        const std::uint64_t trades = state.next_trade - state.first_trade;
        if (trades > options_.keep_trades) {
            const std::uint64_t beyond = std::min(most, trades - options_.keep_trades);
            if (auto dropped = drop_trades(shard, state, beyond); !dropped) {
                return dropped;
            }
        }
    }
    return done{};
}

// Open orders are passed over, and looked at again when it begins with the oldest. Blocks that this batch began wait for the next.
outcome history::drop_orders(row_reader& before, shard_id shard, shard_row& of,
                             std::uint64_t most) {
    std::uint64_t& looked = looked_.try_emplace(shard, lowest_id(shard)).first->second;
    std::vector<block_key_bytes> blocks;
    const auto from = block_key(looked + 1, orders_of_block);
    auto scanned = before.scan(orders_table, from, [&](row_bytes key, row_bytes /*sealed*/) {
        if (account_shard({first_id(key, orders_of_block)}) != shard || blocks.size() == most) {
            return false;
        }
        std::ranges::copy(key, blocks.emplace_back().begin());
        return true;
    });
    if (!scanned) {
        return scanned;
    }
    for (const block_key_bytes& key : blocks) {
        if (most == 0) {
            break;
        }
        if (auto dropped = drop_orders_of(key, looked, of, most); !dropped) {
            return dropped;
        }
    }
    return done{};
}

outcome history::drop_orders_of(row_bytes key, std::uint64_t& looked, shard_row& of,
                                std::uint64_t& most) {
    const auto sealed = get(orders_table, key);
    if (!sealed) {
        return sealed.error();
    }
    order_block block;
    if (!*sealed || !decode(key, **sealed, block)) {
        return damaged(rows_->path(), "orders", key);
    }
    const std::uint64_t was = block.present;
    for (std::size_t place = 0; place < orders_of_block && most > 0; ++place) {
        const std::uint64_t id = first_id(key, orders_of_block) + place;
        const order_row& row = block.orders.at(place);
        if (id <= looked || !block.has(place)) {
            continue;
        }
        looked = id;
        --most;
        if (row.open == 0) {
            block.present &= ~(std::uint64_t{1} << place);
            lists_.remove(list_kind::orders_of_account, row.account, id);
            lists_.remove(list_kind::orders_of_symbol, row.symbol, id);
            --of.orders;
            ++of.dropped;
        }
    }
    if (block.present == was) {
        return done{};
    }
    if (block.present == 0) {
        return rows_->erase(orders_table, key);
    }
    encode(key, block, value_);
    return rows_->put(orders_table, key, value_);
}

// A block goes when the last of its trades does; until then nobody looks at the others.
outcome history::drop_trades(shard_id shard, shard_row& of, std::uint64_t count) {
    std::vector<trade_row> block;
    const std::uint64_t until = of.first_trade + count;
    while (of.first_trade < until) {
        const std::uint64_t id = lowest_id(shard) | of.first_trade;
        const auto key = block_key(id, trades_of_block);
        const auto sealed = get(trades_table, key);
        if (!sealed) {
            return sealed.error();
        }
        std::size_t place = place_in_block(id, trades_of_block);
        if (!*sealed || !decode(key, **sealed, block) || place >= block.size()) {
            return damaged(rows_->path(), "trades", key);
        }
        for (; place < block.size() && of.first_trade < until; ++place) {
            const std::uint64_t own = lowest_id(shard) | of.first_trade++;
            const trade_row& row = block[place];
            lists_.remove(list_kind::trades_of_symbol, row.symbol, own);
            lists_.remove(list_kind::trades_of_account, row.buyer, own);
            if (row.seller != row.buyer) {
                lists_.remove(list_kind::trades_of_account, row.seller, own);
            }
        }
        if (of.first_trade % trades_of_block == 0) {
            if (auto erased = rows_->erase(trades_table, key); !erased) {
                return erased;
            }
        }
    }
    of.dropped += count;
    return done{};
}

outcome history::write_positions() {
    for (const auto& [shard, state] : taken_) {
        const auto key = shard_key(shard);
        if (auto put = rows_->put(shards_table, key, encode(key, state)); !put) {
            return put;
        }
    }
    for (const history_gap& each : new_gaps_) {
        const auto key = gap_key(each.shard, each.first);
        if (auto put = rows_->put(gaps_table, key, encode_gap(key, each.last)); !put) {
            return put;
        }
    }
    return done{};
}

error history::die(const error& why) {
    dead_ = why;
    return why;
}

}  // namespace bourse
