// SPDX-License-Identifier: MIT
// preview: the service's preview of an uploaded image, georeferenced.
#ifndef MAPFLOW_PREVIEW_H
#define MAPFLOW_PREVIEW_H

#include "api/image.h"
#include "imagery/raster_dataset.h"

// Returns a north-up picture in EPSG:4326. One that lies at an angle on the ground is warped, and
// gets an extra band that makes the rest transparent. Sets `isExact` to false when the corners of
// the image are not known: the picture then fills the box around its footprint. Returns one without
// a source after one CPLError.
OGRMapflowPicture OGRMapflowOpenPreview(mf_client *client, const mf_image &image, bool &isExact);

#endif
