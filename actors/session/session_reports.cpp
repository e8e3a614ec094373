// Subscriptions of a session: reports, from a number on; and the credit of all.
#include <algorithm>
#include <utility>

#include "actors/session/session.hpp"

namespace bourse {

void session::subscribe(std::uint64_t ask, const subscribe_reports& what) {
    if (reports_.contains(ask) || markets_.contains(ask)) {
        refuse(ask, request_refused::kind::malformed,
               "there is a subscription of this number already");
        return;
    }
    report_reader& made = reports_[ask];
    made.account = what.account;
    made.next = what.from;
    out_.watches.push_back({what.account, true});
    if (what.from != 0) {
        catch_up(made);  // it begins when those are there
        return;
    }
    made.is_begun = true;
    answer(ask, subscribed{});
}

void session::grant(const grant_credit& what, session_request request, std::uint64_t ask) {
    if (const auto found = reports_.find(what.subscription); found != reports_.end()) {
        report_reader& reader = found->second;
        reader.credit = std::min(max_credit, reader.credit + std::min(what.pushes, max_credit));
        if (reader.seen >= reader.next && reader.next != 0) {
            catch_up(reader);
        }
        answer(ask, done_answer{});
    } else if (markets_.contains(what.subscription)) {
        out_.questions.push_back({ask, std::move(request)});
        questions_[ask] = false;
    } else {
        refuse(ask, request_refused::kind::not_found,
               "there is no subscription " + std::to_string(what.subscription));
    }
}

void session::end(const unsubscribe& what, session_request request, std::uint64_t ask) {
    if (const auto found = reports_.find(what.subscription); found != reports_.end()) {
        out_.watches.push_back({found->second.account, false});
        reports_.erase(found);
        answer(ask, done_answer{});
    } else if (markets_.erase(what.subscription) > 0) {
        out_.questions.push_back({ask, std::move(request)});
        questions_[ask] = false;
    } else {
        refuse(ask, request_refused::kind::not_found,
               "there is no subscription " + std::to_string(what.subscription));
    }
}

/// Asks for what it should be told next, unless it has asked, or cannot take it.
void session::catch_up(report_reader& reader) {
    if (!reader.is_catching_up && reader.credit > 0) {
        reader.is_catching_up = true;
        out_.wanted.push_back({reader.account, reader.next});
    }
}

void session::push(std::uint64_t ask, report_reader& reader, std::vector<report> reports,
                   std::vector<timestamp> at) {
    reader.next = reports.back().number + 1;
    --reader.credit;
    answer(ask, reports_push{reader.account, std::move(reports), std::move(at)});
}

void session::tell_reader(std::uint64_t ask, report_reader& reader, const told_entry& entry) {
    const account_reports* const told = entry.reports.find(reader.account);
    if (told == nullptr || told->first == 0) {
        return;
    }
    const auto numbered = told->numbered();
    const std::uint64_t last = told->first + numbered.size() - 1;
    if (reader.next == 0) {
        reader.next = told->first;
    }
    if (last < reader.next) {
        return;
    }
    reader.seen = std::max(reader.seen, last);
    if (reader.is_catching_up || reader.credit == 0 || told->first > reader.next) {
        catch_up(reader);
        return;
    }
    const std::size_t skipped = reader.next - told->first;
    std::vector<report> reports;
    reports.reserve(numbered.size() - skipped);
    for (const std::uint32_t at : numbered.subspan(skipped)) {
        reports.push_back(entry.what.out.reports[at]);
    }
    std::vector<timestamp> at(reports.size(), entry.what.what.at);
    push(ask, reader, std::move(reports), std::move(at));
}

void session::missed() {
    for (auto& [ask, reader] : reports_) {
        if (reader.next != 0) {
            reader.seen = std::max(reader.seen, reader.next);
            catch_up(reader);
        }
    }
}

void session::past(past_reports reports) {
    if (is_closed_) {
        return;
    }
    for (auto next = reports_.begin(); next != reports_.end();) {
        auto& [ask, reader] = *next;
        if (reader.account != reports.account || !reader.is_catching_up ||
            (reports.reports.empty() ? reports.first : reports.reports.front().number) !=
                reader.next) {
            ++next;
            continue;
        }
        reader.is_catching_up = false;
        if (reports.first_kept != 0) {
            refuse(ask, request_refused::kind::not_kept,
                   "report " + std::to_string(reader.next) +
                       " is not kept any more; the first that is: " +
                       std::to_string(reports.first_kept));
            out_.watches.push_back({reader.account, false});
            next = reports_.erase(next);
            continue;
        }
        if (!reader.is_begun) {
            reader.is_begun = true;
            answer(ask, subscribed{});
        }
        if (!reports.reports.empty() && reader.credit > 0) {
            const bool is_full = reports.reports.size() >= max_reports_of_push;
            push(ask, reader, reports.reports, reports.at);
            if (is_full) {
                reader.seen = std::max(reader.seen, reader.next);  // there may be more
            }
        } else if (reports.reports.empty()) {
            reader.seen = std::min(reader.seen, reader.next - 1);  // nothing is there yet
        }
        if (reader.seen >= reader.next) {
            catch_up(reader);
        }
        ++next;
    }
}

}  // namespace bourse
