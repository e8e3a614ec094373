// Damage in LMDB's own pages, which have no sums: whatever it is, no rows are made up or missed without a word. Each
// damaged file is opened and loaded in a process of its own, which may be refused, or end with a message.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "rows_of.hpp"
#include "storage/checkpoint.hpp"
#include "storage/lmdb_store.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t flags_at = 10;
constexpr checkpoint_options whose{.owner = 1, .shard = {1}};
constexpr unsigned most_seconds = 60;

lmdb_options damaged_store_in(const std::string& folder) {
    return {.folder = folder,
            .tables = checkpoint_tables(),
            .max_bytes = std::uint64_t{1} << 26U,
            .least_free_bytes = 0};
}

std::string key_of(unsigned number) {
    std::string digits = std::to_string(number);
    return "row " + std::string(6 - digits.size(), '0') + digits;
}

/// Rows in leaves and behind them, with pages in between that are free again.
void store_rows(const std::string& folder) {
    const auto store = lmdb_store::open(damaged_store_in(folder));
    REQUIRE(store.has_value());
    const auto made = checkpoint::open(**store, whose);
    REQUIRE(made.has_value());
    REQUIRE((*made)->begin().has_value());
    for (unsigned i = 0; i < 1'500; ++i) {
        const std::size_t length = i % 500 == 7 ? 9'000 : 60 + i % 40;
        REQUIRE((*made)->put(bytes_of(key_of(i)), bytes_of(std::string(length, 'a'))).has_value());
    }
    REQUIRE((*made)->commit({1, 1}, {}).has_value());
    REQUIRE((*made)->begin().has_value());
    for (unsigned i = 400; i < 900; ++i) {
        REQUIRE((*made)->erase(bytes_of(key_of(i))).has_value());
    }
    REQUIRE((*made)->commit({2, 1}, {}).has_value());
}

std::string content_of(const std::string& file) {
    std::ostringstream all;
    all << std::ifstream(file, std::ios::binary).rdbuf();
    return all.str();
}

void replace(const std::string& file, const std::string& content) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

/// What came of a load in a process of its own.
enum class fate : std::uint8_t {
    right,      ///< every row, and no other
    refused,    ///< an error that names the file
    ended,      ///< by a signal, after a message that names the file and what to do
    speechless  ///< anything else
};

constexpr int right_status = 0;
// Apart from those with which whoever has a signal after us ends: doctest, a sanitizer.
constexpr int refused_status = 41;
constexpr int other_status = 42;

template <typename Spoil>
int load_in_child(const std::string& folder, const Spoil& spoil_open_file) {
    const auto store = lmdb_store::open(damaged_store_in(folder));
    const auto opened = store ? checkpoint::open(**store, whose) : store.error();
    outcome loaded = opened ? outcome(done{}) : outcome(opened.error());
    unsigned rows = 0;
    if (opened) {
        spoil_open_file();
        loaded = (*opened)->load([&](row_bytes key, row_bytes) {
            rows += key.size() == key_of(0).size() ? 1U : 0U;
            return std::optional<error>();
        });
    }
    if (!loaded) {
        return loaded.error().what.find(folder) != std::string::npos ? refused_status
                                                                     : other_status;
    }
    return rows == 1'000 && (*opened)->head()->rows == rows ? right_status : other_status;
}

template <typename Spoil>
fate load(const std::string& folder, const Spoil& spoil_open_file) {
    const std::string said = folder + "/said";
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(most_seconds);
        const int file = ::open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(file, STDERR_FILENO);
        ::dup2(file, STDOUT_FILENO);  // of doctest, which notices signals too
        ::_exit(load_in_child(folder, spoil_open_file));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    switch (WIFEXITED(status) ? WEXITSTATUS(status) : -1) {
        case right_status:
            return fate::right;
        case refused_status:
            return fate::refused;
        case other_status:
            return fate::speechless;
        default:
            break;
    }
    const std::string message = content_of(said);
    const bool is_said = message.find(folder + "/data.mdb") != std::string::npos &&
                         message.find("move the folder away") != std::string::npos;
    return is_said ? fate::ended : fate::speechless;
}

fate load(const std::string& folder) {
    return load(folder, [] {});
}

const char* kind_of(const std::string& content, std::uint64_t page) {
    switch (static_cast<unsigned char>(content[page * page_bytes + flags_at])) {
        case 1:
            return "branch";
        case 2:
            return "leaf";
        case 4:
            return "overflow";
        case 8:
            return "meta";
        default:
            return "no head";  // the rest of an overflow
    }
}

}  // namespace

