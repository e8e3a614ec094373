// Any bytes, taken for a session of a book: the fast book and the reference are told the same and must
// say the same, wherever the fast one is saved, restored or compacted in between; every command and
// event survives its codec.
//
// The bytes are a program, so that a mutation of one byte changes one thing:
//
//     session   = header step*
//     header    = u8: bits 0-1 the instrument, bits 2-4 the first state (modulo 5), bit 7 prices
//                 around zero instead of the instrument's middle
//     step      = u8 modulo 16, then what that kind of step reads (`session_reader::read_step`)
//     number    = u8: below 0xF0 a small number, 0xF0-0xF7 one from a table of extremes, above it
//                 the next 8 bytes as they are
//
// Ids are 6 bits and prices 5, so that orders meet; what is missing at the end reads as zero.
// With BOURSE_PRINT_CASE set, the case is printed as text for tests/book/cases before it runs.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "messages/assert.hpp"
#include "messages/command_codec.hpp"
#include "messages/event_codec.hpp"
#include "messages/known_numbers.hpp"
#include "tests/support/book_case.hpp"
#include "tests/support/book_comparison.hpp"
#include "tests/support/command_fields.hpp"

namespace bourse {
namespace {

/// What happens next in a session.
struct session_step {
    enum class kind { entry, restore, compact };
    kind what = kind::entry;
    generated_entry entry{};  ///< of kind entry
};

/// Reads a session from bytes.
class session_reader {
public:
    explicit session_reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
        const std::uint8_t header = byte();
        const auto profile = static_cast<instrument_profile>(header % instrument_profile_count);
        rules_ = make_instrument(profile);
        state_ = static_cast<market_state>((header >> 2U) % 8 % market_state_count);
        if (state_ == market_state::auction) {
            state_ = market_state::open;  // only `set_state` says which auction it is
        }
        constexpr std::array<std::int64_t, instrument_profile_count> middles{100, 52, 200, 100};
        middle_ = (header & 0x80U) != 0 ? 0 : middles[header % instrument_profile_count];
    }

    [[nodiscard]] const instrument& rules() const noexcept { return rules_; }
    [[nodiscard]] market_state first_state() const noexcept { return state_; }

    /// The next step, or nothing at the end.
    [[nodiscard]] std::optional<session_step> next() {
        if (std::exchange(restore_next_, false)) {
            return session_step{session_step::kind::restore};
        }
        if (std::exchange(compact_next_, false)) {
            return session_step{session_step::kind::compact};
        }
        if (at_ >= bytes_.size()) {
            return std::nullopt;
        }
        session_step step;
        // A limit, because a comparison that comes late says little about where it went wrong.
        constexpr std::size_t most_commands = 32;
        while (at_ < bytes_.size() && step.entry.commands.size() < most_commands) {
            if (!read_step(step.entry.commands)) {
                break;
            }
        }
        step.entry.now = now_;
        return step;
    }

private:
    // One step; false when it ends the entry.
    bool read_step(std::vector<command>& commands) {
        const std::uint8_t code = byte() % 16;
        switch (code) {
            case 8:
                commands.emplace_back(cancel_order{some_id(), some_account(byte())});
                return true;
            case 9:
                commands.emplace_back(read_replace());
                return true;
            case 10:
                commands.emplace_back(
                    mass_cancel{some_account(byte()), one_of<side_filter>(byte(), 3)});
                return true;
            case 11:
                commands.emplace_back(read_state());
                return true;
            case 12:
                commands.emplace_back(set_reference{byte() % 4 == 0, some_price()});
                return true;
            case 13:
                now_ = some_time(byte() % 16);
                return false;
            case 14:
                restore_next_ = true;
                return false;
            case 15:
                compact_next_ = true;
                return false;
            default:
                commands.emplace_back(read_order(code));
                return true;
        }
    }

    // What all orders have, in four bytes, and then what the family `code` has besides.
    new_order read_order(std::uint8_t code) {
        const std::uint8_t packed = byte();
        new_order order;
        order.side = (packed & 1U) != 0 ? side::sell : side::buy;
        order.account = account_id{1 + (packed >> 1U) % 4U};
        constexpr std::array tifs{time_in_force::day, time_in_force::good_till_cancelled,
                                  time_in_force::immediate_or_cancel, time_in_force::fill_or_kill};
        order.tif = tifs[(packed >> 3U) % tifs.size()];
        order.self_trade = one_of<self_trade_prevention>(packed >> 5U, self_trade_prevention_count);
        order.id = some_id();
        order.price = some_price();
        order.quantity = some_quantity();
        switch (code) {
            case 3:
                order.type = byte() % 2 == 0 ? order_type::market : order_type::limit;
                set_time_in_force(order);
                break;
            case 4:
                set_attribute(order);
                break;
            case 5:
                set_stop(order);
                break;
            case 6:
                set_peg(order);
                break;
            case 7:
                set_group(order);
                break;
            default:
                break;  // three codes of eight for plain limit orders
        }
        if (code == 2) {
            spoil(order);
        }
        return order;
    }

