#include "actors/sinks/history/sqlite.hpp"

#include <sqlite3.h>

#include <utility>

#include "messages/assert.hpp"

namespace bourse {

namespace {

constexpr int busy_timeout_ms = 5'000;

[[nodiscard]] errc code_of(int code) noexcept {
    switch (code & 0xFF) {
        case SQLITE_FULL:
            return errc::storage_full;
        case SQLITE_CORRUPT:
            return errc::corrupt;
        case SQLITE_NOTADB:
            return errc::foreign;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return errc::locked;
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return errc::unreadable;
        default:
            return errc::unwritable;
    }
}

}  // namespace

// --- A file ---------------------------------------------------------------------------------------

void sqlite_file::closer::operator()(sqlite3* of) const noexcept {
    sqlite3_close_v2(of);
}

result<std::unique_ptr<sqlite_file>> sqlite_file::open(const std::string& path, use how) {
    const int flags =
        SQLITE_OPEN_NOMUTEX |
        (how == use::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
    // Nobody reads what SQLite counts of its memory, under a lock of all threads.
    [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3* made = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &made, flags, nullptr);
    std::unique_ptr<sqlite_file> file(new sqlite_file(path, made));
    if (opened != SQLITE_OK) {
        return file->fault(opened);
    }
    sqlite3_extended_result_codes(made, 1);
    sqlite3_busy_timeout(made, busy_timeout_ms);
    return file;
}

outcome sqlite_file::run(const std::string& sql) {
    const int code = sqlite3_exec(made_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? outcome(done{}) : outcome(fault(code));
}

result<sqlite_statement> sqlite_file::prepare(const std::string& sql) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(made_.get(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                        SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (code != SQLITE_OK) {
        return fault(code);
    }
    sqlite_statement statement;
    statement.made_.reset(made);
    statement.file_ = this;
    return statement;
}

std::int64_t sqlite_file::changed() const {
    return sqlite3_changes64(made_.get());
}

error sqlite_file::fault(int code) const {
    std::string what =
        path_ + ": " + (made_ != nullptr ? sqlite3_errmsg(made_.get()) : sqlite3_errstr(code));
    const errc kind = code_of(code);
    if (kind == errc::corrupt || kind == errc::foreign) {
        what += "; the history can be made anew from the event store: move the file away";
    }
    return {kind, std::move(what)};
}

// --- A statement ----------------------------------------------------------------------------------

void sqlite_statement::closer::operator()(sqlite3_stmt* of) const noexcept {
    sqlite3_finalize(of);
}

void sqlite_statement::bind(int place, std::int64_t value) {
    const int code = sqlite3_bind_int64(made_.get(), place, value);
    BOURSE_ASSERT(code == SQLITE_OK);
}

void sqlite_statement::bind_null(int place) {
    const int code = sqlite3_bind_null(made_.get(), place);
    BOURSE_ASSERT(code == SQLITE_OK);
}

result<bool> sqlite_statement::step() {
    const int code = sqlite3_step(made_.get());
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code == SQLITE_DONE) {
        sqlite3_reset(made_.get());
        return false;
    }
    error why = file_->fault(code);
    sqlite3_reset(made_.get());
    return why;
}

std::int64_t sqlite_statement::column(int place) const {
    return sqlite3_column_int64(made_.get(), place);
}

outcome sqlite_statement::run() {
    const auto stepped = step();
    if (!stepped) {
        return stepped.error();
    }
    BOURSE_ASSERT(!*stepped);
    return done{};
}

void sqlite_statement::reset() {
    sqlite3_reset(made_.get());
}

}  // namespace bourse
