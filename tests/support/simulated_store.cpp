#include "tests/support/simulated_store.hpp"

#include "messages/assert.hpp"

namespace bourse {
namespace {

std::vector<std::byte> bytes_of(row_bytes from) {
    return {from.begin(), from.end()};
}

class simulated_reader : public row_reader {
public:
    simulated_reader(std::shared_ptr<const simulated_store::tables> rows,
                     std::shared_ptr<unsigned> readers)
        : rows_(std::move(rows)), readers_(std::move(readers)) {
        ++*readers_;
    }
    ~simulated_reader() override { --*readers_; }
    simulated_reader(const simulated_reader&) = delete;
    simulated_reader& operator=(const simulated_reader&) = delete;

    [[nodiscard]] result<std::optional<row_bytes>> get(row_table table, row_bytes key) override {
        BOURSE_ASSERT(!key.empty() && key.size() <= max_row_key_bytes);
        const auto& rows = rows_->at(static_cast<std::size_t>(table));
        const auto found = rows.find(key);
        return found == rows.end() ? std::optional<row_bytes>()
                                   : std::optional<row_bytes>(found->second);
    }

    outcome scan(row_table table, row_bytes from, const row_visitor& visit) override {
        const auto& rows = rows_->at(static_cast<std::size_t>(table));
        auto row = rows.lower_bound(from);
        while (row != rows.end() && visit(row->first, row->second)) {
            ++row;
        }
        return done{};
    }

    outcome scan_back(row_table table, row_bytes from, const row_visitor& visit) override {
        BOURSE_ASSERT(!from.empty());
        const auto& rows = rows_->at(static_cast<std::size_t>(table));
        auto row = rows.upper_bound(from);
        while (row != rows.begin()) {
            --row;
            if (!visit(row->first, row->second)) {
                break;
            }
        }
        return done{};
    }

private:
    std::shared_ptr<const simulated_store::tables> rows_;
    std::shared_ptr<unsigned> readers_;
};

}  // namespace

simulated_store::simulated_store(std::size_t count, std::uint64_t seed,
                                 std::uint64_t capacity_bytes)
    : durable_(std::make_shared<tables>(count)),
      random_(seed),
      capacity_bytes_(capacity_bytes),
      readers_(std::make_shared<unsigned>(0)) {}

result<std::unique_ptr<row_reader>> simulated_store::read() {
    if (dead_) {
        return *dead_;
    }
    if (*readers_ >= max_row_readers) {
        return error{errc::overloaded, path_ + ": is being read by too many already"};
    }
    return std::unique_ptr<row_reader>(std::make_unique<simulated_reader>(durable_, readers_));
}

outcome simulated_store::begin() {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(!pending_);
    if (durable_bytes_ >= capacity_bytes_) {
        return error{errc::storage_full, path_ + ": no room (planted)"};
    }
    pending_.emplace(durable_->size());
    pending_bytes_ = 0;
    spoilt_ = false;
    return done{};
}

outcome simulated_store::change(std::uint64_t more_bytes) {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(pending_ && !committing_ && !spoilt_);
    if (changes_++ == fail_change_at_) {
        fail_change_at_.reset();
        return die("a planted error while changing");
    }
    pending_bytes_ += more_bytes;
    if (durable_bytes_ + pending_bytes_ > capacity_bytes_) {
        spoilt_ = true;
        return error{errc::storage_full, path_ + ": no room (planted)"};
    }
    return done{};
}

outcome simulated_store::put(row_table in, row_bytes key, row_bytes value) {
    BOURSE_ASSERT(!key.empty());
    if (!dead_ && (key.size() > max_row_key_bytes || value.size() > max_row_value_bytes)) {
        return error{errc::over_bound, path_ + ": a row is longer than rows may be"};
    }
    auto changed = change(key.size() + value.size());
    if (changed) {
        pending_->at(static_cast<std::size_t>(in)).rows[bytes_of(key)] = bytes_of(value);
    }
    return changed;
}

outcome simulated_store::erase(row_table in, row_bytes key) {
    BOURSE_ASSERT(!key.empty());
    if (!dead_ && key.size() > max_row_key_bytes) {
        return error{errc::over_bound, path_ + ": a key is longer than keys may be"};
    }
    auto changed = change(0);
    if (changed) {
        pending_->at(static_cast<std::size_t>(in)).rows[bytes_of(key)] = std::nullopt;
    }
    return changed;
}

outcome simulated_store::clear(row_table in) {
    auto changed = change(0);
    if (changed) {
        pending_->at(static_cast<std::size_t>(in)) = {true, {}};
    }
    return changed;
}

result<std::optional<row_bytes>> simulated_store::get(row_table in, row_bytes key) {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(pending_ && !committing_ && !spoilt_);
    BOURSE_ASSERT(!key.empty() && key.size() <= max_row_key_bytes);
    const table_change& changed = pending_->at(static_cast<std::size_t>(in));
    if (const auto found = changed.rows.find(key); found != changed.rows.end()) {
        return found->second ? std::optional<row_bytes>(*found->second)
                             : std::optional<row_bytes>();
    }
    const table& before = durable_->at(static_cast<std::size_t>(in));
    const auto found = before.find(key);
    return changed.cleared || found == before.end() ? std::optional<row_bytes>()
                                                    : std::optional<row_bytes>(found->second);
}

outcome simulated_store::start_commit() {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(pending_ && !committing_ && !spoilt_);
    committing_ = true;
    return done{};
}

outcome simulated_store::finish_commit() {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(pending_ && committing_);
    committing_ = false;
    if (fail_commit_) {
        unknown_ = true;
        return die("a planted error while committing");
    }
    make_durable();
    pending_.reset();
    return done{};
}

void simulated_store::make_durable() {
    if (durable_.use_count() > 1) {
        durable_ = std::make_shared<tables>(*durable_);
    }
    for (std::size_t i = 0; i < durable_->size(); ++i) {
        table& rows = durable_->at(i);
        table_change& changed = pending_->at(i);
        if (changed.cleared) {
            for (const auto& row : rows) {
                durable_bytes_ -= row.first.size() + row.second.size();
            }
            rows.clear();
        }
        for (auto& row : changed.rows) {
            if (const auto old = rows.find(row.first); old != rows.end()) {
                durable_bytes_ -= old->first.size() + old->second.size();
                rows.erase(old);
            }
            if (row.second) {
                durable_bytes_ += row.first.size() + row.second->size();
                rows.emplace(row.first, std::move(*row.second));
            }
        }
    }
}

void simulated_store::abandon() {
    BOURSE_ASSERT(!committing_);
    if (!unknown_) {
        pending_.reset();
    }
    spoilt_ = false;
}

void simulated_store::crash() {
    if (pending_ && (committing_ || unknown_) && random_() % 2 == 0) {
        make_durable();
    }
    pending_.reset();
    committing_ = false;
    unknown_ = false;
    spoilt_ = false;
    fail_commit_ = false;
    fail_change_at_.reset();
    dead_.reset();
    readers_ = std::make_shared<unsigned>(0);
}

outcome simulated_store::die(const std::string& why) {
    dead_ = error{errc::unwritable, path_ + ": " + why};
    return *dead_;
}

simulated_store::tables& simulated_store::durable() {
    BOURSE_ASSERT(durable_.use_count() == 1);
    return *durable_;
}

}  // namespace bourse
