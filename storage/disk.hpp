#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "messages/result.hpp"

/// The files of one folder, as narrow as the journal needs them, so that a simulated disk can stand
/// in for the real one (real_disk.hpp; tests/support/simulated_disk.hpp).
///
/// What holds of any disk:
/// - Bytes written are certain after the `sync` that follows. Before, a crash may leave any part of
///   them, in any order, and torn: each sector is the old one, the new one or a mixture.
/// - Bytes of sectors that a write does not touch are safe from it.
/// - A name made, changed or removed is certain after the `sync_folder` that follows.
/// - After a failed write or sync nobody knows what is on the disk, and trying again does not help:
///   the system may have dropped the bytes and forgotten. Whoever gets such an error stops.
namespace bourse {

/// The unit in which a crash tears a write. Writes that must not harm each other share none.
inline constexpr std::uint64_t sector_bytes = 512;

/// Memory that begins where a page does: whole sectors from it need not be copied on their way to a disk.
template <typename T>
struct sector_allocator {
    using value_type = T;
    static constexpr std::align_val_t alignment{4096};

    sector_allocator() = default;
    template <typename Other>
    explicit sector_allocator(const sector_allocator<Other>&) noexcept {}

    static T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new(count * sizeof(T), alignment));
    }
    static void deallocate(T* begin, std::size_t) noexcept { ::operator delete(begin, alignment); }
    bool operator==(const sector_allocator&) const = default;
};
using sector_aligned_bytes = std::vector<std::byte, sector_allocator<std::byte>>;

/// One open file of a fixed size. Closed by the destructor.
class disk_file {
public:
    /// The path is what errors call the file.
    explicit disk_file(std::string path) : path_(std::move(path)) {}
    disk_file(const disk_file&) = delete;
    disk_file& operator=(const disk_file&) = delete;
    virtual ~disk_file() = default;

    /// Hands bytes over to the disk; they must lie inside of the file. The real disk has them durable on return
    /// already, and `sync` then costs nothing; the simulated one only after `sync`. So a caller may
    /// let time go by between the two.
    virtual outcome write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    /// As `write`, of bytes that nobody waits for before the next `sync`: the real disk only begins to write them, which costs
    /// the caller no more than a copy, and `sync` waits for what is left.
    virtual outcome write_ahead(std::uint64_t offset, std::span<const std::byte> bytes) {
        return write(offset, bytes);
    }
    /// On return everything written is durable.
    virtual outcome sync() = 0;
    /// Fills `into` with the bytes from `offset` on, which must lie inside of the file.
    virtual outcome read(std::uint64_t offset, std::span<std::byte> into) = 0;
    [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// To be told when the file got another name.
    void set_path(std::string path) { path_ = std::move(path); }

private:
    std::string path_;
};

/// Holds a folder for one process, until destroyed or the process ends.
class folder_lock {
public:
    folder_lock() = default;
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;
    virtual ~folder_lock() = default;
};

/// One folder. Every error names the file with its folder, says what is wrong in the system's words, and
/// has one of the codes `unreadable`, `unwritable`, `storage_full` and `locked`.
class disk {
public:
    disk() = default;
    disk(const disk&) = delete;
    disk& operator=(const disk&) = delete;
    virtual ~disk() = default;

    /// A new file with room for `size` bytes reserved: writing them does not fail for want of room.
    /// They read as zero. Fails if the name is taken; when it fails the file is not there.
    [[nodiscard]] virtual result<std::unique_ptr<disk_file>> create(const std::string& name,
                                                                    std::uint64_t size) = 0;
    /// A file that is there. What can be read from it on return is durable, whoever wrote it.
    [[nodiscard]] virtual result<std::unique_ptr<disk_file>> open_file(const std::string& name) = 0;
    /// The names of all files, sorted.
    [[nodiscard]] virtual result<std::vector<std::string>> list() = 0;
    /// Open files stay open. A file that has the new name already is replaced.
    virtual outcome rename(const std::string& from, const std::string& to) = 0;
    virtual outcome remove(const std::string& name) = 0;
    virtual outcome sync_folder() = 0;
    /// `locked` if another process, or another object in this one, holds it.
    [[nodiscard]] virtual result<std::unique_ptr<folder_lock>> lock() = 0;
    /// Bytes that can still be reserved.
    [[nodiscard]] virtual result<std::uint64_t> space_left() = 0;
    /// The file's name with its folder, for people.
    [[nodiscard]] virtual std::string path(const std::string& name) const = 0;
};

}  // namespace bourse
