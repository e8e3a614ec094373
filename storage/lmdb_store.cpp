#include "storage/lmdb_store.hpp"

#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "messages/assert.hpp"
#include "storage/advice.hpp"
#include "storage/memory_faults.hpp"
#include "storage/real_disk.hpp"

namespace bourse {
namespace {

constexpr const char* file_name = "data.mdb";
constexpr mdb_mode_t data_file_mode = 0640;
constexpr std::size_t map_page_bytes = 4096;

bool is_full(int code) {
    return code == MDB_MAP_FULL || code == ENOSPC || code == EDQUOT || code == EFBIG;
}

/// Code and sentence of what LMDB, or the system through it, says.
error fault(int code, const std::string& path, const std::string& doing) {
    const std::string place = path + ": " + doing + ": ";
    switch (code) {
        case MDB_MAP_FULL:
            return {errc::storage_full, place +
                                            "the file is as large as it may become; keep less, or "
                                            "start with a larger bound"};
        case MDB_INVALID:
            return {errc::foreign, place +
                                       "this is no LMDB file; move it away, or choose another "
                                       "folder"};
        case MDB_VERSION_MISMATCH:
            return {errc::unsupported_version,
                    place + "the file is of another version of LMDB; start with that one"};
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_CURSOR_FULL:  // pages that lead to each other
        case MDB_PANIC:
            return {errc::corrupt, place + ::mdb_strerror(code) +
                                       "; move the folder away and get its content from another "
                                       "replica or a backup"};
        case EIO:  // also what LMDB makes of a write that was done in part
            return {errc::unwritable, place + ::mdb_strerror(code) +
                                          ", or the disk may be full; look at both, and start "
                                          "again"};
        default:
            return code > 0 ? system_error(errc::unwritable, path, doing, code)
                            : error{errc::unwritable,
                                    place + ::mdb_strerror(code) +
                                        "; start again; if it comes again, move the folder "
                                        "away and get its content from another "
                                        "replica or a backup"};
    }
}

MDB_val as_val(row_bytes bytes) {
    // LMDB takes what it only reads through a pointer to what it might change.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
    return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

row_bytes as_bytes(const MDB_val& value) {
    return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

outcome check_options(const lmdb_options& options) {
    if (options.tables.empty() || options.tables.size() > max_lmdb_tables) {
        return error{errc::out_of_range, "a store has 1 to " + std::to_string(max_lmdb_tables) +
                                             " tables, not " +
                                             std::to_string(options.tables.size())};
    }
    if (options.max_bytes < min_lmdb_bytes || options.max_bytes > max_lmdb_bytes ||
        options.max_bytes % map_page_bytes != 0) {
        return error{errc::out_of_range, "max_bytes is " + std::to_string(options.max_bytes) +
                                             ", which is no multiple of 4096 from " +
                                             std::to_string(min_lmdb_bytes) + " to " +
                                             std::to_string(max_lmdb_bytes)};
    }
    return done{};
}

/// What LMDB calls when it finds its own structures broken.
void say_and_abort(MDB_env* environment, const char* what) {
    const char* folder = nullptr;
    ::mdb_env_get_path(environment, &folder);
    std::fprintf(stderr,
                 "%s/%s: damaged (%s); move the folder away and get its content from another "
                 "replica or a backup\n",
                 folder != nullptr ? folder : "?", file_name, what);
    std::abort();
}

using transaction = std::unique_ptr<MDB_txn, decltype(&::mdb_txn_abort)>;

}  // namespace

struct lmdb_store::environment {
    std::unique_ptr<real_disk> folder;
    std::unique_ptr<folder_lock> lock;
    MDB_env* env = nullptr;
    std::vector<MDB_dbi> tables;
    std::string path;
    std::uint64_t least_free_bytes = 0;
    MDB_txn* writing = nullptr;
    bool spoilt = false;      // for want of room: only abandon is left
    bool committing = false;  // between start and finish
    std::optional<error> dead;
    std::atomic<unsigned> readers{0};

    environment() = default;
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment() {
        BOURSE_ASSERT(readers == 0);
        if (writing != nullptr) {
            ::mdb_txn_abort(writing);
        }
        if (env != nullptr) {
            ::mdb_env_close(env);
        }
    }

    outcome die(const error& why) {
        if (!dead) {
            dead = why;
        }
        return *dead;
    }
    [[nodiscard]] MDB_dbi table(row_table of) const {
        const auto number = static_cast<std::size_t>(of);
        BOURSE_ASSERT(number < tables.size());
        return tables[number];
    }
    [[nodiscard]] error damage(int code, const std::string& doing) const {
        error found = fault(code, path, doing);
        if (found.code == errc::unwritable) {
            found.code = errc::unreadable;
        }
        return found;
    }

    [[nodiscard]] outcome fill_up() const;
    [[nodiscard]] result<bool> find_tables(const std::vector<std::string>& names);
    outcome make_tables(const std::vector<std::string>& names);
    [[nodiscard]] outcome check_change(row_bytes key, std::size_t value_bytes) const;
    outcome note(int code, const std::string& doing);
};

namespace {

class lmdb_reader : public row_reader {
public:
    lmdb_reader(transaction reading, const std::vector<MDB_dbi>& tables, std::string path,
                std::atomic<unsigned>& readers)
        : reading_(std::move(reading)),
          tables_(tables),
          path_(std::move(path)),
          readers_(readers) {}
    ~lmdb_reader() override {
        reading_.reset();
        --readers_;
    }
    lmdb_reader(const lmdb_reader&) = delete;
    lmdb_reader& operator=(const lmdb_reader&) = delete;

    [[nodiscard]] result<std::optional<row_bytes>> get(row_table table, row_bytes key) override {
        BOURSE_ASSERT(!key.empty() && key.size() <= max_row_key_bytes);
        const mapped_file_in_use guard(path_);
        MDB_val wanted = as_val(key);
        MDB_val found{};
        const int code =
            ::mdb_get(reading_.get(), tables_[static_cast<std::size_t>(table)], &wanted, &found);
        if (code == MDB_NOTFOUND) {
            return std::optional<row_bytes>();
        }
        if (code != 0) {
            return unreadable(code);
        }
        return std::optional(as_bytes(found));
    }

    outcome scan(row_table table, row_bytes from, const row_visitor& visit) override {
        return walk(table, from, visit, from.empty() ? MDB_FIRST : MDB_SET_RANGE, MDB_NEXT);
    }

    outcome scan_back(row_table table, row_bytes from, const row_visitor& visit) override {
        BOURSE_ASSERT(!from.empty());
        return walk(table, from, visit, MDB_SET_RANGE, MDB_PREV);
    }

private:
    [[nodiscard]] outcome walk(row_table table, row_bytes from, const row_visitor& visit,
                               MDB_cursor_op first, MDB_cursor_op next) const {
        BOURSE_ASSERT(from.size() <= max_row_key_bytes);
        const mapped_file_in_use guard(path_);
        MDB_cursor* opened = nullptr;
        int code =
            ::mdb_cursor_open(reading_.get(), tables_[static_cast<std::size_t>(table)], &opened);
        if (code != 0) {
            return unreadable(code);
        }
        const std::unique_ptr<MDB_cursor, decltype(&::mdb_cursor_close)> cursor(
            opened, &::mdb_cursor_close);
        MDB_val key = as_val(from);
        MDB_val value{};
        code = ::mdb_cursor_get(cursor.get(), &key, &value, first);
        if (next == MDB_PREV && code == MDB_NOTFOUND) {
            code = ::mdb_cursor_get(cursor.get(), &key, &value, MDB_LAST);
        } else if (next == MDB_PREV && code == 0 &&
                   !std::ranges::equal(as_bytes(key), from)) {  // then it is above
            code = ::mdb_cursor_get(cursor.get(), &key, &value, next);
        }
        while (code == 0 && visit(as_bytes(key), as_bytes(value))) {
            code = ::mdb_cursor_get(cursor.get(), &key, &value, next);
        }
        if (code != 0 && code != MDB_NOTFOUND) {
            return unreadable(code);
        }
        return done{};
    }

    [[nodiscard]] error unreadable(int code) const {
        error found = fault(code, path_, "cannot be read");
        if (found.code == errc::unwritable) {
            found.code = errc::unreadable;
        }
        return found;
    }

    transaction reading_;
    const std::vector<MDB_dbi>& tables_;
    std::string path_;
    std::atomic<unsigned>& readers_;
};

}  // namespace

// --- opening ---------------------------------------------------------------------------------------

lmdb_store::lmdb_store(std::unique_ptr<environment> opened) : environment_(std::move(opened)) {}

lmdb_store::~lmdb_store() = default;

/// LMDB maps the file and ends with SIGBUS where it has no bytes. The last pages may be missing in a sound file, when they were
/// taken and given back in one transaction; if they are missing in a damaged one, zeros are no page to LMDB, and no row to us.
outcome lmdb_store::environment::fill_up() const {
    MDB_envinfo info{};
    MDB_stat found{};
    mdb_filehandle_t file = -1;
    struct stat status {};
    ::mdb_env_info(env, &info);
    ::mdb_env_stat(env, &found);
    if (::mdb_env_get_fd(env, &file) != 0 || ::fstat(file, &status) != 0) {
        return damage(errno, "cannot be opened");
    }
    const std::uint64_t bytes = (std::uint64_t{info.me_last_pgno} + 1) * found.ms_psize;
    if (static_cast<std::uint64_t>(status.st_size) < bytes &&
        ::ftruncate(file, static_cast<off_t>(bytes)) != 0) {
        return fault(errno, path, "cannot be filled up with zeros");
    }
    return done{};
}

/// Whether the tables are there; an error if something else is.
result<bool> lmdb_store::environment::find_tables(const std::vector<std::string>& names) {
    MDB_txn* begun = nullptr;
    if (const int code = ::mdb_txn_begin(env, nullptr, MDB_RDONLY, &begun); code != 0) {
        return damage(code, "cannot be read");
    }
    transaction reading(begun, &::mdb_txn_abort);
    MDB_dbi main = 0;
    MDB_stat found{};
    int code = ::mdb_dbi_open(reading.get(), nullptr, 0, &main);
    code = code != 0 ? code : ::mdb_stat(reading.get(), main, &found);
    if (code != 0) {
        return damage(code, "cannot be read");
    }
    if (found.ms_entries == 0) {
        return false;
    }
    for (const std::string& name : names) {
        MDB_dbi table = 0;
        code = ::mdb_dbi_open(reading.get(), name.c_str(), 0, &table);
        if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) {
            break;
        }
        if (code != 0) {
            return damage(code, "cannot be read");
        }
        tables.push_back(table);
    }
    if (tables.size() != names.size() || found.ms_entries != names.size()) {
        return error{errc::foreign, path +
                                        ": is an LMDB file of something else; move it away, or "
                                        "choose another folder"};
    }
    // The handles stay when the transaction ends this way.
    if (code = ::mdb_txn_commit(reading.release()); code != 0) {
        return damage(code, "cannot be read");
    }
    return true;
}

outcome lmdb_store::environment::make_tables(const std::vector<std::string>& names) {
    MDB_txn* begun = nullptr;
    int code = ::mdb_txn_begin(env, nullptr, 0, &begun);
    transaction making(begun, &::mdb_txn_abort);
    tables.assign(names.size(), 0);
    for (std::size_t i = 0; code == 0 && i < names.size(); ++i) {
        code = ::mdb_dbi_open(making.get(), names[i].c_str(), MDB_CREATE, &tables[i]);
    }
    code = code != 0 ? code : ::mdb_txn_commit(making.release());
    if (code != 0) {
        return fault(code, path, "cannot be made");
    }
    return folder->sync_folder();
}

result<std::unique_ptr<lmdb_store>> lmdb_store::open(const lmdb_options& options) {
    if (auto checked = check_options(options); !checked) {
        return checked.error();
    }
    auto folder = real_disk::open(options.folder);
    if (!folder) {
        return folder.error();
    }
    auto lock = (*folder)->lock();
    if (!lock) {
        return lock.error();
    }
    const auto names = (*folder)->list();
    if (!names) {
        return names.error();
    }
    if (std::ranges::find(*names, file_name) != names->end()) {
        // Makes durable what is read from now on.
        if (const auto synced = (*folder)->open_file(file_name); !synced) {
            return synced.error();
        }
    }
    auto made = std::make_unique<environment>();
    made->folder = std::move(folder).value();
    made->lock = std::move(lock).value();
    made->path = made->folder->path(file_name);
    made->least_free_bytes = options.least_free_bytes;
    take_memory_faults();
    const mapped_file_in_use guard(made->path);
    int code = ::mdb_env_create(&made->env);
    code = code != 0 ? code : ::mdb_env_set_mapsize(made->env, options.max_bytes);
    code = code != 0 ? code : ::mdb_env_set_maxdbs(made->env, max_lmdb_tables);
    code = code != 0 ? code : ::mdb_env_set_maxreaders(made->env, max_row_readers + 1);
    code = code != 0 ? code : ::mdb_env_set_assert(made->env, &say_and_abort);
    code = code != 0
               ? code
               : ::mdb_env_open(made->env, options.folder.c_str(),
                                options.keeps_last_commit ? MDB_NOTLS : MDB_NOTLS | MDB_NOMETASYNC,
                                data_file_mode);
    if (code != 0) {
        return fault(code, made->path, "cannot be opened");
    }
    if (auto filled = made->fill_up(); !filled) {
        return filled.error();
    }
    const auto found = made->find_tables(options.tables);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        if (auto tables = made->make_tables(options.tables); !tables) {
            return tables.error();
        }
    }
    return std::unique_ptr<lmdb_store>(new lmdb_store(std::move(made)));
}

// --- reading ---------------------------------------------------------------------------------------

result<std::unique_ptr<row_reader>> lmdb_store::read() {
    environment& in = *environment_;
    if (in.dead) {
        return *in.dead;
    }
    if (in.readers >= max_row_readers) {
        return error{errc::overloaded, in.path + ": is being read by " +
                                           std::to_string(max_row_readers) +
                                           " already, the most allowed"};
    }
    const mapped_file_in_use guard(in.path);
    MDB_txn* begun = nullptr;
    if (const int code = ::mdb_txn_begin(in.env, nullptr, MDB_RDONLY, &begun); code != 0) {
        return in.damage(code, "cannot be read");
    }
    ++in.readers;
    return std::unique_ptr<row_reader>(std::make_unique<lmdb_reader>(
        transaction(begun, &::mdb_txn_abort), in.tables, in.path, in.readers));
}

result<std::optional<row_bytes>> lmdb_store::get(row_table table, row_bytes key) {
    environment& in = *environment_;
    if (in.dead) {
        return *in.dead;
    }
    BOURSE_ASSERT(in.writing != nullptr && !in.spoilt && !in.committing);
    BOURSE_ASSERT(!key.empty() && key.size() <= max_row_key_bytes);
    const mapped_file_in_use guard(in.path);
    MDB_val wanted = as_val(key);
    MDB_val found{};
    const int code = ::mdb_get(in.writing, in.table(table), &wanted, &found);
    if (code == MDB_NOTFOUND) {
        return std::optional<row_bytes>();
    }
    if (code != 0) {
        return in.die(in.damage(code, "cannot be read")).error();
    }
    return std::optional(as_bytes(found));
}

// --- writing ---------------------------------------------------------------------------------------

outcome lmdb_store::begin() {
    environment& in = *environment_;
    if (in.dead) {
        return *in.dead;
    }
    BOURSE_ASSERT(in.writing == nullptr);
    const auto left = in.folder->space_left();
    if (!left) {
        return left.error();
    }
    if (*left < in.least_free_bytes) {
        return error{errc::storage_full, in.path + ": only " + std::to_string(*left) +
                                             " bytes are free on its disk, and " +
                                             std::to_string(in.least_free_bytes) +
                                             " are kept free; make room"};
    }
    const mapped_file_in_use guard(in.path);
    if (const int code = ::mdb_txn_begin(in.env, nullptr, 0, &in.writing); code != 0) {
        in.writing = nullptr;
        return in.die(fault(code, in.path, "cannot be changed"));
    }
    in.spoilt = false;
    return done{};
}

outcome lmdb_store::environment::check_change(row_bytes key, std::size_t value_bytes) const {
    if (dead) {
        return *dead;
    }
    BOURSE_ASSERT(writing != nullptr && !spoilt && !committing && !key.empty());
    if (key.size() > max_row_key_bytes || value_bytes > max_row_value_bytes) {
        return error{errc::over_bound, path + ": a row with a key of " +
                                           std::to_string(key.size()) + " and a value of " +
                                           std::to_string(value_bytes) +
                                           " bytes is longer than rows may be"};
    }
    return done{};
}

/// What a change means for the transaction, or the store.
outcome lmdb_store::environment::note(int code, const std::string& doing) {
    if (code == 0) {
        return done{};
    }
    error found = fault(code, path, doing);
    if (is_full(code)) {
        spoilt = true;
        return found;
    }
    return die(found);
}

outcome lmdb_store::put(row_table table, row_bytes key, row_bytes value) {
    environment& in = *environment_;
    if (auto checked = in.check_change(key, value.size()); !checked) {
        return checked;
    }
    const mapped_file_in_use guard(in.path);
    MDB_val at = as_val(key);
    MDB_val what = as_val(value);
    return in.note(::mdb_put(in.writing, in.table(table), &at, &what, 0), "cannot be written");
}

outcome lmdb_store::erase(row_table table, row_bytes key) {
    environment& in = *environment_;
    if (auto checked = in.check_change(key, 0); !checked) {
        return checked;
    }
    const mapped_file_in_use guard(in.path);
    MDB_val at = as_val(key);
    const int code = ::mdb_del(in.writing, in.table(table), &at, nullptr);
    return in.note(code == MDB_NOTFOUND ? 0 : code, "cannot be written");
}

outcome lmdb_store::clear(row_table table) {
    environment& in = *environment_;
    if (in.dead) {
        return *in.dead;
    }
    BOURSE_ASSERT(in.writing != nullptr && !in.spoilt && !in.committing);
    const mapped_file_in_use guard(in.path);
    return in.note(::mdb_drop(in.writing, in.table(table), 0), "cannot be written");
}

outcome lmdb_store::start_commit() {
    environment& in = *environment_;
    if (in.dead) {
        return *in.dead;
    }
    BOURSE_ASSERT(in.writing != nullptr && !in.spoilt && !in.committing);
    in.committing = true;
    return done{};
}

outcome lmdb_store::finish_commit() {
    environment& in = *environment_;
    if (in.dead) {
        return *in.dead;
    }
    BOURSE_ASSERT(in.writing != nullptr && in.committing);
    in.committing = false;
    const mapped_file_in_use guard(in.path);
    if (const int code = ::mdb_txn_commit(std::exchange(in.writing, nullptr)); code != 0) {
        return in.die(fault(code, in.path, "cannot be made durable"));
    }
    return done{};
}

void lmdb_store::abandon() {
    environment& in = *environment_;
    BOURSE_ASSERT(!in.committing);
    if (in.writing != nullptr) {
        ::mdb_txn_abort(std::exchange(in.writing, nullptr));
    }
    in.spoilt = false;
}

bool lmdb_store::is_writing() const {
    return environment_->writing != nullptr;
}

const std::optional<error>& lmdb_store::dead() const {
    return environment_->dead;
}

const std::string& lmdb_store::path() const {
    return environment_->path;
}

}  // namespace bourse
