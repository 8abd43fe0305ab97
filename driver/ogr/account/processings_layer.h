// SPDX-License-Identifier: MIT
// processings_layer: the processings of an account as a layer.
#ifndef MAPFLOW_PROCESSINGS_LAYER_H
#define MAPFLOW_PROCESSINGS_LAYER_H

#include <memory>
#include <string>
#include <vector>

#include "account/processing_scan.h"

// For update: `name`, `description`, and `project` or `project_id` can be changed; with
// ALLOW_DELETE=YES rows can be deleted. Each change is sent at once.
//
// FID: OGRMapflowStableFID. Conditions on `id`, `project`, `project_id` and `name` are pushed to
// the server. The geometry, a MultiPolygon of the areas, and the name of the project of a
// processing that was found by its id cost a request each: they are fetched when the column is not
// ignored.
class OGRMapflowProcessingsLayer final : public OGRMapflowEditableLayer
{
  public:
    OGRMapflowProcessingsLayer(GDALDataset *dataset, OGRMapflowAccountSession &session,
                               OGRMapflowAreaSource areas);

    // Shows a newer state of a processing in its row, if that was read.
    void Refresh(const mf_processing &processing) { m_known.Refresh(processing); }

  protected:
    OGRErr RefuseNew() const override;
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;
    bool SendDeletion(const OGRFeature &row) override;
    OGRMapflowRows &RowsToRead() override;
    const OGRMapflowRows &AllRows() const override { return m_all.Rows(); }
    OGRFeature *FindRow(GIntBig fid) override;
    bool FetchGeometries(const std::vector<OGRFeature *> &rows) override
    {
        return m_known.FetchAreas(rows);
    }

  private:
    bool NeedsProject() const;
    // The UUID of the project that a change names, "" when it names none. Returns false after one
    // CPLError.
    bool FindTarget(const OGRMapflowChanges &changes, std::string &target);
    void FollowProject(const std::string &id);
    void DropDeleted();

    OGRMapflowAccountSession &m_session;
    OGRMapflowProcessingRows m_known;
    OGRMapflowProcessingScan m_all;
    std::unique_ptr<OGRMapflowProcessingScan> m_some{}; // of the latest filter that was pushed down
};

#endif
