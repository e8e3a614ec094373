#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "messages/result.hpp"

/// Rows under ordered keys, changed in transactions: what checkpoints and the event store need of a disk, and no more, so that
/// a simulated one can stand in for the real one (lmdb_store.hpp; tests/support/simulated_store.hpp).
///
/// What holds of any store:
/// - What a transaction did is there as a whole once its commit has returned, and not at all before; a commit
///   under way at a crash is there as a whole or not at all.
/// - A reader sees what was committed when it was made, whatever is written meanwhile.
/// - A commit that failed is never tried again: nobody knows what of it is on the disk. The store is dead then, every
///   call fails with the first error, and the process should end. It starts with the older or the newer rows.
namespace bourse {

/// A table, by its place in the list of names that the store was opened with.
enum class row_table : std::uint8_t {};

using row_bytes = std::span<const std::byte>;
/// Takes a row and says whether it wants the next. The bytes are valid as long as the reader.
using row_visitor = std::function<bool(row_bytes key, row_bytes value)>;

inline constexpr std::size_t max_row_key_bytes = 511;  ///< at least 1; LMDB's bound
inline constexpr std::size_t max_row_value_bytes = std::size_t{64} << 20U;
/// Readers that may exist at a time, of one store.
inline constexpr unsigned max_row_readers = 16;

/// A consistent copy. While it exists, the pages that later commits replace are not used again, so the
/// files grow by what is written: let it go when done, and bound by a deadline how long it may take. Must
/// not outlive its store. May be used, and let go, by any one thread at a time.
class row_reader {
public:
    row_reader() = default;
    row_reader(const row_reader&) = delete;
    row_reader& operator=(const row_reader&) = delete;
    virtual ~row_reader() = default;

    /// The value of a key, valid as long as the reader; nothing if there is none. `corrupt`, `unreadable`.
    [[nodiscard]] virtual result<std::optional<row_bytes>> get(row_table table, row_bytes key) = 0;
    /// Rows by rising key (as unsigned bytes, a begin of another before it) from the first that is not below
    /// `from`, which may be empty, until the visitor has enough. Errors as above.
    virtual outcome scan(row_table table, row_bytes from, const row_visitor& visit) = 0;
    /// The same by falling key, from the last that is not above `from`, which may not be empty.
    virtual outcome scan_back(row_table table, row_bytes from, const row_visitor& visit) = 0;
};

/// One writer, which is one thread from `begin` to the end of the transaction; readers are made by it and may be used by
/// others.
class row_store {
public:
    row_store() = default;
    row_store(const row_store&) = delete;
    row_store& operator=(const row_store&) = delete;
    virtual ~row_store() = default;

    /// What was committed last. `overloaded` beyond `max_row_readers`.
    [[nodiscard]] virtual result<std::unique_ptr<row_reader>> read() = 0;

    /// Begins the write transaction; there must be none. `storage_full` if so little room is left that a commit may
    /// find none: nothing is changed then, and it may be tried again.
    virtual outcome begin() = 0;
    /// Changes within the transaction. `over_bound` for a key or value that is too long, without harm. After
    /// `storage_full` only `abandon` is left, and the store lives on; after any other error the store is dead.
    virtual outcome put(row_table table, row_bytes key, row_bytes value) = 0;
    /// A key that is not there is no error.
    virtual outcome erase(row_table table, row_bytes key) = 0;
    /// Erases every row of a table.
    virtual outcome clear(row_table table) = 0;
    /// As changed so far; valid until the next change.
    [[nodiscard]] virtual result<std::optional<row_bytes>> get(row_table table, row_bytes key) = 0;

    /// Hands the transaction to the disk; nothing may be changed any more. A simulator lets time go by between
    /// the two, and a crash then keeps all of it or nothing; the real store does everything in the second.
    virtual outcome start_commit() = 0;
    /// The transaction is durable on return, or the store dead.
    virtual outcome finish_commit() = 0;
    /// Both.
    outcome commit() {
        outcome started = start_commit();
        return started ? finish_commit() : started;
    }
    /// Ends the transaction, if there is one, with nothing changed. Not between start and finish of a commit.
    virtual void abandon() = 0;
    /// Between `begin` and the end of the transaction.
    [[nodiscard]] virtual bool is_writing() const = 0;

    /// After a failed commit: why. A dead store can still be destroyed, with `abandon` before or not.
    [[nodiscard]] virtual const std::optional<error>& dead() const = 0;
    /// The file, for people.
    [[nodiscard]] virtual const std::string& path() const = 0;
};

}  // namespace bourse
