#include "messages/flat_entry.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "messages/entry_codec.hpp"
#include "messages/known_numbers.hpp"
#include "messages/schema/entry.capnp.h"

namespace bourse {
namespace {

constexpr std::size_t flat_word_bytes = 8;
/// Cap'n Proto's pointers reach no further, in words.
constexpr std::size_t longest_segment = std::size_t{1} << 29U;

/// How long a record is, in words of data and in pointers behind them.
struct record_shape {
    std::size_t data = 0;
    std::size_t pointers = 0;

    [[nodiscard]] constexpr std::size_t words() const noexcept { return data + pointers; }
};

template <typename Record>
constexpr record_shape shape_of{Record::_capnpPrivate::dataWordSize,
                                Record::_capnpPrivate::pointerCount};
constexpr record_shape entry_shape = shape_of<schema::Entry>;
constexpr record_shape command_shape = shape_of<schema::ShardCommand>;
constexpr record_shape submit_shape = shape_of<schema::SubmitOrder>;
constexpr record_shape order_shape = shape_of<schema::NewOrder>;
constexpr record_shape cancel_shape = shape_of<schema::SubmitCancel>;
constexpr record_shape replace_shape = shape_of<schema::SubmitReplace>;
// A field of a later time makes a record longer: say below where it is.
static_assert(entry_shape.data == 3 && entry_shape.pointers == 1);
static_assert(command_shape.data == 4 && command_shape.pointers == 1);
static_assert(submit_shape.data == 2 && submit_shape.pointers == 1);
static_assert(order_shape.data == 12 && order_shape.pointers == 0);
static_assert(cancel_shape.data == 4 && cancel_shape.pointers == 0);
static_assert(replace_shape.data == 7 && replace_shape.pointers == 0);

/// A pointer to a record that begins `distance` words behind it; also, with a count in place of the distance, the tag of a
/// list.
constexpr std::uint64_t record_pointer(std::size_t distance, record_shape shape) noexcept {
    return std::uint64_t{distance} << 2U | std::uint64_t{shape.data} << 32U |
           std::uint64_t{shape.pointers} << 48U;
}

/// A pointer to a list of records that begins at once, of so many words without its tag.
constexpr std::uint64_t list_pointer(std::size_t words) noexcept {
    return 1U | std::uint64_t{7} << 32U | std::uint64_t{words} << 35U;
}

/// Bits of a word, counted from the lowest.
template <typename Number>
constexpr Number part(std::uint64_t word, unsigned first_bit) noexcept {
    return static_cast<Number>(word >> first_bit);
}
constexpr bool bit(std::uint64_t word, unsigned which) noexcept {
    return (word >> which & 1U) != 0;
}

/// Reads from the first word to the last.
class flat_reader {
public:
    explicit flat_reader(std::span<const std::byte> bytes)
        : bytes_(bytes), size_(bytes.size() / flat_word_bytes) {}

    bool read(entry& to) {
        // The frame, the entry and the tag of its list must be there before anything is looked at.
        constexpr std::size_t list_pointer_at = 2 + entry_shape.data;
        constexpr std::size_t tag_at = list_pointer_at + 1;
        if (bytes_.size() % flat_word_bytes != 0 || size_ <= tag_at || size_ > longest_segment ||
            word(0) != std::uint64_t{size_ - 1} << 32U ||
            word(1) != record_pointer(0, entry_shape) ||
            part<std::uint16_t>(word(2), 0) != entry_version) {
            return false;
        }
        to.index = word(3);
        to.at = {part<std::int64_t>(word(4), 0)};
        // A tag that fits is not longer than what is left, so the commands are there, and few enough.
        const std::size_t count = part<std::uint32_t>(word(tag_at), 2);
        const std::size_t first = tag_at + 1;
        if (count > (size_ - first) / command_shape.words() ||
            word(tag_at) != record_pointer(count, command_shape) ||
            word(list_pointer_at) != list_pointer(count * command_shape.words())) {
            return false;
        }
        next_ = first + count * command_shape.words();
        to.commands.clear();
        to.commands.reserve(count);
        for (std::size_t at = first, end = next_; at != end; at += command_shape.words()) {
            if (!read_command(at, to.commands)) {
                return false;
            }
        }
        return next_ == size_;
    }

private:
    [[nodiscard]] std::uint64_t word(std::size_t at) const noexcept {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes_.data() + at * flat_word_bytes, flat_word_bytes);
        return value;
    }

    /// Whether the pointer at `pointer` is to a record of this shape that comes next, and is there; it is then passed over.
    [[nodiscard]] bool take(std::size_t pointer, record_shape shape) noexcept {
        const std::size_t begin = next_;
        if (size_ - begin < shape.words() ||
            word(pointer) != record_pointer(begin - pointer - 1, shape)) {
            return false;
        }
        next_ += shape.words();
        return true;
    }

