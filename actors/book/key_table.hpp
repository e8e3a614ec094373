#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "actors/book/slot_pool.hpp"

namespace bourse {

/// A number that nobody outside this process knows, the same for its whole life.
///
/// Keys come from outside: whoever knew how they are hashed could choose prices or ids that all
/// collide, and make every command of everybody slow. Where a key is in a table decides nothing that
/// can be seen, so a secret there breaks no determinism.
[[nodiscard]] std::uint64_t hash_secret() noexcept;

/// Fibonacci hashing (Knuth, TAOCP 3, 6.4) of the key and the secret: the high bits of the result
/// depend on all bits of the key, and neighbours lie far apart. The secret turns each bit's share of
/// the product into plus or minus, so that no set of keys can be made to fall together.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t key, std::uint64_t secret) noexcept {
    return (key ^ secret) * 0x9E3779B97F4A7C15U;
}

/// From 64-bit keys to slots: an open hash table, at most half full.
///
/// Collisions go to the next entry (linear probing); erasing moves later entries of the run back
/// (Knuth, TAOCP 3, 6.4, algorithm R), so that churn leaves nothing behind that slows it down.
class key_table {
public:
    struct entry {
        std::uint64_t key = 0;
        slot value = no_slot;  ///< no_slot: the entry is free
    };

    key_table() : entries_(first_size) {}

    /// Where `key` is, or the free entry where it would be put. Valid until the next `erase` or
    /// `put`.
    [[nodiscard]] std::size_t locate(std::uint64_t key) const noexcept {
        std::size_t at = home(key);
        while (entries_[at].key != key && entries_[at].value != no_slot)
            [[unlikely]] {
                at = (at + 1) & mask_;
            }
        return at;
    }
    [[nodiscard]] entry& operator[](std::size_t at) noexcept { return entries_[at]; }
    [[nodiscard]] const entry& operator[](std::size_t at) const noexcept { return entries_[at]; }
    [[nodiscard]] slot find(std::uint64_t key) const noexcept {
        return entries_[locate(key)].value;
    }

    /// Adds a key that is not in the table.
    void put(std::uint64_t key, slot value);
    void erase(std::size_t at) noexcept;

    [[nodiscard]] std::size_t bytes() const noexcept { return entries_.size() * sizeof(entry); }

private:
    static constexpr std::size_t first_size = 16;

    [[nodiscard]] std::size_t home(std::uint64_t key) const noexcept {
        return static_cast<std::size_t>(mix(key, secret_) >> shift_);
    }

    std::vector<entry> entries_;
    std::size_t mask_ = first_size - 1;
    std::size_t count_ = 0;
    int shift_ = 64 - std::countr_zero(first_size);
    std::uint64_t secret_ = hash_secret();
};

}  // namespace bourse
