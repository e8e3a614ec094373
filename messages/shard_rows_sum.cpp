// A whole shard as the sum of its rows.
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <variant>

#include "messages/book_codec.hpp"
#include "messages/channel_codec.hpp"
#include "messages/record_fault.hpp"
#include "messages/shard_rows_codec.hpp"

namespace bourse {
namespace {

// --- Keys of rows -----------------------------------------------------------------------------------

row_key key_of(const shard_row&) {
    return row_key::shard();
}
row_key key_of(const account_row& row) {
    return row_key::account(row.id);
}
row_key key_of(const risk_group_row& row) {
    return row_key::risk_group(row.id);
}
row_key key_of(const position_row& row) {
    return row_key::position(row.of_group, row.holder, row.asset);
}
row_key key_of(const open_order_row& row) {
    return row_key::open_order(row.id);
}
row_key key_of(const order_group_row& row) {
    return row_key::order_group(row.account, row.id);
}
row_key key_of(const remembered_row& row) {
    return row_key::remembered(row.sequence);
}
row_key key_of(const lease_row& row) {
    return row_key::lease(row.id);
}
row_key key_of(const listing_row& row) {
    return row_key::listing(row.what.rules.symbol);
}
row_key key_of(const calendar_row& row) {
    return row_key::calendar(row.id);
}
row_key key_of(const shard_book_row& row) {
    return row_key::book(row.rows.book.rules.symbol);
}
row_key key_of(const channel_row& row) {
    return row_key::channel(row.peer);
}
row_key key_of(const record_row& row) {
    return row_key::record(row.number);
}

error in_row(const row_key& key, errc code, std::string_view sentence) {
    return {code, std::string("row ").append(key.text()).append(": ").append(sentence)};
}

/// Moves what was decoded into `to`, if it is of this key.
template <typename Row>
std::optional<error> take(const row_key& key, const row_key& said, result<Row>&& decoded, Row& to) {
    if (said != key) {
        return in_row(key, errc::malformed, "the value is that of row " + said.text());
    }
    to = std::move(*decoded);
    return std::nullopt;
}

template <typename Row>
std::optional<error> take(const row_key& key, result<Row>&& decoded, Row& to) {
    if (!decoded) {
        return in_row(key, decoded.error().code, decoded.error().what);
    }
    const row_key said = key_of(*decoded);
    return take(key, said, std::move(decoded), to);
}

template <typename Row>
std::optional<error> append(const row_key& key, result<Row>&& decoded, std::vector<Row>& to) {
    return take(key, std::move(decoded), to.emplace_back());
}

/// As `append`, for rows whose key says more than they.
template <typename Row, typename KeyOf>
std::optional<error> append(const row_key& key, result<Row>&& decoded, std::vector<Row>& to,
                            KeyOf key_of_row) {
    if (!decoded) {
        return in_row(key, decoded.error().code, decoded.error().what);
    }
    const row_key said = key_of_row(*decoded);
    return take(key, said, std::move(decoded), to.emplace_back());
}

/// The book that the first number of `key` names. Books were added by rising symbol.
shard_book_row* find_book(const row_key& key, std::vector<shard_book_row>& books) {
    const auto symbol = static_cast<std::uint32_t>(key.number(0));
    const auto found = std::lower_bound(books.begin(), books.end(), symbol,
                                        [](const shard_book_row& row, std::uint32_t value) {
                                            return row.rows.book.rules.symbol.value < value;
                                        });
    return found != books.end() && found->rows.book.rules.symbol.value == symbol ? &*found
                                                                                 : nullptr;
}

/// The channel that the first number of `key` names. Channels were added by rising shard.
channel_row* find_channel(const row_key& key, std::vector<channel_row>& channels) {
    const auto peer = static_cast<std::uint16_t>(key.number(0));
    const auto found = std::lower_bound(
        channels.begin(), channels.end(), peer,
        [](const channel_row& row, std::uint16_t value) { return row.peer.value < value; });
    return found != channels.end() && found->peer.value == peer ? &*found : nullptr;
}

error no_book(const row_key& key) {
    return in_row(key, errc::malformed, "the book has no row");
}
error no_channel(const row_key& key) {
    return in_row(key, errc::malformed, "the channel has no row");
}

/// Encodes rows into one buffer, one after the other, and hands each on.
class row_writer {
public:
    explicit row_writer(const row_sink& sink) : sink_(sink) {}

