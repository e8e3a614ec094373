// Users, and the keys that they log in with.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "actors/directory/key_hash.hpp"
#include "market.hpp"

using namespace bourse;

namespace {

market with_accounts() {
    market it;
    REQUIRE(!it.carry_out(an_account("alice")));
    REQUIRE(!it.carry_out(an_account("bob")));
    return it;
}

}  // namespace

TEST_CASE("a user is added, and found again with its accounts") {
    market it = with_accounts();
    REQUIRE(!it.carry_out(a_user("trudy", user_role::trader, {"bob", "alice"})));
    CHECK(it.steps() == 1);
    const user_record* trudy = it.names.find_user("trudy");
    REQUIRE(trudy != nullptr);
    CHECK(trudy->accounts == std::vector<account_id>{{1}, {2}});
    const std::uint64_t index = it.machine.index();
    CHECK(!it.carry_out(a_user("trudy", user_role::trader, {"alice", "bob"})));
    CHECK(it.machine.index() == index);
    CHECK(it.said(a_user("trudy", user_role::viewer, {"alice"})) ==
          "exists: trudy is there already, and another: role trader, not viewer; other accounts");
    CHECK(it.said(a_user("trudy", user_role::trader, {"alice", "bob"}, "00000002")) ==
          "exists: trudy is there already, and another: other keys; another key for a user is an "
          "act of its own");
    CHECK(it.is_in_step());
}

TEST_CASE("a user that cannot be is refused") {
    market it = with_accounts();
    CHECK(it.said(a_user("Trudy", user_role::trader, {}))
              .starts_with("malformed: 'Trudy' cannot be a user's name"));
    CHECK(it.said(a_user("trudy", user_role::trader, {"zoe"})) ==
          "unknown: there is no account 'zoe': open it first");
    CHECK(it.said(a_user("trudy", user_role::trader, {"bob", "bob"})) ==
          "malformed: an account is named twice: name each once");
    CHECK(it.said(a_user("trudy", user_role::market_operator, {"bob"})) ==
          "malformed: an operator may act for every account: name none");
    CHECK(it.said(a_user("trudy", user_role::trader, {}, "x")).starts_with("out_of_range: a key"));
    CHECK(it.names.kept_user("trudy") == nullptr);
}

TEST_CASE("a trader trades for its accounts, a viewer reads them, an operator does all") {
    user_record user{.name = "u", .role = user_role::trader, .accounts = {{3}, {5}}, .keys = {}};
    CHECK(directory::may_act(user, {3}, true));
    CHECK(directory::may_act(user, {5}, false));
    CHECK_FALSE(directory::may_act(user, {4}, false));
    user.role = user_role::viewer;
    CHECK(directory::may_act(user, {3}, false));
    CHECK_FALSE(directory::may_act(user, {3}, true));
    user.role = user_role::market_operator;
    user.accounts.clear();
    CHECK(directory::may_act(user, {4}, true));
    user.revoked = true;
    CHECK_FALSE(directory::may_act(user, {4}, false));
}

TEST_CASE("a user gets other accounts and another role") {
    market it = with_accounts();
    REQUIRE(!it.carry_out(a_user("trudy", user_role::trader, {"alice"})));
    REQUIRE(!it.carry_out(
        access_spec{.name = "trudy", .role = user_role::viewer, .accounts = {"bob"}}));
    CHECK(it.names.find_user("trudy")->role == user_role::viewer);
    CHECK(it.names.find_user("trudy")->accounts == std::vector<account_id>{{2}});
    CHECK(it.names.find_user("trudy")->keys.size() == 1);
    const std::uint64_t index = it.machine.index();
    CHECK(!it.carry_out(
        access_spec{.name = "trudy", .role = user_role::viewer, .accounts = {"bob"}}));
    CHECK(it.machine.index() == index);
    CHECK(it.said(access_spec{.name = "zoe", .accounts = {}}) == "unknown: there is no user 'zoe'");
}

TEST_CASE("keys come and go, up to 8 of a user") {
    market it;
    REQUIRE(!it.carry_out(a_user("trudy", user_role::trader, {})));
    const auto key = [](unsigned i) {
        return key_spec{.name = "trudy", .key = {.id = "0000000" + std::to_string(i), .hash = "h"}};
    };
    for (unsigned i = 2; i <= 8; ++i) {
        REQUIRE(!it.carry_out(key(i)));
    }
    REQUIRE(!it.carry_out(key(8)));
    CHECK(it.said(key(9)) == "over_bound: trudy has 8 keys: revoke one first");
    key_spec other = key(8);
    other.key.hash = "other";
    CHECK(it.said(other) == "exists: trudy has another key 00000008: make a new one");
    REQUIRE(!it.carry_out(revoke_spec{.name = "trudy", .key_id = "00000001"}));
    REQUIRE(!it.carry_out(key(9)));
    CHECK(it.names.find_user("trudy")->keys.front().id == "00000002");
    CHECK(it.said(revoke_spec{.name = "trudy", .key_id = "00000001"}) ==
          "unknown: trudy has no key '00000001': it never had, or it was revoked");
    CHECK(it.said(revoke_spec{.name = "zoe", .key_id = {}}) == "unknown: there is no user 'zoe'");
}

