#include "actors/shard/shard_book.hpp"

#include <utility>
#include <variant>

#include "actors/shard/digest.hpp"

namespace bourse {

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

}  // namespace bourse
