#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "messages/channel_message.hpp"
#include "messages/ids.hpp"
#include "messages/row_change.hpp"

namespace bourse {

/// Which messages of an outbox a checkpoint does not have yet. An outbox is a run of numbers that grows at
/// its end and shrinks at its front, and so is what the checkpoint has of it; nothing is noted message by
/// message.
class changed_outbox {
public:
    /// Before a message leaves the front of the outbox: it may be one that is still to be handed over.
    void leaves(std::uint64_t number, const channel_message& message) {
        if (next_ <= number && number <= now_.last) [[unlikely]] {
            left_.push_back(message);
        }
    }

    /// As `changed_rows`; the outbox has the numbers `first` to `last`.
    void begin(std::uint64_t first, std::uint64_t last);
    [[nodiscard]] bool hand_over(std::size_t most, shard_id peer,
                                 const std::deque<channel_message>& outbox, std::uint64_t first,
                                 std::vector<row_change>& out);
    void end(bool stored);
    void note_all_stored(std::uint64_t first, std::uint64_t last) noexcept {
        stored_ = {first, last};
    }

private:
    struct run {
        std::uint64_t first = 1;
        std::uint64_t last = 0;
    };

    run stored_;                        ///< what the checkpoint has
    run now_;                           ///< as of `begin`
    std::uint64_t gone_ = 1;            ///< the next of `stored_` to be removed
    std::uint64_t next_ = 1;            ///< the next of `now_` to be handed over
    std::deque<channel_message> left_;  ///< numbers from `next_` on that have left since `begin`
};

}  // namespace bourse
