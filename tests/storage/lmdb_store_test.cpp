// The real row store: what it says about files that are not as they should be.

#include "storage/lmdb_store.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "rows_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t page_bytes = 4096;

lmdb_options options_in(const std::string& folder) {
    return {.folder = folder,
            .tables = {"a", "b"},
            .max_bytes = std::uint64_t{1} << 26U,
            .least_free_bytes = 0};
}

/// Puts rows until it is refused, and returns the refusal.
outcome fill(lmdb_store& store) {
    const std::vector<std::byte> value(2000, std::byte{7});
    for (unsigned i = 0; i < 1'000'000; ++i) {
        if (auto put = store.put(first_table, bytes_of(std::to_string(i)), value); !put) {
            return put;
        }
    }
    return done{};
}

void store_rows(const std::string& folder, unsigned count) {
    const auto store = lmdb_store::open(options_in(folder));
    REQUIRE_MESSAGE(store.has_value(), said(store));
    REQUIRE((*store)->begin().has_value());
    bool are_put = true;
    for (unsigned i = 0; i < count; ++i) {
        are_put = are_put && (*store)
                                 ->put(first_table, bytes_of(std::to_string(i)),
                                       bytes_of(std::string(100, 'v')))
                                 .has_value();
    }
    REQUIRE(are_put);
    REQUIRE((*store)->commit().has_value());
}

