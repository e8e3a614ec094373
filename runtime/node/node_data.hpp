#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "actors/replica/replica_desk.hpp"
#include "actors/session/act_desk.hpp"
#include "actors/session/history_feed.hpp"
#include "actors/session/report_source.hpp"
#include "runtime/node/node.hpp"
#include "runtime/node/start_progress.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/real_disk.hpp"

namespace bourse {

/// What a node is, in DATA/node: one line, `bourse node ID starts COUNT`.
struct node_identity {
    std::uint64_t id = 0;      ///< drawn when the folder was made; of its files, and of its replica
    std::uint64_t starts = 0;  ///< this one included
};

/// A node's files, opened, and its shard as of all that is durable. No thread of its own, but for one that says what opening it is at.
///
/// At a first start the shard is founded, and the user `operator` made.
class node_data {
public:
    [[nodiscard]] static result<std::unique_ptr<node_data>> open(const node_options& options);

    node_identity identity;
    std::unique_ptr<replica_desk> desk;  ///< it leads, and has applied everything
    std::unique_ptr<act_desk> acts;
    std::shared_ptr<report_source>
        past;  ///< what was told while it was opened is in it, or durable

    /// What people ask about the past; null, and why.
    std::shared_ptr<history_parts> history_kept;
    std::string no_history;

private:
    explicit node_data(std::unique_ptr<start_progress> progress) : progress_(std::move(progress)) {}

    [[nodiscard]] outcome open_files(const node_options& options);
    [[nodiscard]] outcome take_identity();
    [[nodiscard]] outcome start_shard(const node_options& options);
    [[nodiscard]] outcome add_operator();
    [[nodiscard]] outcome open_history(const event_store_options& events, std::uint64_t max_bytes);
    /// Does on this thread what actors do later, until `until` holds.
    [[nodiscard]] outcome run(const std::function<bool()>& until);
    [[nodiscard]] outcome step(desk_effects out);

    std::unique_ptr<start_progress> progress_;  ///< until it is open
    std::string folder_;
    std::unique_ptr<real_disk> data_;
    std::unique_ptr<folder_lock> lock_;
    std::unique_ptr<real_disk> journal_;
    std::unique_ptr<lmdb_store> rows_;
    std::unique_ptr<lmdb_store> event_rows_;
};

}  // namespace bourse
