#include "actors/sinks/history/history_rows.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "messages/assert.hpp"
#include "storage/row_format.hpp"

namespace bourse::history_rows {

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they are");

constexpr row_label label{
    .magic = {'B', 'O', 'U', 'R', 'S', 'E', 'H', '\n'}, .version = 1, .owner = 0, .shard = 0};
constexpr std::size_t shard_words = 7;
constexpr std::size_t list_bytes = 5;  // of a key: kind and of whom

template <typename Number>
void store_big_endian(Number number, std::byte* at) noexcept {
    for (std::size_t i = sizeof(Number); i-- > 0;) {
        *at++ = static_cast<std::byte>(number >> (8 * i));
    }
}

template <typename T>
void append(std::span<const T> from, std::vector<std::byte>& into) {
    const auto bytes = std::as_bytes(from);
    into.insert(into.end(), bytes.begin(), bytes.end());
}

/// The value of a row that is whole numbers of so many bytes, or nothing.
[[nodiscard]] std::optional<row_bytes> rows_of(row_bytes key, row_bytes sealed,
                                               std::size_t bytes) noexcept {
    const auto value = unseal(key, sealed);
    return value && value->size() % bytes == 0 ? value : std::nullopt;
}

}  // namespace

std::vector<std::string> tables() {
    return {"head", "shards", "gaps", "orders", "trades", "lists"};
}

std::vector<std::byte> encode_head(std::uint64_t owner) {
    row_label of = label;
    of.owner = owner;
    std::vector<std::byte> value;
    append_label(of, value);
    seal(label_key(), value);
    return value;
}

result<std::uint64_t> decode_head(row_bytes sealed, const std::string& path) {
    // Whose it is stands behind magic, version and shard.
    constexpr std::size_t before = label_bytes - 8;
    row_label expected = label;
    if (sealed.size() >= label_bytes) {
        row_reading reading(sealed.subspan(before));
        expected.owner = reading.number(8);
    }
    const auto checked = check_label(expected, sealed, path);
    if (!checked) {
        return checked.error();
    }
    return expected.owner;
}

shard_key_bytes shard_key(shard_id shard) noexcept {
    shard_key_bytes key{};
    store_big_endian(shard.value, key.data());
    return key;
}

shard_id shard_of(row_bytes key) noexcept {
    return {static_cast<std::uint16_t>(read_big_endian(key.first(sizeof(shard_key_bytes))))};
}

std::vector<std::byte> encode(row_bytes key, const shard_row& of) {
    const std::array<std::uint64_t, shard_words> words = {
        of.cursor,      static_cast<std::uint64_t>(of.at.ns),
        of.orders,      of.last_order.value,
        of.first_trade, of.next_trade,
        of.dropped};
    std::vector<std::byte> value;
    append(std::span<const std::uint64_t>(words), value);
    seal(key, value);
    return value;
}

std::optional<shard_row> decode_shard(row_bytes key, row_bytes sealed) {
    const auto value = unseal(key, sealed);
    std::array<std::uint64_t, shard_words> words{};
    if (key.size() != sizeof(shard_key_bytes) || !value || value->size() != sizeof(words)) {
        return std::nullopt;
    }
    std::memcpy(words.data(), value->data(), sizeof(words));
    return shard_row{.cursor = words[0],
                     .at = {static_cast<std::int64_t>(words[1])},
                     .orders = words[2],
                     .last_order = {words[3]},
                     .first_trade = words[4],
                     .next_trade = words[5],
                     .dropped = words[6]};
}

gap_key_bytes gap_key(shard_id shard, std::uint64_t first) noexcept {
    gap_key_bytes key{};
    store_big_endian(shard.value, key.data());
    store_big_endian(first, key.data() + sizeof(shard.value));
    return key;
}

std::vector<std::byte> encode_gap(row_bytes key, std::uint64_t last) {
    std::vector<std::byte> value;
    append_little_endian(last, sizeof(last), value);
    seal(key, value);
    return value;
}

// --- Blocks of orders and trades ------------------------------------------------------------------

block_key_bytes block_key(std::uint64_t id, std::uint64_t ids_of_block) noexcept {
    block_key_bytes key{};
    store_big_endian((id & ~order_counter_mask) | (id & order_counter_mask) / ids_of_block,
                     key.data());
    return key;
}

std::uint64_t first_id(row_bytes key, std::uint64_t ids_of_block) noexcept {
    const std::uint64_t block = read_big_endian(key);
    return (block & ~order_counter_mask) | (block & order_counter_mask) * ids_of_block;
}

history_order as_order(order_id id, const order_row& of) noexcept {
    return {.id = id,
            .account = {of.account},
            .symbol = {of.symbol},
            .side = static_cast<side>(of.side),
            .price = {of.price},
            .lots = {of.lots},
            .filled = {of.filled},
            .remaining = {of.remaining},
            .open = of.open != 0,
            .why = static_cast<reason>(of.why),
            .client = {of.client_high, of.client_low},
            .at = {of.at},
            .changed = {of.changed}};
}

