#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/disk.hpp"

namespace bourse {

/// What was asked of a disk, to be done by another thread.
class handed_work {
public:
    /// Does it, in order, on the thread that may block; on return what was written, but not ahead, is synced too. At the first error the
    /// rest is left undone, and nothing may be carried out any more.
    [[nodiscard]] outcome carry_out();
    [[nodiscard]] bool empty() const noexcept { return acts_.empty(); }

private:
    friend class handed_disk;
    friend class handed_file;

    enum class what : std::uint8_t { write, write_ahead, sync, name, rename, remove, sync_folder };
    struct act {
        what kind = what::sync;
        std::shared_ptr<disk_file> file;   ///< of write, write_ahead, sync, name
        std::uint64_t offset = 0;          ///< of write, write_ahead
        std::span<const std::byte> bytes;  ///< of write
        std::vector<std::byte> own;        ///< `bytes`, if they could not be relied on
        std::string from;                  ///< of rename, remove; the new path of name
        std::string to;                    ///< of rename
    };

    [[nodiscard]] outcome carry_out(act& one) const;

    disk* real_ = nullptr;
    std::vector<act> acts_;
};

/// A disk whose owner must not wait: what changes it is only noted, and another thread carries it out.
///
/// The problem: the journal is one with the replicas and lives on their thread, and a write takes as long as the disk does.
///
///     a call of the journal's …                      notes
///     work = take();  to the other thread:           error = work.carry_out()
///     back here:                                     done(error)
///     now the journal may be told: finish_batch      its `sync` says what became of all that was noted before
///
/// What holds:
/// 1. Everything noted is carried out in the order in which it was noted; pieces taken are to be carried out one after
///    the other. Nothing is carried out after an error.
/// 2. `sync` says whether all that is done so far went well, and waits for nothing. So whoever relies on it calls it only when all that he
///    noted is done, as `replica_desk` does with `finish_batch`. What the journal does between (a new segment's head, its
///    sync, its name) needs the order alone.
/// 3. The bytes of a write must stay as they are until its piece is done, or until the file's `sync` is called before
///    it is taken, which makes a copy. (The journal keeps a batch until `finish_batch`; a segment's head it syncs at once.)
/// 4. What has an answer is done here and now: `open_file`, `list`, `lock`, `space_left`, and `create`, which is refused as
///    `overloaded` while something is not done, as it might overtake it. A `read` of bytes that are not written yet
///    is `overloaded` too.
///
/// Different from the disk behind it: want of room for what is written into a file that is only being prepared is found late, and ends the journal.
///
/// One thread only, but for `handed_work::carry_out`. The real disk must outlive it, and be able to serve two threads.
class handed_disk final : public disk {
public:
    explicit handed_disk(disk& real) : real_(real) {}

    /// From now on. Before, everything is done at once, as by the real disk: for a start.
    void begin_handing() noexcept { is_handing_ = true; }
    [[nodiscard]] bool has_noted() const noexcept { return !noted_.empty(); }
    /// What was noted since the last time.
    [[nodiscard]] handed_work take();
    /// The oldest piece taken has been carried out.
    void done(const outcome& result);
    /// Nothing noted, and nothing taken that is not done.
    [[nodiscard]] bool is_idle() const noexcept {
        return noted_.empty() && pieces_taken_ == pieces_done_;
    }
    [[nodiscard]] const std::optional<error>& failed() const noexcept { return failed_; }

    [[nodiscard]] result<std::unique_ptr<disk_file>> create(const std::string& name,
                                                            std::uint64_t size) override;
    [[nodiscard]] result<std::unique_ptr<disk_file>> open_file(const std::string& name) override;
    [[nodiscard]] result<std::vector<std::string>> list() override { return real_.list(); }
    outcome rename(const std::string& from, const std::string& to) override;
    outcome remove(const std::string& name) override;
    outcome sync_folder() override;
    [[nodiscard]] result<std::unique_ptr<folder_lock>> lock() override { return real_.lock(); }
    [[nodiscard]] result<std::uint64_t> space_left() override { return real_.space_left(); }
    [[nodiscard]] std::string path(const std::string& name) const override {
        return real_.path(name);
    }

private:
    friend class handed_file;

    /// Notes it, or does it at once.
    outcome ask(handed_work::act what);

    disk& real_;
    bool is_handing_ = false;
    std::vector<handed_work::act> noted_;
    std::uint64_t pieces_taken_ = 0;
    std::uint64_t pieces_done_ = 0;
    std::optional<error> failed_;
};

}  // namespace bourse
