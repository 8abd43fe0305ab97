// SPDX-License-Identifier: MIT
// mosaics_layer: the mosaics of an account as a layer.
#ifndef MAPFLOW_MOSAICS_LAYER_H
#define MAPFLOW_MOSAICS_LAYER_H

#include "imagery/mosaic_list.h"
#include "layer/row_changes.h"

// For update: rows can be inserted, and `name` and `tags` (the whole list) changed; with
// ALLOW_DELETE=YES rows can be deleted, with their images. Each change is sent at once, once.
//
// FID: OGRMapflowStableFID. Geometry: the footprint. All rows cost one request.
class OGRMapflowMosaicsLayer final : public OGRMapflowInsertableLayer
{
  public:
    OGRMapflowMosaicsLayer(GDALDataset *dataset, OGRMapflowMosaicList &mosaics,
                           const OGRMapflowRights &rights);

    // Shows a newer state of a mosaic in its row, if that was read. Takes it over.
    void Refresh(mf_mosaic &mosaic);

  protected:
    bool SendNew(const OGRFeature &feature, OGRMapflowChanges &values, std::string &id) override;
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;
    bool SendDeletion(const OGRFeature &row) override;

  private:
    bool Fetch();

    OGRMapflowMosaicList &m_mosaics;
    size_t m_shown = 0; // mosaics of the list that are rows
};

// Adds the columns of a mosaic to a table of another name, and the row of one.
void OGRMapflowAddMosaicColumns(OGRMapflowTableLayer &table);
void OGRMapflowAddMosaicRow(OGRMapflowTableLayer &table, const mf_mosaic &mosaic);

#endif
