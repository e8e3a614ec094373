# How our own code is compiled. Everything of ours links `bourse_flags` privately; generated code
# and third parties do not, so our warnings never judge theirs.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# No NDEBUG: asserts are on in every build. No -march: the result runs on any x86-64.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O3 -g")
# -O1, because at -O0 the sanitized random tests take three times as long.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")
if(BOURSE_UNITY AND NOT BOURSE_TREE STREQUAL "tsan")  # nobody will debug it: files and lines are enough
    string(REPLACE "-g" "-g1" CMAKE_CXX_FLAGS_DEBUG "${CMAKE_CXX_FLAGS_DEBUG}")
    string(REPLACE "-g" "-g1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
endif()

# Links in a third of the time of GNU's.
find_program(BOURSE_LLD ld.lld)
if(BOURSE_UNITY AND BOURSE_LLD)
    add_link_options(-fuse-ld=lld)
endif()

add_library(bourse_flags INTERFACE)
target_compile_options(bourse_flags INTERFACE
    -Werror -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
    -Wcast-align -Wcast-qual -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wundef
    -Wimplicit-fallthrough -Wextra-semi -Wdouble-promotion
    $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wsuggest-override
        # Wrong about std::string's operator+ at -O3 (GCC bug 105651).
        -Wno-restrict -Wno-stringop-overflow>)

if(BOURSE_SANITIZE)
    # Global, so that generated code and the precompiled headers are instrumented too.
    add_compile_options(-fsanitize=${BOURSE_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${BOURSE_SANITIZE})
    # g++ and clang tell of it in different ways.
    string(REGEX MATCH "address|thread" sanitizer "${BOURSE_SANITIZE}")
    add_compile_definitions(_GLIBCXX_ASSERTIONS BOURSE_SANITIZER_${sanitizer})
endif()

# A null pointer or a misaligned one before each access is a third of what the undefined-behaviour sanitizer adds, and of
# the time to compile it. Where bytes are read it is worth that; elsewhere the address sanitizer ends at the access itself.
if(BOURSE_SANITIZE MATCHES "undefined" AND NOT BOURSE_TREE MATCHES "^(fuzz|tidy)$")
    set(BOURSE_UNCHECKED_POINTERS -fno-sanitize=null,alignment)
endif()
