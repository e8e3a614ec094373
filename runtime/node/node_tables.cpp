#include "runtime/node/node_tables.hpp"

#include <utility>

namespace bourse {
namespace {

std::string_view name_of(user_role role) {
    switch (role) {
        case user_role::viewer:
            return "viewer";
        case user_role::trader:
            return "trader";
        case user_role::market_operator:
            return "operator";
    }
    return "unknown";
}

table_answer session_lines(const sessions& table, const std::string& name) {
    table_answer lines;
    lines.columns = {"session", "user", "role", "accounts", "in_flight", "entries_waiting"};
    for (const lane_ptr& each : table.all()) {
        const session_options& of = each->options;
        if (name.empty() || name == of.user || name == std::to_string(of.number.value)) {
            lines.rows.push_back({std::to_string(of.number.value), of.user,
                                  std::string(name_of(of.role)), std::to_string(of.accounts.size()),
                                  std::to_string(each->in_flight.load()),
                                  std::to_string(each->entries_on_way.load())});
        }
    }
    return lines;
}

std::string health_of(const shard_figures& of) {
    switch (of.health) {
        case shard_health::serving:
            return "serving";
        case shard_health::cancels_only:
            return "room for cancels only";
        case shard_health::clock_in_doubt:
            return "clock in doubt";
        case shard_health::stuck:
            return "stuck at entry " + std::to_string(of.index + 1);
    }
    return "unknown";
}

table_answer shard_lines(const shard_figures& of) {
    table_answer lines;
    lines.columns = {"shard",   "role",    "health",     "index", "commands",
                     "reports", "waiting", "checkpoint", "events"};
    lines.rows.push_back({"1", of.leads ? "leader" : "follower", health_of(of),
                          std::to_string(of.index), std::to_string(of.commands),
                          std::to_string(of.reports), std::to_string(of.waiting),
                          std::to_string(of.checkpoint), std::to_string(of.events_durable)});
    return lines;
}

table_answer sink_lines(const shard_figures& of,
                        const std::pair<std::uint64_t, std::string>& history) {
    const std::uint64_t index = of.index;
    table_answer lines;
    lines.columns = {"sink", "shard", "index", "lag", "why"};
    const auto add = [&](const char* sink, std::uint64_t has, const std::string& why) {
        lines.rows.push_back(
            {sink, "1", std::to_string(has), std::to_string(index > has ? index - has : 0), why});
    };
    add("events", of.events_durable, "");
    add("history", history.first, history.second);
    return lines;
}

}  // namespace

void add_node_tables(actor_registry& to, const node_identity& identity, const std::string& folder,
                     sessions_ptr table, std::shared_ptr<shard_figures> figures,
                     std::shared_ptr<history_parts> history, const std::string& no_history) {
    const auto nodes = [identity, folder](const std::string& name) {
        return lines_of({{"node", "starts", "data"},
                         {{std::to_string(identity.id), std::to_string(identity.starts), folder}}},
                        name);
    };
    to.add_table("nodes", nodes);
    to.add_table("shards", [figures](const std::string& name) {
        return lines_of(shard_lines(*figures), name);
    });
    to.add_table(
        "sinks", [figures, history = std::move(history), no_history](const std::string& name) {
            const auto progress = history != nullptr ? history->progress.now()
                                                     : std::pair{std::uint64_t{0}, no_history};
            return lines_of(sink_lines(*figures, progress), name);
        });
    to.add_table("sessions",
                 [table](const std::string& name) { return session_lines(*table, name); });
    to.add_table("status", [identity, table, figures](const std::string&) {
        return table_answer{
            {"node", "shard", "role", "health", "index", "sessions"},
            {{std::to_string(identity.id), "1", figures->leads ? "leader" : "follower",
              health_of(*figures), std::to_string(figures->index), std::to_string(table->size())}}};
    });
}

}  // namespace bourse
