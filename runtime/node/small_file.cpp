#include "runtime/node/small_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

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

error fault(errc code, const std::string& path, const char* what) {
    return {code, path + ": " + what + ": " + std::strerror(errno)};
}

}  // namespace

outcome write_small_file(const std::string& path, const std::string& text) {
    const std::string made = path + ".new";
    {
        const descriptor file(
            ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
        if (file.number() < 0) {
            return fault(errc::unwritable, made, "cannot be made");
        }
        const auto wrote = ::write(file.number(), text.data(), text.size());
        if (wrote != static_cast<ssize_t>(text.size()) || ::fsync(file.number()) != 0) {
            return fault(errc::unwritable, made, "cannot be written");
        }
    }
    if (std::rename(made.c_str(), path.c_str()) != 0) {
        return fault(errc::unwritable, path, "cannot be replaced");
    }
    const std::string folder = path.substr(0, path.rfind('/'));
    const descriptor above(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (above.number() < 0 || ::fsync(above.number()) != 0) {
        return fault(errc::unwritable, folder, "the folder cannot be made durable");
    }
    return done{};
}

result<std::string> read_small_file(const std::string& path) {
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) {
        return errno == ENOENT ? result<std::string>(std::string())
                               : fault(errc::unreadable, path, "cannot be opened");
    }
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(file.number(), bytes.data(), bytes.size());
    if (count < 0) {
        return fault(errc::unreadable, path, "cannot be read");
    }
    return std::string(bytes.data(), static_cast<std::size_t>(count));
}

}  // namespace bourse
