// SPDX-License-Identifier: MIT
// upload_dataset: the result of CreateCopy: size and position of the image, and the outcome.
#ifndef MAPFLOW_UPLOAD_DATASET_H
#define MAPFLOW_UPLOAD_DATASET_H

#include <memory>

#include "imagery/raster_frame.h"

// Its pixels are at the service; reading them is an error. The caller sets the metadata.
class OGRMapflowUploadDataset final : public OGRMapflowRasterFrame
{
  public:
    explicit OGRMapflowUploadDataset(GDALDataset &source);
};

#endif
