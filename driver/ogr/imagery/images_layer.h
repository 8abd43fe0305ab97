// SPDX-License-Identifier: MIT
// images_layer: uploaded images as a layer.
#ifndef MAPFLOW_IMAGES_LAYER_H
#define MAPFLOW_IMAGES_LAYER_H

#include "api/image.h"
#include "imagery/mosaic_list.h"
#include "layer/row_changes.h"

// The images of all mosaics of a list, mosaic by mosaic. For update: `name` can be changed. With
// ALLOW_DELETE=YES rows can be deleted. Each change is sent immediately and only once.
//
// FID: OGRMapflowStableFID. Geometry: the footprint. Makes two requests for each mosaic, and
// queries several mosaics at once after the first one. A server without image states lists only
// usable images.
class OGRMapflowImagesLayer final : public OGRMapflowEditableLayer
{
  public:
    OGRMapflowImagesLayer(GDALDataset *dataset, OGRMapflowMosaicList &mosaics,
                          const OGRMapflowRights &rights);

    // Removes the rows of the FAILED images of a mosaic, which the service has deleted.
    void DropFailed(const std::string &mosaicId);

  protected:
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;

  private:
    bool Fetch();
    void AddImages(const mf_mosaic &mosaic, const mf_image_list &images);
    // Applies a change that the layer of mosaics has made.
    void FollowMosaic(const std::string &id);

    OGRMapflowMosaicList &m_mosaics;
    size_t m_next = 0; // number of mosaics whose images are rows
};

#endif
