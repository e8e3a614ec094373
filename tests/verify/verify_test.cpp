// A node's folder that is well, and the same folder damaged in each way that there is a check for.

#include "runtime/verify/verify.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <regex>

#include "actors/replica/log_payload.hpp"
#include "actors/sinks/history/history_rows.hpp"
#include "kept_node.hpp"
#include "messages/entry_events.hpp"
#include "messages/shard_rows_codec.hpp"
#include "storage/event_rows.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

namespace files = std::filesystem;

/// Folders as nodes left them: made once, copied for each test that damages one.
struct kept_folder {
    temporary_folder folder;
    std::vector<order_id> accepted;
    explicit kept_folder(const kept_shape& shape) : accepted(keep_flow(folder.path(), shape)) {}
};
const kept_folder& whole() {
    static const kept_folder kept({});
    return kept;
}

/// One whose log has lost its first entries: they are in the checkpoint, and their effects in the event store.
const kept_folder& begun_late() {
    static const kept_folder kept({.segment_bytes = 65'536, .trailing_entries = 8});
    return kept;
}

class copied_folder {
public:
    explicit copied_folder(const kept_folder& of = whole()) {
        files::copy(of.folder.path(), path(), files::copy_options::recursive);
    }
    [[nodiscard]] std::string path() const { return folder_.path() + "/data"; }
    [[nodiscard]] std::string acks(const std::string& lines) const {
        std::ofstream(folder_.path() + "/acks") << lines;
        return folder_.path() + "/acks";
    }

private:
    temporary_folder folder_;
};

verify_result verified(const std::string& data, const std::optional<std::string>& acks = {}) {
    auto found = verify({.data = data, .acks = acks, .progress = {}});
    REQUIRE_MESSAGE(found.has_value(), found.error().what);
    return *std::move(found);
}

/// The names of the checks that failed.
std::vector<std::string> failed(const verify_result& found) {
    std::vector<std::string> names;
    for (const verify_check& each : found.checks) {
        if (!each.ok) {
            INFO(each.what);
            CHECK(!each.what.empty());
            names.push_back(each.name);
        }
    }
    CHECK(found.ok() == names.empty());
    return names;
}
std::string said_of(const verify_result& found, const std::string& name) {
    const auto check = std::ranges::find(found.checks, name, &verify_check::name);
    REQUIRE(check != found.checks.end());
    return check->what;
}
std::string fault_of(const verify_result& found, const std::string& name) {
    const auto check = std::ranges::find(found.checks, name, &verify_check::name);
    REQUIRE(check != found.checks.end());
    REQUIRE(!check->ok);
    return check->what;
}

using names = std::vector<std::string>;

std::unique_ptr<lmdb_store> store_in(const std::string& folder, std::vector<std::string> tables) {
    auto opened =
        lmdb_store::open({.folder = folder, .tables = std::move(tables), .least_free_bytes = 0});
    REQUIRE(opened.has_value());
    return *std::move(opened);
}

// --- Well -----------------------------------------------------------------------------------------

TEST_CASE("the folder of a node that ended is well, and every check was made") {
    std::string lines;
    for (const order_id id : whole().accepted) {
        lines += std::to_string(id.value) + " - S1\n";
    }
    const copied_folder kept;
    const verify_result found = verified(kept.path(), kept.acks(lines));
    CHECK(failed(found).empty());
    names all;
    for (const verify_check& each : found.checks) {
        all.push_back(each.name);
    }
    std::ranges::sort(all);
    CHECK(all == names{"acks", "checkpoint", "digests", "events", "history", "journal", "orders",
                       "replay", "reservations", "rows", "value"});
    CHECK(found.acks == whole().accepted.size());
    CHECK(found.acks_found == whole().accepted.size());
    const std::string orders = std::to_string(whole().accepted.size());
    const std::regex document(
        R"(\{"ok":true,"entries":[1-9]\d*,"state_hash":"[0-9a-f]{16}","checks":\{"rows":true,)"
        R"("checkpoint":true,"digests":true,"journal":true,"replay":true,"value":true,)"
        R"("orders":true,"reservations":true,"events":true,"history":true,"acks":true\},)"
        R"("faults":\{\},)"
        R"("acks":)" +
        orders + R"(,"acks_found":)" + orders + R"(\}\n)");
    CHECK_MESSAGE(std::regex_match(verify_json(found), document), verify_json(found));
    // Without a file of them nothing is said of acknowledged orders, and what fails is said why.
    const std::string none = verify_json(verified(kept.path()));
    CHECK_MESSAGE(none.ends_with(R"("history":true},"faults":{},"acks":null,"acks_found":null})"
                                 "\n"),
                  none);
    const std::string wrong = verify_json(verified(kept.path(), kept.acks("1 - S1\n")));
    CHECK_MESSAGE(wrong.starts_with(R"({"ok":false,"entries":)"), wrong);
    CHECK_MESSAGE(wrong.find(R"("acks":false},"faults":{"acks":")") != std::string::npos, wrong);
    CHECK_MESSAGE(wrong.ends_with(R"("},"acks":1,"acks_found":0})"
                                  "\n"),
                  wrong);
}

