# Layers. A library's include root is a folder of the build tree that holds nothing but a link to
# the library's own source folder, under its full name. So a target sees `messages/...` only if it
# depends on messages, and a wrong-way include does not compile. `tests/layers` checks that it does not.
#
#           runtime
#              |
#           actors
#           |     |
#      cluster   storage      neither sees the other
#           |     |
#           messages
set(BOURSE_ROOM_SEES_messages "")
set(BOURSE_ROOM_SEES_storage messages)
set(BOURSE_ROOM_SEES_cluster messages)
set(BOURSE_ROOM_SEES_actors messages storage cluster actors)
set(BOURSE_ROOM_SEES_runtime messages storage cluster actors runtime)
set(BOURSE_ROOM_SEES_tests messages storage cluster actors runtime tests)

# What random tests drive: under sanitizers it is worth optimizing, and all else is not.
set(BOURSE_DRIVEN messages storage cluster actors/book actors/ledger actors/shard actors/replica)
# Compiled file by file whatever BOURSE_UNITY says. In the tree quickstart, which people use, all that is measured: as one, a shard
# takes 7 % more instructions. In the tree release, of which a program or a test may need a part (the README's example no Cap'n
# Proto, some tests other files with planted mistakes), that, and what its tests count instructions of.
set(BOURSE_ONE_BY_ONE_quickstart ${BOURSE_DRIVEN} runtime/bench)
set(BOURSE_ONE_BY_ONE_release messages storage actors/book actors/ledger actors/shard)

# Makes <build>/include_roots/<name>/<folder> a link to the source folder; the root is left in `out`.
function(bourse_include_root out folder)
    string(REPLACE "/" "_" name ${folder})
    set(root ${PROJECT_BINARY_DIR}/include_roots/${name})
    get_filename_component(parent ${root}/${folder} DIRECTORY)
    file(MAKE_DIRECTORY ${parent})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${root}/${folder} SYMBOLIC)
    set(${out} ${root} PARENT_SCOPE)
endfunction()

# bourse_library(bourse_book FOLDER actors/book DEPENDS bourse_messages [LINKS <third parties>])
#
# A library of every .cpp directly in the folder (picked up when added, no list to keep; EXCLUDE
# names files that are built otherwise). A folder without sources is an INTERFACE library.
function(bourse_library target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "DEPENDS;LINKS;EXCLUDE")
    string(REGEX REPLACE "/.*" "" room ${arg_FOLDER})
    foreach(other ${arg_DEPENDS})
        get_target_property(other_room ${other} BOURSE_ROOM)
        if(NOT other_room IN_LIST BOURSE_ROOM_SEES_${room})
            message(FATAL_ERROR "${target} (${room}) may not depend on ${other} (${other_room}): "
                                "see the layers in .cmake/library.cmake")
        endif()
    endforeach()

    bourse_include_root(root ${arg_FOLDER})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
    # Actors' shells are a library of their own, with CAF (actors/CMakeLists.txt).
    list(FILTER sources EXCLUDE REGEX "_actor\\.cpp$")
    foreach(file ${arg_EXCLUDE})
        list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/${file})
    endforeach()
    if(sources)
        add_library(${target} STATIC ${sources})
        target_include_directories(${target} PUBLIC ${root})
        target_link_libraries(${target} PUBLIC ${arg_DEPENDS} ${arg_LINKS} PRIVATE bourse_flags)
        if(BOURSE_UNITY AND NOT arg_FOLDER IN_LIST BOURSE_ONE_BY_ONE_${BOURSE_TREE})
            set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
        endif()
        if(NOT room STREQUAL "tests" AND NOT arg_FOLDER IN_LIST BOURSE_DRIVEN)
            target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
        endif()
        if(NOT room MATCHES "^(messages|storage|cluster)$")
            target_compile_options(${target} PRIVATE ${BOURSE_UNCHECKED_POINTERS})
        endif()
    else()
        add_library(${target} INTERFACE)
        target_include_directories(${target} INTERFACE ${root})
        target_link_libraries(${target} INTERFACE ${arg_DEPENDS} ${arg_LINKS})
    endif()
    set_target_properties(${target} PROPERTIES BOURSE_ROOM ${room} BOURSE_FOLDER ${arg_FOLDER})
    set_property(GLOBAL APPEND PROPERTY BOURSE_LIBRARIES ${target})
endfunction()
