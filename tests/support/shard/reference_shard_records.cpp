// Shard RULES 7.
#define XXH_INLINE_ALL
#include <algorithm>
#include <string>
#include <utility>
#include <xxhash.h>

#include "tests/support/shard/reference_shard.hpp"

namespace bourse {
namespace {

constexpr std::size_t most_records = 1'048'576;
constexpr std::size_t most_record_bytes = 268'435'456;

std::string little_endian(std::uint64_t number, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += static_cast<char>(number >> (8 * i) & 255U);
    }
    return text;
}

}  // namespace

void reference_shard::obey(const put_record& c) {
    ledger_.operate_market(c.request, [&] {
        const record_text& text = *c.what;
        const bool known_table =
            c.table == record_table::currencies || c.table == record_table::instruments ||
            c.table == record_table::accounts || c.table == record_table::users;
        if (!known_table || text.key.empty() || text.key.size() > 64 || text.value.size() > 4'096 ||
            (text.value.empty() && c.expected == 0)) {
            return reason::invalid_request;
        }
        const std::pair key(c.table, text.key);
        const auto it = records_.find(key);
        if ((it == records_.end() ? 0 : it->second.revision) != c.expected) {
            return reason::record_conflict;
        }
        if (!text.value.empty()) {
            auto after = records_;
            after[key].key = text.key;
            after[key].value = text.value;
            std::size_t bytes = 0;
            for (const auto& [name, row] : after) {
                bytes += row.key.size() + row.value.size();
            }
            if (after.size() > most_records || bytes > most_record_bytes) {
                return reason::too_many_records;
            }
            record_row& row = after[key];
            row.table = c.table;
            row.revision = index_;
            while (row.number == 0 ||
                   std::count_if(after.begin(), after.end(), [&](const auto& other) {
                       return other.second.number == row.number;
                   }) > 1) {
                ++row.number;
            }
            records_ = std::move(after);
        } else {
            records_.erase(key);
        }
        const std::string bytes =
            little_endian(index_, 8) + little_endian(static_cast<unsigned>(c.table), 1) +
            little_endian(text.key.size(), 1) + little_endian(text.value.size(), 2) +
            little_endian(0, 4) + text.key + text.value;
        ledger_digest_ = XXH3_64bits_withSeed(bytes.data(), bytes.size(), ledger_digest_);
        return reason::none;
    });
}

}  // namespace bourse
