# CAF, for the actors' shells and runtime/node alone: the target bourse_caf. Of 0.17, whose API later versions do not have.
# Only its core is used: a node alone opens no port between nodes.
find_path(BOURSE_CAF_INCLUDE caf/all.hpp)
find_library(BOURSE_CAF_LIBRARY caf_core)
set(found "none")
if(BOURSE_CAF_INCLUDE AND BOURSE_CAF_LIBRARY)
    file(STRINGS ${BOURSE_CAF_INCLUDE}/caf/config.hpp line REGEX "^#define CAF_VERSION ")
    string(REGEX REPLACE "[^0-9]" "" found "${line}")
endif()
if(NOT found MATCHES "^17[0-9][0-9]$")
    message(FATAL_ERROR "Bourse needs CAF 0.17 and finds ${found} (CAF_VERSION): Debian 12 has it as libcaf-dev; "
                        "tests/run and runtime/quickstart install it.")
endif()
find_package(Threads REQUIRED)

add_library(bourse_caf INTERFACE)
target_include_directories(bourse_caf SYSTEM INTERFACE ${BOURSE_CAF_INCLUDE})
target_link_libraries(bourse_caf INTERFACE ${BOURSE_CAF_LIBRARY} Threads::Threads)