bool decode(row_bytes key, row_bytes sealed, order_block& into) {
    const auto value = unseal(key, sealed);
    if (!value || value->size() < sizeof(into.present)) {
        return false;
    }
    std::memcpy(&into.present, value->data(), sizeof(into.present));
    const auto count = static_cast<std::size_t>(std::popcount(into.present));
    if (into.present >> orders_of_block != 0 ||
        value->size() != sizeof(into.present) + count * sizeof(order_row)) {
        return false;
    }
    const std::byte* from = value->data() + sizeof(into.present);
    for (std::uint64_t left = into.present; left != 0; left &= left - 1) {
        order_row& row = into.orders.at(static_cast<std::size_t>(std::countr_zero(left)));
        std::memcpy(&row, from, sizeof(row));
        if (row.side > 1 || row.open > 1) {
            return false;
        }
        from += sizeof(row);
    }
    return true;
}

void encode(row_bytes key, const order_block& from, std::vector<std::byte>& into) {
    into.clear();
    append_little_endian(from.present, sizeof(from.present), into);
    for (std::uint64_t left = from.present; left != 0;) {
        // Neighbours are copied together.
        const auto first = static_cast<std::size_t>(std::countr_zero(left));
        const auto count = static_cast<std::size_t>(std::countr_one(left >> first));
        append(std::span(from.orders).subspan(first, count), into);
        left &= ~(((std::uint64_t{1} << count) - 1) << first);
    }
    seal(key, into);
}

history_trade as_trade(const trade_row& of) noexcept {
    return {.number = {of.number},
            .symbol = {of.symbol},
            .price = {of.price},
            .lots = {of.lots},
            .at = {of.at},
            .aggressor = static_cast<side>(of.aggressor),
            .buyer = {of.buyer},
            .seller = {of.seller},
            .buy = {of.buy},
            .sell = {of.sell}};
}

trade_row as_row(const history_trade& of) noexcept {
    return {.number = of.number.value,
            .price = of.price.ticks,
            .lots = of.lots.lots,
            .at = of.at.ns,
            .symbol = of.symbol.value,
            .buyer = of.buyer.value,
            .seller = of.seller.value,
            .aggressor = static_cast<std::uint8_t>(of.aggressor),
            .zeros = {},
            .buy = of.buy.value,
            .sell = of.sell.value};
}

bool decode(row_bytes key, row_bytes sealed, std::vector<trade_row>& into) {
    const auto value = rows_of(key, sealed, sizeof(trade_row));
    if (!value || value->size() > trades_of_block * sizeof(trade_row)) {
        return false;
    }
    into.resize(value->size() / sizeof(trade_row));
    std::memcpy(into.data(), value->data(), value->size());
    return std::ranges::all_of(into, [](const trade_row& row) { return row.aggressor <= 1; });
}

void encode(row_bytes key, std::span<const trade_row> from, std::vector<std::byte>& into) {
    into.clear();
    append(from, into);
    seal(key, into);
}

// --- Blocks of lists ------------------------------------------------------------------------------

list_key_bytes list_key(list_kind kind, std::uint32_t of, std::uint64_t first) noexcept {
    list_key_bytes key{};
    key[0] = static_cast<std::byte>(kind);
    store_big_endian(of, key.data() + 1);
    store_big_endian(first, key.data() + list_bytes);
    return key;
}

bool is_same_list(row_bytes a, row_bytes b) noexcept {
    return a.size() == sizeof(list_key_bytes) && b.size() == sizeof(list_key_bytes) &&
           std::ranges::equal(a.first(list_bytes), b.first(list_bytes));
}

std::uint64_t first_of_list(row_bytes key) noexcept {
    return read_big_endian(key.subspan(list_bytes));
}

bool decode(row_bytes key, row_bytes sealed, std::vector<std::uint64_t>& into) {
    const auto value = rows_of(key, sealed, sizeof(std::uint32_t));
    const std::size_t count = value ? value->size() / sizeof(std::uint32_t) : 0;
    if (count == 0 || count > ids_of_list_block) {
        return false;
    }
    std::array<std::uint32_t, ids_of_list_block> offsets{};
    std::memcpy(offsets.data(), value->data(), value->size());
    const std::uint64_t first = first_of_list(key);
    into.resize(count);
    bool rises = offsets[0] == 0;
    for (std::size_t i = 0; i < count; ++i) {
        into[i] = first + offsets.at(i);
        rises = rises && (i == 0 || into[i - 1] < into[i]);
    }
    return rises;
}

void encode(row_bytes key, std::span<const std::uint64_t> ids, std::vector<std::byte>& into) {
    BOURSE_ASSERT(!ids.empty() && ids.size() <= ids_of_list_block);
    const std::uint64_t first = first_of_list(key);
    std::array<std::uint32_t, ids_of_list_block> offsets{};
    for (std::size_t i = 0; i < ids.size(); ++i) {
        BOURSE_ASSERT(fits_list_block(first, ids[i]));
        offsets.at(i) = static_cast<std::uint32_t>(ids[i] - first);
    }
    into.clear();
    append(std::span<const std::uint32_t>(offsets).first(ids.size()), into);
    seal(key, into);
}

error damaged(const std::string& path, std::string_view what, row_bytes key) {
    return {errc::corrupt,
            path + ": the row " + hexadecimal(key) + " of " + std::string(what) +
                " is damaged; the history can be made anew from the event store: move the "
                "folder away"};
}

}  // namespace bourse::history_rows
