#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bourse {

/// CRC-32C (Castagnoli), as in RFC 3720, appendix B.4: reflected, polynomial 0x1EDC6F41, begun with and ended by
/// all ones inverted. `before` is the sum of the bytes before, so that a sum can be taken in pieces.
///
/// By the processor's own instructions (SSE4.2 and PCLMUL) where it has them, else by a table.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes,
                                   std::uint32_t before = 0) noexcept;

/// The sums of three pieces at once, in less than half the time: a sum waits for itself, three do not wait for each
/// other.
[[nodiscard]] std::array<std::uint32_t, 3> crc32c_of_three(
    const std::array<std::span<const std::byte>, 3>& pieces) noexcept;

/// The two ways, for tests. `crc32c_by_processor` may be called only if `processor_has_crc32c()`.
[[nodiscard]] std::uint32_t crc32c_by_table(std::span<const std::byte> bytes,
                                            std::uint32_t before = 0) noexcept;
[[nodiscard]] std::uint32_t crc32c_by_processor(std::span<const std::byte> bytes,
                                                std::uint32_t before = 0) noexcept;
[[nodiscard]] bool processor_has_crc32c() noexcept;

}  // namespace bourse
