#include "actors/shard/shard_book.hpp"

#include <variant>

#include "actors/shard/digest.hpp"

namespace bourse {

namespace {

/// One call of the book's for each kind of command.
struct applied_to {
    order_book& book;
    event_buffer& out;

    void operator()(const new_order& order) const { book.submit(order, out); }
    void operator()(const cancel_order& request) const { book.cancel(request, out); }
    void operator()(const replace_order& request) const { book.replace(request, out); }
    void operator()(const mass_cancel& request) const { book.cancel_all(request, out); }
    void operator()(const set_state& request) const { book.change_state(request, out); }
    void operator()(const set_reference& request) const { book.change_reference(request, out); }
};

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
    book.advance(now, events_);
    for (const command& input : inputs) {
        std::visit(applied_to{book, events_}, input);
        ends_.push_back(events_.size());
    }
    if (inputs.empty()) {
        ends_.push_back(events_.size());
    }
    inputs.clear();
    digest = digest_of(events_.events(), digest);
}

}  // namespace bourse
