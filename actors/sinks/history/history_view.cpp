#include "actors/sinks/history/history_view.hpp"

#include <algorithm>

#include "storage/row_format.hpp"

namespace bourse {

using namespace history_rows;  // NOLINT(google-build-using-namespace)

namespace {

/// What a scan gave, or what its visitor found wrong.
[[nodiscard]] outcome either(const outcome& scanned, const std::optional<error>& fault) {
    return scanned && fault ? outcome(*fault) : scanned;
}

}  // namespace

// --- Of the whole -----------------------------------------------------------------------------------

result<std::optional<std::uint64_t>> history_view::owner() {
    const auto stored = rows_.get(head_table, label_key());
    if (!stored) {
        return stored.error();
    }
    if (!*stored) {
        return std::optional<std::uint64_t>();
    }
    const auto owner = decode_head(**stored, path_);
    if (!owner) {
        return owner.error();
    }
    return std::optional(*owner);
}

result<history_view::shard_rows> history_view::shards() {
    shard_rows found;
    std::optional<error> fault;
    const auto scanned = rows_.scan(shards_table, {}, [&](row_bytes key, row_bytes sealed) {
        const auto row = decode_shard(key, sealed);
        if (!row) {
            fault = damaged(path_, "a shard", key);
            return false;
        }
        found.emplace(shard_of(key), *row);
        return true;
    });
    if (const auto did = either(scanned, fault); !did) {
        return did.error();
    }
    return found;
}

result<std::vector<history_gap>> history_view::gaps() {
    std::vector<history_gap> found;
    std::optional<error> fault;
    const auto scanned = rows_.scan(gaps_table, {}, [&](row_bytes key, row_bytes sealed) {
        const auto value = unseal(key, sealed);
        if (key.size() != sizeof(gap_key_bytes) || !value ||
            value->size() != sizeof(std::uint64_t)) {
            fault = damaged(path_, "a gap", key);
            return false;
        }
        found.push_back({shard_of(key), read_big_endian(key.subspan(sizeof(shard_key_bytes))),
                         row_reading(*value).number(sizeof(std::uint64_t))});
        return true;
    });
    if (const auto did = either(scanned, fault); !did) {
        return did.error();
    }
    return found;
}

// --- One --------------------------------------------------------------------------------------------

result<std::optional<history_order>> history_view::order(order_id id) {
    const auto key = block_key(id.value, orders_of_block);
    const std::uint64_t block = read_big_endian(key);
    if (order_block_ != block) {
        order_block_.reset();
        orders_.present = 0;
        const auto sealed = rows_.get(orders_table, key);
        if (!sealed) {
            return sealed.error();
        }
        if (*sealed && !decode(key, **sealed, orders_)) {
            return damaged(path_, "orders", key);
        }
        order_block_ = block;
    }
    const std::size_t place = place_in_block(id.value, orders_of_block);
    return orders_.has(place) ? std::optional(as_order(id, orders_.orders.at(place)))
                              : std::optional<history_order>();
}

result<std::optional<history_trade>> history_view::trade(std::uint64_t id) {
    const auto key = block_key(id, trades_of_block);
    const std::uint64_t block = read_big_endian(key);
    if (trade_block_ != block) {
        trade_block_.reset();
        trades_.clear();
        const auto sealed = rows_.get(trades_table, key);
        if (!sealed) {
            return sealed.error();
        }
        if (*sealed && !decode(key, **sealed, trades_)) {
            return damaged(path_, "trades", key);
        }
        trade_block_ = block;
    }
    const std::size_t place = place_in_block(id, trades_of_block);
    return place < trades_.size() ? std::optional(as_trade(trades_[place]))
                                  : std::optional<history_trade>();
}

result<std::optional<history_order>> history_view::order_from(order_id id) {
    std::optional<history_order> found;
    std::optional<error> fault;
    const auto key = block_key(id.value, orders_of_block);
    const auto scanned = rows_.scan(orders_table, key, [&](row_bytes at, row_bytes sealed) {
        const std::uint64_t first = first_id(at, orders_of_block);
        if (account_shard({first}) != account_shard(id)) {
            return false;
        }
        order_block_.reset();
        if (!decode(at, sealed, orders_)) {
            fault = damaged(path_, "orders", at);
            return false;
        }
        for (std::size_t place = 0; place < orders_of_block && !found; ++place) {
            if (first + place >= id.value && orders_.has(place)) {
                found = as_order({first + place}, orders_.orders.at(place));
            }
        }
        return !found;
    });
    if (const auto did = either(scanned, fault); !did) {
        return did.error();
    }
    return found;
}

// --- Many -------------------------------------------------------------------------------------------

outcome history_view::orders_back(std::uint64_t low, std::uint64_t high,
                                  const order_visitor& visit) {
    if (low >= high) {
        return done{};
    }
    std::optional<error> fault;
    const auto last = block_key(high - 1, orders_of_block);
    auto scanned = rows_.scan_back(orders_table, last, [&](row_bytes key, row_bytes sealed) {
        const std::uint64_t first = first_id(key, orders_of_block);
        if (first + orders_of_block <= low) {
            return false;
        }
        order_block_.reset();
        if (!decode(key, sealed, orders_)) {
            fault = damaged(path_, "orders", key);
            return false;
        }
        for (std::size_t place = orders_of_block; place-- > 0;) {
            const std::uint64_t id = first + place;
            if (orders_.has(place) && low <= id && id < high &&
                !visit(as_order({id}, orders_.orders.at(place)))) {
                return false;
            }
        }
        return first > low;
    });
    return either(scanned, fault);
}

outcome history_view::orders_back(list_kind kind, std::uint32_t of, std::uint64_t low,
                                  std::uint64_t high, const order_visitor& visit) {
    return list_back(kind, of, low, high, [&](std::uint64_t id) -> result<bool> {
        const auto found = order({id});
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return damaged(path_, "orders", block_key(id, orders_of_block));
        }
        return visit(**found);
    });
}

