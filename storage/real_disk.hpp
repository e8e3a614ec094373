#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/disk.hpp"

namespace bourse {

/// A folder of the operating system's.
///
/// Files are opened with O_DSYNC, so that a write is durable when it returns: on files whose blocks have
/// been written before, that is the fastest way measured (a fdatasync after each write takes a quarter longer).
/// Whole sectors from memory that begins where a sector does (`sector_aligned_bytes`) go past the system's cache, too, where the
/// file system can: a tenth faster at all lengths, as nothing is copied, and what was logged does not push out what is read.
/// Opening a file syncs it and drops it from the system's cache first, so that what is read then is what the disk has.
class real_disk : public disk {
public:
    /// Makes the folder, but not those above it, if it is not there. Errors: `unreadable` if it cannot be
    /// made or looked into, `unwritable` if no file can be made in it.
    [[nodiscard]] static result<std::unique_ptr<real_disk>> open(const std::string& folder);
    ~real_disk() override;

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

private:
    real_disk(std::string folder, int descriptor)
        : folder_(std::move(folder)), descriptor_(descriptor) {}

    std::string folder_;
    int descriptor_;  // of the folder
};

}  // namespace bourse
