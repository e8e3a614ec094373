// What a node's event store holds is what applying gave out, entry by entry without a gap, and every report kept is found
// where it is.
#include "tests/simulation/checker.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "actors/replica/stored_output.hpp"

namespace bourse {

namespace {

/// FNV-1a (Fowler, Noll, Vo).
std::uint64_t digest_of(const std::vector<std::byte>& bytes) {
    std::uint64_t digest = 0xcbf29ce484222325U;
    for (const std::byte each : bytes) {
        digest = (digest ^ std::to_integer<std::uint64_t>(each)) * 0x100000001b3U;
    }
    return digest;
}

/// Of so many entries one is looked at closely: that costs more than all the rest.
constexpr std::uint64_t close_look_every = 8;

class stored_events_checker : public checker {
public:
    [[nodiscard]] const char* name() const noexcept override { return "stored events"; }

    void committed(shard_id shard, const applied_entry& one) override {
        const entry_events made = pack_output(one.index, one.what.at, one.digest, one.out);
        entries_[shard].push_back({digest_of(made.events), made.reports});
        if (one.index % close_look_every != 0) {
            return;
        }
        const auto unpacked = unpack_output(made.events);
        if (!unpacked || unpacked->at != one.what.at || unpacked->digest != one.digest ||
            !std::ranges::equal(unpacked->reports, one.out.reports) ||
            !std::ranges::equal(unpacked->lines, one.out.lines) ||
            !std::ranges::equal(unpacked->events, one.out.events) ||
            unpacked->event_numbers != one.out.event_numbers) {
            complain(place(shard, one.index) + " cannot be had back from what is stored of it");
        }
    }

    void stored(const std::string& node, shard_id shard, const event_store& in) override {
        const auto kept = in.find(shard);
        if (!kept) {
            return;
        }
        const std::vector<given_out>& known = entries_[shard];
        if (kept->last > known.size()) {
            complain(node + " has events of " + place(shard, kept->last) +
                     ", which nobody has committed");
            return;
        }
        std::vector<entry_events> piece;
        for (std::uint64_t next = kept->first; next <= kept->last; next += piece.size()) {
            if (auto got = in.read(shard, next, kept->last, 1U << 16U, piece); !got) {
                complain(node + ": " + got.error().what);
                return;
            }
            for (const entry_events& each : piece) {
                const given_out& made = known[each.index - 1];
                if (digest_of(each.events) != made.digest || each.reports != made.reports) {
                    complain(node + " has other events of " + place(shard, each.index) +
                             " than it gave out");
                    return;
                }
                if (each.index % close_look_every == 0) {
                    find_reports(node, shard, in, each);
                }
            }
        }
    }

private:
    struct given_out {
        std::uint64_t digest = 0;
        std::vector<report_range> reports;
    };

    static std::string place(shard_id shard, std::uint64_t index) {
        return "entry " + std::to_string(index) + " of shard " + std::to_string(shard.value);
    }

    void find_reports(const std::string& node, shard_id shard, const event_store& in,
                      const entry_events& of) {
        for (const report_range& range : of.reports) {
            const auto found = in.find_report(shard, range.account, range.last);
            if (!found || found->found != report_place::kind::kept || found->index != of.index) {
                complain(node + " does not find report " + std::to_string(range.last) +
                         " of account " + std::to_string(range.account.value) + " in " +
                         place(shard, of.index));
                return;
            }
        }
    }

    std::map<shard_id, std::vector<given_out>> entries_;
};

}  // namespace

std::unique_ptr<checker> make_stored_events_checker() {
    return std::make_unique<stored_events_checker>();
}

}  // namespace bourse
