#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/row_store.hpp"

namespace bourse {

struct lmdb_options {
    std::string folder;               ///< of its own; is made, but not those above it
    std::vector<std::string> tables;  ///< their names, 1 to `max_lmdb_tables`
    /// How large the file may grow, at most; beyond, `storage_full`. Address space is taken for it, memory and disk
    /// are not. From `min_lmdb_bytes` to `max_lmdb_bytes`; may be another at each start.
    std::uint64_t max_bytes = std::uint64_t{64} << 30U;
    /// With less room than this left on the disk no transaction is begun, so that a commit does
    /// not meet a full disk, from which the store would be dead.
    std::uint64_t least_free_bytes = std::uint64_t{64} << 20U;
    /// False: a commit returns when its rows are on the disk, but the page that says that they count may follow with the next one (LMDB's
    /// MDB_NOMETASYNC). A power failure then undoes the last commit, as a whole; a process that is killed loses nothing.
    /// A commit costs one sync in place of two.
    bool keeps_last_commit = true;
};
inline constexpr std::uint64_t min_lmdb_bytes = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t max_lmdb_bytes = std::uint64_t{1} << 42U;
inline constexpr std::size_t max_lmdb_tables = 8;

/// A row store on real files: one LMDB environment, with LMDB's default, safe, sync flags, but for `keeps_last_commit`.
///
/// - An environment is opened once at a time: a lock on its folder keeps other processes out, and other objects in
///   this one, since LMDB breaks its own locks when it is opened twice.
/// - What is found at `open` was made durable first: a process that was killed may have left what only the
///   system's memory had.
/// - Not to be used after `fork` in the child.
///
/// LMDB reads through a memory map and sums no bytes. `open` finds a file that is foreign, of another LMDB, or too short.
/// Damage within it is found where rows have sums of their own (row_format.hpp), but a damaged page, or a file cut short while
/// it is open, may also end the process: the file's name and what can be done are printed first, by LMDB's own checks
/// or by ours (memory_faults.hpp).
class lmdb_store : public row_store {
public:
    /// Errors: `locked`, `foreign`, `unsupported_version`, `corrupt`, `unreadable`, `unwritable`, `storage_full` with the file
    /// and what can be done; `out_of_range` for options. What was there is not changed then.
    [[nodiscard]] static result<std::unique_ptr<lmdb_store>> open(const lmdb_options& options);
    ~lmdb_store() override;

    [[nodiscard]] result<std::unique_ptr<row_reader>> read() override;
    outcome begin() override;
    outcome put(row_table table, row_bytes key, row_bytes value) override;
    outcome erase(row_table table, row_bytes key) override;
    outcome clear(row_table table) override;
    [[nodiscard]] result<std::optional<row_bytes>> get(row_table table, row_bytes key) override;
    outcome start_commit() override;
    outcome finish_commit() override;
    void abandon() override;
    [[nodiscard]] bool is_writing() const override;
    [[nodiscard]] const std::optional<error>& dead() const override;
    [[nodiscard]] const std::string& path() const override;

private:
    struct environment;
    explicit lmdb_store(std::unique_ptr<environment> opened);

    std::unique_ptr<environment> environment_;
};

}  // namespace bourse
