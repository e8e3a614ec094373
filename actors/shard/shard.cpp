#include "actors/shard/shard.hpp"

#include "actors/shard/shard_machine.hpp"

namespace bourse {

shard::shard(const shard_settings& settings) : machine_(std::make_unique<machine>(settings)) {}
shard::~shard() = default;
shard::shard(shard&&) noexcept = default;
shard& shard::operator=(shard&&) noexcept = default;

void shard::set_runner(turn_runner run) {
    machine_->set_runner(std::move(run));
}
void shard::expect_client_ids(std::size_t count) {
    machine_->expect_client_ids(count);
}
void shard::ask_for(std::span<const shard_command* const> soon) const noexcept {
    machine_->ask_for(soon);
}
void shard::apply(const entry& next, shard_output& out) {
    machine_->apply(next, out);
}
void shard::skip(std::uint64_t index) {
    machine_->skip(index);
}

const shard_settings& shard::settings() const noexcept {
    return machine_->settings();
}
std::uint64_t shard::index() const noexcept {
    return machine_->index();
}
timestamp shard::now() const noexcept {
    return machine_->now();
}
std::optional<timestamp> shard::next_due() const {
    return machine_->next_due();
}
const order_book* shard::book(symbol_id symbol) const noexcept {
    return machine_->book(symbol);
}
std::uint64_t shard::last_event(symbol_id symbol) const noexcept {
    return machine_->last_event(symbol);
}
std::vector<portfolio_line> shard::portfolio(account_id account) const {
    return machine_->portfolio(account);
}
std::uint64_t shard::last_report(account_id account) const {
    return machine_->accounts().last_report(account);
}
std::optional<open_order_row> shard::order(order_id id) const {
    return machine_->accounts().order(id);
}
std::vector<open_order_row> shard::orders_of(account_id account) const {
    return machine_->accounts().orders_of(account);
}
channel_delivery shard::unconfirmed(shard_id peer, std::uint64_t first, std::size_t most) const {
    return machine_->unconfirmed(peer, first, most);
}
const record_row* shard::record(record_table table, std::string_view key) const {
    return machine_->named().find(table, key);
}
std::vector<record_row> shard::records(record_table table, std::string_view after,
                                       std::size_t most) const {
    return machine_->named().list(table, after, most);
}
std::uint64_t shard::digest() const noexcept {
    return machine_->digest();
}

shard_rows shard::save() const {
    return machine_->save();
}

void shard::begin_hand_over() {
    machine_->begin_hand_over();
}
bool shard::hand_over(std::size_t most, std::vector<row_change>& out) {
    return machine_->hand_over(most, out);
}
void shard::end_hand_over(bool stored) {
    machine_->end_hand_over(stored);
}

std::optional<shard> shard::restore(const shard_rows& rows) {
    shard restored({.id = rows.shard.id,
                    .horizon = rows.shard.horizon,
                    .max_outbox = rows.shard.max_outbox,
                    .max_open_orders = rows.shard.max_open_orders});
    if (!restored.machine_->restore(rows)) {
        return std::nullopt;
    }
    return restored;
}

}  // namespace bourse
