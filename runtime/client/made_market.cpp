#include "runtime/client/made_market.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "runtime/client/client.hpp"
#include "runtime/client/names.hpp"

namespace bourse {
namespace {

constexpr std::size_t acts_at_once = 16;
constexpr std::size_t commands_of_call = 1'000;
/// Credit of an asset: far above what orders of a program add up to, far below what 64 bits have.
constexpr std::int64_t credit = std::int64_t{1} << 50U;

/// Asks many things, some at a time; the first refusal that says that a thing cannot be ends it.
class many_acts {
public:
    many_acts(client& session, const made_market_options& options, std::uint64_t all)
        : session_(session), options_(options), all_(all) {}

    void ask(session_request request) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return under_way_ < acts_at_once; });
        ++under_way_;
        lock.unlock();
        session_.ask(std::move(request), [this](session_answer answer) {
            const std::lock_guard inner(mutex_);
            --under_way_;
            ++done_;
            if (auto* const refused = std::get_if<request_refused>(&answer);
                refused != nullptr && !fault_) {
                fault_ = to_error(*refused);
            }
            changed_.notify_all();
        });
        if (options_.progress) {
            options_.progress(done_, all_);
        }
    }
    outcome finish() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return under_way_ == 0; });
        if (fault_) {
            return *fault_;
        }
        return done{};
    }

private:
    client& session_;
    const made_market_options& options_;
    std::uint64_t all_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t under_way_ = 0;
    std::atomic<std::uint64_t> done_{0};
    std::optional<error> fault_;
};

outcome submit_all(client& session, std::vector<shard_command> commands) {
    for (std::size_t from = 0; from < commands.size(); from += commands_of_call) {
        const std::size_t until = std::min(from + commands_of_call, commands.size());
        std::vector<shard_command> part(commands.begin() + static_cast<std::ptrdiff_t>(from),
                                        commands.begin() + static_cast<std::ptrdiff_t>(until));
        const auto answer = expect<submitted>(session.submit_surely(std::move(part)));
        if (const auto* const refused = std::get_if<request_refused>(&answer)) {
            return to_error(*refused);
        }
        for (const command_outcome& each : std::get<submitted>(answer).outcomes) {
            if (each.first.what.kind == event_kind::command_refused) {
                return error{errc::refused, "a market cannot be made: " +
                                                std::string(to_string(each.first.what.reason))};
            }
        }
    }
    return done{};
}

template <typename Line>
std::map<std::string, const Line*> by_name(const std::vector<Line>& lines) {
    std::map<std::string, const Line*> all;
    for (const Line& each : lines) {
        all[each.name] = &each;
    }
    return all;
}

/// Those of `wanted`, in that order; or the first that is not there.
template <typename Line>
result<std::vector<Line>> pick(const std::vector<Line>& from,
                               const std::vector<std::string>& wanted) {
    const auto all = by_name(from);
    std::vector<Line> to;
    for (const std::string& each : wanted) {
        const auto found = all.find(each);
        if (found == all.end()) {
            return error{errc::unknown, each + " was made, and is not there"};
        }
        to.push_back(*found->second);
    }
    return to;
}

}  // namespace

result<made_market> make_market(client& session, const made_market_options& options) {
    market_names before(session);
    const auto known_instruments = before.instruments();
    if (!known_instruments) {
        return known_instruments.error();
    }
    const auto known_accounts = before.accounts();
    if (!known_accounts) {
        return known_accounts.error();
    }
    const auto instruments = by_name(**known_instruments);
    const auto accounts = by_name(*known_accounts);
    many_acts acts(session, options, options.instruments.size() + options.accounts.size());
    for (const std::string& each : options.instruments) {
        if (!instruments.contains(each)) {
            add_instrument made;
            made.name = each;
            made.tick = options.tick;
            acts.ask(std::move(made));
        }
    }
    for (const std::string& each : options.accounts) {
        if (!accounts.contains(each)) {
            open_named_account made;
            made.name = each;
            made.kind = account_kind::house;
            acts.ask(std::move(made));
        }
    }
    if (auto made = acts.finish(); !made) {
        return made.error();
    }

    market_names after(session);
    const auto listed = after.instruments();
    if (!listed) {
        return listed.error();
    }
    const auto opened = after.accounts();
    if (!opened) {
        return opened.error();
    }
    auto picked_instruments = pick(**listed, options.instruments);
    if (!picked_instruments) {
        return picked_instruments.error();
    }
    auto picked_accounts = pick(*opened, options.accounts);
    if (!picked_accounts) {
        return picked_accounts.error();
    }
    std::vector<shard_command> commands;
    for (const instrument_line& each : *picked_instruments) {
        if (each.state != market_state::open) {
            commands.emplace_back(
                book_state{.request = {}, .symbol = each.terms.rules.symbol, .what = {}});
        }
    }
    for (const account_line& each : *picked_accounts) {
        const auto give = [&](asset_id asset) {
            commands.emplace_back(set_limit{.request = {},
                                            .account = each.id,
                                            .risk_group = {},
                                            .kind = limit_kind::credit_line,
                                            .asset = asset,
                                            .value = credit});
        };
        if (!picked_instruments->empty()) {
            give(asset_of(picked_instruments->front().terms.currency));
        }
        for (const instrument_line& in : *picked_instruments) {
            give(asset_of(in.terms.rules.symbol));
        }
    }
    if (auto done_all = submit_all(session, std::move(commands)); !done_all) {
        return done_all.error();
    }
    return made_market{*std::move(picked_instruments), *std::move(picked_accounts)};
}

}  // namespace bourse