    template <typename Row>
    void write(const row_key& key, const Row& row,
               void (*encode)(const Row&, std::vector<std::byte>&)) {
        value_.clear();
        encode(row, value_);
        sink_(key, value_);
    }

    template <typename Row>
    void write_all(const std::vector<Row>& rows,
                   void (*encode)(const Row&, std::vector<std::byte>&)) {
        for (const Row& row : rows) {
            write(key_of(row), row, encode);
        }
    }

private:
    const row_sink& sink_;
    std::vector<std::byte> value_;
};

void write_books(const std::vector<shard_book_row>& books, row_writer& out) {
    out.write_all(books, encode_shard_book_row);
    for (const shard_book_row& book : books) {
        for (const order_row& order : book.rows.orders) {
            out.write(row_key::book_order(book.rows.book.rules.symbol, order.id), order,
                      encode_order_row);
        }
    }
    for (const shard_book_row& book : books) {
        for (const group_row& group : book.rows.groups) {
            out.write(row_key::book_group(book.rows.book.rules.symbol, group.id), group,
                      encode_group_row);
        }
    }
}

void write_channels(const std::vector<channel_row>& channels, row_writer& out) {
    out.write_all(channels, encode_channel_row);
    for (const channel_row& channel : channels) {
        for (const channel_value& value : channel.values) {
            out.write(row_key::channel_value(channel.peer, value.asset), value,
                      encode_channel_value);
        }
    }
    for (const channel_row& channel : channels) {
        std::uint64_t number = channel.last_sent - channel.outbox.size();
        for (const channel_message& message : channel.outbox) {
            out.write(row_key::outbox_message(channel.peer, ++number), message,
                      encode_channel_message);
        }
    }
}

/// Encodes a row of any kind.
struct row_encoder {
    std::vector<std::byte>& out;