TEST_CASE("a user who is revoked stays so") {
    market it;
    REQUIRE(!it.carry_out(a_user("trudy", user_role::trader, {})));
    REQUIRE(!it.carry_out(revoke_spec{.name = "trudy", .key_id = {}}));
    CHECK(it.names.find_user("trudy")->revoked);
    CHECK(!it.carry_out(revoke_spec{.name = "trudy", .key_id = {}}));
    CHECK(it.said(a_user("trudy", user_role::trader, {})) ==
          "exists: trudy is there already, and another: it was revoked, and its name is not used "
          "again");
    CHECK(it.said(access_spec{.name = "trudy", .accounts = {}}) ==
          "exists: trudy was revoked, for ever: add another user");
    CHECK(it.said(key_spec{.name = "trudy", .key = {.id = "00000009", .hash = "h"}}) ==
          "exists: trudy was revoked, for ever: add another user");
}

TEST_CASE("the last operator with a key cannot be locked out") {
    market it;
    const std::string last = "refused: ann is the last operator with a key: make another one first";
    REQUIRE(!it.carry_out(a_user("ann", user_role::market_operator, {})));
    REQUIRE(!it.carry_out(a_user("trudy", user_role::trader, {})));
    CHECK(it.said(revoke_spec{.name = "ann", .key_id = {}}) == last);
    CHECK(it.said(revoke_spec{.name = "ann", .key_id = "00000001"}) == last);
    CHECK(it.said(access_spec{.name = "ann", .role = user_role::viewer, .accounts = {}}) == last);
    REQUIRE(!it.carry_out(a_user("bea", user_role::market_operator, {})));
    CHECK(!it.carry_out(revoke_spec{.name = "ann", .key_id = {}}));
    CHECK(
        it.said(revoke_spec{.name = "bea", .key_id = {}}).starts_with("refused: bea is the last"));
}

// --- Keys ---------------------------------------------------------------------------------------

TEST_CASE("a key that is made opens its user, and no other text does") {
    const auto made = make_key("trudy.x");
    REQUIRE(made.has_value());
    const std::string& text = made->text;
    CHECK(text.size() == 7 + 1 + 8 + 1 + 43);
    CHECK(user_of_key(text) == "trudy.x");
    CHECK(made->stored.hash.starts_with("$argon2id$"));
    CHECK(made->stored.hash.size() <= max_key_hash);
    CHECK(made->stored.hash.find(text.substr(text.size() - 43)) == std::string::npos);
    user_record user{.name = "trudy.x", .accounts = {}, .keys = {made->stored}};
    CHECK(find_fault(user) == nullptr);
    CHECK(verify_key(text, user) == key_verdict::right);

    std::string wrong = text;
    wrong.back() = wrong.back() == 'A' ? 'E' : 'A';
    CHECK(verify_key(wrong, user) == key_verdict::wrong_secret);
    user.keys[0].hash = "not a hash";
    CHECK(verify_key(text, user) == key_verdict::wrong_secret);
    // The id is hashed with the secret: one key's secret opens nothing under another id.
    user.keys[0] = {.id = "00000000", .hash = made->stored.hash};
    CHECK(verify_key(text, user) == key_verdict::unknown_key);
    std::string renamed = text;
    renamed.replace(8, 8, "00000000");
    CHECK(verify_key(renamed, user) == key_verdict::wrong_secret);
    user.revoked = true;
    CHECK(verify_key(text, user) == key_verdict::revoked);
    user.name = "trudy";
    CHECK(verify_key(text, user) == key_verdict::malformed);
}

TEST_CASE("no two keys are alike") {
    const auto one = make_key("a");
    const auto other = make_key("a");
    REQUIRE((one && other));
    CHECK(one->text != other->text);
    CHECK(one->stored.hash != other->stored.hash);
}

TEST_CASE("what is no key is said to be none, whatever it is") {
    const std::string secret(43, 'S');
    std::string too_long = ".5f0c19ab." + secret;
    too_long.insert(0, 33, 'a');
    CHECK(user_of_key("a.5f0c19ab." + secret) == "a");
    CHECK(user_of_key("a.b.5f0c19ab." + secret) == "a.b");
    for (const std::string& text :
         {std::string(), std::string("a"), std::string("a.5f0c19ab."), ".5f0c19ab." + secret,
          "a.5F0C19AB." + secret, "a.5f0c19a." + secret, "A.5f0c19ab." + secret,
          "a.5f0c19ab." + secret + "S", "a.5f0c19ab." + std::string(42, 'S') + "=",
          "a.5f0c19ab." + std::string(42, 'S') + ".", "a 5f0c19ab." + secret,
          "a.5f0c19ab " + secret, too_long, std::string(1'000'000, 'x')}) {
        CHECK(!user_of_key(text));
        CHECK(verify_key(text, {.name = "a", .accounts = {}, .keys = {}}) ==
              key_verdict::malformed);
    }
    CHECK(make_key("Not a name").error().code == errc::malformed);
}

TEST_CASE("every verdict on a key has a name") {
    CHECK(to_string(key_verdict::right) == "right");
    CHECK(to_string(key_verdict::malformed) == "malformed");
    CHECK(to_string(key_verdict::revoked) == "revoked");
    CHECK(to_string(key_verdict::unknown_key) == "unknown_key");
    CHECK(to_string(key_verdict::wrong_secret) == "wrong_secret");
    CHECK(to_string(static_cast<key_verdict>(99)) == "unknown_verdict");
}