TEST_CASE("the folder is as it was afterwards, also where a batch is torn") {
    const copied_folder kept;
    const std::string segment = kept.path() + "/journal/" + segment_name(1);
    const auto content = [&] {
        std::ifstream file(segment, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    const std::uint64_t entries = verified(kept.path()).entries;
    // The begin of a batch behind the last: half of a record, as a crash leaves it.
    std::string torn = content();
    const std::size_t end = torn.find_last_not_of('\0') / 512 * 512 + 512;
    torn.replace(end, 8, "\x01\x02\x03\x04\x30\x00\x00", 8);
    std::ofstream(segment, std::ios::binary) << torn;
    const verify_result found = verified(kept.path());
    CHECK(failed(found).empty());
    CHECK(found.entries == entries);
    CHECK(content() == torn);
}

TEST_CASE("a log of which the begin has gone is verified from the checkpoint on") {
    const copied_folder kept(begun_late());
    REQUIRE(!files::exists(kept.path() + "/journal/" + segment_name(1)));
    const verify_result found = verified(
        kept.path(), kept.acks(std::to_string(begun_late().accepted.front().value) + " - S1\n"));
    CHECK(failed(found).empty());
    CHECK(found.acks_found == 1);  // by the event store
    CHECK(said_of(found, "rows").find("positions that are what all entries moved") !=
          std::string::npos);
    files::remove_all(kept.path() + "/events");
    const verify_result less = verified(kept.path());
    CHECK(failed(less).empty());
    CHECK(said_of(less, "rows").find("neither log nor event store go back") != std::string::npos);
}

// --- Damaged --------------------------------------------------------------------------------------

TEST_CASE("a byte changed in the middle of the journal is found") {
    const copied_folder kept;
    const std::string segment = kept.path() + "/journal/" + segment_name(1);
    std::fstream file(segment, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(20'000);
    const int was = file.get();
    file.seekp(20'000);
    file.put(static_cast<char>(was ^ 1));
    file.close();
    const verify_result found = verified(kept.path());
    CHECK(failed(found) == names{"journal"});
    CHECK(fault_of(found, "journal").find(segment_name(1)) != std::string::npos);
}

TEST_CASE("a row of the checkpoint that is not what its sum says is found") {
    const copied_folder kept;
    const auto store = store_in(kept.path() + "/shard-1/rows", checkpoint_tables());
    const auto key = row_key::account({1});
    REQUIRE(store->begin().has_value());
    REQUIRE(store->put(row_table{1}, key.bytes(), key.bytes()).has_value());
    REQUIRE(store->commit().has_value());
    CHECK(failed(verified(kept.path())).front() == "checkpoint");
}

/// Changes a row of the checkpoint as nobody may, with all sums right.
void change_checkpoint(const std::string& data, const row_key& key,
                       const std::function<void(std::vector<std::byte>&)>& change,
                       std::uint64_t more_entries = 0) {
    const auto store = store_in(data + "/shard-1/rows", checkpoint_tables());
    const auto opened = checkpoint::open(*store, {.owner = kept_owner, .shard = shard_1});
    REQUIRE(opened.has_value());
    checkpoint& rows = **opened;
    std::vector<std::byte> value;
    const auto take = [&](row_bytes at, row_bytes stored) -> std::optional<error> {
        if (std::ranges::equal(at, key.bytes())) {
            value.assign(stored.begin(), stored.end());
        }
        return std::nullopt;
    };
    REQUIRE(rows.load(take).has_value());
    REQUIRE(!value.empty());
    change(value);
    REQUIRE(rows.begin().has_value());
    REQUIRE(rows.put(key.bytes(), value).has_value());
    const checkpoint_head head = *rows.head();
    REQUIRE(rows.commit({head.at.index + more_entries, head.at.term}, head.payload).has_value());
}

/// Of account 1, in the checkpoint alone.
void change_limit(const std::string& data) {
    change_checkpoint(data, row_key::account({1}), [](std::vector<std::byte>& bytes) {
        auto row = decode_account_row(bytes);
        REQUIRE(row.has_value());
        row->fat_finger_bps += 1;
        bytes.clear();
        encode_account_row(*row, bytes);
    });
}

/// Of an account's position in symbol 1.
void add_to_position(const std::string& data, account_id holder, std::int64_t more) {
    change_checkpoint(data, row_key::position(false, holder, {1}),
                      [&](std::vector<std::byte>& bytes) {
                          auto row = decode_position_row(bytes);
                          REQUIRE(row.has_value());
                          row->total += more;
                          bytes.clear();
                          encode_position_row(*row, bytes);
                      });
}

TEST_CASE("value made from nothing in the checkpoint is found") {
    const copied_folder kept;
    add_to_position(kept.path(), {1}, 1);
    const auto which = failed(verified(kept.path()));
    CHECK(std::ranges::count(which, "rows") == 1);
    CHECK(std::ranges::count(which, "value") == 1);
}

TEST_CASE(
    "value moved from one position to another is found, also where the log's begin has gone") {
    for (const kept_folder* const of : {&whole(), &begun_late()}) {
        const copied_folder kept(*of);
        add_to_position(kept.path(), {1}, 1);
        add_to_position(kept.path(), {2}, -1);
        const verify_result found = verified(kept.path());
        CHECK(std::ranges::count(failed(found), "rows") == 1);
        CHECK(std::ranges::count(failed(found), "value") == 0);
        if (of == &begun_late()) {
            CHECK(fault_of(found, "rows").find("shard 1: account 1 has of symbol 1 ") == 0);
        }
    }
}

TEST_CASE("where the log's begin has gone, what no entry moved is taken as the checkpoint has it") {
    const copied_folder kept(begun_late());
    change_limit(kept.path());
    CHECK(failed(verified(kept.path())).empty());
}

TEST_CASE("a limit changed in the checkpoint is found, though nothing has come of it yet") {
    const copied_folder kept;
    change_limit(kept.path());
    CHECK(failed(verified(kept.path())) == names{"rows"});
}

TEST_CASE("a checkpoint that is ahead of the log is found") {
    const copied_folder kept;
    change_checkpoint(
        kept.path(), row_key::shard(),
        [](std::vector<std::byte>& bytes) {
            auto row = decode_shard_row(bytes);
            REQUIRE(row.has_value());
            row->index += 1'000;
            bytes.clear();
            encode_shard_row(*row, bytes);
        },
        1'000);
    CHECK(failed(verified(kept.path())).front() == "checkpoint");
}

/// Puts one more entry behind the log.
void append(const std::string& data, const digest_mark& mark, const entry& what) {
    auto disk = real_disk::open(data + "/journal");
    REQUIRE(disk.has_value());
    auto log = journal::open(**disk, {.owner = kept_owner});
    REQUIRE_MESSAGE(log.has_value(), log.error().what);
    const log_point end = (*log)->find(shard_1)->positions.end;
    std::vector<std::byte> payload;
    encode_journal_payload(
        {end.term, log_entry_kind::command, shared_bytes(encode_marked_entry(mark, what))},
        payload);
    REQUIRE((*log)->append(shard_1, {end.index + 1, end.term}, payload).has_value());
    REQUIRE((*log)->commit().has_value());
}

TEST_CASE("a digest in the log that replay does not give is found") {
    const copied_folder kept;
    const std::uint64_t last = verified(kept.path()).entries;
    append(kept.path(), {last, 12345}, {.index = last + 1, .at = {}, .commands = {}});
    const verify_result found = verified(kept.path());
    CHECK(failed(found) == names{"digests"});
    CHECK(found.entries == last + 1);
}

TEST_CASE("an entry of the log that is none is found") {
    const copied_folder kept;
    auto disk = real_disk::open(kept.path() + "/journal");
    {
        auto log = journal::open(**disk, {.owner = kept_owner});
        REQUIRE(log.has_value());
        const log_point end = (*log)->find(shard_1)->positions.end;
        const std::vector<std::byte> nothing(3);
        REQUIRE((*log)->append(shard_1, {end.index + 1, end.term}, nothing).has_value());
        REQUIRE((*log)->commit().has_value());
    }
    CHECK(failed(verified(kept.path())).front() == "replay");
}

/// Changes what the event store has of an entry, its sum and all.
void change_events(const std::string& data, std::uint64_t index,
                   const std::function<void(unpacked_events&)>& change) {
    const auto store = store_in(data + "/events", event_tables());
    const auto opened = event_store::open(*store, {.owner = kept_owner});
    REQUIRE(opened.has_value());
    std::vector<entry_events> rows;
    REQUIRE((*opened)->read(shard_1, index, index, 1, rows).has_value());
    unpacked_events told;
    REQUIRE(unpack_entry_events(rows.front().events, told).has_value());
    change(told);
    pack_entry_events(told.view(), rows.front().events);
    REQUIRE(store->begin().has_value());
    REQUIRE(store
                ->put(event_rows::entries_table, event_rows::entry_key(shard_1, index),
                      event_rows::encode_entry(shard_1, rows.front()))
                .has_value());
    REQUIRE(store->commit().has_value());
}

TEST_CASE("an event stored otherwise than replay gives it is found") {
    const copied_folder kept;
    const std::uint64_t last = verified(kept.path()).entries;
    change_events(kept.path(), last, [](unpacked_events& told) { told.digest ^= 1U; });
    CHECK(failed(verified(kept.path())) == names{"events"});
}

TEST_CASE("an event store that has what the log has not is found") {
    const copied_folder kept;
    const std::uint64_t last = verified(kept.path()).entries;
    {
        const auto store = store_in(kept.path() + "/events", event_tables());
        const auto opened = event_store::open(*store, {.owner = kept_owner});
        REQUIRE((*opened)
                    ->append(shard_1, {.index = last + 1, .reports = {}, .events = {}})
                    .has_value());
        REQUIRE((*opened)->commit().has_value());
    }
    CHECK(failed(verified(kept.path())).front() == "events");
}

using history_change = std::function<std::vector<std::byte>(row_bytes key, row_bytes sealed)>;

/// Changes the first row of a table of the history as nobody may.
void change_history(const std::string& data, row_table table, const history_change& change) {
    const auto store = store_in(data + "/history", history_rows::tables());
    std::vector<std::byte> key;
    std::vector<std::byte> value;
    const auto take = [&](row_bytes at, row_bytes sealed) {
        key.assign(at.begin(), at.end());
        value = change(at, sealed);
        return false;
    };
    REQUIRE((*store->read())->scan(table, {}, take).has_value());
    REQUIRE(store->begin().has_value());
    REQUIRE(store->put(table, key, value).has_value());
    REQUIRE(store->commit().has_value());
}

/// The same with blocks of orders, or of trades, and the right sum.
template <typename Block, typename Change>
history_change in_block(Change change) {
    return [change](row_bytes key, row_bytes sealed) {
        Block block;
        REQUIRE(history_rows::decode(key, sealed, block));
        change(block);
        std::vector<std::byte> value;
        history_rows::encode(key, block, value);
        return value;
    };
}

TEST_CASE("a history that says otherwise, lacks something, is ahead, or has a gap, is found") {
    using namespace history_rows;
    const auto is_found = [](row_table table, const history_change& change) {
        const copied_folder kept;
        change_history(kept.path(), table, change);
        CHECK(failed(verified(kept.path())) == names{"history"});
    };
    const auto first = [](order_block& of) {
        return static_cast<std::size_t>(std::countr_zero(of.present));
    };
    const auto in_orders = [&](const std::function<void(order_block&)>& change) {
        is_found(orders_table, in_block<order_block>(change));
    };
    const auto in_trades = [&](const std::function<void(std::vector<trade_row>&)>& change) {
        is_found(trades_table, in_block<std::vector<trade_row>>(change));
    };
    in_orders([&](order_block& of) { ++of.orders.at(first(of)).filled; });
    in_orders([&](order_block& of) { of.orders.at(first(of)).open ^= 1U; });
    in_orders([&](order_block& of) { of.present &= of.present - 1; });
    in_trades([](std::vector<trade_row>& of) { ++of.front().lots; });
    in_trades([](std::vector<trade_row>& of) { of.pop_back(); });
    is_found(shards_table, [](row_bytes key, row_bytes sealed) {
        history_rows::shard_row row = *decode_shard(key, sealed);
        ++row.cursor;
        return encode(key, row);
    });
    is_found(shards_table, [](row_bytes key, row_bytes sealed) {
        history_rows::shard_row row = *decode_shard(key, sealed);
        --row.next_trade;
        return encode(key, row);
    });
    is_found(orders_table, [](row_bytes /*key*/, row_bytes sealed) {
        std::vector<std::byte> value(sealed.begin(), sealed.end());
        value.back() ^= std::byte{1};
        return value;
    });
    const copied_folder kept;
    {
        const auto store = store_in(kept.path() + "/history", history_rows::tables());
        const auto key = gap_key(shard_1, 2);
        REQUIRE(store->begin().has_value());
        REQUIRE(store->put(gaps_table, key, encode_gap(key, 3)).has_value());
        REQUIRE(store->commit().has_value());
    }
    CHECK(failed(verified(kept.path())) == names{"history"});
}

TEST_CASE("a history that is behind is well as far as it goes") {
    const copied_folder kept;
    const std::uint64_t last = verified(kept.path()).entries;
    append(kept.path(), {}, {.index = last + 1, .at = {}, .commands = {}});
    CHECK(failed(verified(kept.path())).empty());
}

TEST_CASE(
    "an acknowledged order that is not there, or is named twice, and an empty file are found") {
    const copied_folder kept;
    const auto fault = [&](const std::string& lines) {
        const verify_result found = verified(kept.path(), kept.acks(lines));
        CHECK(failed(found) == names{"acks"});
        return fault_of(found, "acks");
    };
    const std::string one = std::to_string(whole().accepted.front().value);
    CHECK(fault("") == "the file names no order at all");
    CHECK(fault("77 - A\n") == "order 77 was acknowledged and is not there");
    CHECK(fault(one + "\n77\n").ends_with("order 77 was acknowledged and is not there"));
    CHECK(fault(one + " - A\n" + one + " - A\n") ==
          "order " + one + " is acknowledged twice in the file");
    const auto refused = verify({.data = kept.path(), .acks = kept.acks("x\n"), .progress = {}});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == errc::malformed);
    CHECK(
        verify({.data = kept.path(), .acks = kept.path() + "/none", .progress = {}}).error().code ==
        errc::unreadable);
}

TEST_CASE("an order accepted twice is found") {
    const copied_folder kept;
    const std::uint64_t last = verified(kept.path()).entries;
    const order_id one = whole().accepted.front();
    change_events(kept.path(), last, [&](unpacked_events& told) {
        report again;
        again.what.kind = event_kind::accepted;
        again.what.order = one;
        told.reports.push_back(again);
    });
    const verify_result found = verified(kept.path(), kept.acks(std::to_string(one.value) + "\n"));
    CHECK(fault_of(found, "acks") ==
          "order " + std::to_string(one.value) + " was acknowledged and is there 2 times");
    CHECK(found.acks_found == 0);
}

TEST_CASE("two orders of one account under one client id are found, and of two accounts are fine") {
    const auto accepting = [](std::uint64_t order, std::uint32_t account) {
        report told;
        told.what.kind = event_kind::accepted;
        told.what.order = {order};
        told.what.account = {account};
        told.client = {1, 7};
        return told;
    };
    for (const std::uint32_t account : {5U, 6U}) {
        const copied_folder kept;
        const std::uint64_t last = verified(kept.path()).entries;
        change_events(kept.path(), last, [&](unpacked_events& told) {
            told.reports.push_back(accepting(7'001, 5));
            told.reports.push_back(accepting(7'002, account));
        });
        const verify_result found = verified(kept.path(), kept.acks("7001 - A\n7002 - A\n"));
        const auto acks = std::ranges::find(found.checks, "acks", &verify_check::name);
        REQUIRE(acks != found.checks.end());
        CHECK(acks->ok == (account == 6));
        if (account == 5) {
            CHECK(acks->what ==
                  "orders 7001 and 7002 of one account were both accepted under one client id");
        }
    }
}

TEST_CASE("an entry that was made void is passed over, as by a node") {
    const copied_folder kept;
    const std::uint64_t last = verified(kept.path()).entries;
    // It would change the state, and is never applied.
    append(kept.path(), {},
           {.index = last + 1, .at = {}, .commands = {open_account{.account = {4'000'000}}}});
    append(kept.path(), {void_mark, last + 1}, {.index = last + 2, .at = {}, .commands = {}});
    const verify_result found = verified(kept.path());
    CHECK(failed(found).empty());
    CHECK(found.entries == last + 2);
    const copied_folder other;
    append(other.path(), {},
           {.index = last + 1, .at = {}, .commands = {open_account{.account = {4'000'000}}}});
    append(other.path(), {}, {.index = last + 2, .at = {}, .commands = {}});
    CHECK(found.state_hash != verified(other.path()).state_hash);
}

// --- What cannot be looked at ---------------------------------------------------------------------

TEST_CASE("a folder in use is refused, and one that is no node's") {
    const copied_folder kept;
    auto disk = real_disk::open(kept.path() + "/journal");
    const auto held = (*disk)->lock();
    REQUIRE(held.has_value());
    const auto refused = verify({.data = kept.path(), .acks = {}, .progress = {}});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == errc::locked);
    const temporary_folder empty;
    CHECK(verify({.data = empty.path(), .acks = {}, .progress = {}}).error().code ==
          errc::unreadable);
    files::create_directory(empty.path() + "/journal");
    CHECK(failed(verified(empty.path())) == names{"journal"});
    CHECK(files::is_empty(empty.path() + "/journal"));
}

}  // namespace
}  // namespace bourse
