#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace bourse {

/// Bytes that several hold and nobody changes: the payload of a log entry on its way to the disk, to
/// followers and to the state machine at once. Copying one copies no bytes; a slice keeps the whole
/// alive. Compared by content.
class shared_bytes {
public:
    /// Bytes that are elsewhere, or nowhere: see `is_there`.
    shared_bytes() = default;

    explicit shared_bytes(std::vector<std::byte> bytes)
        : shared_bytes(std::make_shared<const std::vector<std::byte>>(std::move(bytes))) {}

    /// Bytes that are there, whoever made them: they must not be changed while anybody has these.
    explicit shared_bytes(std::shared_ptr<const std::vector<std::byte>> bytes)
        : bytes_(*bytes), owner_(std::move(bytes)) {}

    /// False for one made without bytes, which is another thing than one of no bytes.
    [[nodiscard]] bool is_there() const noexcept { return owner_ != nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

    /// `part` of these bytes, without a copy; it must lie within them.
    [[nodiscard]] shared_bytes slice(std::span<const std::byte> part) const {
        shared_bytes made;
        made.owner_ = owner_;
        made.bytes_ = part;
        return made;
    }

    friend bool operator==(const shared_bytes& a, const shared_bytes& b) {
        return a.is_there() == b.is_there() && std::ranges::equal(a.bytes_, b.bytes_);
    }

private:
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> owner_;
};

}  // namespace bourse
