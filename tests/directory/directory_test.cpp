// Names and ids, in step with a shard.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "market.hpp"
#include "messages/directory_codec.hpp"

using namespace bourse;

namespace {

std::string an_account_record(std::uint32_t id, record_state state = record_state::ready) {
    return record_value(
        account_record{.name = {}, .state = state, .id = {id}, .home = {1}, .deposits = {}});
}

template <class Record>
std::vector<std::string> names_of(const std::vector<const Record*>& all) {
    std::vector<std::string> names;
    for (const Record* each : all) {
        names.push_back(each->name);
    }
    return names;
}

}  // namespace

TEST_CASE("names are found by id and ids by name, once a thing is ready") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    REQUIRE(!it.carry_out(an_account("alice")));
    const instrument_record* share = it.names.find_instrument("AAPL");
    REQUIRE(share != nullptr);
    CHECK(it.names.instrument(share->terms.rules.symbol) == share);
    CHECK(it.names.find_currency("USD") == it.names.currency(share->terms.currency));
    const account_record* alice = it.names.find_account("alice");
    REQUIRE(alice != nullptr);
    CHECK(it.names.account(alice->id) == alice);
    CHECK(it.names.find_instrument("aapl") == nullptr);
    CHECK(it.names.find_account("AAPL") == nullptr);
    CHECK(it.names.instrument({77}) == nullptr);
    CHECK(it.names.find_user("alice") == nullptr);
    CHECK(it.names.asset_name(asset_of(share->terms.rules.symbol)) == "AAPL");
    CHECK(it.names.asset_name(asset_of(share->terms.currency)) == "USD");
    CHECK(it.names.asset_name({9}) == "symbol 9");
    CHECK(it.names.asset_name(asset_of(currency_id{9})) == "currency 9");
    CHECK(it.is_in_step());
}

TEST_CASE("what has only begun is not found, and its name and id are taken") {
    market it;
    it.apply({writing(record_table::accounts, "alice", an_account_record(7, record_state::begun))});
    CHECK(it.names.find_account("alice") == nullptr);
    CHECK(it.names.account({7}) == nullptr);
    CHECK(it.names.accounts("", 9).empty());
    REQUIRE(it.names.kept_account("alice") != nullptr);
    CHECK(it.names.is_taken(account_id{7}));
    CHECK(it.names.free_account() == account_id{8});
}

TEST_CASE("lists come by rising name, from behind a name on") {
    market it;
    it.apply({writing(record_table::accounts, "b", an_account_record(1)),
              writing(record_table::accounts, "c", an_account_record(2)),
              writing(record_table::accounts, "a", an_account_record(3)),
              writing(record_table::accounts, "d", an_account_record(4, record_state::begun))});
    CHECK(names_of(it.names.accounts("", 9)) == std::vector<std::string>{"a", "b", "c"});
    CHECK(names_of(it.names.accounts("a", 1)) == std::vector<std::string>{"b"});
    CHECK(names_of(it.names.accounts("c", 9)).empty());
    CHECK(it.names.accounts("", 0).empty());
}

TEST_CASE("a directory follows writes, erasures and writes that are refused") {
    market it;
    const auto put = [&](const char* key, std::uint32_t id, std::uint64_t expected) {
        it.apply(
            {writing(record_table::accounts, key, id == 0 ? "" : an_account_record(id), expected)});
        CHECK(it.is_in_step());
    };
    put("alice", 1, 0);
    put("alice", 2, 5);  // refused
    CHECK(it.names.account({1}) != nullptr);
    put("alice", 2, 1);
    CHECK(it.names.account({1}) == nullptr);
    CHECK(it.names.account({2}) != nullptr);
    put("alice", 0, 3);
    CHECK(it.names.find_account("alice") == nullptr);
    CHECK(it.names.free_account() == account_id{1});
}

