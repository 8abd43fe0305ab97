// SPDX-License-Identifier: MIT
// projects_layer: the projects of an account as a layer.
#ifndef MAPFLOW_PROJECTS_LAYER_H
#define MAPFLOW_PROJECTS_LAYER_H

#include "account/account_session.h"
#include "layer/row_changes.h"

// For update: rows can be inserted, and `name` and `description` changed. With ALLOW_DELETE=YES
// rows can be deleted. Each change is sent immediately.
//
// FID: OGRMapflowStableFID. `role` needs a request if a project is shared.
class OGRMapflowProjectsLayer final : public OGRMapflowEditableLayer
{
  public:
    OGRMapflowProjectsLayer(GDALDataset *dataset, OGRMapflowAccountSession &session);

  protected:
    bool SendNew(const OGRFeature &feature, OGRMapflowChanges &values, std::string &id) override;
    bool SendChanges(OGRFeature &row, const std::string &name,
                     const OGRMapflowChanges &changes) override;
    void FollowDeletion(const std::string &id) override { m_session.Projects().MarkDeleted(id); }

  private:
    bool Fetch();
    bool AddProject(const mf_project &project);

    OGRMapflowAccountSession &m_session;
    size_t m_shown = 0; // number of projects of the session's list that are rows
};

#endif
