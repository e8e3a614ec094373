# libraft, for cluster/ alone: the target bourse_raft. Of the one version that its tests were run with: what
# libraft frees and what its caller does, and which of its answers can be relied on, changes between
# versions that have the same soname.

set(BOURSE_LIBRAFT_VERSION 0.22.1)
option(BOURSE_ANY_LIBRAFT "Build with another libraft than ${BOURSE_LIBRAFT_VERSION}" OFF)

find_path(BOURSE_LIBRAFT_INCLUDE raft.h)
find_library(BOURSE_LIBRAFT_LIBRARY raft)
set(found "none")
if(BOURSE_LIBRAFT_INCLUDE AND BOURSE_LIBRAFT_LIBRARY)
    set(found "one without a version")
    # The header of 0.15.0 has none.
    file(STRINGS ${BOURSE_LIBRAFT_INCLUDE}/raft.h lines REGEX "^#define RAFT_VERSION_(MAJOR|MINOR|RELEASE) ")
    string(REGEX REPLACE "[^0-9;]" "" numbers "${lines}")
    list(LENGTH numbers count)
    if(count EQUAL 3)
        list(JOIN numbers "." found)
    endif()
endif()
if(NOT found STREQUAL BOURSE_LIBRAFT_VERSION)
    set(what "Bourse needs libraft ${BOURSE_LIBRAFT_VERSION} and finds ${found}")
    string(APPEND what " (${BOURSE_LIBRAFT_INCLUDE}, ${BOURSE_LIBRAFT_LIBRARY}).")
    if(NOT BOURSE_LIBRAFT_INCLUDE OR NOT BOURSE_LIBRAFT_LIBRARY OR NOT BOURSE_ANY_LIBRAFT)
        message(FATAL_ERROR "${what} Debian 13 has it as libraft-dev, Debian 12 in bookworm-backports: "
                            "tests/run and runtime/quickstart install it. To try another version all the "
                            "same, which may lose data: -DBOURSE_ANY_LIBRAFT=ON")
    endif()
    message(WARNING "${what} Going on, as BOURSE_ANY_LIBRAFT says.")
endif()

add_library(bourse_raft INTERFACE)
target_include_directories(bourse_raft SYSTEM INTERFACE ${BOURSE_LIBRAFT_INCLUDE})
target_link_libraries(bourse_raft INTERFACE ${BOURSE_LIBRAFT_LIBRARY})
