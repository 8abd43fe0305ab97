# Installs the plugin, and the scripts for QGIS.
#
# The plugin goes where this GDAL looks for plugins: in MAPFLOW_PLUGIN_DIR, below the install prefix,
# which is GDAL's own unless another one is given. The usual one of CMake, /usr/local, would not do on
# Debian. Where that folder has one of GDAL's version in it, such as 3.6, GDAL looks nowhere else: then
# the plugin goes there.
include(GNUInstallDirs)

# GDAL tells its folder from 3.10 on; before, it stands in the library as it was built.
set(folder "")
find_program(GDAL_CONFIG gdal-config)
if(GDAL_CONFIG AND NOT GDAL_VERSION VERSION_LESS 3.10)
  execute_process(COMMAND "${GDAL_CONFIG}" --plugindir OUTPUT_VARIABLE folder
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
_mapflow_library_file(GDAL::GDAL GDAL_LIBRARY gdal_file)
if(NOT folder AND gdal_file AND NOT DEFINED CACHE{MAPFLOW_PLUGIN_DIR})
  file(STRINGS "${gdal_file}" folder REGEX "^/.+/gdalplugins$" LIMIT_COUNT 1)
endif()
set(below_prefix "${CMAKE_INSTALL_LIBDIR}/gdalplugins")
if(folder MATCHES "^(/.*)/(lib.*)$")
  set(below_prefix "${CMAKE_MATCH_2}")
  if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
    set(CMAKE_INSTALL_PREFIX "${CMAKE_MATCH_1}" CACHE PATH "Prefix of GDAL" FORCE)
  endif()
endif()
set(MAPFLOW_PLUGIN_DIR "${below_prefix}" CACHE STRING "Folder of the plugin, below the install prefix")

# What is escaped is looked at when it is installed.
string(REGEX MATCH "^[0-9]+\\.[0-9]+" MAPFLOW_GDAL_MINOR "${GDAL_VERSION}")
set(where "${MAPFLOW_PLUGIN_DIR}")
if(NOT IS_ABSOLUTE "${where}")
  set(where "\${CMAKE_INSTALL_PREFIX}/${where}")
endif()
install(CODE "
  set(mapflow_version_folder \"\")
  if(IS_DIRECTORY \"\$ENV{DESTDIR}${where}/${MAPFLOW_GDAL_MINOR}\")
    set(mapflow_version_folder \"/${MAPFLOW_GDAL_MINOR}\")
  endif()" COMPONENT plugin)
install(TARGETS ogr_MAPFLOW COMPONENT plugin
        LIBRARY DESTINATION "${MAPFLOW_PLUGIN_DIR}\${mapflow_version_folder}")

# The scripts for the Processing toolbox of QGIS: their folder is named in its options.
install(FILES "${PROJECT_SOURCE_DIR}/driver/qgis/mapflow_project.py" "${PROJECT_SOURCE_DIR}/driver/qgis/mapflow_shared.py"
              "${PROJECT_SOURCE_DIR}/driver/qgis/mapflow_submit.py"
        COMPONENT plugin DESTINATION "${CMAKE_INSTALL_DATADIR}/gdal-mapflow/qgis")
