// SPDX-License-Identifier: MIT
// upload: uploads a raster as an image of a mosaic (GDALDriver::CreateCopy).
#ifndef MAPFLOW_UPLOAD_H
#define MAPFLOW_UPLOAD_H

#include "common/compat.h"

// `name` names a mosaic. All checks run before the first byte is sent. The returned dataset has the
// metadata items MOSAIC_ID, IMAGE_ID, NAME, BYTES and STATE, and no pixels. Returns nullptr after
// one CPLError.
GDALDataset *OGRMapflowUpload(const char *name, GDALDataset *source, int strict,
                              MapflowCreateOptions options, GDALProgressFunc progress,
                              void *progressData);

#endif