outcome history_view::trades_back(std::uint64_t low, std::uint64_t high,
                                  const trade_visitor& visit) {
    for (std::uint64_t id = high; id-- > low;) {
        const auto found = trade(id);
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return damaged(path_, "trades", block_key(id, trades_of_block));
        }
        if (!visit(id, **found)) {
            break;
        }
    }
    return done{};
}

outcome history_view::trades_back(list_kind kind, std::uint32_t of, std::uint64_t low,
                                  std::uint64_t high, const trade_visitor& visit) {
    return list_back(kind, of, low, high, [&](std::uint64_t id) -> result<bool> {
        const auto found = trade(id);
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return damaged(path_, "trades", block_key(id, trades_of_block));
        }
        return visit(id, **found);
    });
}

outcome history_view::list_back(list_kind kind, std::uint32_t of, std::uint64_t low,
                                std::uint64_t high, const id_visitor& visit) {
    if (low >= high) {
        return done{};
    }
    std::optional<error> fault;
    std::vector<std::uint64_t> ids;
    const auto from = list_key(kind, of, high - 1);
    auto scanned = rows_.scan_back(lists_table, from, [&](row_bytes key, row_bytes sealed) {
        if (!is_same_list(key, from)) {
            return false;
        }
        if (!decode(key, sealed, ids)) {
            fault = damaged(path_, "a list", key);
            return false;
        }
        for (std::size_t i = ids.size(); i-- > 0 && ids[i] >= low;) {
            if (ids[i] >= high) {
                continue;
            }
            const auto wants_next = visit(ids[i]);
            if (!wants_next) {
                fault = wants_next.error();
            }
            if (fault || !*wants_next) {
                return false;
            }
        }
        return ids.front() > low;
    });
    return either(scanned, fault);
}

}  // namespace bourse
