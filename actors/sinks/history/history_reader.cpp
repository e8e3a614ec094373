#include "actors/sinks/history/history_reader.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/lmdb_store.hpp"

namespace bourse {

using namespace history_rows;  // NOLINT(google-build-using-namespace)

namespace {

constexpr std::int64_t lowest_time = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest_time = std::numeric_limits<std::int64_t>::max();

/// Where a row is among all: the newest has the highest.
struct row_place {
    std::int64_t at = highest_time;
    std::uint64_t id = highest_id;
    friend auto operator<=>(const row_place&, const row_place&) = default;
};
constexpr row_place lowest_place{lowest_time, 0};

[[nodiscard]] std::string text_of(const row_place& place) {
    return std::to_string(place.at) + "." + std::to_string(place.id);
}

/// Of an empty text behind all.
[[nodiscard]] std::optional<row_place> place_of(std::string_view text) {
    row_place place;
    if (text.empty()) {
        return place;
    }
    const char* const end = text.data() + text.size();
    const auto at = std::from_chars(text.data(), end, place.at);
    if (at.ec != std::errc{} || at.ptr == end || *at.ptr != '.') {
        return std::nullopt;
    }
    const auto id = std::from_chars(at.ptr + 1, end, place.id);
    return id.ec == std::errc{} && id.ptr == end ? std::optional(place) : std::nullopt;
}

/// Rows of one shard, by falling place: those that are wanted, one more than a page has at the most.
template <typename Row>
class found_rows {
public:
    explicit found_rows(std::size_t most) : most_(most) {}

    /// Looks at a row; false when it has enough.
    bool look(const row_place& place, const Row& row, bool is_wanted) {
        if (is_wanted) {
            rows.emplace_back(place, row);
        }
        if (rows.size() > most_ || ++looked_at_ == max_rows_looked_at) {
            stopped_at = place;
            return false;
        }
        return true;
    }

    std::vector<std::pair<row_place, Row>> rows;
    std::optional<row_place> stopped_at;  ///< it goes on behind this one

private:
    std::size_t most_;
    std::uint32_t looked_at_ = 0;
};

/// A page: the newest `most` of several shards. The cursor, or nothing at the end.
template <typename Row>
std::string merge(std::vector<found_rows<Row>>& found, std::size_t most, std::vector<Row>& into) {
    row_place floor = lowest_place;  // below, rows of one that was stopped are missing
    bool was_stopped = false;
    std::vector<std::pair<row_place, Row>> all;
    for (found_rows<Row>& each : found) {
        if (each.stopped_at) {
            was_stopped = true;
            floor = std::max(floor, *each.stopped_at);
        }
        std::ranges::move(each.rows, std::back_inserter(all));
    }
    std::ranges::sort(all, std::greater<>{}, &std::pair<row_place, Row>::first);
    for (auto& [place, row] : all) {
        if (place < floor) {
            break;
        }
        if (into.size() == most) {
            return text_of(all[most - 1].first);
        }
        into.push_back(std::move(row));
    }
    return was_stopped ? text_of(floor) : std::string();
}

/// From when to when, `until` not included.
struct time_window {
    std::int64_t from = lowest_time;
    std::int64_t until = highest_time;
};
[[nodiscard]] time_window window_of(const history_request& request) {
    return {request.from == timestamp{} ? lowest_time : request.from.ns,
            request.until == timestamp{} ? highest_time : request.until.ns};
}
/// The window up to the moment of a cursor: of that moment some rows are left.
[[nodiscard]] time_window up_to(time_window window, const row_place& behind) {
    window.until = behind.at == highest_time ? window.until : std::min(window.until, behind.at + 1);
    return window;
}

[[nodiscard]] bool is_wanted(const history_order& order, const history_request& request) {
    const time_window window = window_of(request);
    return (request.account == account_id{} || order.account == request.account) &&
           (request.symbol == symbol_id{} || order.symbol == request.symbol) &&
           (request.order == order_id{} || order.id == request.order) &&
           (!request.side || order.side == *request.side) &&
           (!request.open || order.open == *request.open) && window.from <= order.at.ns &&
           order.at.ns < window.until;
}

/// The side is the account's, if one is named, and else the aggressor's.
[[nodiscard]] bool is_wanted(const history_trade& trade, const history_request& request) {
    const bool buys = trade.buyer == request.account;
    const bool sells = trade.seller == request.account;
    const bool is_side =
        !request.side || (request.account == account_id{} ? trade.aggressor == *request.side
                          : *request.side == side::buy    ? buys
                                                          : sells);
    return is_side && (request.account == account_id{} || buys || sells) &&
           (request.symbol == symbol_id{} || trade.symbol == request.symbol) &&
           (request.order == order_id{} || trade.buy == request.order ||
            trade.sell == request.order);
}

/// The ids of one shard, `until` not included.
struct id_range {
    std::uint64_t from = 0;
    std::uint64_t until = 0;
};

/// The lowest of the ids from `low` to below `high` that is not before a moment, `high` if there is none: they rise with time.
/// `is_before` says of an id whether it is, and may have looked at a higher one: the first from it on, which it says.
template <typename IsBefore>
result<std::uint64_t> first_from(std::uint64_t low, std::uint64_t high, IsBefore is_before) {
    while (low < high) {
        std::uint64_t looked_at = low + (high - low) / 2;
        const std::uint64_t middle = looked_at;
        const result<bool> before = is_before(looked_at);
        if (!before) {
            return before.error();
        }
        (*before ? low : high) = *before ? looked_at + 1 : middle;
    }
    return low;
}

/// One question, of one moment.
class question {
public:
    question(history_view& of, const history_request& request, row_place behind)
        : of_(of), request_(request), behind_(behind) {}

