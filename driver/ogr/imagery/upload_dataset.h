// SPDX-License-Identifier: MIT
// upload_dataset: what CreateCopy returns: size and place of the image, and what became of it.
#ifndef MAPFLOW_UPLOAD_DATASET_H
#define MAPFLOW_UPLOAD_DATASET_H

#include <memory>

#include "imagery/raster_frame.h"

// Its pixels are at the service: reading them is an error. Metadata are set by whoever makes it.
class OGRMapflowUploadDataset final : public OGRMapflowRasterFrame
{
  public:
    explicit OGRMapflowUploadDataset(GDALDataset &source);
};

#endif
