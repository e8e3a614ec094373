#include "runtime/client/names.hpp"

#include <algorithm>
#include <utility>

#include "messages/decimal.hpp"
#include "runtime/client/client.hpp"

namespace bourse {
namespace {

constexpr std::uint32_t page = 1'000;
constexpr std::size_t most_named = 3;

/// How many letters must be changed, put in or left out to make one of the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
        }
    }
    return row[b.size()];
}

std::string folded(std::string_view text) {
    std::string to(text);
    std::transform(to.begin(), to.end(), to.begin(), [](char each) {
        return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each;
    });
    return to;
}

error unknown(const std::string& what, std::string_view name, const std::vector<std::string>& all,
              const std::string& otherwise) {
    const std::string meant = did_you_mean(name, all);
    return {errc::unknown, "no " + what + " is called '" + std::string(name) + "'" +
                               (meant.empty() ? "; " + otherwise : meant)};
}

}  // namespace

std::vector<std::string> names_like(std::string_view wanted, const std::vector<std::string>& all) {
    const std::string low = folded(wanted);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& each : all) {
        const std::string name = folded(each);
        const bool begins = !low.empty() && (name.starts_with(low) || low.starts_with(name));
        const std::size_t far = distance(low, name);
        if (begins || far <= 1 + low.size() / 4) {
            near.emplace_back(far, each);
        }
    }
    std::sort(near.begin(), near.end());
    std::vector<std::string> to;
    for (std::size_t i = 0; i < std::min(near.size(), most_named); ++i) {
        to.push_back(near[i].second);
    }
    return to;
}

std::string did_you_mean(std::string_view wanted, const std::vector<std::string>& all) {
    std::string sentence;
    const auto like = names_like(wanted, all);
    for (std::size_t i = 0; i < like.size(); ++i) {
        sentence += (i == 0 ? "; did you mean " : i + 1 == like.size() ? " or " : ", ") + like[i];
    }
    return like.empty() ? "" : sentence + "?";
}

error to_error(const request_refused& why) {
    switch (why.what) {
        case request_refused::kind::not_found:
            return {errc::unknown, why.why};
        case request_refused::kind::overloaded:
            return {errc::overloaded, why.why + "; nothing was done: again in " +
                                          std::to_string(why.retry_after_ms) + " ms"};
        default:
            return {errc::refused, why.why};
    }
}

result<const std::vector<instrument_line>*> market_names::instruments() {
    if (instruments_) {
        return &*instruments_;
    }
    std::vector<instrument_line> all;
    for (bool is_last = false; !is_last;) {
        auto answer = expect<instruments_answer>(session_.ask(
            instruments_request{.after = all.empty() ? "" : all.back().name, .most = page}));
        if (const auto* const refused = std::get_if<request_refused>(&answer)) {
            return to_error(*refused);
        }
        auto& got = std::get<instruments_answer>(answer);
        is_last = got.is_last || got.instruments.empty();
        std::move(got.instruments.begin(), got.instruments.end(), std::back_inserter(all));
    }
    instruments_ = std::move(all);
    return &*instruments_;
}

result<std::vector<account_line>> market_names::accounts() {
    std::vector<account_line> all;
    for (bool is_last = false; !is_last;) {
        auto answer = expect<accounts_answer>(session_.ask(
            accounts_request{.after = all.empty() ? "" : all.back().name, .most = page}));
        if (const auto* const refused = std::get_if<request_refused>(&answer)) {
            return to_error(*refused);
        }
        auto& got = std::get<accounts_answer>(answer);
        is_last = got.is_last || got.accounts.empty();
        std::move(got.accounts.begin(), got.accounts.end(), std::back_inserter(all));
    }
    return all;
}

result<const instrument_line*> market_names::instrument(std::string_view name) {
    const auto all = instruments();
    if (!all) {
        return all.error();
    }
    std::vector<std::string> known;
    for (const instrument_line& each : **all) {
        if (each.name == name) {
            return &each;
        }
        known.push_back(each.name);
    }
    return unknown("instrument", name, known,
                   known.empty() ? "there is none yet: 'bourse instrument add' lists one"
                                 : "'bourse instrument list' shows them all");
}

result<account_line> market_names::account(std::string_view name) {
    // The last name that can stand before it; no name has a tilde in it.
    std::string before(name);
    if (!before.empty()) {
        before.back() = static_cast<char>(before.back() - 1);
        before += '~';
    }
    auto answer = expect<accounts_answer>(
        session_.ask(accounts_request{.after = name.empty() ? "" : before, .most = 1}));
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        return to_error(*refused);
    }
    for (const account_line& each : std::get<accounts_answer>(answer).accounts) {
        if (each.name == name) {
            return each;
        }
    }
    const auto all = accounts();
    if (!all) {
        return all.error();
    }
    std::vector<std::string> known;
    for (const account_line& each : *all) {
        known.push_back(each.name);
    }
    return unknown("account", name, known,
                   known.empty() ? "there is none that you may see: 'bourse account open' opens one"
                                 : "'bourse account list' shows those that you may use");
}

instrument_record market_names::record_of(const instrument_line& line) {
    instrument_record to;
    to.name = line.name;
    to.state = record_state::ready;
    to.currency = line.currency;
    if (const auto tick = parse_decimal(line.tick)) {
        to.tick = *tick;
    }
    if (const auto lot = parse_decimal(line.lot)) {
        to.lot = *lot;
    }
    to.description = line.description;
    to.terms = line.terms;
    return to;
}

currency_record market_names::currency_of(const instrument_line& line) {
    return {.name = line.currency, .id = line.terms.currency, .decimals = line.currency_decimals};
}

result<currency_record> market_names::currency(std::string_view name) {
    const auto all = instruments();
    if (!all) {
        return all.error();
    }
    std::vector<std::string> known;
    for (const instrument_line& each : **all) {
        if (each.currency == name) {
            return currency_of(each);
        }
        if (std::find(known.begin(), known.end(), each.currency) == known.end()) {
            known.push_back(each.currency);
        }
    }
    return unknown("currency", name, known,
                   "an instrument that is paid in it makes it: 'bourse instrument add --currency'");
}

const instrument_line* market_names::instrument(symbol_id symbol) {
    if (const auto all = instruments()) {
        for (const instrument_line& each : **all) {
            if (each.terms.rules.symbol == symbol) {
                return &each;
            }
        }
    }
    return nullptr;
}

std::optional<currency_record> market_names::currency(currency_id id) {
    if (const auto all = instruments()) {
        for (const instrument_line& each : **all) {
            if (each.terms.currency == id) {
                return currency_of(each);
            }
        }
    }
    return std::nullopt;
}

std::string market_names::symbol_text(symbol_id symbol) {
    const instrument_line* const found = instrument(symbol);
    return found != nullptr ? found->name : "#" + std::to_string(symbol.value);
}

}  // namespace bourse
