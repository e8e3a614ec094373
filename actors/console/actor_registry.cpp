#include "actors/console/actor_registry.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace bourse {

std::shared_ptr<actor_count> actor_registry::add(std::string kind, std::string name) {
    auto made = std::make_shared<actor_count>(std::move(kind), std::move(name));
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [](const entry& each) { return each.count.expired(); });
    entries_.push_back({made, 0});
    return made;
}

void actor_registry::add_table(const std::string& what, table_maker maker) {
    const std::lock_guard lock(mutex_);
    tables_.emplace_back(what, std::move(maker));
}

table_answer actor_registry::actors(const std::string& name) {
    table_answer all;
    all.columns = {"kind", "name", "waiting", "handled", "per_second", "watched"};
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const double passed_s =
        std::max(std::chrono::duration<double>(now - asked_before_).count(), 1e-3);
    asked_before_ = now;
    for (entry& each : entries_) {
        const auto count = each.count.lock();
        if (count == nullptr) {
            continue;
        }
        const std::uint64_t handled = count->handled;
        const std::uint64_t sent = std::max<std::uint64_t>(count->sent, handled);
        const auto rate = static_cast<std::uint64_t>(
            std::llround(static_cast<double>(handled - each.handled_before) / passed_s));
        each.handled_before = handled;
        if (name.empty() || name == count->name || name == count->kind) {
            all.rows.push_back({count->kind, count->name, std::to_string(sent - handled),
                                std::to_string(handled), std::to_string(rate),
                                count->watched ? "yes" : "no"});
        }
    }
    std::sort(all.rows.begin(), all.rows.end());
    return all;
}

session_answer actor_registry::answer(const console_request& asked) {
    if (asked.what == "actors") {
        return found_in(actors(asked.name), asked);
    }
    table_maker found;
    std::set<std::string> known{"accept-clock", "actors", "books",
                                "make-void"};  // but for `actors` the shard's
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [what, maker] : tables_) {
            known.insert(what);
            if (what == asked.what) {
                found = maker;
            }
        }
    }
    if (!found) {
        std::string list;
        for (const std::string& each : known) {
            list += (list.empty() ? "" : ", ") + each;
        }
        return request_refused{
            request_refused::kind::not_found,
            "the console knows nothing of '" + asked.what + "'; there are: " + list, 0};
    }
    session_answer said = found(asked.name);
    if (auto* const table = std::get_if<table_answer>(&said)) {
        return found_in(std::move(*table), asked);
    }
    return said;
}

table_answer lines_of(table_answer all, const std::string& name) {
    std::erase_if(all.rows, [&](const auto& row) {
        return !name.empty() && (row.empty() || row.front() != name);
    });
    return all;
}

session_answer found_in(table_answer lines, const console_request& asked) {
    if (lines.rows.empty() && !asked.name.empty()) {
        return request_refused{request_refused::kind::not_found,
                               "there is no '" + asked.name + "' in " + asked.what + "; '" +
                                   asked.what + "' without a name shows all",
                               0};
    }
    return lines;
}

}  // namespace bourse
