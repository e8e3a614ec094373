#include "storage/real_disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "messages/assert.hpp"
#include "storage/advice.hpp"

namespace bourse {
namespace {

constexpr const char* lock_name = "lock";
constexpr int direct_flags = O_RDWR | O_DIRECT | O_DSYNC | O_CLOEXEC;
constexpr mode_t file_mode = 0640;
constexpr mode_t folder_mode = 0750;

/// A descriptor that is closed.
class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&&) = delete;

    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

private:
    int number_;
};

bool is_whole_sectors(std::uint64_t offset, std::span<const std::byte> bytes) {
    return offset % sector_bytes == 0 && bytes.size() % sector_bytes == 0 &&
           reinterpret_cast<std::uintptr_t>(bytes.data()) % sector_bytes == 0;
}

/// Whether whole sectors can be read past the system's cache: not on every file system, nor where the disk's own sectors
/// are larger than ours. Where they can be read and not written, the first write finds out.
bool takes_sectors(const descriptor& direct) {
    alignas(sector_bytes) std::array<std::byte, sector_bytes> first{};
    return direct.is_open() && ::pread(direct.number(), first.data(), first.size(), 0) ==
                                   static_cast<ssize_t>(first.size());
}

class real_file : public disk_file {
public:
    /// `direct` is of the same file, past the system's cache; not open if that cannot be. `ahead`, too, but without O_DSYNC and
    /// until the first sync; without it `write_ahead` is `write`.
    real_file(descriptor file, descriptor direct, std::optional<descriptor> ahead, std::string path,
              std::uint64_t size)
        : disk_file(std::move(path)),
          file_(std::move(file)),
          direct_(std::move(direct)),
          ahead_(std::move(ahead)),
          size_(size),
          is_direct_(takes_sectors(direct_)) {}