    void operator()(const std::monostate&) const {}
    void operator()(const shard_row& row) const { encode_shard_row(row, out); }
    void operator()(const account_row& row) const { encode_account_row(row, out); }
    void operator()(const risk_group_row& row) const { encode_risk_group_row(row, out); }
    void operator()(const position_row& row) const { encode_position_row(row, out); }
    void operator()(const open_order_row& row) const { encode_open_order_row(row, out); }
    void operator()(const order_group_row& row) const { encode_order_group_row(row, out); }
    void operator()(const remembered_row& row) const { encode_remembered_row(row, out); }
    void operator()(const lease_row& row) const { encode_lease_row(row, out); }
    void operator()(const box<listing_row>& row) const { encode_listing_row(row, out); }
    void operator()(const calendar_row& row) const { encode_calendar_row(row, out); }
    void operator()(const box<shard_book_row>& row) const { encode_shard_book_row(row, out); }
    void operator()(const order_row& row) const { encode_order_row(row, out); }
    void operator()(const group_row& row) const { encode_group_row(row, out); }
    void operator()(const channel_row& row) const { encode_channel_row(row, out); }
    void operator()(const channel_value& row) const { encode_channel_value(row, out); }
    void operator()(const channel_message& row) const { encode_channel_message(row, out); }
    void operator()(const record_row& row) const { encode_record_row(row, out); }
};

}  // namespace

void encode_row(const row_value& from, std::vector<std::byte>& out) {
    std::visit(row_encoder{out}, from);
}

void for_each_row(const shard_rows& from, const row_sink& sink) {
    row_writer out(sink);
    out.write(row_key::shard(), from.shard, encode_shard_row);
    out.write_all(from.accounts, encode_account_row);
    out.write_all(from.risk_groups, encode_risk_group_row);
    out.write_all(from.positions, encode_position_row);
    out.write_all(from.orders, encode_open_order_row);
    out.write_all(from.order_groups, encode_order_group_row);
    out.write_all(from.remembered, encode_remembered_row);
    out.write_all(from.leases, encode_lease_row);
    out.write_all(from.listings, encode_listing_row);
    out.write_all(from.calendars, encode_calendar_row);
    write_books(from.books, out);
    write_channels(from.channels, out);
    out.write_all(from.records, encode_record_row);
}

// --- Rows, put together -----------------------------------------------------------------------------

std::optional<error> shard_rows_builder::add(std::span<const std::byte> key,
                                             std::span<const std::byte> value) {
    const result<row_key> read = row_key::read(key);
    if (!read) {
        return read.error();
    }
    if (!last_ && read->kind() != row_kind::shard) {
        return in_row(*read, errc::malformed, "the shard's own row is not before it");
    }
    if (last_ && *read <= *last_) {
        return in_row(*read, errc::malformed, "it comes behind row " + last_->text());
    }
    last_ = *read;
    return add_row(*read, value);
}

std::optional<error> shard_rows_builder::add_row(const row_key& key,
                                                 std::span<const std::byte> value) {
    switch (key.kind()) {
        case row_kind::shard:
            return take(key, decode_shard_row(value), rows_.shard);
        case row_kind::account:
            return append(key, decode_account_row(value), rows_.accounts);
        case row_kind::risk_group:
            return append(key, decode_risk_group_row(value), rows_.risk_groups);
        case row_kind::position:
            return append(key, decode_position_row(value), rows_.positions);
        case row_kind::open_order:
            return append(key, decode_open_order_row(value), rows_.orders);
        case row_kind::order_group:
            return append(key, decode_order_group_row(value), rows_.order_groups);
        case row_kind::remembered:
            return append(key, decode_remembered_row(value), rows_.remembered);
        case row_kind::lease:
            return append(key, decode_lease_row(value), rows_.leases);
        case row_kind::listing:
            return append(key, decode_listing_row(value), rows_.listings);
        case row_kind::calendar:
            return append(key, decode_calendar_row(value), rows_.calendars);
        case row_kind::book:
            return append(key, decode_shard_book_row(value), rows_.books);
        case row_kind::channel:
            return append(key, decode_channel_row(value), rows_.channels);
        case row_kind::book_order:
            if (shard_book_row* book = find_book(key, rows_.books)) {
                return append(key, decode_order_row(value), book->rows.orders,
                              [&](const order_row& row) {
                                  return row_key::book_order(book->rows.book.rules.symbol, row.id);
                              });
            }
            return no_book(key);
        case row_kind::book_group:
            if (shard_book_row* book = find_book(key, rows_.books)) {
                return append(key, decode_group_row(value), book->rows.groups,
                              [&](const group_row& row) {
                                  return row_key::book_group(book->rows.book.rules.symbol, row.id);
                              });
            }
            return no_book(key);
        case row_kind::channel_value:
            if (channel_row* channel = find_channel(key, rows_.channels)) {
                return append(key, decode_channel_value(value), channel->values,
                              [&](const channel_value& row) {
                                  return row_key::channel_value(channel->peer, row.asset);
                              });
            }
            return no_channel(key);
        case row_kind::outbox_message:
            return add_outbox_message(key, value);
        case row_kind::record:
            return append(key, decode_record_row(value), rows_.records);
    }
    return in_row(key, errc::out_of_range, "it is of no kind");
}

std::optional<error> shard_rows_builder::add_outbox_message(const row_key& key,
                                                            std::span<const std::byte> value) {
    channel_row* channel = find_channel(key, rows_.channels);
    if (channel == nullptr) {
        return no_channel(key);
    }
    if (channel->outbox.empty()) {
        if (auto fault = find_outbox_fault()) {
            return fault;
        }
        outbox_ = static_cast<std::size_t>(channel - rows_.channels.data());
    } else if (key.number(1) != last_number_ + 1) {
        return in_row(key, errc::malformed, "the message before it in the outbox is missing");
    }
    last_number_ = key.number(1);
    if (last_number_ == 0) {
        return in_row(key, errc::out_of_range, "no message has the number 0");
    }
    // A message says nothing of its number.
    return append(key, decode_channel_message(value), channel->outbox,
                  [&](const channel_message&) { return key; });
}

// Messages of an outbox come by rising number without a gap, so they are all there if the last is.
std::optional<error> shard_rows_builder::find_outbox_fault() const {
    if (!outbox_) {
        return std::nullopt;
    }
    const channel_row& channel = rows_.channels[*outbox_];
    if (last_number_ == channel.last_sent) {
        return std::nullopt;
    }
    return in_row(key_of(channel), errc::malformed,
                  "its outbox ends with message " + std::to_string(last_number_) + ", not " +
                      std::to_string(channel.last_sent));
}

result<shard_rows> shard_rows_builder::finish() && {
    if (!last_) {
        return error{errc::malformed, "the shard's own row is missing"};
    }
    if (auto fault = find_outbox_fault()) {
        return *std::move(fault);
    }
    return std::move(rows_);
}

// --- In one piece -----------------------------------------------------------------------------------

namespace {

constexpr std::size_t unit_bytes = 8;
constexpr std::size_t row_header_bytes = 8;
constexpr std::size_t header_bytes = 16;

constexpr std::size_t padded(std::size_t size) {
    return (size + unit_bytes - 1) / unit_bytes * unit_bytes;
}

template <typename Integer>
void put(std::vector<std::byte>& out, std::size_t at, Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
        out[at + i] = static_cast<std::byte>(value >> (8 * i));
    }
}

template <typename Integer>
Integer get(std::span<const std::byte> bytes, std::size_t at) {
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
        value = static_cast<Integer>(value | std::to_integer<Integer>(bytes[at + i]) << (8 * i));
    }
    return value;
}

