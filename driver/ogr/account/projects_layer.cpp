// SPDX-License-Identifier: MIT
#include "account/projects_layer.h"

#include "common/errors.h"
#include "layer/stable_fid.h"

using Kind = OGRMapflowKind;

constexpr OGRMapflowColumn<mf_project> COLUMNS[] = {
    {"id", Kind::Text, "UUID", &mf_project::id},
    {"name", Kind::Text, "", &mf_project::name},
    {"description", Kind::Text, "", &mf_project::description},
    {"is_default", Kind::Flag, "gets the processings that name no project",
     &mf_project::is_default},
    {"role", Kind::Text, "of this account: readonly, contributor, maintainer, owner"},
    {"owner", Kind::Text, "e-mail", &mf_project::owner},
    {"created", Kind::Time, "UTC", &mf_project::created},
    {"updated", Kind::Time, "UTC", &mf_project::updated},
    {"succeeded", Kind::Count, "number of processings", &mf_project::succeeded},
    {"failed", Kind::Count, "number of processings", &mf_project::failed},
    {"area_km2", Kind::Area, "km², of its processings", &mf_project::area_m2},
    {"aoi_limit_km2", Kind::Area, "km², of one processing at most", &mf_project::aoi_limit_m2},
    {"shared", Kind::Flag, "", &mf_project::is_shared},
};

constexpr OGRMapflowEditing EDITING = {"project", "name, description", mf_project_delete,
                                       ", results included",
                                       "The areas of a project cannot be changed: create a layer "
                                       "with them in MAPFLOW: to submit a new "
                                       "processing."};

OGRMapflowProjectsLayer::OGRMapflowProjectsLayer(GDALDataset *dataset,
                                                 OGRMapflowAccountSession &session)
    : OGRMapflowEditableLayer(dataset, "projects", wkbNone, session.Client(), session.Rights(),
                              EDITING),
      m_session(session)
{
    AddColumns(COLUMNS);
    SetSource([this] { return Fetch(); },
              [this](bool forced, GIntBig &total)
              {
                  const bool done = !forced || m_session.Projects().Reach(1);
                  total = m_session.Projects().Total();
                  return done;
              });
}

// Adds rows for the projects that are known by now. Fetches the next page first if all are shown.
bool OGRMapflowProjectsLayer::Fetch()
{
    OGRMapflowProjectList &projects = m_session.Projects();
    if (!projects.Reach(m_shown + 1))
        return false;
    for (; m_shown < projects.Known().size(); ++m_shown)
    {
        if (!AddProject(projects.Known()[m_shown]))
            return false;
    }
    m_rows.isComplete = projects.IsComplete();
    return true;
}

bool OGRMapflowProjectsLayer::AddProject(const mf_project &project)
{
    const std::string role = m_session.RoleIn(project);
    if (role.empty())
        return false;
    OGRFeature &row = AddRow();
    row.SetFID(OGRMapflowStableFID(project.id));
    OGRMapflowFill(row, COLUMNS, project);
    row.SetField("role", role.c_str());
    return true;
}

bool OGRMapflowProjectsLayer::SendNew(const OGRFeature &, OGRMapflowChanges &values,
                                      std::string &id)
{
    // Read all existing projects first, so that no later page returns the new one again.
    if (!m_session.Projects().ReachAll())
        return false;
    mf_project project;
    const std::string &description = values["description"];
    if (!OGRMapflowTry(mf_project_create, &project, m_client, values["name"].c_str(),
                       description.empty() ? nullptr : description.c_str()))
        return false;
    id = project.id;
    m_session.Projects().Add(project);
    return Fetch();
}

bool OGRMapflowProjectsLayer::SendChanges(OGRFeature &row, const std::string &name,
                                          const OGRMapflowChanges &changes)
{
    const std::string id = OGRMapflowText(row, "id");
    const char *const description = OGRMapflowNewText(changes, "description");
    if (!OGRMapflowTry(mf_project_update, m_client, id.c_str(), name.c_str(), description))
        return false;
    for (const auto &[column, text] : changes)
        row.SetField(column.c_str(), text.c_str());
    m_session.Projects().Rename(id, name);
    return true;
}
