// SPDX-License-Identifier: MIT
// preview: the small picture that the service has of an own image, put where the image lies.
#ifndef MAPFLOW_PREVIEW_H
#define MAPFLOW_PREVIEW_H

#include "api/image.h"
#include "imagery/raster_dataset.h"

// EPSG:4326, north up: a picture that lies on the ground at an angle is turned, with a band more
// that makes the rest transparent. `isExact` becomes false when the corners of the image are not
// known, and the picture fills the box around it. Returns one without a source after one CPLError.
OGRMapflowPicture OGRMapflowOpenPreview(mf_client *client, const mf_image &image, bool &isExact);

#endif
