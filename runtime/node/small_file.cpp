#include "runtime/node/small_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "storage/advice.hpp"

namespace bourse {
namespace {

/// Closes itself.
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
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

}  // namespace

outcome write_small_file(const std::string& path, const std::string& text) {
    const std::string made = path + ".new";
    {
        const descriptor file(
            ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
        if (file.number() < 0) {
            return system_error(errc::unwritable, made, "cannot be made", errno);
        }
        std::string_view left = text;
        while (!left.empty()) {
            // Where there is room for a part, the next call says why there is none for the rest.
            const ssize_t wrote = ::write(file.number(), left.data(), left.size());
            if (wrote < 0) {
                return system_error(errc::unwritable, made, "cannot be written", errno);
            }
            left.remove_prefix(static_cast<std::size_t>(wrote));
        }
        if (::fsync(file.number()) != 0) {
            return system_error(errc::unwritable, made, "cannot be written", errno);
        }
    }
    if (std::rename(made.c_str(), path.c_str()) != 0) {
        return system_error(errc::unwritable, path, "cannot be replaced", errno);
    }
    const std::string folder = path.substr(0, path.rfind('/'));
    const descriptor above(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (above.number() < 0 || ::fsync(above.number()) != 0) {
        return system_error(errc::unwritable, folder, "the folder cannot be made durable", errno);
    }
    return done{};
}

result<std::string> read_small_file(const std::string& path) {
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) {
        return errno == ENOENT ? result<std::string>(std::string())
                               : system_error(errc::unreadable, path, "cannot be opened", errno);
    }
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(file.number(), bytes.data(), bytes.size());
    if (count < 0) {
        return system_error(errc::unreadable, path, "cannot be read", errno);
    }
    return std::string(bytes.data(), static_cast<std::size_t>(count));
}

}  // namespace bourse
