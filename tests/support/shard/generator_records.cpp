// Records: a few names, so that writes meet, and revisions that are right more often than not.
#include <string>
#include <utility>

#include "tests/support/shard/generator.hpp"
#include "tests/support/shard/generator_parts.hpp"

namespace bourse {

using namespace generator_parts;

namespace {

/// The upper half of the client ids of these commands; the lower is their place in `puts`.
constexpr std::uint64_t put_id = 7;

}  // namespace

put_record shard_generator::some_put() {
    random_source& random = record_random_;
    shard_picture& s = here();
    if (!s.puts.empty() && random.chance(50)) {
        return s.puts[random.below(s.puts.size())];
    }
    put_record one;
    one.table = as<record_table>(1 + random.below(last_record_table));
    one.what->key = std::string(1, static_cast<char>('a' + random.below(6)));
    if (!random.chance(250)) {
        const std::uint64_t size = random.chance(20) ? max_record_value : 1 + random.below(30);
        one.what->value.assign(size, static_cast<char>('A' + random.below(26)));
    }
    const auto known = s.revisions.find({one.table, one.what->key});
    one.expected = known == s.revisions.end() ? 0 : known->second;
    if (random.chance(150)) {
        one.expected = random.chance(500) ? s.entries + 1 : random.below(s.entries + 1);
    } else if (random.chance(50)) {
        switch (random.below(4)) {
            case 0:
                one.table = as<record_table>(random.chance(500) ? 0 : last_record_table + 1);
                break;
            case 1:
                one.what->key.clear();
                break;
            case 2:
                one.what->key.assign(max_record_key + 1, 'k');
                break;
            default:
                one.what->value.assign(max_record_value + 1, 'V');
        }
        return one;
    }
    one.request.id = client_id{put_id, s.puts.size() + 1};
    s.puts.push_back(one);
    return one;
}

void shard_generator::put_records(std::vector<step_command>& to) {
    const std::uint64_t count = record_random_.chance(900) ? 1 + record_random_.below(3) : 20;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::ptrdiff_t>(record_random_.below(to.size() + 1));
        to.insert(to.begin() + at, shard_command{some_put()});
    }
}

void shard_generator::learn_records(shard_picture& of, const shard_output& out) {
    for (const report& told : out.reports) {
        if (told.what.kind != event_kind::command_done || told.client.high != put_id ||
            told.client.low > of.puts.size()) {
            continue;
        }
        const put_record& done = of.puts[told.client.low - 1];
        of.revisions[{done.table, done.what->key}] = done.what->value.empty() ? 0 : of.entries;
    }
}

}  // namespace bourse
