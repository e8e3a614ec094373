#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/row_store.hpp"

namespace bourse {

/// A transaction that was put together in memory, to be made by another thread.
class handed_rows {
public:
    /// Begins, changes and commits the real store, on the thread that may block. After an error the store is dead.
    [[nodiscard]] outcome carry_out();
    [[nodiscard]] std::size_t size() const noexcept;

private:
    friend class handed_store;

    using key_text = std::string;
    /// So that a key can be looked up without a copy of it.
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };
    struct change {
        bool is_there = false;  ///< false: the row is erased
        std::vector<std::byte> value;
    };
    struct table_changes {
        bool is_cleared = false;  ///< first
        std::unordered_map<key_text, change, text_hash, std::equal_to<>> rows;
    };

    row_store* real_ = nullptr;
    std::vector<table_changes> tables_;
};

/// A row store whose owner must not wait: a transaction collects in memory, and another thread makes it.
///
/// The problem: a checkpoint's slices come from the shard's thread, between entries, and LMDB's transaction belongs to
/// one thread, which its commit keeps waiting.
///
///     begin, put, erase …, start_commit     here: nothing is written, `get` sees what was changed
///     work = take();  to the other thread:  error = work.carry_out()
///     done(error);  finish_commit()         here again; says that error
///
/// Memory: what a transaction changes, once. Room on the disk is looked at in `begin`; a disk that is full only at the
/// commit leaves the store dead. One thread only, but for `carry_out`, during which this one may only `read`. The real
/// store must outlive it.
class handed_store final : public row_store {
public:
    handed_store(row_store& real, std::size_t tables) : real_(real), table_count_(tables) {
        pending_.tables_.resize(tables);
    }

    /// After `start_commit`: to be carried out.
    [[nodiscard]] handed_rows take();
    [[nodiscard]] bool has_work() const noexcept { return state_ == state::committing; }
    /// It has been.
    void done(const outcome& result);

    [[nodiscard]] result<std::unique_ptr<row_reader>> read() override;
    outcome begin() override;
    outcome put(row_table table, row_bytes key, row_bytes value) override;
    outcome erase(row_table table, row_bytes key) override;
    outcome clear(row_table table) override;
    [[nodiscard]] result<std::optional<row_bytes>> get(row_table table, row_bytes key) override;
    outcome start_commit() override;
    outcome finish_commit() override;
    void abandon() override;
    [[nodiscard]] bool is_writing() const override { return state_ != state::idle; }
    [[nodiscard]] const std::optional<error>& dead() const override { return dead_; }
    [[nodiscard]] const std::string& path() const override { return real_.path(); }

private:
    enum class state : std::uint8_t { idle, changing, committing, handed, carried };

    [[nodiscard]] handed_rows::change& change_of(row_table table, row_bytes key);
    void forget();

    row_store& real_;
    std::size_t table_count_;
    state state_ = state::idle;
    handed_rows pending_;
    std::unique_ptr<row_reader> before_;  ///< while changing: as it was
    std::optional<error> dead_;
};

}  // namespace bourse
