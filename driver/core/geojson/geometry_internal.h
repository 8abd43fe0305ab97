/* SPDX-License-Identifier: MIT */
/* geometry: converts a GeoJSON geometry to ISO WKB.
 *
 * As in GDAL's GeoJSON driver, an invalid geometry (unknown type, coordinates of the wrong shape)
 * becomes no geometry, and an invalid part is left out. If one position has a third ordinate, all
 * get one, 0 where it is missing. */
#ifndef MF_GEOMETRY_INTERNAL_H
#define MF_GEOMETRY_INTERNAL_H

#include "geojson/json_cursor_internal.h"
#include "geojson/wkb_internal.h"

/* Reads the value at the cursor, a geometry object or anything else. */
enum mf_parse_status mf_geometry_read(struct mf_cursor *t, struct mf_wkb *wkb);

#endif
