#include "actors/session/report_source.hpp"

#include <utility>

#include "actors/replica/stored_output.hpp"

namespace bourse {

void report_source::look() {
    coming_.take(came_);
    recent_.insert(recent_.end(), came_.begin(), came_.end());
    came_.clear();
}

void report_source::durable(std::uint64_t index) {
    look();
    while (!recent_.empty() && recent_.front()->what.index <= index) {
        recent_.pop_front();
    }
    store_.reset();
}

outcome report_source::find_stored(past_reports& into, std::uint64_t& next, std::size_t most) {
    constexpr std::size_t one_entry = 1;
    if (store_ == nullptr) {
        auto opened = event_store::open(rows_, options_);
        if (!opened) {
            return opened.error();
        }
        store_ = std::move(*opened);
    }
    while (into.reports.size() < most) {
        auto place = store_->find_report(shard_, into.account, next);
        if (!place) {
            return place.error();
        }
        if (place->found != report_place::kind::kept) {
            if (place->found == report_place::kind::dropped && into.reports.empty()) {
                into.first_kept = place->first_kept;
            }
            return done{};
        }
        if (auto got = store_->read(shard_, place->index, place->index, one_entry, read_); !got) {
            // Dropped since it was looked up: the next look says so.
            store_.reset();
            return got.error().code == errc::not_kept ? outcome(done{}) : got;
        }
        const auto unpacked = unpack_output(read_.front().events);
        if (!unpacked) {
            return unpacked.error();
        }
        const std::uint64_t before = next;
        for (const report& each : unpacked->reports) {
            if (each.what.account == into.account && each.number >= next) {
                into.reports.push_back(each);
                into.at.push_back(unpacked->at);
                next = each.number + 1;
            }
        }
        if (next == before) {
            return error{errc::corrupt, "entry " + std::to_string(place->index) +
                                            " of the event store lacks report " +
                                            std::to_string(next) + " of account " +
                                            std::to_string(into.account.value)};
        }
    }
    return done{};
}

void report_source::find_recent(past_reports& into, std::uint64_t& next, std::size_t most) const {
    for (const told_entry_ptr& each : recent_) {
        const account_reports* const told = each->reports.find(into.account);
        if (told == nullptr || told->first == 0 || told->first + told->numbered().size() <= next) {
            continue;
        }
        if (told->first > next || into.reports.size() >= most) {
            return;
        }
        for (const std::uint32_t at : told->numbered().subspan(next - told->first)) {
            into.reports.push_back(each->what.out.reports[at]);
            into.at.push_back(each->what.what.at);
        }
        next = told->first + told->numbered().size();
    }
}

result<past_reports> report_source::find(account_id account, std::uint64_t from, std::size_t most) {
    look();
    past_reports found;
    found.account = account;
    found.first = from;
    std::uint64_t next = from;
    if (auto stored = find_stored(found, next, most); !stored) {
        return stored.error();
    }
    if (found.first_kept == 0) {
        find_recent(found, next, most);
    }
    return found;
}

}  // namespace bourse
