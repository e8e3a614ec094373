#include "actors/replica/stored_output.hpp"

namespace bourse {

const entry_events& output_packer::pack(std::uint64_t index, timestamp at, std::uint64_t digest,
                                        const shard_output& out) {
    const std::span<const std::byte> packed = packer_.pack({.index = index,
                                                            .at = at,
                                                            .digest = digest,
                                                            .reports = out.reports,
                                                            .lines = out.lines,
                                                            .events = out.events,
                                                            .event_numbers = out.event_numbers});
    row_.index = index;
    row_.reports = ranges_.find(out.reports);
    row_.events.assign(packed.begin(), packed.end());
    return row_;
}

entry_events pack_output(std::uint64_t index, timestamp at, std::uint64_t digest,
                         const shard_output& out) {
    return output_packer().pack(index, at, digest, out);
}

result<stored_output> unpack_output(std::span<const std::byte> bytes) {
    stored_output made;
    if (auto read = unpack_entry_events(bytes, made); !read) {
        return read.error();
    }
    return made;
}

}  // namespace bourse
