#include "runtime/bench/checkpoint_bench.hpp"

#include <lmdb.h>

#include <array>
#include <chrono>
#include <vector>

#include "runtime/bench/flow_run.hpp"
#include "storage/checkpoint.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/row_format.hpp"

namespace bourse {
namespace {

using bench_clock = std::chrono::steady_clock;

constexpr checkpoint_options whose{.owner = 1, .shard = {1}};
constexpr std::uint64_t rows_a_book = 1000;
// A book's order as a row.
constexpr std::size_t value_bytes = 96;

double ns_since(bench_clock::time_point begin) {
    return std::chrono::duration<double, std::nano>(bench_clock::now() - begin).count();
}

lmdb_options options_in(const std::string& folder) {
    return {.folder = folder, .tables = checkpoint_tables()};
}

/// Kind, symbol and order, as the keys of orders in books are.
std::vector<std::byte> key_of(std::uint64_t row) {
    std::vector<std::byte> key = {std::byte{12}};
    append_big_endian(row / rows_a_book, 4, key);
    append_big_endian(row, 8, key);
    return key;
}

std::string store_rows(const std::string& folder, std::uint64_t rows) {
    const auto store = lmdb_store::open(options_in(folder));
    const auto made = store ? checkpoint::open(**store, whose) : store.error();
    if (!made) {
        return made.error().what;
    }
    outcome did = (*made)->begin();
    std::vector<std::byte> value(value_bytes);
    for (std::uint64_t row = 0; did && row < rows; ++row) {
        value[row % value_bytes] ^= static_cast<std::byte>(row);
        did = (*made)->put(key_of(row), value);
    }
    did = did ? (*made)->commit({1, 1}, {}) : did;
    return did ? "" : did.error().what;
}

/// Nanoseconds for all rows; zero when it failed.
double load(const std::string& folder, std::uint64_t rows) {
    const auto store = lmdb_store::open(options_in(folder));
    const auto found = store ? checkpoint::open(**store, whose) : store.error();
    if (!found) {
        return 0;
    }
    double ns = 0;
    for (unsigned pass = 0; pass < 2; ++pass) {
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
        const auto begin = bench_clock::now();
        const outcome loaded = (*found)->load([&](row_bytes key, row_bytes value) {
            ++count;
            bytes += key.size() + value.size();
            return std::optional<error>();
        });
        ns = ns_since(begin);
        if (!loaded || count != rows || bytes != rows * (13 + value_bytes)) {
            return 0;
        }
    }
    return ns;
}

/// The same, with LMDB alone.
double scan(const std::string& folder, std::uint64_t rows, bool reads_values) {
    MDB_env* env = nullptr;
    MDB_txn* reading = nullptr;
    MDB_dbi table = 0;
    MDB_cursor* cursor = nullptr;
    const bool is_open = ::mdb_env_create(&env) == 0 &&
                         ::mdb_env_set_mapsize(env, options_in("").max_bytes) == 0 &&
                         ::mdb_env_set_maxdbs(env, 2) == 0 &&
                         ::mdb_env_open(env, folder.c_str(), MDB_RDONLY, 0600) == 0 &&
                         ::mdb_txn_begin(env, nullptr, MDB_RDONLY, &reading) == 0 &&
                         ::mdb_dbi_open(reading, "rows", 0, &table) == 0 &&
                         ::mdb_cursor_open(reading, table, &cursor) == 0;
    double ns = 0;
    for (unsigned pass = 0; is_open && pass < 2; ++pass) {
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
        std::uint64_t seen = 0;
        MDB_val key{};
        MDB_val value{};
        const auto begin = bench_clock::now();
        for (int code = ::mdb_cursor_get(cursor, &key, &value, MDB_FIRST); code == 0;
             code = ::mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
            ++count;
            bytes += key.mv_size + value.mv_size;
            if (reads_values) {
                for (std::size_t i = 0; i < value.mv_size; ++i) {
                    seen += static_cast<const unsigned char*>(value.mv_data)[i];
                }
            }
        }
        ns = ns_since(begin);
        const bool is_right =
            count == rows && bytes != 0 && (reads_values == (seen != 0) || rows == 0);
        ns = is_right ? ns : 0;
    }
    if (cursor != nullptr) {
        ::mdb_cursor_close(cursor);
    }
    if (reading != nullptr) {
        ::mdb_txn_abort(reading);
    }
    ::mdb_env_close(env);
    return ns;
}

}  // namespace

checkpoint_figures run_checkpoint_bench(const std::string& folder, std::uint64_t rows,
                                        unsigned runs) {
    checkpoint_figures figures;
    figures.rows = rows;
    figures.fault = store_rows(folder, rows);
    std::array<std::vector<double>, 5> samples;
    for (unsigned run = 0; figures.fault.empty() && run < runs; ++run) {
        std::array<double, 3> ns{};
        for (unsigned turn = 0; turn < 3; ++turn) {
            const unsigned who = (turn + run) % 3;
            ns.at(who) = who == 0 ? load(folder, rows) : scan(folder, rows, who == 1);
        }
        if (ns[0] <= 0 || ns[1] <= 0 || ns[2] <= 0) {
            figures.fault = folder + ": a scan gave other rows than were stored";
            break;
        }
        const std::array<double, 5> values = {ns[0], ns[1], ns[2], ns[1] / ns[0], ns[2] / ns[0]};
        for (std::size_t i = 0; i < values.size(); ++i) {
            samples.at(i).push_back(values.at(i));
        }
    }
    if (figures.fault.empty()) {
        const double count = static_cast<double>(rows);
        figures.load_ns = median(samples[0]) / count;
        figures.bare_ns = median(samples[1]) / count;
        figures.walk_ns = median(samples[2]) / count;
        figures.share = median(samples[3]);
        figures.walk_share = median(samples[4]);
    }
    return figures;
}

}  // namespace bourse
