# Finds fast_float, a library of headers. Gives the target FastFloat::fast_float.
find_path(FASTFLOAT_INCLUDE_DIR NAMES fast_float/fast_float.h)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(FastFloat
  REQUIRED_VARS FASTFLOAT_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libfast-float-dev (Debian, Ubuntu), fast_float-devel (Fedora) or fast_float (conda-forge, Homebrew)")

if(FastFloat_FOUND AND NOT TARGET FastFloat::fast_float)
  add_library(FastFloat::fast_float INTERFACE IMPORTED)
  set_target_properties(FastFloat::fast_float PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${FASTFLOAT_INCLUDE_DIR}")
endif()
mark_as_advanced(FASTFLOAT_INCLUDE_DIR)
