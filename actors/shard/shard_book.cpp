#include "actors/shard/shard_book.hpp"

#include <utility>
#include <variant>

#include "actors/shard/digest.hpp"

namespace bourse {

namespace {

/// A book that holds less is left alone; an order that rests needs about 130 bytes (tests/bench, `memory`).
constexpr std::size_t worth_giving_back = std::size_t{4} << 20;
constexpr std::size_t bytes_an_order = 1'024;
/// Dealing so many orders anew, and giving back what a million left, keeps entries waiting for about 2 ms
/// (tests/bench, `bench_hand_over`).
constexpr std::size_t most_dealt_anew = 8'192;

}  // namespace

set_state shard_book::intended_state() const noexcept {
    for (auto input = inputs.rbegin(); input != inputs.rend(); ++input) {
        if (const auto* asked = std::get_if<set_state>(&*input)) {
            return *asked;
        }
    }
    return book.timed_state();
}

void shard_book::run() {
    events_.clear();
    ends_.clear();
    book.apply(now, inputs, events_, ends_);
    if (inputs.empty()) {
        ends_.push_back(events_.size());
    }
    inputs.clear();
    std::swap(told_orders_, orders);
    orders.clear();
    digest = digest_of(events_.events(), digest);
}

bool shard_book::give_back_peak() {
    const bool is_worth_it = book.size() <= most_dealt_anew &&
                             book.memory_bytes() > worth_giving_back + bytes_an_order * book.size();
    if (is_worth_it) {
        book.compact();
    }
    return is_worth_it;
}

}  // namespace bourse