TEST_CASE("a flipped byte in a page of any kind does no harm, is refused, or ends with a message") {
    const temporary_folder folder;
    store_rows(folder.path());
    const std::string file = folder.path() + "/data.mdb";
    const std::string whole = content_of(file);
    REQUIRE(load(folder.path()) == fate::right);
    // Of a page: its number, flags, ends of the free room, and places of rows; then what is in it.
    constexpr std::array<std::uint64_t, 14> places{0,  8,  10, 12,  13,   14,   15,
                                                   16, 18, 40, 136, 1900, 4001, 4090};
    const std::size_t step = is_full_run() ? 1 : 5;
    std::map<std::string, std::array<unsigned, 3>> fates;  // by kind of page
    for (std::uint64_t page = 0; page < whole.size() / page_bytes; ++page) {
        for (std::size_t i = page % step; i < places.size(); i += step) {
            std::string damaged = whole;
            damaged[page * page_bytes + places.at(i)] ^= '\x55';
            replace(file, damaged);
            const fate came = load(folder.path());
            CHECK_MESSAGE(came != fate::speechless, std::string(kind_of(whole, page)), " page ",
                          page, ", byte ", places.at(i), ": ", content_of(folder.path() + "/said"));
            if (came != fate::speechless) {
                ++fates[kind_of(whole, page)].at(static_cast<std::size_t>(came));
            }
        }
    }
    for (const auto& [kind, counts] : fates) {
        MESSAGE(kind << ": " << counts[0] << " did no harm, " << counts[1] << " were refused, "
                     << counts[2] << " ended with a message");
    }
    // Of two heads LMDB takes the newer that looks whole, and little in them can be noticed.
    CHECK(fates.contains("meta"));
    for (const std::string kind : {"branch", "leaf", "overflow"}) {
        CHECK_MESSAGE(fates[kind][1] + fates[kind][2] > 0, kind);
    }
}

TEST_CASE("pages of zeros, of others, or in each other's place are no rows") {
    const temporary_folder folder;
    store_rows(folder.path());
    const std::string file = folder.path() + "/data.mdb";
    const std::string whole = content_of(file);
    const std::uint64_t pages = whole.size() / page_bytes;
    const std::uint64_t step = is_full_run() ? 1 : 7;
    unsigned noticed = 0;
    for (std::uint64_t page = 2; page < pages; page += step) {
        const std::uint64_t other = page + 1 < pages ? page + 1 : 2;
        const std::array<std::string, 3> instead = {std::string(page_bytes, '\0'),
                                                    std::string(page_bytes, '\xff'),
                                                    whole.substr(other * page_bytes, page_bytes)};
        for (std::size_t i = 0; i < instead.size(); ++i) {
            std::string damaged = whole;
            damaged.replace(page * page_bytes, page_bytes, instead.at(i));
            replace(file, damaged);
            const fate came = load(folder.path());
            CHECK_MESSAGE(came != fate::speechless, kind_of(whole, page), " page ", page, ", ", i);
            noticed += came != fate::right ? 1U : 0U;
        }
    }
    CHECK(noticed > 0);
}

TEST_CASE("a file that is cut short while it is open ends the process with a message") {
    const temporary_folder folder;
    store_rows(folder.path());
    const std::string file = folder.path() + "/data.mdb";
    CHECK(load(folder.path(), [&] {
              static_cast<void>(::truncate(file.c_str(), 3 * page_bytes) < 0);
          }) == fate::ended);
}

TEST_CASE("a store that is opened takes the signals again, whoever has taken them since") {
    const temporary_folder folder;
    store_rows(folder.path());
    for (const int signal : {SIGSEGV, SIGBUS}) {
        std::signal(signal, SIG_DFL);
    }
    CHECK(load(folder.path(), [&] {
              static_cast<void>(::truncate((folder.path() + "/data.mdb").c_str(), 3 * page_bytes) <
                                0);
          }) == fate::ended);
}

TEST_CASE("what is behind the last page of a file does no harm") {
    const temporary_folder folder;
    store_rows(folder.path());
    const std::string file = folder.path() + "/data.mdb";
    replace(file, content_of(file) + std::string(10 * page_bytes + 17, 'x'));
    CHECK(load(folder.path()) == fate::right);
}

}  // namespace bourse
