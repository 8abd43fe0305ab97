# cpack makes a Debian package: the plugin in the folder of Debian's GDAL, and its documentation.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gdal-mapflow)
# It works with this GDAL alone: the one of a newer GDAL is the newer one.
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}+gdal${MAPFLOW_GDAL_MINOR}")
set(CPACK_PACKAGE_CONTACT "The Mapflow driver for GDAL contributors <gdal-mapflow@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_PACKAGE_NAME "${CPACK_PACKAGE_NAME}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Mapflow finds buildings, roads, forests and fields in satellite and
aerial imagery. With this plugin the result of a Mapflow processing
opens like a file in ogr2ogr, QGIS, Python, R and every other program
that uses Debian's GDAL.")

# The documents that Debian asks for.
set(doc "${CMAKE_BINARY_DIR}/packaging")
file(MAKE_DIRECTORY "${doc}")
file(READ "${PROJECT_SOURCE_DIR}/LICENSE" license)
string(STRIP "${license}" license)
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REPLACE "\n" "\n " license "${license}")
string(REGEX MATCH "Copyright \\(c\\) ([^\n]*)" copyright "${license}")
set(copyright "${CMAKE_MATCH_1}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/packaging/copyright.in" "${doc}/copyright" @ONLY)
configure_file("${PROJECT_SOURCE_DIR}/cmake/packaging/changelog.in" "${doc}/changelog" @ONLY)
find_program(GZIP gzip)
if(GZIP)
  execute_process(COMMAND "${GZIP}" -9 -n -f -k "${doc}/changelog")
  install(FILES "${doc}/changelog.gz" DESTINATION "share/doc/${CPACK_PACKAGE_NAME}" COMPONENT documents
          EXCLUDE_FROM_ALL)
endif()
install(FILES "${doc}/copyright" "${PROJECT_SOURCE_DIR}/driver/mapflow.md"
        "${PROJECT_SOURCE_DIR}/driver/imagery.md" "${PROJECT_SOURCE_DIR}/driver/internals.md"
        "${PROJECT_SOURCE_DIR}/driver/programs.md"
        DESTINATION "share/doc/${CPACK_PACKAGE_NAME}" COMPONENT documents EXCLUDE_FROM_ALL)
set(CPACK_COMPONENTS_ALL plugin documents)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)

include(CPack)
