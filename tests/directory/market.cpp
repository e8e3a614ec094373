#include "market.hpp"

#include <doctest/doctest.h>

namespace bourse {

void market::apply(std::vector<shard_command> commands) {
    const entry next{.index = machine.index() + 1, .at = now, .commands = std::move(commands)};
    machine.apply(next, out_);
    names.follow(next, machine);
}

reason market::answer(const shard_command& one) {
    apply({one});
    REQUIRE(!out_.reports.empty());
    return out_.reports.back().what.reason;
}

std::optional<error> market::carry_out(directory_act::spec asked, std::size_t most) {
    directory_act act(std::move(asked), now);
    for (steps_ = 0; steps_ < most; ++steps_) {
        const auto next = act.next(names);
        if (!next) {
            return next.error();
        }
        if (!*next) {
            return std::nullopt;
        }
        CHECK((*next)->to == names.home());
        act.answer(answer((*next)->what));
    }
    return error{errc::overloaded, "not done yet"};
}

std::string market::said(directory_act::spec asked) {
    const auto refused = carry_out(std::move(asked));
    return refused ? std::string(to_string(refused->code)) + ": " + refused->what : "done";
}

bool market::is_in_step() const {
    const directory again(machine);
    const auto same = [](const auto& a, const auto& b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (!(*a[i] == *b[i])) {
                return false;
            }
        }
        return true;
    };
    constexpr std::size_t all = 100'000;
    return names.index() == again.index() && names.unread().size() == again.unread().size() &&
           same(names.currencies("", all), again.currencies("", all)) &&
           same(names.instruments("", all), again.instruments("", all)) &&
           same(names.accounts("", all), again.accounts("", all)) &&
           same(names.users("", all), again.users("", all)) &&
           names.free_currency() == again.free_currency() &&
           names.free_symbol() == again.free_symbol() &&
           names.free_account() == again.free_account();
}

instrument_spec an_instrument(std::string name) {
    instrument_spec spec;
    spec.name = std::move(name);
    return spec;
}

account_spec an_account(std::string name, std::vector<deposit_spec> deposits) {
    account_spec spec;
    spec.name = std::move(name);
    spec.deposits = std::move(deposits);
    return spec;
}

user_spec a_user(std::string name, user_role role, std::vector<std::string> accounts,
                 std::string key_id) {
    return {.name = std::move(name),
            .role = role,
            .accounts = std::move(accounts),
            .key = {.id = std::move(key_id), .hash = "none"}};
}

put_record writing(record_table table, std::string key, std::string value, std::uint64_t expected) {
    return {.request = {},
            .table = table,
            .expected = expected,
            .what = record_text{.key = std::move(key), .value = std::move(value)}};
}

}  // namespace bourse
