# libsodium, for the keys of users in actors/directory: the target bourse_sodium.
find_path(BOURSE_SODIUM_INCLUDE sodium.h)
find_library(BOURSE_SODIUM_LIBRARY sodium)
if(NOT BOURSE_SODIUM_INCLUDE OR NOT BOURSE_SODIUM_LIBRARY)
    message(FATAL_ERROR "Bourse needs libsodium: libsodium-dev; tests/run and runtime/quickstart install it.")
endif()

add_library(bourse_sodium INTERFACE)
target_include_directories(bourse_sodium SYSTEM INTERFACE ${BOURSE_SODIUM_INCLUDE})
target_link_libraries(bourse_sodium INTERFACE ${BOURSE_SODIUM_LIBRARY})
