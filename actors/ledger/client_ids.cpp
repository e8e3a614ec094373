#include "actors/ledger/client_ids.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>

namespace bourse {

std::uint64_t client_ids::hash_of(account_id account, client_id id) const noexcept {
    const std::array<std::uint64_t, 3> key{id.high, id.low, account.value};
    return XXH3_64bits_withSeed(key.data(), sizeof key, secret_);
}

slot client_ids::find(account_id account, client_id id) const noexcept {
    slot at = by_hash_.find(hash_of(account, id));
    while (at != no_slot && (commands_[at].id != id || commands_[at].account != account))
        [[unlikely]] {
            at = commands_[at].same_hash;
        }
    return at;
}

slot client_ids::add(account_id account, client_id id, timestamp forget_at) {
    const std::uint64_t hash = hash_of(account, id);
    const std::size_t where = by_hash_.locate(hash);
    const slot at = commands_.take();
    commands_[at] = {.account = account, .id = id, .forget_at = forget_at};
    if (by_hash_[where].value != no_slot) [[unlikely]] {
        commands_[at].same_hash = by_hash_[where].value;
        by_hash_[where].value = at;
    } else {
        by_hash_.put(hash, at);
    }
    link_newest(at);
    return at;
}

void client_ids::link_newest(slot at) noexcept {
    commands_[at].sequence = ++last_sequence_;
    commands_[at].newer = no_slot;
    (newest_ == no_slot ? oldest_ : commands_[newest_].newer) = at;
    newest_ = at;
}

void client_ids::forget_oldest() noexcept {
    const slot at = oldest_;
    oldest_ = commands_[at].newer;
    if (oldest_ == no_slot) {
        newest_ = no_slot;
    }
    const std::size_t where = by_hash_.locate(hash_of(commands_[at].account, commands_[at].id));
    if (by_hash_[where].value == at && commands_[at].same_hash == no_slot) [[likely]] {
        by_hash_.erase(where);
    } else {
        slot* link = &by_hash_[where].value;
        while (*link != at) {
            link = &commands_[*link].same_hash;
        }
        *link = commands_[at].same_hash;
    }
    commands_.give_back(at);
}

void client_ids::keep_oldest(timestamp forget_at) noexcept {
    const slot at = oldest_;
    oldest_ = commands_[at].newer;
    if (oldest_ == no_slot) {
        newest_ = no_slot;
    }
    commands_[at].forget_at = forget_at;
    link_newest(at);
}

}  // namespace bourse
