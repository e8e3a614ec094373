#include "runtime/verify/reading_disk.hpp"

namespace bourse {

namespace {

class reading_file : public disk_file {
public:
    explicit reading_file(std::unique_ptr<disk_file> of)
        : disk_file(of->path()), of_(std::move(of)) {}

    outcome write(std::uint64_t /*offset*/, std::span<const std::byte> /*bytes*/) override {
        return done{};
    }
    outcome sync() override { return done{}; }
    outcome read(std::uint64_t offset, std::span<std::byte> into) override {
        return of_->read(offset, into);
    }
    [[nodiscard]] std::uint64_t size_bytes() const override { return of_->size_bytes(); }

private:
    std::unique_ptr<disk_file> of_;
};

}  // namespace

result<std::unique_ptr<disk_file>> reading_disk::create(const std::string& name,
                                                        std::uint64_t /*size*/) {
    return error{errc::unwritable, of_.path(name) + " is not there, and nothing is made here"};
}

result<std::unique_ptr<disk_file>> reading_disk::open_file(const std::string& name) {
    auto opened = of_.open_file(name);
    if (!opened) {
        return opened.error();
    }
    return std::unique_ptr<disk_file>(std::make_unique<reading_file>(*std::move(opened)));
}

outcome reading_disk::rename(const std::string& from, const std::string& /*to*/) {
    return error{errc::unwritable, of_.path(from) + " is only read"};
}

// A start removes what it finds half made; here it stays.
outcome reading_disk::remove(const std::string& /*name*/) {
    return done{};
}

}  // namespace bourse
