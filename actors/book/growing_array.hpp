#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace bourse {

/// A contiguous array that grows without copying: the kernel moves its pages to a larger range.
///
/// One base address and one index reach an element, which the path of an order does several times;
/// growing a vector of a million orders would copy 64 MB while the market waits. New elements are
/// all zero bytes, and that must be a valid T. Linux only. Throws std::bad_alloc when the kernel
/// has no more memory.
template <class T>
class growing_array {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    growing_array() = default;
    ~growing_array() { release(); }
    growing_array(growing_array&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    growing_array& operator=(growing_array&& other) noexcept {
        if (this != &other) {
            release();
            data_ = std::exchange(other.data_, nullptr);
            bytes_ = std::exchange(other.bytes_, 0);
        }
        return *this;
    }

    [[nodiscard]] T& operator[](std::size_t index) noexcept { return data_[index]; }
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return data_[index]; }
    [[nodiscard]] std::size_t capacity() const noexcept { return bytes_ / sizeof(T); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// Makes room for at least `count` elements; at least doubles.
    void grow(std::size_t count) {
        std::size_t wanted = bytes_ == 0 ? first_bytes : 2 * bytes_;
        while (wanted / sizeof(T) < count) {
            wanted *= 2;
        }
        if (wanted >= huge_bytes) {
            grow_huge(wanted < huge_page ? huge_page : wanted);
            return;
        }
        void* moved = bytes_ == 0 ? map(wanted) : ::mremap(data_, bytes_, wanted, MREMAP_MAYMOVE);
        adopt(moved, wanted);
    }

    /// Has the kernel give the pages of the elements from `first` on now, while nobody waits. None of them may
    /// have been written yet.
    void touch(std::size_t first) noexcept {
        constexpr std::size_t page = 4096;
        auto* bytes = reinterpret_cast<volatile unsigned char*>(data_);
        for (std::size_t at = first * sizeof(T); at < bytes_; at += page) {
            bytes[at] = 0;
        }
    }

private:
    static constexpr std::size_t first_bytes = std::size_t{4} << 10U;
    /// From here on the array stands on 2 MiB pages: ten thousand orders span 160 small pages, a million 16,000,
    /// more than a processor keeps translations for.
    static constexpr std::size_t huge_bytes = std::size_t{1} << 20U;
    static constexpr std::size_t huge_page = std::size_t{2} << 20U;

    static void* map(std::size_t bytes) {
        return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }

    void adopt(void* moved, std::size_t bytes) {
        if (moved == MAP_FAILED) {
            throw std::bad_alloc();
        }
        data_ = static_cast<T*>(moved);
        bytes_ = bytes;
    }

    // Finds a range that begins on a huge page, and has the kernel move the old pages to its start.
    void grow_huge(std::size_t wanted) {
        void* range = map(wanted + huge_page);
        if (range == MAP_FAILED) {
            throw std::bad_alloc();
        }
        auto* begin = static_cast<std::byte*>(range);
        const auto address = reinterpret_cast<std::uintptr_t>(begin);
        const std::size_t before = (huge_page - address % huge_page) % huge_page;
        std::byte* aligned = begin + before;
        if (before != 0) {
            ::munmap(begin, before);
        }
        if (before != huge_page) {
            ::munmap(aligned + wanted, huge_page - before);
        }
        ::madvise(aligned, wanted, MADV_HUGEPAGE);  // a wish; refused, the array is only slower
        if (bytes_ != 0 &&
            ::mremap(data_, bytes_, bytes_, MREMAP_MAYMOVE | MREMAP_FIXED, aligned) == MAP_FAILED) {
            ::munmap(aligned, wanted);
            throw std::bad_alloc();
        }
        adopt(aligned, wanted);
    }

    void release() noexcept {
        if (data_ != nullptr) {
            ::munmap(data_, bytes_);
        }
    }

    T* data_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace bourse
