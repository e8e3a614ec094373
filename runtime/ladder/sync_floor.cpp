#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include "messages/entry_codec.hpp"
#include "runtime/ladder/own_steps.hpp"

namespace bourse {
namespace {

constexpr std::size_t floor_file_bytes = std::size_t{16} << 20U;
constexpr std::size_t floor_sector = 512;

std::vector<std::byte> sectors_of(const entry& what) {
    std::vector<std::byte> bytes;
    encode_entry(what, bytes);
    bytes.resize((bytes.size() + floor_sector - 1) / floor_sector * floor_sector);
    return bytes;
}

}  // namespace

result<std::unique_ptr<sync_floor>> sync_floor::open(const ladder_workload& workload,
                                                     const std::string& folder) {
    std::unique_ptr<sync_floor> made(new sync_floor());
    entry each = workload.flow().operations.front();
    made->batch_ = sectors_of(each);
    each.commands.resize(1);
    made->single_ = sectors_of(each);
    made->path_ = folder + "/floor";
    made->file_ = ::open(made->path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const std::vector<std::byte> zeros(floor_file_bytes);
    if (made->file_ < 0 ||
        ::pwrite(made->file_, zeros.data(), zeros.size(), 0) !=
            static_cast<ssize_t>(zeros.size()) ||
        ::fsync(made->file_) != 0) {
        return error{errc::unwritable, made->path_ + " cannot be written"};
    }
    return made;
}

sync_floor::~sync_floor() {
    if (file_ >= 0) {
        ::close(file_);
        ::unlink(path_.c_str());
    }
}

outcome sync_floor::run(std::size_t writes, bool of_batches, std::vector<std::uint64_t>& ns) {
    const std::vector<std::byte>& bytes = of_batches ? batch_ : single_;
    for (std::size_t i = 0; i < writes; ++i) {
        at_ = at_ + bytes.size() > floor_file_bytes ? 0 : at_;
        const auto begin = std::chrono::steady_clock::now();
        if (::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at_)) !=
                static_cast<ssize_t>(bytes.size()) ||
            ::fdatasync(file_) != 0) {
            return error{errc::unwritable, path_ + " cannot be written and synced"};
        }
        ns.push_back(
            static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin).count()));
        at_ += bytes.size();
    }
    return done{};
}

}  // namespace bourse
