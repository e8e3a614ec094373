#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage/row_store.hpp"

namespace bourse {

/// A row store in memory that keeps at a crash what a real one keeps: `row_store.hpp` says what.
///
/// Rows that were not committed are lost; a commit between start and finish is kept as a whole or not at all, by
/// chance. Errors and a lack of room are planted; damage is done to the rows directly. All chance comes from the
/// seed and the calls, in order. There is no time here: a slow disk is one whose user lets virtual time go by between
/// `start_commit` and `finish_commit`.
class simulated_store : public row_store {
public:
    struct key_order {
        using is_transparent = void;
        bool operator()(row_bytes a, row_bytes b) const {
            return std::ranges::lexicographical_compare(a, b);
        }
    };
    using table = std::map<std::vector<std::byte>, std::vector<std::byte>, key_order>;
    using tables = std::vector<table>;

    explicit simulated_store(std::size_t count, std::uint64_t seed = 1,
                             std::uint64_t capacity_bytes = std::uint64_t{1} << 30U);

    [[nodiscard]] result<std::unique_ptr<row_reader>> read() override;
    outcome begin() override;
    outcome put(row_table in, row_bytes key, row_bytes value) override;
    outcome erase(row_table in, row_bytes key) override;
    outcome clear(row_table in) override;
    [[nodiscard]] result<std::optional<row_bytes>> get(row_table in, row_bytes key) override;
    outcome start_commit() override;
    outcome finish_commit() override;
    void abandon() override;
    [[nodiscard]] bool is_writing() const override { return pending_ && !unknown_; }
    [[nodiscard]] const std::optional<error>& dead() const override { return dead_; }
    [[nodiscard]] const std::string& path() const override { return path_; }

    /// The power fails and comes back, or the process ends and another begins: the same here. Whatever was built on
    /// the store must not be used again, but destroyed; readers too.
    void crash();
    /// The next commit fails, and nobody knows whether it is there: the next crash says, by chance.
    void fail_next_commit() { fail_commit_ = true; }
    /// The change that comes after so many others fails like a broken disk, and the store is dead.
    void fail_change_after(std::uint64_t changes) { fail_change_at_ = changes_ + changes; }
    /// Bytes of keys and values that fit.
    void set_capacity(std::uint64_t bytes) { capacity_bytes_ = bytes; }
    /// Puts, erases and clears so far.
    [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }

    /// What is durable, to be looked at or damaged; not while there are readers.
    [[nodiscard]] tables& durable();

private:
    /// What a transaction did to one table.
    struct table_change {
        bool cleared = false;
        std::map<std::vector<std::byte>, std::optional<std::vector<std::byte>>, key_order> rows;
    };

    outcome change(std::uint64_t more_bytes);
    outcome die(const std::string& why);
    void make_durable();

    std::shared_ptr<tables> durable_;  // readers have it too: copied then before it changes
    std::optional<std::vector<table_change>> pending_;
    std::mt19937_64 random_;
    std::uint64_t capacity_bytes_;
    std::uint64_t durable_bytes_ = 0;
    std::uint64_t pending_bytes_ = 0;  // put by the transaction
    std::uint64_t changes_ = 0;
    std::optional<std::uint64_t> fail_change_at_;
    bool fail_commit_ = false;
    bool committing_ = false;
    bool unknown_ = false;  // a commit failed, and may be there
    bool spoilt_ = false;   // for want of room
    std::shared_ptr<unsigned> readers_;
    std::optional<error> dead_;
    std::string path_ = "simulated/rows";
};

}  // namespace bourse
