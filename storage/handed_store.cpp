#include "storage/handed_store.hpp"

#include <algorithm>
#include <utility>

#include "messages/assert.hpp"

namespace bourse {
namespace {

std::string_view text_of(row_bytes key) {
    return {reinterpret_cast<const char*>(key.data()), key.size()};
}
row_bytes bytes_of(std::string_view key) {
    return std::as_bytes(std::span(key.data(), key.size()));
}

}  // namespace

// --- Carrying out ---------------------------------------------------------------------------------

std::size_t handed_rows::size() const noexcept {
    std::size_t all = 0;
    for (const table_changes& each : tables_) {
        all += each.rows.size();
    }
    return all;
}

outcome handed_rows::carry_out() {
    if (auto begun = real_->begin(); !begun) {
        return begun;
    }
    for (std::size_t t = 0; t < tables_.size(); ++t) {
        const auto table = static_cast<row_table>(t);
        if (tables_[t].is_cleared) {
            if (auto cleared = real_->clear(table); !cleared) {
                return cleared;
            }
        }
        // By rising key: neighbours share pages.
        std::vector<std::pair<std::string_view, const change*>> sorted;
        sorted.reserve(tables_[t].rows.size());
        for (const auto& [key, what] : tables_[t].rows) {
            sorted.emplace_back(key, &what);
        }
        std::sort(sorted.begin(), sorted.end(),
                  [](const auto& one, const auto& other) { return one.first < other.first; });
        for (const auto& [key, what] : sorted) {
            auto did = what->is_there ? real_->put(table, bytes_of(key), what->value)
                                      : real_->erase(table, bytes_of(key));
            if (!did) {
                return did;
            }
        }
    }
    return real_->commit();
}

// --- Noting ---------------------------------------------------------------------------------------

handed_rows handed_store::take() {
    BOURSE_ASSERT(state_ == state::committing);
    state_ = state::handed;
    handed_rows work = std::exchange(pending_, {});
    pending_.tables_.resize(table_count_);
    work.real_ = &real_;
    return work;
}

void handed_store::done(const outcome& result) {
    BOURSE_ASSERT(state_ == state::handed);
    state_ = state::carried;
    if (!result) {
        dead_ = result.error();
    }
}

result<std::unique_ptr<row_reader>> handed_store::read() {
    if (dead_) {
        return *dead_;
    }
    return real_.read();
}

outcome handed_store::begin() {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(state_ == state::idle);
    // Is there room?
    if (auto begun = real_.begin(); !begun) {
        return begun;
    }
    real_.abandon();
    auto reader = real_.read();
    if (!reader) {
        return reader.error();
    }
    before_ = std::move(*reader);
    state_ = state::changing;
    return bourse::done{};
}

handed_rows::change& handed_store::change_of(row_table table, row_bytes key) {
    BOURSE_ASSERT(state_ == state::changing && !key.empty());
    auto& rows = pending_.tables_[static_cast<std::size_t>(table)].rows;
    const auto found = rows.find(text_of(key));
    return found != rows.end()
               ? found->second
               : rows.emplace(std::string(text_of(key)), handed_rows::change{}).first->second;
}

outcome handed_store::put(row_table table, row_bytes key, row_bytes value) {
    if (dead_) {
        return *dead_;
    }
    if (key.size() > max_row_key_bytes || value.size() > max_row_value_bytes) {
        return error{errc::over_bound, path() + ": a row with a key of " +
                                           std::to_string(key.size()) + " and a value of " +
                                           std::to_string(value.size()) +
                                           " bytes is longer than rows may be"};
    }
    handed_rows::change& row = change_of(table, key);
    row.is_there = true;
    row.value.assign(value.begin(), value.end());
    return bourse::done{};
}

outcome handed_store::erase(row_table table, row_bytes key) {
    if (dead_) {
        return *dead_;
    }
    handed_rows::change& row = change_of(table, key);
    row.is_there = false;
    row.value.clear();
    return bourse::done{};
}

outcome handed_store::clear(row_table table) {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(state_ == state::changing);
    handed_rows::table_changes& all = pending_.tables_[static_cast<std::size_t>(table)];
    all.is_cleared = true;
    all.rows.clear();
    return bourse::done{};
}

result<std::optional<row_bytes>> handed_store::get(row_table table, row_bytes key) {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(state_ == state::changing);
    const handed_rows::table_changes& all = pending_.tables_[static_cast<std::size_t>(table)];
    if (const auto found = all.rows.find(text_of(key)); found != all.rows.end()) {
        return found->second.is_there ? std::optional<row_bytes>(found->second.value)
                                      : std::nullopt;
    }
    return all.is_cleared ? result<std::optional<row_bytes>>(std::optional<row_bytes>())
                          : before_->get(table, key);
}

outcome handed_store::start_commit() {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(state_ == state::changing);
    before_.reset();
    state_ = state::committing;
    return bourse::done{};
}

outcome handed_store::finish_commit() {
    // Before anything is handed on, at a start: here and now.
    if (state_ == state::committing) {
        done(take().carry_out());
    }
    BOURSE_ASSERT(state_ == state::carried);
    state_ = state::idle;
    if (dead_) {
        return *dead_;
    }
    return bourse::done{};
}

void handed_store::abandon() {
    BOURSE_ASSERT(state_ == state::idle || state_ == state::changing);
    before_.reset();
    pending_ = {};
    pending_.tables_.resize(table_count_);
    state_ = state::idle;
}

}  // namespace bourse