TEST_CASE("a directory says whether an entry has changed anything, and its index") {
    market it;
    const entry plain{
        .index = 1, .at = {}, .commands = {open_account{.request = {}, .account = {1}}}};
    const entry naming{.index = 2,
                       .at = {},
                       .commands = {writing(record_table::accounts, "a", an_account_record(1))}};
    shard_output out;
    it.machine.apply(plain, out);
    CHECK_FALSE(it.names.follow(plain, it.machine));
    it.machine.apply(naming, out);
    CHECK(it.names.follow(naming, it.machine));
    CHECK(it.names.index() == 2);
}

TEST_CASE("of two records with one id the older has it, and the one that is ready before that") {
    market it;
    it.apply({writing(record_table::accounts, "zoe", an_account_record(7, record_state::begun))});
    it.apply({writing(record_table::accounts, "bob", an_account_record(7, record_state::begun))});
    CHECK(it.names.kept_account("zoe")->has_id);
    CHECK_FALSE(it.names.kept_account("bob")->has_id);
    // Its revision is the newer now, and it keeps its id.
    it.apply({writing(record_table::accounts, "zoe", an_account_record(7), 1)});
    CHECK(it.names.account({7})->name == "zoe");
    CHECK_FALSE(it.names.kept_account("bob")->has_id);
    CHECK(it.is_in_step());
    it.apply({writing(record_table::accounts, "zoe", "", 3)});
    CHECK(it.names.kept_account("bob")->has_id);
    CHECK(it.names.account({7}) == nullptr);
}

TEST_CASE("of two records of one entry with one id the lower name has it") {
    market it;
    it.apply({writing(record_table::accounts, "zoe", an_account_record(7)),
              writing(record_table::accounts, "bob", an_account_record(7))});
    CHECK(it.names.account({7})->name == "bob");
    CHECK(it.names.find_account("zoe") == nullptr);
    CHECK(names_of(it.names.accounts("", 9)) == std::vector<std::string>{"bob"});
}

TEST_CASE("records that cannot be read are said, and their names are taken") {
    market it;
    it.apply({writing(record_table::users, "bob", "from the future"),
              writing(record_table::accounts, "Alice", an_account_record(1))});
    const auto unread = it.names.unread();
    REQUIRE(unread.size() == 2);
    CHECK(unread[0].name == "Alice");
    CHECK(unread[0].why == "the key is no name for it");
    CHECK(unread[1].table == record_table::users);
    CHECK(it.names.find_user("bob") == nullptr);
    CHECK(it.said(a_user("bob", user_role::viewer, {})) ==
          "exists: 'bob' is there in a form that this program cannot read: a newer one wrote it");
    CHECK(it.is_in_step());
    it.apply({writing(record_table::users, "bob", "", 1)});
    CHECK(it.names.unread().size() == 1);
}

TEST_CASE("the highest id leaves none that is free, and no number of an asset's other kind") {
    market it;
    it.apply({writing(record_table::accounts, "last", an_account_record(0x7FFFFFFF))});
    CHECK(it.names.free_account() == account_id{});
    CHECK(it.said(an_account("one-more")) == "over_bound: there is no free account number left");
    account_spec chosen = an_account("one-more");
    chosen.account = {5};
    CHECK(it.said(chosen) == "done");
}

TEST_CASE("a directory of a restored shard has the same names") {
    market it;
    REQUIRE(!it.carry_out(an_instrument("AAPL")));
    REQUIRE(!it.carry_out(an_account("alice")));
    const auto restored = shard::restore(it.machine.save());
    REQUIRE(restored);
    const directory again(*restored);
    CHECK(*again.find_instrument("AAPL") == *it.names.find_instrument("AAPL"));
    CHECK(*again.find_account("alice") == *it.names.find_account("alice"));
}

TEST_CASE("a directory of more records than are read at once has all") {
    market it;
    std::vector<shard_command> all;
    for (std::uint32_t i = 0; i < 2'500; ++i) {
        all.push_back(
            writing(record_table::accounts, "a" + std::to_string(i), an_account_record(i + 1)));
    }
    it.apply(all);
    CHECK(directory(it.machine).accounts("", 10'000).size() == 2'500);
    CHECK(it.is_in_step());
}
