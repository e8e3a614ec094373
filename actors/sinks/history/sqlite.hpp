#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "messages/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// SQLite, as little of it as the history needs. For this folder only.
namespace bourse {

/// SQLite has signed numbers only.
[[nodiscard]] constexpr std::int64_t same_bits(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}
[[nodiscard]] constexpr std::uint64_t same_bits(std::int64_t value) noexcept {
    return static_cast<std::uint64_t>(value);
}

class sqlite_file;

/// One statement, made ready once and run often. Must not outlive its file. Numbers only: the history has no text.
class sqlite_statement {
public:
    sqlite_statement() = default;

    /// The parameter `place`, from 1 on. Unsigned 64 bits are kept as the same bits, signed.
    void bind(int place, std::int64_t value);
    void bind_null(int place);
    /// True: there is a row, to be read by `column`. False: it has ended, and may be bound and run again.
    [[nodiscard]] result<bool> step();
    /// Of the row, from 0 on; of no value, 0.
    [[nodiscard]] std::int64_t column(int place) const;
    /// Runs one that gives no rows.
    outcome run();
    /// Ends it early, so that it may be bound and run again.
    void reset();

private:
    friend class sqlite_file;
    struct closer {
        void operator()(sqlite3_stmt* of) const noexcept;
    };
    std::unique_ptr<sqlite3_stmt, closer> made_;
    const sqlite_file* file_ = nullptr;
};

/// One connection to a file, used by one thread at a time. Of a file one connection may write, while others read.
class sqlite_file {
public:
    enum class use : std::uint8_t { write, read };
    /// To write, the file is made if it is not there. Errors: `unreadable`, `unwritable`, `storage_full`, `foreign` for one that is not
    /// SQLite's, `corrupt`, `locked`, each with its name.
    [[nodiscard]] static result<std::unique_ptr<sqlite_file>> open(const std::string& path,
                                                                   use how);

    /// Statements without rows, separated by semicolons.
    outcome run(const std::string& sql);
    [[nodiscard]] result<sqlite_statement> prepare(const std::string& sql);
    /// Rows that the last statement changed.
    [[nodiscard]] std::int64_t changed() const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// What went wrong last, by SQLite's number for it.
    [[nodiscard]] error fault(int code) const;

private:
    struct closer {
        void operator()(sqlite3* of) const noexcept;
    };
    sqlite_file(std::string path, sqlite3* made) : path_(std::move(path)), made_(made) {}

    std::string path_;
    std::unique_ptr<sqlite3, closer> made_;
};

}  // namespace bourse
