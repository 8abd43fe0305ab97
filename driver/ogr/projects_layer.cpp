#include "projects_layer.h"

#include "columns.h"

OGRMapflowProjectsLayer::OGRMapflowProjectsLayer(GDALDataset *dataset,
                                                 OGRMapflowAccountState &state)
    : OGRMapflowTableLayer(dataset, "projects", wkbNone), m_state(state)
{
    AddColumn("id", OFTString, "UUID");
    AddColumn("name", OFTString, "");
    AddColumn("description", OFTString, "");
    AddColumn("is_default", OFTInteger, "takes what names no project", OFSTBoolean);
    AddColumn("role", OFTString, "of this account: readonly, contributor, maintainer, owner");
    AddColumn("owner", OFTString, "e-mail");
    AddColumn("created", OFTDateTime, "UTC");
    AddColumn("updated", OFTDateTime, "UTC");
    AddColumn("succeeded", OFTInteger, "number of processings");
    AddColumn("failed", OFTInteger, "number of processings");
    AddColumn("area_km2", OFTReal, "km², of its processings");
    AddColumn("aoi_limit_km2", OFTReal, "km², of one processing at most");
    AddColumn("shared", OFTInteger, "", OFSTBoolean);
    SetSource([this](OGRMapflowRows &rows) { return Fetch(rows); },
              [this](OGRMapflowRows &, GIntBig &total)
              {
                  const bool done = m_state.ProjectTotal() >= 0 || m_state.FetchProjects();
                  total = m_state.ProjectTotal();
                  return done;
              });
}

// Rows of what the state knows by now, or of its next page.
bool OGRMapflowProjectsLayer::Fetch(OGRMapflowRows &rows)
{
    if (m_shown == m_state.Projects().size() && !m_state.HasAllProjects() &&
        !m_state.FetchProjects())
        return false;
    for (; m_shown < m_state.Projects().size(); ++m_shown)
    {
        if (!AddProject(m_state.Projects()[m_shown]))
            return false;
    }
    rows.isComplete = m_state.HasAllProjects();
    return true;
}

bool OGRMapflowProjectsLayer::AddProject(const mf_project &project)
{
    const std::string role = m_state.RoleIn(project);
    if (role.empty())
        return false;
    OGRFeature &row = AddRow();
    row.SetFID(OGRMapflowStableFID(project.id));
    OGRMapflowSetText(row, "id", project.id);
    OGRMapflowSetText(row, "name", project.name);
    OGRMapflowSetText(row, "description", project.description);
    row.SetField("is_default", project.is_default);
    OGRMapflowSetText(row, "role", role.c_str());
    OGRMapflowSetText(row, "owner", project.owner);
    OGRMapflowSetText(row, "created", project.created);
    OGRMapflowSetText(row, "updated", project.updated);
    OGRMapflowSetCount(row, "succeeded", project.succeeded);
    OGRMapflowSetCount(row, "failed", project.failed);
    OGRMapflowSetArea(row, "area_km2", project.area_m2);
    OGRMapflowSetArea(row, "aoi_limit_km2", project.aoi_limit_m2);
    row.SetField("shared", project.is_shared);
    return true;
}
