#include "messages/entry_events.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "messages/assert.hpp"
#include "messages/known_numbers.hpp"
#include "messages/record_fault.hpp"

namespace bourse {

namespace {

static_assert(std::endian::native == std::endian::little, "words are stored as they are");

using words_of_event = std::array<std::uint64_t, 8>;
using words_of_report = std::array<std::uint64_t, 16>;
using words_of_line = std::array<std::uint64_t, 5>;
static_assert(sizeof(event) == sizeof(words_of_event));
static_assert(sizeof(report) == sizeof(words_of_report));
static_assert(sizeof(ledger_line) == sizeof(words_of_line));

constexpr std::size_t prefix_bytes = 40;
constexpr std::size_t event_head_bytes = 5;
constexpr std::size_t report_head_bytes = 4;
constexpr std::size_t line_head_bytes = 3;
constexpr unsigned link_shift = 24;
/// How far ahead an event is looked for that a report repeats. Those between are of accounts elsewhere.
constexpr std::size_t most_skipped = 16;

// Where the words are in memory.
constexpr std::size_t terms_word = 0;
constexpr std::size_t first_own_word = 1;  // order … names: seven
constexpr std::size_t names_word = 7;
constexpr std::size_t number_word = 8;
constexpr std::size_t cash_word = 11;
constexpr std::size_t fee_word = 12;

template <typename Words, typename Record>
void put_words(const Words& words, Record& record) noexcept {
    static_assert(sizeof words == sizeof record);
    // NOLINTNEXTLINE(bugprone-undefined-memory-manipulation): plain numbers, each of them checked by the caller
    std::memcpy(static_cast<void*>(&record), words.data(), sizeof record);
}

// --- How words are turned, so that few bytes of them are not zero --------------------------------------

[[nodiscard]] constexpr std::uint64_t sign_lowest(std::uint64_t word) noexcept {
    return word << 1U ^ (0 - (word >> 63U));
}
[[nodiscard]] constexpr std::uint64_t sign_highest(std::uint64_t word) noexcept {
    return word >> 1U ^ (0 - (word & 1U));
}
static_assert(sign_highest(sign_lowest(0x8000'0000'0000'0000)) == 0x8000'0000'0000'0000);

// Changes the two middle quarters; and back.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t word) noexcept {
    const std::uint64_t change = (word ^ word >> 16U) & 0xFFFF'0000U;
    return word ^ change ^ change << 16U;
}
static_assert(mixed(0x1111'2222'3333'4444) == 0x1111'3333'2222'4444);

[[nodiscard]] constexpr std::uint64_t turned_owner(std::uint64_t word) noexcept {
    const auto holder = static_cast<std::uint32_t>(word);
    const auto asset = static_cast<std::uint32_t>(word >> 32U);
    const std::uint32_t turned = holder << 1U ^ (0 - (holder >> 31U));
    return mixed(turned | std::uint64_t{std::rotl(asset, 1)} << 32U);
}
[[nodiscard]] constexpr std::uint64_t owner_of(std::uint64_t word) noexcept {
    const std::uint64_t apart = mixed(word);
    const auto turned = static_cast<std::uint32_t>(apart);
    const auto asset = static_cast<std::uint32_t>(apart >> 32U);
    return (turned >> 1U ^ (0 - (turned & 1U))) | std::uint64_t{std::rotr(asset, 1)} << 32U;
}
static_assert(owner_of(turned_owner(0xFFFF'FFFE'8000'03D2)) == 0xFFFF'FFFE'8000'03D2);

// Symbol 4, kind 1, three zeros: the kind first.
[[nodiscard]] constexpr std::uint64_t turned_kind(std::uint64_t word) noexcept {
    return (word & 0xFFFF'FFFFU) << 8U | (word >> 32U & 0xFFU);
}
[[nodiscard]] constexpr std::uint64_t kind_of(std::uint64_t word) noexcept {
    return (word >> 8U & 0xFFFF'FFFFU) | (word & 0xFFU) << 32U;
}

// --- Packing ----------------------------------------------------------------------------------------

/// One record: words behind a head of `HeadBytes`, which is known when they are written.
template <std::size_t HeadBytes>
class record_packer {
public:
    explicit record_packer(std::byte* to) noexcept : head_at_(to), at_(to + HeadBytes) {}

    /// Without a branch: which words are zero follows no pattern.
    void put(std::uint64_t word) noexcept {
        const auto highest = static_cast<unsigned>(63 ^ std::countl_zero(word | 1U));
        const unsigned length = ((highest + 8) >> 3U) - (word == 0 ? 1U : 0U);
        std::memcpy(at_, &word, sizeof word);
        at_ += length;
        head_ |= std::uint64_t{length} << shift_;
        shift_ += 4;
    }
    /// Where the next record begins.
    [[nodiscard]] std::byte* end(std::uint64_t more = 0) noexcept {
        head_ |= more;
        std::memcpy(head_at_, &head_, HeadBytes);
        return at_;
    }

private:
    std::byte* head_at_;
    std::byte* at_;
    std::uint64_t head_ = 0;
    unsigned shift_ = 0;
};

/// A word of a record, read where the record is: a copy on the stack would cost as much as packing it.
template <typename Record>
[[nodiscard]] std::uint64_t word_of(const Record& record, std::size_t place) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, reinterpret_cast<const std::byte*>(&record) + place * sizeof word,
                sizeof word);
    return word;
}
template <typename Record>
[[nodiscard]] std::uint64_t change(const Record& now, const Record& before,
                                   std::size_t place) noexcept {
    return word_of(now, place) ^ word_of(before, place);
}

[[nodiscard]] std::byte* pack_event(std::byte* to, const event& now, const event& before,
                                    std::uint64_t number) noexcept {
    record_packer<event_head_bytes> packed(to);
    packed.put(change(now, before, 0));
    packed.put(change(now, before, 1));
    packed.put(change(now, before, 2));
    packed.put(change(now, before, 3));
    packed.put(change(now, before, 4));
    packed.put(change(now, before, 5));
    packed.put(change(now, before, 6));
    packed.put(mixed(change(now, before, names_word)));
    packed.put(number);
    return packed.end();
}

[[nodiscard]] std::byte* pack_line(std::byte* to, const words_of_line& now,
                                   const words_of_line& before) noexcept {
    record_packer<line_head_bytes> packed(to);
    packed.put(now[0] ^ before[0]);
    packed.put(now[1] ^ before[1]);
    packed.put(now[2] ^ before[2]);
    packed.put(now[3] ^ before[3]);
    packed.put(now[4] ^ before[4]);
    return packed.end();
}

/// Whether order … names are the same.
[[nodiscard]] bool repeats(const event& told, const event& happened) noexcept {
    std::uint64_t differs = 0;
    for (std::size_t i = first_own_word; i <= names_word; ++i) {
        differs |= change(told, happened, i);
    }
    return differs == 0;
}

/// 1 + how many events from `next` on are between it and the one that the report repeats; 0 if there is none near.
[[nodiscard]] std::size_t find_repeated(const event& told, std::span<const event> events,
                                        std::size_t next) noexcept {
    const std::size_t until = std::min(events.size(), next + most_skipped);
    for (std::size_t i = next; i < until; ++i) {
        if (events[i].order == told.order && repeats(told, events[i])) {
            return i - next + 1;
        }
    }
    return 0;
}

/// `link`: to the event `repeated`; 0: to none, and that is the report's before.
[[nodiscard]] std::byte* pack_report(std::byte* to, const report& now, const report& before,
                                     const event& repeated, std::size_t link) noexcept {
    record_packer<report_head_bytes> packed(to);
    packed.put(change(now.what, repeated, terms_word));
    packed.put(change(now, before, number_word));
    packed.put(change(now, before, 9));
    packed.put(change(now, before, 10));
    packed.put(sign_lowest(word_of(now, cash_word)) ^ sign_lowest(word_of(before, cash_word)));
    packed.put(sign_lowest(word_of(now, fee_word)) ^ sign_lowest(word_of(before, fee_word)));
    std::byte* const end = packed.end(std::uint64_t{link} << link_shift);
    if (link != 0) [[likely]] {
        return end;
    }
    record_packer<report_head_bytes> own(end);
    for (std::size_t i = first_own_word; i < names_word; ++i) {
        own.put(change(now, before, i));
    }
    own.put(mixed(change(now, before, names_word)));
    return own.end();
}

[[nodiscard]] std::byte* pack_reports(std::byte* to, const entry_events_view& from) noexcept {
    const report nothing;
    const report* before = &nothing;
    std::size_t next = 0;
    for (const report& each : from.reports) {
        const std::size_t link = find_repeated(each.what, from.events, next);
        next += link;
        to = pack_report(to, each, *before, link == 0 ? before->what : from.events[next - 1], link);
        before = &each;
    }
    return to;
}

[[nodiscard]] std::byte* pack_events(std::byte* to, const entry_events_view& from) noexcept {
    const event nothing;
    const event* before = &nothing;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < from.events.size(); ++i) {
        to = pack_event(to, from.events[i], *before, from.event_numbers[i] ^ number);
        before = &from.events[i];
        number = from.event_numbers[i];
    }
    return to;
}

[[nodiscard]] std::byte* pack_lines(std::byte* to, const entry_events_view& from) noexcept {
    words_of_line before{};
    for (const ledger_line& each : from.lines) {
        const words_of_line now{turned_owner(word_of(each, 0)), sign_lowest(word_of(each, 1)),
                                word_of(each, 2), word_of(each, 3), turned_kind(word_of(each, 4))};
        to = pack_line(to, now, before);
        before = now;
    }
    return to;
}

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

/// What they can take at the most, and the word that is written behind the last.
[[nodiscard]] std::size_t most_bytes(const entry_events_view& from) noexcept {
    return prefix_bytes + word_bytes + from.events.size() * (event_head_bytes + 9 * word_bytes) +
           from.reports.size() * (2 * report_head_bytes + 13 * word_bytes) +
           from.lines.size() * (line_head_bytes + 5 * word_bytes);
}

template <typename Number>
void put_number(std::byte* to, Number number) noexcept {
    std::memcpy(to, &number, sizeof number);
}

}  // namespace

std::span<const std::byte> entry_events_packer::pack(const entry_events_view& from) {
    BOURSE_ASSERT(from.event_numbers.size() == from.events.size());
    // Not emptied in between: what grows is filled with zeros, which takes longer than packing.
    room_.resize(std::max(room_.size(), most_bytes(from)));
    std::byte* to = room_.data();
    put_number(to, std::uint32_t{entry_events_version});
    put_number(to + 4, static_cast<std::uint32_t>(from.events.size()));
    put_number(to + 8, static_cast<std::uint32_t>(from.reports.size()));
    put_number(to + 12, static_cast<std::uint32_t>(from.lines.size()));
    put_number(to + 16, from.index);
    put_number(to + 24, from.at.ns);
    put_number(to + 32, from.digest);
    to += prefix_bytes;

    to = pack_lines(pack_reports(pack_events(to, from), from), from);
    return std::span(room_).first(static_cast<std::size_t>(to - room_.data()));
}

void pack_entry_events(const entry_events_view& from, std::vector<std::byte>& into) {
    entry_events_packer packer;
    const std::span<const std::byte> packed = packer.pack(from);
    into.assign(packed.begin(), packed.end());
}

namespace {

// --- Unpacking --------------------------------------------------------------------------------------

/// Words from bytes that may be anything. After a fault it gives zeros.
class record_unpacker {
public:
    explicit record_unpacker(std::span<const std::byte> bytes) : left_(bytes) {}

    /// A head of so many bytes, of which the lower bits are the lengths of `words`.
    [[nodiscard]] std::uint64_t head(std::size_t head_bytes) {
        const std::uint64_t head = take(head_bytes);
        lengths_ = head;
        return head;
    }
    [[nodiscard]] std::uint64_t word() {
        const std::size_t length = lengths_ & 0xFU;
        lengths_ >>= 4U;
        return take(length);
    }
    template <typename Number>
    [[nodiscard]] Number number() {
        return static_cast<Number>(take(sizeof(Number)));
    }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] std::size_t left() const noexcept { return left_.size(); }

private:
    [[nodiscard]] std::uint64_t take(std::size_t length) {
        std::uint64_t word = 0;
        if (length > word_bytes || length > left_.size()) [[unlikely]] {
            failed_ = true;
            return word;
        }
        std::memcpy(&word, left_.data(), length);
        left_ = left_.subspan(length);
        return word;
    }

    std::span<const std::byte> left_;
    std::uint64_t lengths_ = 0;
    bool failed_ = false;
};

class entry_unpacker {
public:
    entry_unpacker(std::span<const std::byte> bytes, unpacked_events& into)
        : from_(bytes), into_(into) {}

    [[nodiscard]] outcome run() {
        read_prefix();
        read_events();
        read_reports();
        read_lines();
        if (!faults_.any() && from_.left() != 0) {
            faults_.add(errc::malformed, root_,
                        std::to_string(from_.left()) + " bytes follow the end");
        }
        return faults_.any() ? outcome(faults_.first()) : outcome(done{});
    }

private:
    void read_prefix() {
        const auto version = from_.number<std::uint32_t>();
        const auto events = from_.number<std::uint32_t>();
        const auto reports = from_.number<std::uint32_t>();
        const auto lines = from_.number<std::uint32_t>();
        into_.index = from_.number<std::uint64_t>();
        into_.at = {from_.number<std::int64_t>()};
        into_.digest = from_.number<std::uint64_t>();
        if (from_.failed()) {
            faults_.add(errc::malformed, root_, "it is cut short");
        } else if (version != entry_events_version) {
            faults_.add_version(version, entry_events_version, root_);
        }
        // Each takes at least its head, whatever is said of how many there are.
        const std::size_t bytes = faults_.any() ? 0 : from_.left();
        if (bytes / event_head_bytes < events || bytes / report_head_bytes < reports ||
            bytes / line_head_bytes < lines) {
            faults_.add(errc::malformed, root_, "it is cut short");
        }
        const bool good = !faults_.any();
        into_.events.resize(good ? events : 0);
        into_.event_numbers.resize(good ? events : 0);
        into_.reports.resize(good ? reports : 0);
        into_.lines.resize(good ? lines : 0);
    }

    /// False: it ends here. `unused`: the bits of the head that have no meaning.
    [[nodiscard]] bool is_whole(std::uint64_t unused, const record_path& at) {
        if (from_.failed() || unused != 0) [[unlikely]] {
            faults_.add(
                errc::malformed, at,
                unused != 0 ? "its head is none" : "it is cut short, or longer than it can be");
        }
        return !faults_.any();
    }

    void check(const event& what, const record_path& at) {
        static_cast<void>(checked_enum<event_kind>(what.kind, at, "kind", faults_));
        static_cast<void>(checked_enum<side>(what.side, at, "side", faults_));
        static_cast<void>(checked_enum<reason>(what.reason, at, "reason", faults_));
        constexpr unsigned known = event::final_answer | event::aggressor | event::in_auction |
                                   event::held | event::pending;
        if ((what.flags & ~known) != 0) {
            faults_.add(errc::out_of_range, at.in("flags"),
                        std::to_string(what.flags) + " has bits that mean nothing");
        }
    }

    void read_events() {
        const record_path each = root_.in("event");
        words_of_event words{};
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < into_.events.size() && !faults_.any(); ++i) {
            const std::uint64_t head = from_.head(event_head_bytes);
            for (std::size_t w = 0; w < names_word; ++w) {
                words[w] ^= from_.word();
            }
            words[names_word] ^= mixed(from_.word());
            number ^= from_.word();
            if (is_whole(head >> 36U, each.at(i))) {
                put_words(words, into_.events[i]);
                into_.event_numbers[i] = number;
                check(into_.events[i], each.at(i));
            }
        }
    }

    void read_reports() {
        const record_path each = root_.in("report");
        words_of_report words{};
        std::size_t next = 0;
        for (std::size_t i = 0; i < into_.reports.size() && !faults_.any(); ++i) {
            const std::uint64_t link = from_.head(report_head_bytes) >> link_shift;
            const std::uint64_t terms = from_.word();
            words[number_word] ^= from_.word();
            words[9] ^= from_.word();
            words[10] ^= from_.word();
            for (const std::size_t w : {cash_word, fee_word}) {
                words[w] = sign_highest(sign_lowest(words[w]) ^ from_.word());
            }
            next += link;
            if (link != 0 && next > into_.events.size()) {
                faults_.add(errc::malformed, each.at(i),
                            "it repeats event " + std::to_string(next) + " of " +
                                std::to_string(into_.events.size()));
            } else if (link != 0) {
                std::memcpy(words.data(), &into_.events[next - 1], sizeof(event));
            }
            words[terms_word] ^= terms;
            const std::uint64_t unused = link == 0 ? read_own(words) : 0;
            if (is_whole(unused, each.at(i))) {
                put_words(words, into_.reports[i]);
                check(into_.reports[i].what, each.at(i));
            }
        }
    }

    [[nodiscard]] std::uint64_t read_own(words_of_report& words) {
        const std::uint64_t head = from_.head(report_head_bytes);
        for (std::size_t w = first_own_word; w < names_word; ++w) {
            words[w] ^= from_.word();
        }
        words[names_word] ^= mixed(from_.word());
        return head >> 28U;
    }

    void read_lines() {
        const record_path each = root_.in("line");
        words_of_line turned{};
        for (std::size_t i = 0; i < into_.lines.size() && !faults_.any(); ++i) {
            const std::uint64_t head = from_.head(line_head_bytes);
            for (std::uint64_t& word : turned) {
                word ^= from_.word();
            }
            if (!is_whole(head >> 20U | turned[4] >> 40U, each.at(i))) {
                break;
            }
            const words_of_line words{owner_of(turned[0]), sign_highest(turned[1]), turned[2],
                                      turned[3], kind_of(turned[4])};
            put_words(words, into_.lines[i]);
            static_cast<void>(
                checked_enum<line_kind>(into_.lines[i].kind, each.at(i), "kind", faults_));
        }
    }

    record_unpacker from_;
    unpacked_events& into_;
    record_faults faults_;
    const record_path root_{"entryEvents"};
};

}  // namespace

outcome unpack_entry_events(std::span<const std::byte> bytes, unpacked_events& into) {
    return entry_unpacker(bytes, into).run();
}

}  // namespace bourse