    outcome write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        const bool is_past_cache = is_direct_ && !ahead_ && is_whole_sectors(offset, bytes);
        return write_by(is_past_cache ? direct_ : file_, offset, bytes);
    }

    outcome write_ahead(std::uint64_t offset, std::span<const std::byte> bytes) override {
        if (!ahead_) {
            return write(offset, bytes);
        }
        if (auto wrote = write_by(*ahead_, offset, bytes); !wrote) {
            return wrote;
        }
        // Begins to write them and waits for nothing; what goes wrong, `sync` says.
        static_cast<void>(::sync_file_range(ahead_->number(), static_cast<off_t>(offset),
                                            static_cast<off_t>(bytes.size()),
                                            SYNC_FILE_RANGE_WRITE));
        return done{};
    }

    /// With O_DSYNC each write has synced itself.
    outcome sync() override {
        if (ahead_ && ::fdatasync(ahead_->number()) != 0) {
            return system_error(errc::unwritable, path(), "cannot be made durable", errno);
        }
        if (ahead_ && is_direct_) {
            // What the cache still has of them, each write past it would have to drop.
            ::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_DONTNEED);
        }
        ahead_.reset();
        return done{};
    }

    outcome read(std::uint64_t offset, std::span<std::byte> into) override {
        while (!into.empty()) {
            const ssize_t count =
                ::pread(file_.number(), into.data(), into.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0) {
                return system_error(errc::unreadable, path(),
                                    "cannot be read at offset " + std::to_string(offset), errno);
            }
            if (count == 0) {
                return error{errc::unreadable, path() + ": ends before offset " +
                                                   std::to_string(offset) + "; " + folder_advice};
            }
            into = into.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        return done{};
    }

    [[nodiscard]] std::uint64_t size_bytes() const override { return size_; }

private:
    outcome write_by(const descriptor& way, std::uint64_t offset,
                     std::span<const std::byte> bytes) {
        BOURSE_ASSERT(offset <= size_ && bytes.size() <= size_ - offset);
        while (!bytes.empty()) {
            const ssize_t count =
                ::pwrite(way.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) {
                continue;  // nothing was written
            }
            if (count < 0 && errno == EINVAL && &way == &direct_) {
                // No failure of the disk: before anything is written, sectors of this size are refused.
                is_direct_ = false;
                return write_by(file_, offset, bytes);
            }
            if (count <= 0) {
                return system_error(errc::unwritable, path(),
                                    "cannot be written at offset " + std::to_string(offset),
                                    count < 0 ? errno : EIO);
            }
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        return done{};
    }

    descriptor file_;
    descriptor direct_;
    std::optional<descriptor> ahead_;
    std::uint64_t size_;
    bool is_direct_;
};

class real_lock : public folder_lock {
public:
    explicit real_lock(descriptor file) : file_(std::move(file)) {}

private:
    descriptor file_;
};

/// The process that wrote its number into the lock's file, for people.
std::string holder_of(int file) {
    std::array<char, 24> digits{};
    const ssize_t count = ::pread(file, digits.data(), digits.size() - 1, 0);
    std::string holder(digits.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    holder.erase(std::find_if(holder.begin(), holder.end(),
                              [](char letter) { return letter < '0' || letter > '9'; }),
                 holder.end());
    return holder.empty() ? "another process" : "process " + holder;
}

}  // namespace

result<std::unique_ptr<real_disk>> real_disk::open(const std::string& folder) {
    const bool made = ::mkdir(folder.c_str(), folder_mode) == 0;
    if (!made && errno != EEXIST) {
        return system_error(errc::unreadable, folder, "the folder cannot be made", errno);
    }
    descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open()) {
        return system_error(errc::unreadable, folder, "the folder cannot be opened", errno);
    }
    if (made) {
        const descriptor above(::openat(opened.number(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!above.is_open() || ::fsync(above.number()) != 0) {
            return system_error(errc::unwritable, folder, "the folder cannot be made durable",
                                errno);
        }
    }
    if (::faccessat(opened.number(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
        return system_error(errc::unwritable, folder, "no file can be made in this folder", errno);
    }
    const int number = ::fcntl(opened.number(), F_DUPFD_CLOEXEC, 0);
    if (number < 0) {
        return system_error(errc::unreadable, folder, "the folder cannot be opened", errno);
    }
    return std::unique_ptr<real_disk>(new real_disk(folder, number));
}

real_disk::~real_disk() {
    ::close(descriptor_);
}

std::string real_disk::path(const std::string& name) const {
    return folder_ + "/" + name;
}

result<std::unique_ptr<disk_file>> real_disk::create(const std::string& name, std::uint64_t size) {
    descriptor file(::openat(descriptor_, name.c_str(),
                             O_RDWR | O_CREAT | O_EXCL | O_DSYNC | O_CLOEXEC, file_mode));
    if (!file.is_open()) {
        return system_error(errc::unwritable, path(name), "cannot be made", errno);
    }
    if (const int number = ::posix_fallocate(file.number(), 0, static_cast<off_t>(size));
        number != 0) {
        ::unlinkat(descriptor_, name.c_str(), 0);
        return system_error(errc::unwritable, path(name),
                            "no room for its " + std::to_string(size) + " bytes", number);
    }
    std::optional<descriptor> ahead(std::in_place,
                                    ::openat(descriptor_, name.c_str(), O_WRONLY | O_CLOEXEC));
    if (!ahead->is_open()) {
        ahead.reset();
    }
    descriptor direct(::openat(descriptor_, name.c_str(), direct_flags));
    return std::unique_ptr<disk_file>(std::make_unique<real_file>(
        std::move(file), std::move(direct), std::move(ahead), path(name), size));
}

result<std::unique_ptr<disk_file>> real_disk::open_file(const std::string& name) {
    descriptor file(::openat(descriptor_, name.c_str(), O_RDWR | O_DSYNC | O_CLOEXEC));
    struct stat found {};
    if (!file.is_open() || ::fstat(file.number(), &found) != 0) {
        return system_error(errc::unreadable, path(name),
                            "cannot be opened for reading and writing", errno);
    }
    if (!S_ISREG(found.st_mode)) {
        return error{errc::foreign,
                     path(name) + ": is not a regular file; " + system_advice(EISDIR)};
    }
    if (::fdatasync(file.number()) != 0) {
        return system_error(errc::unwritable, path(name), "cannot be made durable", errno);
    }
    // After a sync that failed, before this process began, the cache may hold what the disk does not.
    ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
    descriptor direct(::openat(descriptor_, name.c_str(), direct_flags));
    return std::unique_ptr<disk_file>(
        std::make_unique<real_file>(std::move(file), std::move(direct), std::nullopt, path(name),
                                    static_cast<std::uint64_t>(found.st_size)));
}

result<std::vector<std::string>> real_disk::list() {
    DIR* const entries = ::opendir(folder_.c_str());
    if (entries == nullptr) {
        return system_error(errc::unreadable, folder_, "the folder cannot be read", errno);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* const entry = ::readdir(entries)) {  // NOLINT(concurrency-mt-unsafe)
        const std::string name = static_cast<const char*>(entry->d_name);
        if (name != "." && name != "..") {
            names.push_back(name);
        }
    }
    const int number = errno;
    ::closedir(entries);
    if (number != 0) {
        return system_error(errc::unreadable, folder_, "the folder cannot be read", number);
    }
    std::sort(names.begin(), names.end());
    return names;
}

outcome real_disk::rename(const std::string& from, const std::string& to) {
    if (::renameat(descriptor_, from.c_str(), descriptor_, to.c_str()) != 0) {
        return system_error(errc::unwritable, path(from), "cannot be renamed to " + to, errno);
    }
    return done{};
}

outcome real_disk::remove(const std::string& name) {
    if (::unlinkat(descriptor_, name.c_str(), 0) != 0) {
        return system_error(errc::unwritable, path(name), "cannot be removed", errno);
    }
    return done{};
}

outcome real_disk::sync_folder() {
    if (::fsync(descriptor_) != 0) {
        return system_error(errc::unwritable, folder_, "the folder cannot be made durable", errno);
    }
    return done{};
}

result<std::unique_ptr<folder_lock>> real_disk::lock() {
    descriptor file(::openat(descriptor_, lock_name, O_RDWR | O_CREAT | O_CLOEXEC, file_mode));
    if (!file.is_open()) {
        return system_error(errc::unwritable, path(lock_name), "cannot be opened", errno);
    }
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return system_error(errc::unwritable, path(lock_name), "cannot be locked", errno);
        }
        return error{errc::locked, path(lock_name) + ": the folder is in use by " +
                                       holder_of(file.number()) +
                                       "; end that one first, or choose another folder"};
    }
    // For people only: that it cannot be written, on a full disk, keeps nobody from starting.
    const std::string number = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.number(), 0) == 0) {
        [[maybe_unused]] const ssize_t written =
            ::pwrite(file.number(), number.data(), number.size(), 0);
    }
    return std::unique_ptr<folder_lock>(std::make_unique<real_lock>(std::move(file)));
}

result<std::uint64_t> real_disk::space_left() {
    struct statvfs found {};
    if (::fstatvfs(descriptor_, &found) != 0) {
        return system_error(errc::unreadable, folder_, "its file system says nothing", errno);
    }
    return std::uint64_t{found.f_bavail} * found.f_frsize;
}

}  // namespace bourse
