#pragma once

/// libraft's raft.h, which is C, in C++: only for .cpp files of this folder and consensus_machine.hpp.
///
/// The header asserts at compile time that its structs still have the size they had in version 0; it does
/// so with structs declared inside `sizeof`, which C++ does not allow. Those asserts are left out here;
/// they concern whoever changes the header.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#pragma push_macro("__cpp_static_assert")
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wbuiltin-macro-redefined"
#endif
#undef __cpp_static_assert
// NOLINTNEXTLINE(bugprone-reserved-identifier): what the header calls
#define _Static_assert(...)
extern "C" {
#include <raft.h>
}
#undef _Static_assert
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
#pragma pop_macro("__cpp_static_assert")
