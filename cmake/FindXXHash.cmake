# Finds xxHash, of which the driver takes the header alone: what it needs is compiled in. Gives the target
# XXHash::XXHash.
find_path(XXHASH_INCLUDE_DIR NAMES xxhash.h)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(XXHash
  REQUIRED_VARS XXHASH_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libxxhash-dev (Debian, Ubuntu), xxhash-devel (Fedora) or xxhash (conda-forge, Homebrew)")

if(XXHash_FOUND AND NOT TARGET XXHash::XXHash)
  add_library(XXHash::XXHash INTERFACE IMPORTED)
  set_target_properties(XXHash::XXHash PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${XXHASH_INCLUDE_DIR}")
endif()
mark_as_advanced(XXHASH_INCLUDE_DIR)
