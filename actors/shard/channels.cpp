#include "actors/shard/channels.hpp"

namespace bourse {

std::vector<channel_row> channels::save() const {
    std::vector<channel_row> rows;
    for (const auto& [peer, each] : channels_) {
        channel_row row;
        row.peer = peer;
        row.last_sent = each.last_sent;
        row.last_taken = each.last_taken;
        row.choked = each.choked;
        for (const auto& [asset, value] : each.values) {
            if (value.sent != 0 || value.received != 0) {
                row.values.push_back(
                    {.asset = asset, .sent = value.sent, .received = value.received});
            }
        }
        row.outbox.assign(each.outbox.begin(), each.outbox.end());
        channel_row nothing;
        nothing.peer = peer;
        if (row != nothing) {
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

bool channels::restore(const std::vector<channel_row>& rows) {
    for (const channel_row& row : rows) {
        if (row.peer.value == 0 || row.peer.value > max_shard || find(row.peer) != nullptr ||
            row.outbox.size() > row.last_sent) {
            return false;
        }
        channel& each = channels_[row.peer];
        each.last_sent = row.last_sent;
        each.last_taken = row.last_taken;
        each.choked = row.choked;
        each.outbox.assign(row.outbox.begin(), row.outbox.end());
        for (const channel_value& value : row.values) {
            each.values[value.asset] = {.sent = value.sent, .received = value.received};
        }
    }
    return true;
}

}  // namespace bourse
