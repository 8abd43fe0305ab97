// SPDX-License-Identifier: MIT
// planned_layer: planned searches as a layer: areas in which the service looks for new scenes once
// a day.
#ifndef MAPFLOW_PLANNED_LAYER_H
#define MAPFLOW_PLANNED_LAYER_H

#include "api/planned_search.h"
#include "layer/row_changes.h"

// For update: rows can be inserted, with polygons and the columns `name`, `project_id` (UUID or
// name; without it the default project), `active_until` and `filters`; `name` and `active_until`
// can be changed; with ALLOW_DELETE=YES rows can be deleted. Each change is sent at once, once.
//
// FID: OGRMapflowStableFID. Geometry: the areas as they are, also where they overlap. All rows cost
// one request.
class OGRMapflowPlannedLayer final : public OGRMapflowInsertableLayer
{
  public:
    OGRMapflowPlannedLayer(GDALDataset *dataset, mf_client *client, const OGRMapflowRights &rights);

    // Shows a newer state of a planned search in its row, if that was read.
    void Refresh(const mf_planned_search &search);

  protected:
    bool SendNew(const OGRFeature &feature, OGRMapflowChanges &values, std::string &id) override;
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;
    bool SendDeletion(const OGRFeature &row) override;

  private:
    bool Fetch();

    mf_client *const m_client;
};

// Adds the columns of a planned search to a table of another name, and the row of one.
void OGRMapflowAddPlannedColumns(OGRMapflowTableLayer &table);
void OGRMapflowAddPlannedRow(OGRMapflowTableLayer &table, const mf_planned_search &search);

// The layer `areas` of a planned search: a row for each.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAreasLayer(GDALDataset *dataset,
                                                               const mf_planned_search &search);

// The only provider whose scenes a planned search looks for, "" when there are several.
std::string OGRMapflowProviderOf(const mf_planned_search &search);

#endif
