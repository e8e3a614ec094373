#pragma once

/// Mistakes made on purpose in the journal, so that the simulator can show that it finds them. They are there
/// only where a build defines BOURSE_PLANTED_BUGS, which is tests/wiring; elsewhere nothing is left of them.
#if defined(BOURSE_PLANTED_BUGS)
#include <cstdint>

namespace bourse {

enum class journal_bug : std::uint8_t {
    none,
    no_sync,                ///< a batch is durable when it is written
    open_batch_counted,     ///< what is appended while a batch is written is durable with it
    position_not_carried,   ///< a new segment begins without where the logs end
    name_not_synced,        ///< the folder does not know a new segment's name when it is used
    head_not_synced,        ///< nor the disk its head and first batch
    one_shard_asked,        ///< a segment goes when the first shard needs it no more
    names_of_two_lost,      ///< the folder is not synced between two segments that go
    truncation_ignored,     ///< a start takes what is void for kept
    tail_cut_too_far,       ///< a start cuts a sector of the last whole batch as well
    sum_not_checked,        ///< a start takes a torn batch for whole
    former_use_taken,       ///< a start goes on in what the file held before it was recycled
    votes_not_read,         ///< a start does not look for votes that the log had no room for
    carrying_not_reckoned,  ///< entries are taken though what is kept could not be carried any more
};

/// The mistake that is being made.
inline journal_bug journal_wrong = journal_bug::none;

}  // namespace bourse
#define BOURSE_JOURNAL_WRONG(bug) (::bourse::journal_wrong == ::bourse::journal_bug::bug)
#else
#define BOURSE_JOURNAL_WRONG(bug) false
#endif
