// SPDX-License-Identifier: MIT
// planned_layer: planned searches as a layer. In their areas the service searches for new scenes
// once a day.
#ifndef MAPFLOW_PLANNED_LAYER_H
#define MAPFLOW_PLANNED_LAYER_H

#include "api/planned_search.h"
#include "layer/row_changes.h"

// For update: rows can be inserted, with polygons and the columns `name`, `project_id` (UUID or
// name; the default project if unset), `active_until` and `filters`. `name` and `active_until` can
// be changed. With ALLOW_DELETE=YES rows can be deleted. Each change is sent immediately and only
// once.
//
// FID: OGRMapflowStableFID. Geometry: the areas, unmerged even where they overlap. One request
// returns all rows.
class OGRMapflowPlannedLayer final : public OGRMapflowEditableLayer
{
  public:
    OGRMapflowPlannedLayer(GDALDataset *dataset, mf_client *client, const OGRMapflowRights &rights);

    // Updates the row of a planned search, if it was read.
    void Refresh(const mf_planned_search &search);

  protected:
    bool SendNew(const OGRFeature &feature, OGRMapflowChanges &values, std::string &id) override;
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;

  private:
    bool Fetch();
};

// Makes a table of one planned search.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakePlannedTable(GDALDataset *dataset,
                                                                 const mf_planned_search &search);

// Makes the layer `areas` of a planned search, with one row for each area.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAreasLayer(GDALDataset *dataset,
                                                               const mf_planned_search &search);

// Returns the provider of a planned search if its filters name exactly one, else "".
std::string OGRMapflowProviderOf(const mf_planned_search &search);

#endif
