// SPDX-License-Identifier: MIT
// image_file: opens the file of an uploaded image, if the service allows it.
#ifndef MAPFLOW_IMAGE_FILE_H
#define MAPFLOW_IMAGE_FILE_H

#include "api/image.h"
#include "imagery/raster_dataset.h"

// Reads only the parts needed, by /vsicurl/, from an address that expires. Returns a picture
// without a source after one CPLError. When the service refuses the file, as it does for images
// that a user has uploaded, sets *isRefused and raises no CPLError, unless `isRefused` is nullptr.
OGRMapflowPicture OGRMapflowOpenImageFile(mf_client *client, const mf_image &image,
                                          bool *isRefused);

#endif