    outcome answer(history_answer& into) {
        auto shards = of_.shards();
        if (!shards) {
            return shards.error();
        }
        shards_ = *std::move(shards);
        into.as_of = shards_.empty() ? 0 : std::numeric_limits<std::uint64_t>::max();
        for (const auto& each : shards_) {
            into.as_of = std::min(into.as_of, each.second.cursor);
        }
        return request_.what == history_request::kind::orders ? find_orders(into)
                                                              : find_trades(into);
    }

private:
    [[nodiscard]] result<id_range> orders_in(shard_id shard, const shard_row& of,
                                             const time_window& window) {
        const std::uint64_t begin = lowest_id(shard);
        const std::uint64_t end = std::max(begin, of.last_order.value + 1);
        const auto first = [&](std::int64_t at) {
            return first_from(begin, end, [&](std::uint64_t& id) -> result<bool> {
                const auto found = of_.order_from({id});
                if (!found) {
                    return found.error();
                }
                const bool is_before = *found && (*found)->at.ns < at;
                id = is_before ? (*found)->id.value : id;
                return is_before;
            });
        };
        return range(begin, end, window, first);
    }

    [[nodiscard]] result<id_range> trades_in(shard_id shard, const shard_row& of,
                                             const time_window& window) {
        const std::uint64_t begin = lowest_id(shard) | of.first_trade;
        const std::uint64_t end = lowest_id(shard) | of.next_trade;
        const auto first = [&](std::int64_t at) {
            return first_from(begin, end, [&](std::uint64_t& id) -> result<bool> {
                const auto found = of_.trade(id);
                if (!found) {
                    return found.error();
                }
                return *found && (*found)->at.ns < at;
            });
        };
        return range(begin, end, window, first);
    }

    /// The ids in the window, and of the cursor's shard those behind it.
    template <typename First>
    [[nodiscard]] result<id_range> range(std::uint64_t begin, std::uint64_t end,
                                         const time_window& window, First first) const {
        const auto from =
            window.from == lowest_time ? result<std::uint64_t>(begin) : first(window.from);
        const auto until =
            window.until == highest_time ? result<std::uint64_t>(end) : first(window.until);
        if (!from || !until) {
            return !from ? from.error() : until.error();
        }
        const bool is_of_cursor = account_shard({behind_.id}) == account_shard({begin});
        return id_range{*from, is_of_cursor ? std::min(*until, behind_.id) : *until};
    }

