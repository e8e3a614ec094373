#include "tests/support/shard/coverage.hpp"

#include <array>
#include <variant>

namespace bourse {

namespace {

// Codes 104, 123, 124, 125 and 130 want tables of 65,536 rows and more, which tests of their own fill.
constexpr std::array<unsigned, 29> wanted_reasons{100, 101, 102, 103, 105, 106, 107, 108, 109, 110,
                                                  111, 112, 113, 114, 115, 116, 117, 118, 119, 120,
                                                  121, 122, 126, 127, 128, 129, 140, 141, 142};
constexpr std::array<unsigned, 17> wanted_kinds{1,  2,  3,  4,  5,  10, 11, 12, 13,
                                                14, 15, 16, 30, 31, 32, 33, 34};

}  // namespace

void shard_coverage::count(shard_id at, const entry& applied, const shard_output& out) {
    for (const shard_command& one : applied.commands) {
        ++commands_[one.index()];
        if (const auto* limit = std::get_if<set_limit>(&one)) {
            ++limits_[limit->kind];
        }
    }
    for (const report& one : out.reports) {
        ++reasons_[one.what.reason];
        ++kinds_[one.what.kind];
        pending_repeats_ += (one.what.flags & event::pending) != 0 ? 1U : 0U;
    }
    for (const ledger_line& one : out.lines) {
        ++lines_[one.kind];
    }
    for (const sent_message& one : out.messages) {
        const auto* order = std::get_if<order_message>(&one.what);
        ++messages_[{one.what.index(), order == nullptr ? 0 : order->what.index()}];
    }
    for (const event& one : out.events) {
        if (one.kind == event_kind::fill) {
            ++fills_[one.flags];
            remote_fills_ += account_shard(one.order) != at ? 1U : 0U;
        }
    }
}

void shard_coverage::count(const shard_transport& transport) {
    repeats_ += transport.repeats();
    gaps_ += transport.gaps();
}

void shard_coverage::count(const handed_rows& checkpoint) {
    checkpoints_stored_ += checkpoint.stored();
    checkpoints_given_up_ += checkpoint.given_up();
}

void shard_coverage::add(const shard_coverage& other) {
    const auto sum = [](auto& to, const auto& from) {
        for (const auto& [key, count] : from) {
            to[key] += count;
        }
    };
    sum(reasons_, other.reasons_);
    sum(kinds_, other.kinds_);
    sum(lines_, other.lines_);
    sum(limits_, other.limits_);
    sum(commands_, other.commands_);
    sum(messages_, other.messages_);
    sum(fills_, other.fills_);
    pending_repeats_ += other.pending_repeats_;
    remote_fills_ += other.remote_fills_;
    repeats_ += other.repeats_;
    gaps_ += other.gaps_;
    checkpoints_stored_ += other.checkpoints_stored_;
    checkpoints_given_up_ += other.checkpoints_given_up_;
    count_rounds(other.longest_rounds_);
}

std::vector<std::string> shard_coverage::missing(std::uint16_t shards) const {
    std::vector<std::string> all;
    for (const unsigned code : wanted_reasons) {
        if (!reasons_.contains(static_cast<reason>(code))) {
            all.push_back("reason " + std::to_string(code) + ", " +
                          std::string(to_string(static_cast<reason>(code))));
        }
    }
    for (const unsigned kind : wanted_kinds) {
        if (!kinds_.contains(static_cast<event_kind>(kind))) {
            all.push_back("a report of kind " + std::to_string(kind));
        }
    }
    for (unsigned kind = 1; kind < line_kind_count; ++kind) {
        const bool possible = shards > 1 || static_cast<line_kind>(kind) != line_kind::clearing;
        if (possible && !lines_.contains(static_cast<line_kind>(kind))) {
            all.push_back("a line of kind " + std::to_string(kind));
        }
    }
    for (unsigned kind = 0; kind < limit_kind_count; ++kind) {
        if (!limits_.contains(static_cast<limit_kind>(kind))) {
            all.push_back("a limit of kind " + std::to_string(kind));
        }
    }
    for (std::size_t i = 0; i < std::variant_size_v<shard_command>; ++i) {
        if (!commands_.contains(i)) {
            all.push_back("command " + std::to_string(i));
        }
    }
    for (std::size_t i = 0; i < std::variant_size_v<channel_message>; ++i) {
        for (std::size_t j = 0; j < (i == 0 ? 3U : 1U); ++j) {
            // What goes to a shard that is not there is never answered.
            const bool possible = shards > 1 || i == 0 || i == 2;
            if (possible && !messages_.contains({i, j})) {
                all.push_back("a message of kind " + std::to_string(i) + "." + std::to_string(j));
            }
        }
    }
    for (const unsigned flags : {0U, 1U, 2U, 3U, 4U, 5U}) {
        if (!fills_.contains(flags)) {
            all.push_back("a fill with flags " + std::to_string(flags));
        }
    }
    if (pending_repeats_ == 0) {
        all.emplace_back("a repeat of what is pending");
    }
    if (shards == 1) {
        return all;
    }
    if (remote_fills_ == 0) {
        all.emplace_back("a fill of another shard's order");
    }
    if (repeats_ == 0 || gaps_ == 0) {
        all.emplace_back("a delivery that repeats, and one that comes too early");
    }
    return all;
}

std::string shard_coverage::summary() const {
    std::string all;
    const auto list = [&all](const char* what, const auto& counts) {
        all += what;
        for (const auto& [key, count] : counts) {
            all += " " + std::to_string(static_cast<unsigned>(key)) + "=" + std::to_string(count);
        }
        all += "\n";
    };
    list("reasons:", reasons_);
    list("reports:", kinds_);
    list("lines:", lines_);
    list("limits:", limits_);
    list("commands:", commands_);
    list("fills by flags:", fills_);
    all += "messages:";
    for (const auto& [key, count] : messages_) {
        all += " " + std::to_string(key.first) + "." + std::to_string(key.second) + "=" +
               std::to_string(count);
    }
    return all + "\npending repeats: " + std::to_string(pending_repeats_) +
           ", fills of other shards' orders: " + std::to_string(remote_fills_) +
           ", repeated deliveries: " + std::to_string(repeats_) +
           ", early ones: " + std::to_string(gaps_) +
           ", checkpoints stored: " + std::to_string(checkpoints_stored_) +
           ", given up: " + std::to_string(checkpoints_given_up_) +
           ", most rounds: " + std::to_string(longest_rounds_) + "\n";
}

}  // namespace bourse
