#include "actors/shard/records.hpp"

#include <cstring>

#include "actors/ledger/planted_bug.hpp"
#include "actors/shard/digest.hpp"

namespace bourse {

namespace {

std::size_t bytes_of(const record_row& row) {
    return row.key.size() + row.value.size();
}

bool has_sizes(std::string_view key, std::string_view value) {
    return !key.empty() && key.size() <= max_record_key && value.size() <= max_record_value;
}

bool is_table(record_table table) {
    const auto number = static_cast<std::uint8_t>(table);
    return number != 0 && number <= last_record_table;
}

}  // namespace

// 7.2.
reason records::put(const put_record& what, std::uint64_t index) {
    const auto& [key, value] = *what.what;
    if (!is_table(what.table) || !has_sizes(key, value) || (value.empty() && what.expected == 0)) {
        return reason::invalid_request;
    }
    const auto found = by_name_.find({what.table, key});
    const slot old = found == by_name_.end() ? 0 : found->second;
    const record_row& now = by_number_[old];
    if (now.revision != what.expected && (old == 0 || !BOURSE_PLANTED(ignore_revision))) {
        return reason::record_conflict;
    }
    if (value.empty()) {
        erase(old);
        return reason::none;
    }
    const std::size_t bytes = bytes_ - bytes_of(now) + key.size() + value.size();
    if (bytes > bounds_.bytes || (old == 0 && by_name_.size() >= bounds_.count)) {
        return reason::too_many_records;
    }
    if (old == 0) {
        add({.table = what.table,
             .number = free_number(),
             .revision = index,
             .key = key,
             .value = value});
        return reason::none;
    }
    changed_.note(old, row_table{*this});
    by_number_[old].revision = index;
    by_number_[old].value = value;
    bytes_ = bytes;
    return reason::none;
}

// 7.5.
std::uint64_t records::digest_of_put(const put_record& what, std::uint64_t index,
                                     std::uint64_t before) {
    const auto& [key, value] = *what.what;
    std::vector<std::byte> bytes(16 + key.size() + value.size());
    const auto put = [&](std::size_t at, std::uint64_t number, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            bytes[at + i] = static_cast<std::byte>(number >> (8 * i));
        }
    };
    put(0, index, 8);
    put(8, static_cast<std::uint8_t>(what.table), 1);
    put(9, key.size(), 1);
    put(10, value.size(), 2);
    std::memcpy(bytes.data() + 16, key.data(), key.size());
    if (!value.empty()) {
        std::memcpy(bytes.data() + 16 + key.size(), value.data(), value.size());
    }
    return digest_of(std::span<const std::byte>(bytes), before);
}

// 7.4.
slot records::free_number() const {
    return free_.empty() ? static_cast<slot>(by_number_.size()) : *free_.begin();
}

void records::add(record_row row) {
    const slot number = row.number;
    while (by_number_.size() <= number) {
        free_.insert(static_cast<slot>(by_number_.size()));
        by_number_.emplace_back();
    }
    free_.erase(number);
    bytes_ += bytes_of(row);
    by_number_[number] = std::move(row);
    by_name_.emplace(name(by_number_[number].table, by_number_[number].key), number);
    changed_.note_new(number);
}

void records::erase(slot number) {
    changed_.drop(number, row_table{*this});
    record_row& row = by_number_[number];
    by_name_.erase({row.table, row.key});
    bytes_ -= bytes_of(row);
    row = {};
    free_.insert(number);
}

const record_row* records::find(record_table table, std::string_view key) const {
    const auto found = by_name_.find({table, key});
    return found == by_name_.end() ? nullptr : &by_number_[found->second];
}

std::vector<record_row> records::list(record_table table, std::string_view after,
                                      std::size_t most) const {
    std::vector<record_row> rows;
    auto next = by_name_.upper_bound({table, after});
    while (next != by_name_.end() && next->first.first == table && rows.size() < most) {
        rows.push_back(by_number_[next->second]);
        ++next;
    }
    return rows;
}

std::vector<record_row> records::save() const {
    std::vector<record_row> rows;
    rows.reserve(by_name_.size());
    for (const record_row& row : by_number_) {
        if (row.revision != 0) {
            rows.push_back(row);
        }
    }
    return rows;
}

bool records::restore(const std::vector<record_row>& rows, std::uint64_t index) {
    for (const record_row& row : rows) {
        if (!is_table(row.table) || !has_sizes(row.key, row.value) || row.value.empty() ||
            row.revision == 0 || row.revision > index || row.number < by_number_.size() ||
            row.number > bounds_.count || bytes_ + bytes_of(row) > bounds_.bytes ||
            by_name_.contains({row.table, row.key})) {
            return false;
        }
        add(row);
    }
    changed_.note_all_stored();
    return true;
}

}  // namespace bourse