    bool read_command(std::size_t at, std::vector<shard_command>& to) {
        const std::uint64_t kind = word(at);
        if (part<std::uint16_t>(kind, 0) != shard_command_version) {
            return false;
        }
        const request_id request{{word(at + 1), word(at + 2)},
                                 {part<std::int64_t>(word(at + 3), 0)}};
        const std::size_t pointer = at + command_shape.data;
        const std::size_t body = next_;
        switch (part<std::uint16_t>(kind, 16)) {
            case schema::ShardCommand::SUBMIT_ORDER:
                return take(pointer, submit_shape) && take(body + submit_shape.data, order_shape) &&
                       read_order(body, added<submit_order>(request, to));
            case schema::ShardCommand::SUBMIT_CANCEL:
                return take(pointer, cancel_shape) &&
                       read_cancel(body, added<submit_cancel>(request, to));
            case schema::ShardCommand::SUBMIT_REPLACE:
                return take(pointer, replace_shape) &&
                       read_replace(body, added<submit_replace>(request, to));
            default:
                return false;
        }
    }

    template <typename Command>
    static Command& added(const request_id& request, std::vector<shard_command>& to) {
        auto& command = *std::get_if<Command>(&to.emplace_back(std::in_place_type<Command>));
        command.request = request;
        return command;
    }

    /// Whether the number is known.
    template <typename Enum>
    static bool read_enum(std::uint64_t word, unsigned first_bit, Enum& to) noexcept {
        const auto number = part<std::uint16_t>(word, first_bit);
        to = static_cast<Enum>(number);
        return numbers_of<Enum>.contains(number);
    }

    [[nodiscard]] bool read_order(std::size_t at, submit_order& to) const noexcept {
        to.symbol = {part<std::uint32_t>(word(at), 0)};
        to.has_price = bit(word(at), 32);
        to.reduce_only = bit(word(at), 33);
        to.lease = {word(at + 1)};
        at += submit_shape.words();
        new_order& order = to.order;
        order.id = {word(at)};
        order.account = {part<std::uint32_t>(word(at + 1), 0)};
        order.trade_group = {part<std::uint32_t>(word(at + 1), 32)};
        const std::uint64_t terms = word(at + 2);
        const std::uint64_t grouping = word(at + 3);
        order.group_size = part<std::uint8_t>(grouping, 16);
        order.post_only = bit(grouping, 24);
        order.all_or_none = bit(grouping, 25);
        order.price = {part<std::int64_t>(word(at + 4), 0)};
        order.quantity = {part<std::int64_t>(word(at + 5), 0)};
        order.stop_price = {part<std::int64_t>(word(at + 6), 0)};
        order.offset_ticks = part<std::int64_t>(word(at + 7), 0);
        order.display = {part<std::int64_t>(word(at + 8), 0)};
        order.minimum = {part<std::int64_t>(word(at + 9), 0)};
        order.expires_at = {part<std::int64_t>(word(at + 10), 0)};
        order.group = {word(at + 11)};
        return read_enum(terms, 0, order.side) && read_enum(terms, 16, order.type) &&
               read_enum(terms, 32, order.tif) && read_enum(terms, 48, order.self_trade) &&
               read_enum(grouping, 0, order.role);
    }

    [[nodiscard]] bool read_cancel(std::size_t at, submit_cancel& to) const noexcept {
        to.account = {part<std::uint32_t>(word(at), 0)};
        to.order = {word(at + 1)};
        to.named = {word(at + 2), word(at + 3)};
        return true;
    }

    [[nodiscard]] bool read_replace(std::size_t at, submit_replace& to) const noexcept {
        to.account = {part<std::uint32_t>(word(at), 0)};
        to.set_price = bit(word(at), 32);
        to.set_quantity = bit(word(at), 33);
        to.set_stop_price = bit(word(at), 34);
        to.order = {word(at + 1)};
        to.named = {word(at + 2), word(at + 3)};
        to.price = {part<std::int64_t>(word(at + 4), 0)};
        to.quantity = {part<std::int64_t>(word(at + 5), 0)};
        to.stop_price = {part<std::int64_t>(word(at + 6), 0)};
        return true;
    }

    std::span<const std::byte> bytes_;
    std::size_t size_;      ///< of `bytes_`, in words
    std::size_t next_ = 0;  ///< the first word that has no owner yet
};

/// How many words its body has; zero: it is of another kind.
std::size_t body_words(const shard_command& of) noexcept {
    if (std::holds_alternative<submit_order>(of)) {
        return submit_shape.words() + order_shape.words();
    }
    if (std::holds_alternative<submit_cancel>(of)) {
        return cancel_shape.words();
    }
    return std::holds_alternative<submit_replace>(of) ? replace_shape.words() : 0;
}

constexpr std::uint64_t halves(std::uint32_t low, std::uint32_t high) noexcept {
    return low | std::uint64_t{high} << 32U;
}
template <typename Enum>
constexpr std::uint64_t number(Enum what, unsigned first_bit) noexcept {
    return static_cast<std::uint64_t>(what) << first_bit;
}

/// Commands at one place, their bodies at another, both from the first word to the last.
class flat_writer {
public:
    flat_writer(std::byte* words, std::size_t commands, std::size_t bodies)
        : words_(words), command_(commands), body_(bodies) {}

