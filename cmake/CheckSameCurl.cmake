# The driver hands libcurl handles to GDAL (CPLHTTPSetOptions), so both must use the very same libcurl.
# Debian ships two that live side by side in a process without knowing of each other. Stops with the
# package to install when libgdal and the driver would use different ones; stays quiet when that cannot
# be told: no tool to look into a library, a static one, a libgdal without libcurl of its own.
#
# To be included after find_package(GDAL) and find_package(CURL).

# The file behind an imported target, or behind a variable that holds a path.
function(_mapflow_library_file target variable out)
  set(file "")
  if(TARGET ${target})
    foreach(property IMPORTED_LOCATION IMPORTED_LOCATION_RELEASE IMPORTED_LOCATION_RELWITHDEBINFO
                     IMPORTED_LOCATION_NONE IMPORTED_LOCATION_NOCONFIG IMPORTED_LOCATION_DEBUG)
      get_target_property(location ${target} ${property})
      if(location AND NOT file)
        set(file "${location}")
      endif()
    endforeach()
  endif()
  if(NOT file)
    foreach(candidate IN LISTS ${variable})
      if(NOT file AND EXISTS "${candidate}")
        set(file "${candidate}")
      endif()
    endforeach()
  endif()
  if(file)
    get_filename_component(file "${file}" REALPATH)
  endif()
  set(${out} "${file}" PARENT_SCOPE)
endfunction()

# What a shared library calls itself, and the libcurl that it needs; each may come out empty.
function(_mapflow_dynamic_names file out_self out_curl)
  set(self "")
  set(curl "")
  set(command "")
  if(file AND EXISTS "${file}")
    if(APPLE AND CMAKE_OTOOL)
      set(command "${CMAKE_OTOOL}" -L "${file}")
    elseif(CMAKE_READELF)
      set(command "${CMAKE_READELF}" -d -W "${file}")
    elseif(CMAKE_OBJDUMP)
      set(command "${CMAKE_OBJDUMP}" -p "${file}")
    endif()
  endif()
  if(command)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${command}
                    OUTPUT_VARIABLE text ERROR_QUIET)
    if(APPLE)
      # The first entry of a library is itself.
      if(text MATCHES "\n[ \t]+[^\n]*/([^/\n]+\\.dylib) \\(")
        set(self "${CMAKE_MATCH_1}")
      endif()
      if(text MATCHES "(libcurl[^/\n ]*\\.dylib) \\(")
        set(curl "${CMAKE_MATCH_1}")
      endif()
    else()
      # readelf: "(SONAME) Library soname: [x]"; objdump: "SONAME x".
      if(text MATCHES "SONAME[^\n]*[[ ]([^][ \n]+)]?[ \t]*\n")
        set(self "${CMAKE_MATCH_1}")
      endif()
      if(text MATCHES "NEEDED[^\n]*[[ ](libcurl[^][ \n]*)]?[ \t]*\n")
        set(curl "${CMAKE_MATCH_1}")
      endif()
    endif()
  endif()
  set(${out_self} "${self}" PARENT_SCOPE)
  set(${out_curl} "${curl}" PARENT_SCOPE)
endfunction()

function(_mapflow_check_same_curl)
  _mapflow_library_file(GDAL::GDAL GDAL_LIBRARY gdal_file)
  _mapflow_library_file(CURL::libcurl CURL_LIBRARIES curl_file)
  _mapflow_dynamic_names("${gdal_file}" gdal_self needed)
  _mapflow_dynamic_names("${curl_file}" linked curl_needs)
  if(NOT needed OR NOT linked OR needed STREQUAL linked)
    return()
  endif()
  if(needed STREQUAL "libcurl-gnutls.so.4")
    set(advice "Install libcurl4-gnutls-dev (Debian, Ubuntu).")
  elseif(needed STREQUAL "libcurl.so.4")
    set(advice "Install libcurl4-openssl-dev (Debian, Ubuntu), libcurl-devel (Fedora) or libcurl (conda-forge).")
  else()
    set(advice "Install the development files of ${needed}, or set CURL_LIBRARY to it.")
  endif()
  message(FATAL_ERROR
    "libgdal uses ${needed}, but the driver would be linked to ${linked}:\n"
    "  ${gdal_file}\n  ${curl_file}\n"
    "Both must use the same libcurl. ${advice} Then configure in an empty build directory.")
endfunction()

_mapflow_check_same_curl()
