#include "actors/book/order_book.hpp"

#include <utility>

#include "actors/book/book_machine.hpp"

namespace bourse {

order_book::order_book(instrument rules, market_state state)
    : machine_(std::make_unique<machine>(std::move(rules), state)) {}
order_book::~order_book() = default;
order_book::order_book(order_book&&) noexcept = default;
order_book& order_book::operator=(order_book&&) noexcept = default;

void order_book::apply(timestamp now, std::span<const command> commands, event_buffer& out) {
    machine_->apply(now, commands, out);
}

void order_book::apply(timestamp now, std::span<const command> commands, event_buffer& out,
                       std::vector<std::size_t>& ends) {
    machine_->apply(now, commands, out, ends);
}

void order_book::advance(timestamp now, event_buffer& out) {
    machine_->advance(now, out);
}
void order_book::submit(const new_order& order, event_buffer& out) {
    machine_->submit(order, out);
}
void order_book::bound_replaces(wide_int most) noexcept {
    machine_->bound_replaces(most);
}
void order_book::cancel(const cancel_order& request, event_buffer& out) {
    machine_->cancel(request, out);
}
void order_book::replace(const replace_order& request, event_buffer& out) {
    machine_->replace(request, out);
}
void order_book::cancel_all(const mass_cancel& request, event_buffer& out) {
    machine_->cancel_all(request, out);
}
void order_book::change_state(const set_state& request, event_buffer& out) {
    machine_->change_state(request, out);
}
void order_book::change_reference(const set_reference& request, event_buffer& out) {
    machine_->change_reference(request, out);
}

const instrument& order_book::rules() const noexcept {
    return machine_->row().rules;
}
market_state order_book::state() const noexcept {
    return machine_->row().state;
}
auction_kind order_book::auction() const noexcept {
    return machine_->row().auction;
}
set_state order_book::timed_state() const noexcept {
    const book_row& row = machine_->row();
    const bool timed = row.until != timestamp{};
    return {.state = row.state,
            .auction = row.auction,
            .until = row.until,
            .next = timed ? row.next : market_state::open};
}
timestamp order_book::now() const noexcept {
    return machine_->row().now;
}
std::optional<timestamp> order_book::next_due() const noexcept {
    return machine_->next_due();
}
std::optional<book_level> order_book::best(side which) const noexcept {
    return machine_->best(which);
}
std::size_t order_book::depth(side which, std::span<book_level> levels) const noexcept {
    return machine_->depth(which, levels);
}
std::optional<order_row> order_book::find(order_id id) const noexcept {
    return machine_->find(id);
}
std::optional<queue_position> order_book::position(order_id id) const noexcept {
    return machine_->position(id);
}
std::optional<indicative_auction> order_book::indicative() const {
    return machine_->auction_price();
}
const book_row& order_book::row() const noexcept {
    return machine_->row();
}
const book_statistics& order_book::statistics() const noexcept {
    return machine_->row().statistics;
}
std::optional<price> order_book::last_price() const noexcept {
    const book_row& row = machine_->row();
    return row.has_last_price ? std::optional{row.last_price} : std::nullopt;
}
std::optional<price> order_book::reference_price() const noexcept {
    const book_row& row = machine_->row();
    return row.has_reference_price ? std::optional{row.reference_price} : std::nullopt;
}
std::size_t order_book::size() const noexcept {
    return machine_->size();
}
std::size_t order_book::memory_bytes() const noexcept {
    return machine_->memory_bytes();
}

book_rows order_book::save() const {
    return machine_->save();
}

std::optional<order_book> order_book::restore(const book_rows& rows) {
    order_book book{instrument{}};
    // What was loaded must say the same rows again: nothing was lost, and they stood in order.
    const bool exact = book.machine_->load(rows) && book.machine_->save() == rows;
    book.machine_->note_all_stored();
    return exact ? std::optional{std::move(book)} : std::nullopt;
}

void order_book::begin_hand_over() {
    machine_->begin_hand_over();
}
bool order_book::hand_over(std::size_t most, std::vector<row_change>& out) {
    return machine_->hand_over(most, out);
}
void order_book::end_hand_over(bool stored) {
    machine_->end_hand_over(stored);
}

// Dealing the orders anew packs them; what was held before goes back at once.
void order_book::compact() {
    auto packed = std::make_unique<machine>(machine_->row().rules, market_state::open);
    const bool whole = packed->load(machine_->save());
    BOURSE_ASSERT(whole);
    packed->bound_replaces(machine_->most_by_replace());
    packed->take_over_changes(*machine_);
    machine_ = std::move(packed);
}

}  // namespace bourse