/// One row within many; what is left of the bytes is behind it.
struct framed_row {
    std::span<const std::byte> key;
    std::span<const std::byte> value;
    std::span<const std::byte> rest;
};

std::optional<framed_row> read_frame(std::span<const std::byte> bytes) {
    if (bytes.size() < row_header_bytes) {
        return std::nullopt;
    }
    const std::size_t value_size = get<std::uint32_t>(bytes, 0);
    const std::size_t key_size = get<std::uint32_t>(bytes, 4);  // and the three zeros
    const std::size_t value_at = row_header_bytes + padded(key_size);
    if (key_size > row_key::max_bytes || value_size % unit_bytes != 0 ||
        bytes.size() < value_at + value_size) {
        return std::nullopt;
    }
    const auto padding = bytes.subspan(row_header_bytes + key_size, padded(key_size) - key_size);
    if (std::any_of(padding.begin(), padding.end(), [](std::byte b) { return b != std::byte{}; })) {
        return std::nullopt;
    }
    return framed_row{.key = bytes.subspan(row_header_bytes, key_size),
                      .value = bytes.subspan(value_at, value_size),
                      .rest = bytes.subspan(value_at + value_size)};
}

}  // namespace

void encode_shard_rows(const shard_rows& from, std::vector<std::byte>& out) {
    const std::size_t start = out.size();
    out.resize(start + header_bytes);
    std::uint64_t count = 0;
    for_each_row(from, [&](const row_key& key, std::span<const std::byte> value) {
        const std::size_t at = out.size();
        const std::size_t key_size = key.bytes().size();
        out.resize(at + row_header_bytes + padded(key_size));
        put(out, at, static_cast<std::uint32_t>(value.size()));
        put(out, at + 4, static_cast<std::uint32_t>(key_size));
        std::memcpy(out.data() + at + row_header_bytes, key.bytes().data(), key_size);
        out.insert(out.end(), value.begin(), value.end());
        ++count;
    });
    put(out, start, shard_rows_version);
    put(out, start + unit_bytes, count);
}

result<shard_rows> decode_shard_rows(std::span<const std::byte> bytes) {
    const record_path at("shardRows");
    record_faults faults;
    if (bytes.size() < header_bytes) {
        faults.add(errc::malformed, at, "the bytes end before the number of rows");
        return faults.first();
    }
    const auto version = get<std::uint16_t>(bytes, 0);
    if (version != shard_rows_version) {
        faults.add_version(version, shard_rows_version, at);
        return faults.first();
    }
    if (get<std::uint64_t>(bytes, 0) != version) {
        faults.add(errc::malformed, at, "the six bytes behind the version are not zero");
        return faults.first();
    }
    const auto count = get<std::uint64_t>(bytes, unit_bytes);
    std::span<const std::byte> rest = bytes.subspan(header_bytes);
    shard_rows_builder builder;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::optional<framed_row> row = read_frame(rest);
        if (!row) {
            faults.add(errc::malformed, at.at(i), "the bytes are no row, or end within it");
            return faults.first();
        }
        if (const auto fault = builder.add(row->key, row->value)) {
            faults.add(fault->code, at.at(i), fault->what);
            return faults.first();
        }
        rest = row->rest;
    }
    if (!rest.empty()) {
        faults.add(errc::malformed, at, std::to_string(rest.size()) + " bytes follow the last row");
        return faults.first();
    }
    result<shard_rows> rows = std::move(builder).finish();
    if (!rows) {
        faults.add(rows.error().code, at, rows.error().what);
        return faults.first();
    }
    return rows;
}

}  // namespace bourse