void overwrite(const std::string& file, std::uint64_t offset, const std::string& bytes) {
    std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
        .seekp(static_cast<std::streamoff>(offset))
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// What a forked process says, by its exit status.
template <typename Work>
int in_child(const Work& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(work());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("rows are there when the store is opened again") {
    const temporary_folder folder;
    store_rows(folder.path(), 1000);
    const auto again = lmdb_store::open(options_in(folder.path()));
    REQUIRE(again.has_value());
    CHECK(rows_of(**again, first_table).size() == 1000);
}

TEST_CASE("a folder in use is refused, to this process and to others") {
    const temporary_folder folder;
    {
        const auto store = lmdb_store::open(options_in(folder.path()));
        REQUIRE(store.has_value());
        CHECK(failed(lmdb_store::open(options_in(folder.path())), errc::locked,
                     {folder.path() + "/lock", "process " + std::to_string(::getpid()), "end"}));
        CHECK(in_child([&] {
                  const auto other = lmdb_store::open(options_in(folder.path()));
                  return other || other.error().code != errc::locked ? 1 : 0;
              }) == 0);
    }
    CHECK(lmdb_store::open(options_in(folder.path())).has_value());
}

TEST_CASE("a file that is no LMDB file, of another LMDB, or of something else, stays as it is") {
    const temporary_folder folder;
    const std::string file = folder.path() + "/data.mdb";
    SUBCASE("text") {
        std::ofstream(file) << "not a database\n";
        CHECK(failed(lmdb_store::open(options_in(folder.path())), errc::foreign,
                     {file, "no LMDB file", "move"}));
        CHECK(std::filesystem::file_size(file) == 15);
    }
    SUBCASE("pages of anything") {
        std::ofstream(file) << std::string(10 * page_bytes, 'x');
        CHECK(failed(lmdb_store::open(options_in(folder.path())), errc::foreign, {file, "move"}));
    }
    SUBCASE("a folder") {
        std::filesystem::create_directory(file);
        CHECK(!lmdb_store::open(options_in(folder.path())).has_value());
    }
    SUBCASE("a newer LMDB") {
        store_rows(folder.path(), 10);
        overwrite(file, 20, "\x7f");
        overwrite(file, page_bytes + 20, "\x7f");
        CHECK(failed(lmdb_store::open(options_in(folder.path())), errc::unsupported_version,
                     {file, "version"}));
    }
    SUBCASE("other tables") {
        store_rows(folder.path(), 10);
        for (const std::vector<std::string>& names :
             {std::vector<std::string>{"a"}, {"a", "c"}, {"a", "b", "c"}}) {
            lmdb_options other = options_in(folder.path());
            other.tables = names;
            CHECK(failed(lmdb_store::open(other), errc::foreign, {file, "something else"}));
        }
        const auto store = lmdb_store::open(options_in(folder.path()));
        CHECK(rows_of(**store, first_table).size() == 10);
    }
}

TEST_CASE(
    "a file cut short never gives fewer rows: it is refused, or the process ends with a message") {
    const temporary_folder folder;
    const std::string file = folder.path() + "/data.mdb";
    store_rows(folder.path(), 1000);
    const std::uint64_t pages = std::filesystem::file_size(file) / page_bytes;
    const std::filesystem::path whole = folder.path() + "/whole";
    std::filesystem::copy(file, whole);
    unsigned refused = 0;
    for (std::uint64_t keeps = 2; keeps < pages; ++keeps) {
        std::filesystem::copy(whole, file, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(file, keeps * page_bytes);
        const int said_by_child = in_child([&] {
            ::fclose(stderr);
            const auto store = lmdb_store::open(options_in(folder.path()));
            if (!store) {
                return store.error().code == errc::corrupt ? 1 : 2;
            }
            const auto reader = (*store)->read();
            unsigned rows = 0;
            const auto scanned = (*reader)->scan(first_table, {}, [&](row_bytes, row_bytes) {
                ++rows;
                return true;
            });
            return !scanned && scanned.error().code == errc::corrupt ? 1
                   : scanned && rows == 1000                         ? 0
                                                                     : 3;
        });
        const bool is_fine = said_by_child == 0 || said_by_child == 1 || said_by_child == -SIGABRT;
        CHECK_MESSAGE(is_fine, keeps << " pages: " << said_by_child);
        refused += said_by_child == 1 ? 1U : 0U;
    }
    MESSAGE(refused << " of " << pages - 2 << " refused");
    CHECK(refused > (pages - 2) / 2);
}

TEST_CASE("a folder that cannot be made or written, and options beyond their range, are refused") {
    const temporary_folder folder;
    CHECK(failed(lmdb_store::open(options_in(folder.path() + "/no/such")), errc::unreadable,
                 {folder.path() + "/no/such"}));
    if (::geteuid() != 0) {
        std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read);
        CHECK(!lmdb_store::open(options_in(folder.path())).has_value());
        std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
    }
    CHECK(failed(lmdb_store::open(options_in("/proc")), errc::unwritable, {"/proc"}));
    lmdb_options wrong = options_in(folder.path());
    wrong.max_bytes = min_lmdb_bytes - page_bytes;
    CHECK(failed(lmdb_store::open(wrong), errc::out_of_range, {"max_bytes"}));
    wrong.max_bytes = max_lmdb_bytes + page_bytes;
    CHECK(failed(lmdb_store::open(wrong), errc::out_of_range, {"max_bytes"}));
    wrong = options_in(folder.path());
    wrong.tables = {};
    CHECK(failed(lmdb_store::open(wrong), errc::out_of_range, {"tables"}));
    wrong.tables.assign(max_lmdb_tables + 1, "a");
    CHECK(failed(lmdb_store::open(wrong), errc::out_of_range, {"tables"}));
}

TEST_CASE("at its bound the file is full, lives on, and with a larger bound takes more") {
    const temporary_folder folder;
    lmdb_options options = options_in(folder.path());
    options.max_bytes = min_lmdb_bytes;
    {
        const auto store = lmdb_store::open(options);
        REQUIRE((*store)->begin().has_value());
        CHECK(failed(fill(**store), errc::storage_full, {folder.path() + "/data.mdb", "larger"}));
        (*store)->abandon();
        CHECK(!(*store)->dead());
        CHECK(rows_of(**store, first_table).empty());
        REQUIRE((*store)->begin().has_value());
        CHECK((*store)->put(first_table, bytes_of("a"), bytes_of("1")).has_value());
        CHECK((*store)->commit().has_value());
        CHECK(std::filesystem::file_size(folder.path() + "/data.mdb") <= min_lmdb_bytes);
    }
    options.max_bytes = 4 * min_lmdb_bytes;
    const auto store = lmdb_store::open(options);
    REQUIRE((*store)->begin().has_value());
    CHECK((*store)
              ->put(first_table, bytes_of("b"), std::vector<std::byte>(2 * min_lmdb_bytes))
              .has_value());
    CHECK((*store)->commit().has_value());
}

TEST_CASE("with too little room on the disk nothing is begun") {
    const temporary_folder folder;
    lmdb_options options = options_in(folder.path());
    options.least_free_bytes = std::uint64_t{1} << 60U;
    const auto store = lmdb_store::open(options);
    CHECK(failed((*store)->begin(), errc::storage_full, {folder.path(), "make room"}));
    CHECK(!(*store)->is_writing());
    CHECK(!(*store)->dead());
}

TEST_CASE("a commit that fails leaves the store dead, and the next process with the older rows") {
    const temporary_folder folder;
    store_rows(folder.path(), 10);
    CHECK(in_child([&] {
              ::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit then fails
              const rlimit limit{20 * page_bytes, 20 * page_bytes};
              const auto store = lmdb_store::open(options_in(folder.path()));
              if (!store || ::setrlimit(RLIMIT_FSIZE, &limit) != 0 || !(*store)->begin()) {
                  return 1;
              }
              for (unsigned i = 0; i < 200; ++i) {
                  if (!(*store)->put(first_table, bytes_of(std::to_string(i)),
                                     bytes_of(std::string(1000, 'n')))) {
                      return 2;
                  }
              }
              const outcome commit = (*store)->commit();
              const outcome again = (*store)->begin();
              return !commit && commit.error().code == errc::unwritable &&
                             commit.error().what.find("may be full") != std::string::npos &&
                             !again && again.error() == commit.error() && (*store)->dead()
                         ? 0
                         : 3;
          }) == 0);
    const auto store = lmdb_store::open(options_in(folder.path()));
    REQUIRE(store.has_value());
    CHECK(rows_of(**store, first_table).size() == 10);
    CHECK(rows_of(**store, first_table)["3"] == std::string(100, 'v'));
}

TEST_CASE(
    "a last commit whose head did not reach the disk is undone as a whole, and nothing before") {
    constexpr std::size_t heads = 2 * page_bytes;  // LMDB's two, of which the newer counts
    const temporary_folder folder;
    lmdb_options options = options_in(folder.path() + "/kept");
    options.keeps_last_commit = false;
    const auto store = *lmdb_store::open(options);
    const auto bytes_of_file = [&] {
        std::ifstream file(store->path(), std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    std::string before = bytes_of_file().substr(0, heads);
    text_rows rows;
    for (unsigned commit = 0; commit < 40; ++commit) {
        REQUIRE(store->begin().has_value());
        for (unsigned i = 0; i < 60; ++i) {
            const std::string key = std::to_string((i * 37 + commit * 11) % 400);
            REQUIRE((i % 5 == 4
                         ? store->erase(first_table, bytes_of(key))
                         : store->put(first_table, bytes_of(key),
                                      bytes_of(std::to_string(commit) + std::string(300, 'v'))))
                        .has_value());
        }
        REQUIRE(store->commit().has_value());
        std::string undone = bytes_of_file();
        const std::string now = undone.substr(0, heads);
        undone.replace(0, heads, before);
        const std::string other = folder.path() + "/undone" + std::to_string(commit);
        std::filesystem::create_directory(other);
        std::ofstream(other + "/data.mdb", std::ios::binary) << undone;
        const auto opened = lmdb_store::open(options_in(other));
        REQUIRE_MESSAGE(opened.has_value(), said(opened));
        REQUIRE(rows_of(**opened, first_table) == rows);
        rows = rows_of(*store, first_table);
        before = now;
    }
    CHECK(rows.size() > 200);
}

}  // namespace bourse
