/* geometry: a GeoJSON geometry to ISO WKB.
 *
 * What is not a valid geometry (unknown type, coordinates of the wrong
 * shape) becomes no geometry, and what is not a valid part of one is left out, as GDAL's GeoJSON
 * driver does. As soon as one position has a third ordinate all get one, 0 where it is missing. */
#ifndef MF_GEOMETRY_INTERNAL_H
#define MF_GEOMETRY_INTERNAL_H

#include "geojson/json_cursor_internal.h"
#include "geojson/wkb_internal.h"

/* Reads the value at the cursor, which is a geometry object or anything else, and moves behind it.
 */
enum mf_parse_status mf_geometry_read(struct mf_cursor *t, struct mf_wkb *wkb);

#endif
