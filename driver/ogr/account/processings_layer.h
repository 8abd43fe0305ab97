// SPDX-License-Identifier: MIT
// processings_layer: the processings of an account as a layer.
#ifndef MAPFLOW_PROCESSINGS_LAYER_H
#define MAPFLOW_PROCESSINGS_LAYER_H

#include <memory>
#include <string>
#include <vector>

#include "account/processing_scan.h"

// For update: `name`, `description`, and `project` or `project_id` can be changed. With
// ALLOW_DELETE=YES rows can be deleted. Each change is sent immediately.
//
// FID: OGRMapflowStableFID. Conditions on `id`, `project`, `project_id` and `name` are pushed to
// the server. The geometry, a MultiPolygon of the areas, costs a request. So does the project name
// of a processing that was found by its id. Both are fetched only if the column is not ignored.
class OGRMapflowProcessingsLayer final : public OGRMapflowEditableLayer
{
  public:
    OGRMapflowProcessingsLayer(GDALDataset *dataset, OGRMapflowAccountSession &session,
                               OGRMapflowAreaSource areas);

    // Updates the row of a processing, if it was read.
    void Refresh(const mf_processing &processing) { m_known.Refresh(processing); }

  protected:
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;
    void FollowDeletion(const std::string &id) override;
    OGRMapflowRows &RowsToRead() override;
    const OGRMapflowRows &AllRows() const override { return m_all.Rows(); }
    OGRFeature *FindRow(GIntBig fid) override;
    bool FetchGeometries(const std::vector<OGRFeature *> &rows) override
    {
        return m_known.FetchAreas(rows);
    }

  private:
    bool NeedsProject() const;
    // Sets `target` to the UUID of the project that a change names, "" when it names none. Returns
    // false after one CPLError.
    bool FindTarget(const OGRMapflowChanges &changes, std::string &target);
    void FollowProject(const std::string &id);
    void DropDeleted();

    OGRMapflowAccountSession &m_session;
    OGRMapflowProcessingRows m_known;
    OGRMapflowProcessingScan m_all;
    std::unique_ptr<OGRMapflowProcessingScan> m_some{}; // for the latest pushed-down filter
};

#endif
