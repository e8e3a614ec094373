# LMDB, for storage/ alone: the target bourse_lmdb.
find_path(BOURSE_LMDB_INCLUDE lmdb.h)
find_library(BOURSE_LMDB_LIBRARY lmdb)
if(NOT BOURSE_LMDB_INCLUDE OR NOT BOURSE_LMDB_LIBRARY)
    message(FATAL_ERROR "Bourse needs LMDB: liblmdb-dev; tests/run and runtime/quickstart install it.")
endif()

add_library(bourse_lmdb INTERFACE)
target_include_directories(bourse_lmdb SYSTEM INTERFACE ${BOURSE_LMDB_INCLUDE})
target_link_libraries(bourse_lmdb INTERFACE ${BOURSE_LMDB_LIBRARY})
