#include "tests/support/shard/handed_rows.hpp"

#include <utility>
#include <variant>

#include "messages/shard_rows_codec.hpp"

namespace bourse {

namespace {

constexpr std::uint64_t begins_one_in = 6;     // steps
constexpr std::uint64_t gives_up_one_in = 60;  // steps
constexpr std::uint64_t fails_one_in = 4;      // when all has been handed over
constexpr std::uint64_t largest_slice = 40;
constexpr std::uint64_t most_slices = 3;

std::optional<std::string> first_difference(const stored_rows& expected, const stored_rows& got) {
    for (const auto& [key, value] : expected) {
        const auto found = got.find(key);
        if (found == got.end()) {
            return "row " + key.text() + " is not handed over";
        }
        if (found->second != value) {
            return "row " + key.text() + " is handed over with another value";
        }
    }
    for (const auto& [key, value] : got) {
        if (!expected.contains(key)) {
            return "row " + key.text() + " is not removed";
        }
    }
    return std::nullopt;
}

}  // namespace

stored_rows rows_by_key(const shard_rows& rows) {
    stored_rows all;
    for_each_row(rows, [&](const row_key& key, std::span<const std::byte> value) {
        all.emplace(key, std::vector<std::byte>(value.begin(), value.end()));
    });
    return all;
}

// SplitMix64.
std::uint64_t handed_rows::draw(std::uint64_t below) noexcept {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ mixed >> 30U) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ mixed >> 27U) * 0x94D049BB133111EBU;
    return (mixed ^ mixed >> 31U) % below;
}

std::optional<std::string> handed_rows::go_on(shard& from) {
    if (!written_) {
        if (draw(begins_one_in) == 0) {
            written_ = rows_;
            expected_ = rows_by_key(from.save());
            from.begin_hand_over();
        }
        return std::nullopt;
    }
    if (draw(gives_up_one_in) == 0) {
        end(from, false);
        return std::nullopt;
    }
    bool done = false;
    for (std::uint64_t slices = draw(most_slices + 1); slices > 0 && !done; --slices) {
        const std::size_t most = 1 + draw(largest_slice);
        done = from.hand_over(most, slice_);
        if (auto wrong = take(slice_, most)) {
            return wrong;
        }
    }
    if (!done) {
        return std::nullopt;
    }
    if (auto wrong = first_difference(expected_, *written_)) {
        return wrong;
    }
    end(from, draw(fails_one_in) != 0);
    return std::nullopt;
}

std::optional<std::string> handed_rows::take(const std::vector<row_change>& changes,
                                             std::size_t most) {
    if (changes.size() > most) {
        return "more rows are handed over than were asked for";
    }
    for (const row_change& change : changes) {
        if (std::holds_alternative<std::monostate>(change.value)) {
            written_->erase(change.key);
            continue;
        }
        std::vector<std::byte>& value = (*written_)[change.key];
        value.clear();
        encode_row(change.value, value);
    }
    return std::nullopt;
}

void handed_rows::end(shard& from, bool is_stored) {
    from.end_hand_over(is_stored);
    ++(is_stored ? stored_count_ : given_up_);
    if (is_stored) {
        rows_ = std::move(*written_);
    }
    written_.reset();
}

void handed_rows::restart(const shard_rows& rows) {
    rows_ = rows_by_key(rows);
    written_.reset();
}

}  // namespace bourse
