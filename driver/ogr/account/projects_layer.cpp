#include "account/projects_layer.h"

#include <algorithm>

#include "common/errors.h"
#include "layer/columns.h"

OGRMapflowProjectsLayer::OGRMapflowProjectsLayer(GDALDataset *dataset,
                                                 OGRMapflowAccountSession &state)
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
    SetMetadataItem(OLMD_FID64, "YES"); // OGRMapflowStableFID
    SetSource([this](OGRMapflowRows &rows) { return Fetch(rows); },
              [this](OGRMapflowRows &, GIntBig &total)
              {
                  const bool done = !m_state.Projects().empty() || m_state.FetchProjects();
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
    OGRMapflowSetTime(row, "created", project.created);
    OGRMapflowSetTime(row, "updated", project.updated);
    OGRMapflowSetCount(row, "succeeded", project.succeeded);
    OGRMapflowSetCount(row, "failed", project.failed);
    OGRMapflowSetArea(row, "area_km2", project.area_m2);
    OGRMapflowSetArea(row, "aoi_limit_km2", project.aoi_limit_m2);
    row.SetField("shared", project.is_shared);
    return true;
}

// ---- changing -----------------------------------------------------------------------------------

bool OGRMapflowProjectsLayer::CanDo(const char *capability) const
{
    if (EQUAL(capability, OLCSequentialWrite) || EQUAL(capability, OLCRandomWrite))
        return m_state.Rights().canChange;
    if (EQUAL(capability, OLCDeleteFeature))
        return m_state.Rights().canDelete;
    return OGRMapflowTableLayer::CanDo(capability);
}

OGRFeature *OGRMapflowProjectsLayer::FindRow(GIntBig fid)
{
    const std::unique_ptr<OGRFeature> found(FindFeature(fid)); // fetches up to it
    return found != nullptr ? m_rows.items[static_cast<size_t>(m_rows.Find(fid))].get() : nullptr;
}

OGRErr OGRMapflowProjectsLayer::Create(OGRFeature &feature)
{
    std::vector<std::string> given;
    const OGRFeature nothing(m_defn);
    if (!OGRMapflowMayChange(m_state.Rights()) ||
        !OGRMapflowFindChanges(nothing, feature, {"name", "description"}, given))
        return OGRERR_UNSUPPORTED_OPERATION;
    if (!OGRMapflowHasName(feature, "project"))
        return OGRERR_FAILURE;
    const std::string name = OGRMapflowText(feature, "name");
    // All that are there before come first, so that the new one is not met again on a later page.
    if (!m_state.FetchAllProjects())
        return OGRERR_FAILURE;
    mf_error err;
    mf_error_init(&err);
    mf_project project;
    const std::string description = OGRMapflowText(feature, "description");
    if (mf_project_create(&project, m_state.Client(), name.c_str(),
                          description.empty() ? nullptr : description.c_str(), &err) != 0)
    {
        OGRMapflowRaise(err);
        return OGRERR_FAILURE;
    }
    feature.SetFID(OGRMapflowStableFID(project.id));
    feature.SetField("id", project.id);
    m_state.AddProject(project);
    return Fetch(m_rows) ? OGRERR_NONE : OGRERR_FAILURE;
}

OGRErr OGRMapflowProjectsLayer::Change(const OGRFeature &feature)
{
    OGRFeature *const row = FindRow(feature.GetFID());
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    std::vector<std::string> changed;
    if (!OGRMapflowMayChange(m_state.Rights()) ||
        !OGRMapflowFindChanges(*row, feature, {"name", "description"}, changed))
        return OGRERR_UNSUPPORTED_OPERATION;
    if (changed.empty())
        return OGRERR_NONE;
    std::unique_ptr<OGRFeature> wanted(row->Clone());
    for (const std::string &column : changed)
        wanted->SetField(column.c_str(), OGRMapflowText(feature, column.c_str()).c_str());
    if (!OGRMapflowHasName(*wanted, "project"))
        return OGRERR_FAILURE;
    mf_error err;
    mf_error_init(&err);
    const std::string description = OGRMapflowText(*wanted, "description");
    const bool isDescribed =
        std::find(changed.begin(), changed.end(), "description") != changed.end();
    if (mf_project_update(m_state.Client(), OGRMapflowText(*row, "id").c_str(),
                          OGRMapflowText(*wanted, "name").c_str(),
                          isDescribed ? description.c_str() : nullptr, &err) != 0)
    {
        OGRMapflowRaise(err);
        return OGRERR_FAILURE;
    }
    m_state.Rename(OGRMapflowText(*wanted, "id"), OGRMapflowText(*wanted, "name"));
    m_rows.items[static_cast<size_t>(m_rows.Find(row->GetFID()))] = std::move(wanted);
    return OGRERR_NONE;
}

OGRErr OGRMapflowProjectsLayer::Delete(GIntBig fid)
{
    if (!OGRMapflowMayDelete(m_state.Rights(), "project"))
        return OGRERR_UNSUPPORTED_OPERATION;
    const OGRFeature *const row = FindRow(fid);
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    const std::string id = OGRMapflowText(*row, "id");
    mf_error err;
    mf_error_init(&err);
    if (mf_project_delete(m_state.Client(), id.c_str(), &err) != 0)
    {
        OGRMapflowRaise(err);
        return OGRERR_FAILURE;
    }
    m_state.MarkDeleted(id);
    m_rows.items[static_cast<size_t>(m_rows.Find(fid))].reset();
    return OGRERR_NONE;
}