    void set_time_in_force(new_order& order) {
        order.tif = one_of<time_in_force>(byte(), time_in_force_count);
        if (order.tif == time_in_force::good_till_date) {
            order.expires_at = some_time(1 + byte() % 32);
        }
    }

    void set_attribute(new_order& order) {
        order.tif = time_in_force::day;
        const std::uint8_t which = byte();
        switch (which % 8) {
            case 0:
                order.post_only = true;
                break;
            case 1:
                order.all_or_none = true;
                break;
            case 2:
            case 3:
                order.minimum = some_quantity();
                break;
            case 4:
                order.post_only = true;
                order.display = some_quantity();
                break;
            default:
                order.display = some_quantity();
                break;
        }
        if (which % 3 == 0) {
            set_time_in_force(order);
        }
    }

    void set_stop(new_order& order) {
        order.tif = time_in_force::day;
        const std::uint8_t which = byte();
        constexpr std::array types{order_type::stop, order_type::stop_limit,
                                   order_type::trailing_stop};
        order.type = types[which % types.size()];
        if (order.type == order_type::trailing_stop) {
            order.offset_ticks = number(which / 4U % 8);
        } else {
            order.stop_price = some_price();
        }
        if (which >= 0xC0U) {
            set_time_in_force(order);
        }
        if (order.type == order_type::stop_limit && which % 16 == 1) {
            order.display = some_quantity();
        }
    }

    void set_peg(new_order& order) {
        order.tif = time_in_force::day;
        const std::uint8_t which = byte();
        order.type = (which & 1U) != 0 ? order_type::mid_peg : order_type::primary_peg;
        order.offset_ticks = which < 0xF0U ? which / 2U % 4 : number(byte());
        if (which % 16 == 15) {
            set_time_in_force(order);
        }
    }

    void set_group(new_order& order) {
        const std::uint8_t which = byte();
        order.role = one_of<group_role>(1 + which % 3U, group_role_count);
        order.group_size = static_cast<std::uint8_t>(2 + (which >> 2U) % 3U);
        order.group = order_group_id{1 + (which >> 4U) % 4U};
        order.trade_group = trade_group_id{which >= 0x80U ? 1U : 0U};
        if (order.role != group_role::entry) {
            order.tif = time_in_force::day;
        }
        const std::uint8_t type = byte();
        if (type % 4 == 1) {
            set_stop(order);
        } else if (type % 4 == 2 && order.role == group_role::entry) {
            order.type = order_type::market;
        } else if (type % 4 == 3) {
            set_time_in_force(order);
        }
    }

    // Any one field anything: mostly refused, and in the right order of precedence.
    void spoil(new_order& order) {
        const std::uint8_t which = byte();
        std::size_t index = 0;
        for_each_field(order, [&](std::string_view, auto& field) {
            if (index++ != which % 19U) {
                return;
            }
            auto& inside = number_in(field);
            using inside_type = std::remove_reference_t<decltype(inside)>;
            if constexpr (std::is_same_v<inside_type, bool>) {
                inside = !inside;
            } else if constexpr (std::is_enum_v<inside_type>) {
                inside = static_cast<inside_type>(byte());
            } else {
                inside = static_cast<inside_type>(number(byte()));
            }
        });
    }

    replace_order read_replace() {
        replace_order request;
        request.id = some_id();
        const std::uint8_t which = byte();
        request.account = some_account(which >> 5U);
        request.set_price = (which & 1U) != 0;
        request.set_quantity = (which & 2U) != 0;
        request.set_stop_price = (which & 4U) != 0;
        if (request.set_price) {
            request.price = some_price();
        }
        if (request.set_quantity) {
            request.quantity = some_quantity();
        }
        if (request.set_stop_price) {
            request.stop_price = some_price();
        }
        return request;
    }

    set_state read_state() {
        const std::uint8_t which = byte();
        set_state request;
        request.state = one_of<market_state>(which, market_state_count);
        if (request.state == market_state::auction) {
            request.auction = one_of<auction_kind>(1 + which / 8U % 4U, auction_kind_count);
        }
        if ((which & 0x80U) != 0) {
            const std::uint8_t end = byte();
            request.until = some_time(1 + end / 8 % 16);
            request.next = one_of<market_state>(end, market_state_count);
        } else if ((which & 0x40U) != 0) {  // as it comes: mostly refused
            request.auction = static_cast<auction_kind>(byte());
            request.next = static_cast<market_state>(byte());
        }
        return request;
    }

    // --- Values -----------------------------------------------------------------------------------

    // `value` as an enumerator, and now and then a number that none has.
    template <typename Enum>
    [[nodiscard]] static Enum one_of(unsigned value, unsigned count) {
        return static_cast<Enum>(value == 0xFFU ? 0xFFU : value % count);
    }

    [[nodiscard]] std::uint8_t byte() {
        return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0};
    }