    outcome find_orders(history_answer& into) {
        const time_window window = up_to(window_of(request_), behind_);
        std::vector<found_rows<history_order>> found;
        for (const auto& [shard, of] : shards_) {
            const auto in = orders_in(shard, of, window);
            if (!in) {
                return in.error();
            }
            found.emplace_back(request_.most);
            if (auto looked = look_at_orders(*in, found.back()); !looked) {
                return looked;
            }
        }
        into.next = merge(found, request_.most, into.orders);
        return done{};
    }

    outcome look_at_orders(id_range in, found_rows<history_order>& into) {
        const auto take = [&](const history_order& order) {
            const row_place place{order.at.ns, order.id.value};
            return place >= behind_ || into.look(place, order, is_wanted(order, request_));
        };
        if (request_.order != order_id{}) {
            in.from = std::max(in.from, request_.order.value);
            in.until = std::min(in.until, request_.order.value + 1);
        } else if (request_.account != account_id{}) {
            const auto kind =
                request_.open == true ? list_kind::open_orders : list_kind::orders_of_account;
            return of_.orders_back(kind, request_.account.value, in.from, in.until, take);
        } else if (request_.symbol != symbol_id{}) {
            return of_.orders_back(list_kind::orders_of_symbol, request_.symbol.value, in.from,
                                   in.until, take);
        }
        return of_.orders_back(in.from, in.until, take);
    }

    outcome find_trades(history_answer& into) {
        time_window window = up_to(window_of(request_), behind_);
        history_request asked = request_;
        if (request_.order != order_id{}) {
            const auto known = of_.order(request_.order);
            if (!known) {
                return known.error();
            }
            if (!*known ||
                (request_.account != account_id{} && request_.account != (*known)->account)) {
                return done{};
            }
            // An order trades between its first and its last change, and on its own side.
            asked.account = (*known)->account;
            window.from = std::max(window.from, (*known)->at.ns);
            window.until = std::min(window.until, (*known)->changed.ns + 1);
        }
        std::vector<found_rows<history_trade>> found;
        for (const auto& [shard, of] : shards_) {
            const auto in = trades_in(shard, of, window);
            if (!in) {
                return in.error();
            }
            found.emplace_back(request_.most);
            if (auto looked = look_at_trades(*in, asked, found.back()); !looked) {
                return looked;
            }
        }
        into.next = merge(found, request_.most, into.trades);
        return done{};
    }

    outcome look_at_trades(id_range in, const history_request& asked,
                           found_rows<history_trade>& into) {
        const auto take = [&](std::uint64_t id, const history_trade& trade) {
            const row_place place{trade.at.ns, id};
            return place >= behind_ || into.look(place, trade, is_wanted(trade, asked));
        };
        if (asked.account != account_id{}) {
            return of_.trades_back(list_kind::trades_of_account, asked.account.value, in.from,
                                   in.until, take);
        }
        if (asked.symbol != symbol_id{}) {
            return of_.trades_back(list_kind::trades_of_symbol, asked.symbol.value, in.from,
                                   in.until, take);
        }
        return of_.trades_back(in.from, in.until, take);
    }