    void write(const shard_command& one) noexcept {
        std::visit(
            [&]<class Command>(const Command& what) {
                if constexpr (std::is_same_v<Command, submit_order>) {
                    begin(what.request, schema::ShardCommand::SUBMIT_ORDER, submit_shape);
                    write_order(what);
                } else if constexpr (std::is_same_v<Command, submit_cancel>) {
                    begin(what.request, schema::ShardCommand::SUBMIT_CANCEL, cancel_shape);
                    write_cancel(what);
                } else if constexpr (std::is_same_v<Command, submit_replace>) {
                    begin(what.request, schema::ShardCommand::SUBMIT_REPLACE, replace_shape);
                    write_replace(what);
                }
            },
            one);
    }

private:
    void put(std::size_t& at, std::uint64_t word) noexcept {
        std::memcpy(words_ + at++ * flat_word_bytes, &word, flat_word_bytes);
    }
    void put_number(std::size_t& at, std::int64_t word) noexcept {
        put(at, static_cast<std::uint64_t>(word));
    }

    void begin(const request_id& request, std::uint16_t kind, record_shape body) noexcept {
        put(command_, shard_command_version | std::uint64_t{kind} << 16U);
        put(command_, request.id.high);
        put(command_, request.id.low);
        put_number(command_, request.not_after.ns);
        put(command_, record_pointer(body_ - command_ - 1, body));
    }

    void write_order(const submit_order& from) noexcept {
        const new_order& order = from.order;
        put(body_, from.symbol.value | std::uint64_t{from.has_price} << 32U |
                       std::uint64_t{from.reduce_only} << 33U);
        put(body_, from.lease.value);
        put(body_, record_pointer(0, order_shape));
        put(body_, order.id.value);
        put(body_, halves(order.account.value, order.trade_group.value));
        put(body_, number(order.side, 0) | number(order.type, 16) | number(order.tif, 32) |
                       number(order.self_trade, 48));
        put(body_, number(order.role, 0) | std::uint64_t{order.group_size} << 16U |
                       std::uint64_t{order.post_only} << 24U |
                       std::uint64_t{order.all_or_none} << 25U);
        put_number(body_, order.price.ticks);
        put_number(body_, order.quantity.lots);
        put_number(body_, order.stop_price.ticks);
        put_number(body_, order.offset_ticks);
        put_number(body_, order.display.lots);
        put_number(body_, order.minimum.lots);
        put_number(body_, order.expires_at.ns);
        put(body_, order.group.value);
    }

    void write_cancel(const submit_cancel& from) noexcept {
        put(body_, from.account.value);
        put(body_, from.order.value);
        put(body_, from.named.high);
        put(body_, from.named.low);
    }

    void write_replace(const submit_replace& from) noexcept {
        put(body_, from.account.value | std::uint64_t{from.set_price} << 32U |
                       std::uint64_t{from.set_quantity} << 33U |
                       std::uint64_t{from.set_stop_price} << 34U);
        put(body_, from.order.value);
        put(body_, from.named.high);
        put(body_, from.named.low);
        put_number(body_, from.price.ticks);
        put_number(body_, from.quantity.lots);
        put_number(body_, from.stop_price.ticks);
    }

    std::byte* words_;
    std::size_t command_;  ///< the next word of the list
    std::size_t body_;     ///< and behind it
};

}  // namespace

bool write_flat_entry(std::uint64_t index, timestamp at, command_lists commands,
                      std::vector<std::byte>& out) {
    if constexpr (std::endian::native != std::endian::little) {
        return false;
    }
    std::size_t count = 0;
    std::size_t bodies = 0;
    for (const auto& list : commands) {
        for (const shard_command& each : list) {
            const std::size_t words = body_words(each);
            if (words == 0) {
                return false;
            }
            bodies += words;
        }
        count += list.size();
    }
    const std::size_t listed = count * command_shape.words();
    const std::uint64_t head[] = {
        0,
        record_pointer(0, entry_shape),
        entry_version,
        index,
        static_cast<std::uint64_t>(at.ns),
        list_pointer(listed),
        record_pointer(count, command_shape),
    };
    const std::size_t all = std::size(head) + listed + bodies;
    if (all > longest_segment) {
        return false;
    }
    const std::size_t start = out.size();
    out.resize(start + all * flat_word_bytes);
    std::byte* const words = out.data() + start;
    std::memcpy(words, head, sizeof head);
    const std::uint64_t frame = std::uint64_t{all - 1} << 32U;
    std::memcpy(words, &frame, sizeof frame);
    flat_writer writer(words, std::size(head), std::size(head) + listed);
    for (const auto& list : commands) {
        for (const shard_command& each : list) {
            writer.write(each);
        }
    }
    return true;
}

bool read_flat_entry(std::span<const std::byte> bytes, entry& to) {
    if constexpr (std::endian::native != std::endian::little) {
        return false;
    }
    return flat_reader(bytes).read(to);
}

}  // namespace bourse