    [[nodiscard]] std::int64_t number(std::uint8_t first) {
        constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        constexpr std::array extremes{
            std::int64_t{0},     std::int64_t{-1},       least, most, least + 1, most - 1,
            max_order_lots.lots, max_order_lots.lots + 1};
        if (first < 0xF0U) {
            return first;
        }
        if (first < 0xF8U) {
            return extremes[first - 0xF0U];
        }
        std::uint64_t raw = 0;
        for (unsigned i = 0; i < 8; ++i) {
            raw |= std::uint64_t{byte()} << (8 * i);
        }
        std::int64_t value = 0;
        std::memcpy(&value, &raw, sizeof value);
        return value;
    }

    [[nodiscard]] order_id some_id() { return {byte() % 64U}; }
    // None in one case of eight, then the order's or another's.
    [[nodiscard]] static account_id some_account(unsigned value) {
        return {value % 8 < 4 ? 1 + value % 4 : value % 8 == 7 ? 0 : value % 4};
    }
    [[nodiscard]] price some_price() {
        const std::uint8_t first = byte();
        return {first < 0xF0U ? middle_ + first % 32 - 16 : number(first)};
    }
    [[nodiscard]] quantity some_quantity() {
        const std::uint8_t first = byte();
        return {first < 0xF0U ? rules_.lot.lots * (1 + first % 16) : number(first)};
    }
    // `later` after now, or anything.
    [[nodiscard]] timestamp some_time(std::int64_t later) {
        return later == 15 ? timestamp{number(byte())} : now_ + duration{later};
    }

    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
    instrument rules_;
    market_state state_ = market_state::open;
    std::int64_t middle_ = 0;
    timestamp now_{};
    bool restore_next_ = false;
    bool compact_next_ = false;
};

/// Whether each enumeration in `one` has a number that a codec knows.
bool has_known_numbers(command one) {
    bool known = true;
    const auto look = [&known](std::string_view, auto& field) {
        using field_type = std::remove_reference_t<decltype(field)>;
        if constexpr (std::is_enum_v<field_type>) {
            known = known && numbers_of<field_type>.contains(static_cast<std::uint16_t>(field));
        }
    };
    std::visit([&](auto& record) { for_each_field(record, look); }, one);
    return known;
}

void check_codec(const std::vector<command>& commands) {
    std::vector<std::byte> bytes;
    bool all_known = true;
    for (const command& one : commands) {
        bytes.clear();
        encode_command(one, bytes);
        const auto same = decode_command(bytes);
        const bool known = has_known_numbers(one);
        BOURSE_ASSERT(same.has_value() == known);
        BOURSE_ASSERT(!known || *same == one);
        all_known = all_known && known;
    }
    bytes.clear();
    encode_commands(commands, bytes);
    const auto same = decode_commands(bytes);
    BOURSE_ASSERT(same.has_value() == all_known);
    BOURSE_ASSERT(!all_known || *same == commands);
}

void check_codec(const std::vector<event>& events) {
    std::vector<std::byte> bytes;
    encode_events(events, bytes);
    const auto same = decode_events(bytes);
    // A refused order is answered with its side as asked, which may be no side at all.
    bool known = true;
    for (const event& one : events) {
        const bool has_side = numbers_of<side>.contains(static_cast<std::uint16_t>(one.side));
        BOURSE_ASSERT(has_side || one.kind == event_kind::rejected);
        known = known && has_side;
    }
    BOURSE_ASSERT(same.has_value() == known);
    BOURSE_ASSERT(!known || *same == events);
    for (const event& one : events) {
        bytes.clear();
        encode_event(one, bytes);
        const auto again = decode_event(bytes);
        BOURSE_ASSERT(!again.has_value() || *again == one);
    }
}

/// Runs a session; the first difference, or nothing.
std::optional<std::string> run(session_reader& session, std::vector<generated_entry>& done) {
    book_pair pair(session.rules(), session.first_state());
    while (const auto step = session.next()) {
        std::optional<std::string> difference;
        if (step->what == session_step::kind::restore) {
            difference = pair.restore();
        } else if (step->what == session_step::kind::compact) {
            pair.compact();
        } else {
            done.push_back(step->entry);
            check_codec(step->entry.commands);
            difference = pair.apply(step->entry);
            if (!difference) {
                check_codec(pair.events());
            }
        }
        if (!difference && (step->what != session_step::kind::entry || done.size() % 8 == 0)) {
            difference = pair.compare_rows();
        }
        if (difference) {
            return difference;
        }
    }
    return pair.compare_rows();
}

}  // namespace
}  // namespace bourse

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace bourse;
    const std::span bytes(data, size);
    if (std::getenv("BOURSE_PRINT_CASE") != nullptr) {
        session_reader session(bytes);
        book_case one{session.rules(), session.first_state(), false, {}};
        while (const auto step = session.next()) {
            if (step->what == session_step::kind::entry) {
                one.entries.push_back(step->entry);
            } else {
                one.restore_often = true;
            }
        }
        std::cerr << to_text(one);
    }
    session_reader session(bytes);
    std::vector<generated_entry> done;
    if (const auto difference = run(session, done)) {
        const book_case one{session.rules(), session.first_state(), false, done};
        std::cerr << *difference << '\n' << to_text(one);
        std::abort();
    }
    return 0;
}