    history_view& of_;
    const history_request& request_;
    row_place behind_;
    history_view::shard_rows shards_;
};

}  // namespace

// --- Opening, and what is known of the whole --------------------------------------------------------

result<std::unique_ptr<history_reader>> history_reader::open(const std::string& path) {
    std::error_code ignored;
    const auto bytes = std::filesystem::file_size(path + "/data.mdb", ignored);
    if (ignored) {
        return error{errc::unreadable, path + ": holds no history"};
    }
    lmdb_options options{.folder = path, .tables = tables()};
    // As large as it may have to be.
    while (options.max_bytes < max_lmdb_bytes && options.max_bytes < 2 * bytes) {
        options.max_bytes *= 2;
    }
    options.least_free_bytes = 0;
    auto rows = lmdb_store::open(options);
    if (!rows) {
        return rows.error();
    }
    std::unique_ptr<history_reader> made(
        new history_reader(std::shared_ptr<row_store>(*std::move(rows))));
    const auto owner =
        made->look<std::optional<std::uint64_t>>([](history_view& now) { return now.owner(); });
    if (!owner) {
        return owner.error();
    }
    if (!*owner) {
        return error{errc::foreign, path + " holds no history"};
    }
    return made;
}

std::unique_ptr<history_reader> history_reader::beside(const history& writer) {
    return std::unique_ptr<history_reader>(new history_reader(writer.rows()));
}

/// What is found in the file at this moment.
template <typename Found, typename Look>
result<Found> history_reader::look(Look what) {
    const auto reader = rows_->read();
    if (!reader) {
        return reader.error();
    }
    history_view now(**reader, rows_->path());
    return what(now);
}

result<std::map<shard_id, std::uint64_t>> history_reader::cursors() {
    const auto shards =
        look<history_view::shard_rows>([](history_view& now) { return now.shards(); });
    if (!shards) {
        return shards.error();
    }
    std::map<shard_id, std::uint64_t> cursors;
    for (const auto& [shard, row] : *shards) {
        cursors[shard] = row.cursor;
    }
    return cursors;
}

result<std::vector<history_gap>> history_reader::gaps() {
    return look<std::vector<history_gap>>([](history_view& now) { return now.gaps(); });
}

result<std::uint64_t> history_reader::dropped() {
    const auto shards =
        look<history_view::shard_rows>([](history_view& now) { return now.shards(); });
    if (!shards) {
        return shards.error();
    }
    std::uint64_t dropped = 0;
    for (const auto& each : *shards) {
        dropped += each.second.dropped;
    }
    return dropped;
}

result<std::optional<history_order>> history_reader::find(order_id id) {
    return look<std::optional<history_order>>([&](history_view& now) { return now.order(id); });
}

result<std::vector<history_trade>> history_reader::trades(shard_id shard, std::uint64_t newer,
                                                          std::uint64_t most) {
    return look<std::vector<history_trade>>(
        [&](history_view& now) -> result<std::vector<history_trade>> {
            const auto shards = now.shards();
            if (!shards) {
                return shards.error();
            }
            std::vector<history_trade> found;
            const auto of = shards->find(shard);
            if (of == shards->end()) {
                return found;
            }
            const std::uint64_t first = of->second.first_trade;
            const std::uint64_t end = of->second.next_trade;
            const std::uint64_t until = end - std::min(newer, end - first);
            for (std::uint64_t at = until - std::min(most, until - first); at < until; ++at) {
                const auto trade = now.trade(lowest_id(shard) | at);
                if (!trade) {
                    return trade.error();
                }
                if (*trade) {
                    found.push_back(**trade);
                }
            }
            return found;
        });
}

// --- Questions --------------------------------------------------------------------------------------

result<history_answer> history_reader::ask(const history_request& request) {
    if (request.most == 0 || request.most > max_history_rows) {
        return error{errc::over_bound, std::to_string(request.most) +
                                           " rows cannot be asked for at once, but 1 to " +
                                           std::to_string(max_history_rows)};
    }
    const auto behind = place_of(request.cursor);
    if (!behind) {
        return error{errc::malformed,
                     "\"" + request.cursor + "\" is no cursor that an answer gave"};
    }
    return look<history_answer>([&](history_view& now) -> result<history_answer> {
        history_answer into;
        if (auto answered = question(now, request, *behind).answer(into); !answered) {
            return answered.error();
        }
        return into;
    });
}

}  // namespace bourse
