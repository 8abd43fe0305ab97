// SPDX-License-Identifier: MIT
// upload: GDALDriver::CreateCopy: a raster becomes an image of a mosaic.
#ifndef MAPFLOW_UPLOAD_H
#define MAPFLOW_UPLOAD_H

#include "common/compat.h"

// `name` is that of a mosaic. All checks come before the first byte is sent. The dataset that it
// returns has the metadata items MOSAIC_ID, IMAGE_ID, NAME, BYTES and STATE, and no pixels. Returns
// nullptr after one CPLError.
GDALDataset *OGRMapflowUpload(const char *name, GDALDataset *source, int strict,
                              MapflowCreateOptions options, GDALProgressFunc progress,
                              void *progressData);

#endif
