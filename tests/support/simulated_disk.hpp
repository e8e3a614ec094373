#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage/disk.hpp"

namespace bourse {

/// A folder in memory that loses at a crash what a real one may lose: `disk.hpp` says what.
///
/// - A write is seen at once, but certain only after `sync`. At a crash every sector written since is, by
///   chance, the old one, the new one, or torn in the middle; how many of each differs from crash to crash.
/// - A name made, changed or removed is certain after `sync_folder`; at a crash each of these
///   is kept or lost, by chance.
/// - Errors and a lack of room are planted; damage is done to the bytes directly.
/// All chance comes from the seed and the calls, in order. There is no time here: a slow disk is one whose user
/// lets virtual time go by between `write` and `sync`.
class simulated_disk : public disk {
public:
    explicit simulated_disk(std::uint64_t seed = 1,
                            std::uint64_t capacity_bytes = std::uint64_t{1} << 30U);

    [[nodiscard]] result<std::unique_ptr<disk_file>> create(const std::string& name,
                                                            std::uint64_t size) override;
    [[nodiscard]] result<std::unique_ptr<disk_file>> open_file(const std::string& name) override;
    [[nodiscard]] result<std::vector<std::string>> list() override;
    outcome rename(const std::string& from, const std::string& to) override;
    outcome remove(const std::string& name) override;
    outcome sync_folder() override;
    [[nodiscard]] result<std::unique_ptr<folder_lock>> lock() override;
    [[nodiscard]] result<std::uint64_t> space_left() override;
    [[nodiscard]] std::string path(const std::string& name) const override;

    /// The power fails and comes back. Files and locks that are open must not be used again, but destroyed.
    void crash();
    /// As if the process ended: what was written is seen by the next, synced or not.
    void end_process();

    /// The operation that comes after so many others, and every one after it, fails until `crash`: a write has then
    /// reached the disk in any part, a sync not.
    void power_off_after(std::uint64_t operations) { power_off_at_ = operations_ + operations; }
    void end_power_off() { power_off_at_.reset(); }
    /// The next write, or sync, fails, and with it, as on a real disk, nobody knows what was written.
    void fail_next_write() { fail_write_ = true; }
    void fail_next_sync() { fail_sync_ = true; }
    void set_capacity(std::uint64_t bytes) { capacity_bytes_ = bytes; }
    /// From the operation that comes after so many others on there is no room, crashes or not, until `end_full`: no file can be
    /// made, and, as on a disk that finds its blocks when they are written, none written where it was not before.
    void full_after(std::uint64_t operations) { full_at_ = operations_ + operations; }
    void end_full() { full_at_.reset(); }
    /// Writes, syncs, and changes of names so far.
    [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

    /// A file's bytes as they are, to be looked at or damaged.
    [[nodiscard]] std::vector<std::byte>& bytes(const std::string& name);
    /// A copy of all files, and the way back to it: everything then is durable.
    [[nodiscard]] std::map<std::string, std::vector<std::byte>> copy() const;
    void restore(const std::map<std::string, std::vector<std::byte>>& files);

private:
    friend class simulated_file;
    friend class simulated_lock;
    using sector = std::array<std::byte, sector_bytes>;

    struct contents {
        std::vector<std::byte> bytes;             // what is seen
        std::map<std::uint64_t, sector> durable;  // what is certain, where that is not what is seen
        std::uint64_t has_blocks = 0;             // up to here it was written before
    };
    using names = std::map<std::string, std::shared_ptr<contents>>;

    /// One change of a name: `to` becomes the file, or, if that is null, `from` goes.
    struct name_change {
        std::string from;
        std::string to;
        std::shared_ptr<contents> file;
    };

    [[nodiscard]] std::optional<error> operate(const std::string& path, bool& planted);
    [[nodiscard]] bool is_full() const { return full_at_ && operations_ > *full_at_; }
    [[nodiscard]] std::uint64_t draw(std::uint64_t below) { return random_() % below; }
    static void change(names& in, const name_change& by);
    outcome write(contents& file, const std::string& path, std::uint64_t offset,
                  std::span<const std::byte> from);
    void lose(contents& file, std::uint64_t kept_percent);

    std::mt19937_64 random_;
    std::uint64_t capacity_bytes_;
    names seen_;
    names durable_;
    std::vector<name_change> changes_;  // since the last sync_folder
    std::uint64_t operations_ = 0;
    std::optional<std::uint64_t> power_off_at_;
    std::optional<std::uint64_t> full_at_;
    bool fail_write_ = false;
    bool fail_sync_ = false;
    bool never_ = false;
    bool locked_ = false;
    std::uint64_t life_ = 0;  // counts crashes: a file or lock of an earlier one is of no use
};

}  // namespace bourse
