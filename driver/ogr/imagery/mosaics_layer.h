// SPDX-License-Identifier: MIT
// mosaics_layer: the mosaics of an account as a layer.
#ifndef MAPFLOW_MOSAICS_LAYER_H
#define MAPFLOW_MOSAICS_LAYER_H

#include "imagery/mosaic_list.h"
#include "layer/row_changes.h"

// For update: rows can be inserted, and `name` and `tags` (the whole list) changed. With
// ALLOW_DELETE=YES rows can be deleted, with their images. Each change is sent immediately and only
// once.
//
// FID: OGRMapflowStableFID. Geometry: the footprint. One request returns all rows.
class OGRMapflowMosaicsLayer final : public OGRMapflowEditableLayer
{
  public:
    OGRMapflowMosaicsLayer(GDALDataset *dataset, OGRMapflowMosaicList &mosaics,
                           const OGRMapflowRights &rights);

    // Updates the row of a mosaic, if it was read. Takes ownership of `mosaic`.
    void Refresh(mf_mosaic &mosaic);

  protected:
    bool SendNew(const OGRFeature &feature, OGRMapflowChanges &values, std::string &id) override;
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;
    void FollowDeletion(const std::string &id) override { m_mosaics.Remove(id); }

  private:
    bool Fetch();

    OGRMapflowMosaicList &m_mosaics;
    size_t m_shown = 0; // number of mosaics of the list that are rows
};

// Makes a table of one mosaic.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeMosaicTable(GDALDataset *dataset,
                                                                const mf_mosaic &mosaic);

#endif
