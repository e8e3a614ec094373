#pragma once

#include <kj/async-io.h>
#include <kj/debug.h>
#include <kj/timer.h>

#include <cstdint>

namespace bourse {

/// A stream that knows when something last came by it, and ends when more came than it may.
class watched_stream final : public kj::AsyncIoStream {
public:
    watched_stream(kj::Own<kj::AsyncIoStream> inner, kj::Timer& timer)
        : inner_(kj::mv(inner)), timer_(timer), last_read_(timer.now()) {}

    [[nodiscard]] kj::TimePoint last_read() const noexcept { return last_read_; }
    /// Fails to read once more than `bytes` came in all.
    void allow(std::uint64_t bytes) noexcept { most_ = bytes; }

    kj::Promise<std::size_t> tryRead(void* buffer, std::size_t least, std::size_t most) override {
        return inner_->tryRead(buffer, least, most).then([this](std::size_t count) {
            last_read_ = timer_.now();
            bytes_read_ += count;
            KJ_REQUIRE(bytes_read_ <= most_, "more came than may come before a log-in");
            return count;
        });
    }
    kj::Promise<void> write(const void* buffer, std::size_t size) override {
        return inner_->write(buffer, size);
    }
    kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) override {
        return inner_->write(pieces);
    }
    kj::Promise<void> whenWriteDisconnected() override { return inner_->whenWriteDisconnected(); }
    void shutdownWrite() override { inner_->shutdownWrite(); }
    void abortRead() override { inner_->abortRead(); }
    void getsockopt(int level, int option, void* value, kj::uint* length) override {
        inner_->getsockopt(level, option, value, length);
    }
    void setsockopt(int level, int option, const void* value, kj::uint length) override {
        inner_->setsockopt(level, option, value, length);
    }
    void getsockname(sockaddr* address, kj::uint* length) override {
        inner_->getsockname(address, length);
    }
    void getpeername(sockaddr* address, kj::uint* length) override {
        inner_->getpeername(address, length);
    }
    [[nodiscard]] kj::Maybe<int> getFd() const override { return inner_->getFd(); }

private:
    kj::Own<kj::AsyncIoStream> inner_;
    kj::Timer& timer_;
    kj::TimePoint last_read_;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t most_ = UINT64_MAX;
};

}  // namespace bourse
