// SPDX-License-Identifier: MIT
// image_file: the file of an own image, where the service lets it be read.
#ifndef MAPFLOW_IMAGE_FILE_H
#define MAPFLOW_IMAGE_FILE_H

#include "api/image.h"
#include "imagery/raster_dataset.h"

// Reads by /vsicurl/ what is looked at of the file, from an address that expires. Returns one
// without a source after one CPLError; without one, and *isRefused set, for an image whose file is
// not given away, as those are that a user has uploaded.
OGRMapflowPicture OGRMapflowOpenImageFile(mf_client *client, const mf_image &image,
                                          bool *isRefused);

#endif
