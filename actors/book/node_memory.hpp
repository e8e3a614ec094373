#pragma once

#include <cstddef>
#include <memory_resource>

namespace bourse {

/// Memory for the nodes of ordered sets and maps, which counts what it holds.
///
/// Nodes come from pools, so that churn does not go to the allocator each time. Pools keep what a
/// peak has left, which the sizes of the containers do not tell: so what is asked of the allocator is
/// counted. It goes back when this is destroyed.
class node_memory {
public:
    [[nodiscard]] std::pmr::memory_resource* get() noexcept { return &pools_; }
    /// Bytes held from the allocator, whether nodes are in them or not.
    [[nodiscard]] std::size_t bytes() const noexcept { return counted_.bytes; }

private:
    struct counted final : std::pmr::memory_resource {
        std::size_t bytes = 0;

    private:
        void* do_allocate(std::size_t size, std::size_t alignment) override {
            void* taken = std::pmr::new_delete_resource()->allocate(size, alignment);
            bytes += size;
            return taken;
        }
        void do_deallocate(void* from, std::size_t size, std::size_t alignment) override {
            bytes -= size;
            std::pmr::new_delete_resource()->deallocate(from, size, alignment);
        }
        [[nodiscard]] bool do_is_equal(
            const std::pmr::memory_resource& other) const noexcept override {
            return this == &other;
        }
    };

    counted counted_;
    std::pmr::unsynchronized_pool_resource pools_{&counted_};
};

}  // namespace bourse
