#include "actors/shard/channels.hpp"

namespace bourse {

namespace {

[[nodiscard]] channel_row row_of(shard_id peer, const channel& each) {
    channel_row row;
    row.peer = peer;
    row.last_sent = each.last_sent;
    row.last_taken = each.last_taken;
    row.choked = each.choked;
    return row;
}

[[nodiscard]] bool says_nothing(const channel& each) noexcept {
    return each.last_sent == 0 && each.last_taken == 0 && !each.choked;
}

}  // namespace

// --- Changes ------------------------------------------------------------------------------------

struct channels::channel_table {
    const channels& all;
    [[nodiscard]] row_key key(slot at) const {
        return row_key::channel({static_cast<std::uint16_t>(at)});
    }
    [[nodiscard]] row_value row(slot at) const {
        const shard_id peer{static_cast<std::uint16_t>(at)};
        const channel* its = all.find(peer);
        return its == nullptr || says_nothing(*its) ? row_value{} : row_value{row_of(peer, *its)};
    }
};

struct channels::value_table {
    const channels& all;
    [[nodiscard]] row_key key(slot at) const {
        return row_key::channel_value(all.value_names_[at].peer, all.value_names_[at].asset);
    }
    [[nodiscard]] row_value row(slot at) const {
        const auto [peer, asset] = all.value_names_[at];
        const channel::value& its = all.find(peer)->values.at(asset);
        return its.sent == 0 && its.received == 0
                   ? row_value{}
                   : row_value{channel_value{asset, its.sent, its.received}};
    }
};

void channels::touch(shard_id peer) {
    changed_channels_.note(peer.value, channel_table{*this});
}

channel::value& channels::value_of(shard_id peer, asset_id asset) {
    channel::value& value = channels_[peer].values[asset];
    if (value.number == no_slot) {
        value.number = static_cast<slot>(value_names_.size());
        value_names_.push_back({peer, asset});
    }
    changed_values_.note(value.number, value_table{*this});
    return value;
}

void channels::begin_hand_over() {
    changed_channels_.begin();
    changed_values_.begin();
    for (auto& [peer, each] : channels_) {
        each.changes.begin(each.first_unconfirmed(), each.last_sent);
    }
}

bool channels::hand_over(std::size_t most, std::vector<row_change>& out) {
    bool done = changed_channels_.hand_over(most, channel_table{*this}, out) &&
                changed_values_.hand_over(most, value_table{*this}, out);
    for (auto each = channels_.begin(); done && each != channels_.end(); ++each) {
        channel& its = each->second;
        done = its.changes.hand_over(most, each->first, its.outbox, its.first_unconfirmed(), out);
    }
    return done;
}

void channels::end_hand_over(bool stored) {
    changed_channels_.end(stored);
    changed_values_.end(stored);
    for (auto& [peer, each] : channels_) {
        each.changes.end(stored);
    }
}

// --- Rows ---------------------------------------------------------------------------------------

std::vector<channel_row> channels::save() const {
    std::vector<channel_row> rows;
    for (const auto& [peer, each] : channels_) {
        if (says_nothing(each)) {
            continue;
        }
        channel_row row = row_of(peer, each);
        for (const auto& [asset, value] : each.values) {
            if (value.sent != 0 || value.received != 0) {
                row.values.push_back(
                    {.asset = asset, .sent = value.sent, .received = value.received});
            }
        }
        row.outbox.assign(each.outbox.begin(), each.outbox.end());
        rows.push_back(std::move(row));
    }
    return rows;
}

bool channels::restore(const std::vector<channel_row>& rows) {
    for (const channel_row& row : rows) {
        if (row.peer.value == 0 || row.peer.value > max_shard || find(row.peer) != nullptr ||
            row.outbox.size() > row.last_sent) {
            return false;
        }
        channel& each = (*this)[row.peer];
        each.last_sent = row.last_sent;
        each.last_taken = row.last_taken;
        each.choked = row.choked;
        each.outbox.assign(row.outbox.begin(), row.outbox.end());
        for (const channel_value& value : row.values) {
            channel::value& its = value_of(row.peer, value.asset);
            its.sent = value.sent;
            its.received = value.received;
        }
        each.changes.note_all_stored(each.first_unconfirmed(), each.last_sent);
    }
    changed_channels_.note_all_stored();
    changed_values_.note_all_stored();
    return true;
}

}  // namespace bourse
