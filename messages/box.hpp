#pragma once

#include <memory>
#include <utility>

namespace bourse {

/// One T that lives elsewhere, and is copied and compared as if it stood here.
///
/// For what is large and seldom in a variant that is otherwise small: a variant is as large as its
/// largest alternative. One that was moved from may only be destroyed or assigned to.
template <class T>
class box {
public:
    box() : held_(std::make_unique<T>()) {}
    // Not explicit, as a T stands wherever a box of it does.
    // NOLINTNEXTLINE(google-explicit-constructor)
    box(T held) : held_(std::make_unique<T>(std::move(held))) {}
    ~box() = default;
    box(const box& other) : held_(std::make_unique<T>(*other.held_)) {}
    box(box&&) noexcept = default;
    box& operator=(const box& other) {
        held_ = std::make_unique<T>(*other.held_);
        return *this;
    }
    box& operator=(box&&) noexcept = default;

    // NOLINTNEXTLINE(google-explicit-constructor)
    operator const T&() const noexcept { return *held_; }
    [[nodiscard]] T& operator*() noexcept { return *held_; }
    [[nodiscard]] const T& operator*() const noexcept { return *held_; }
    [[nodiscard]] T* operator->() noexcept { return held_.get(); }
    [[nodiscard]] const T* operator->() const noexcept { return held_.get(); }

    friend bool operator==(const box& a, const box& b) { return *a.held_ == *b.held_; }

private:
    std::unique_ptr<T> held_;
};

}  // namespace bourse
