// SPDX-License-Identifier: MIT
#include "account/processings_layer.h"

#include "api/processing_edit.h"
#include "common/errors.h"
#include "layer/processing_columns.h"
#include "layer/stable_fid.h"

constexpr OGRMapflowEditing EDITING = {
    "processing",
    "name, description, project, project_id",
    mf_processing_delete,
    ", results included",
    "The areas of a processing cannot be changed: create a layer with them in MAPFLOW: to submit a "
    "new processing.",
    "Inserting a row does not start a processing: create a layer with its areas in MAPFLOW:."};

OGRMapflowProcessingsLayer::OGRMapflowProcessingsLayer(GDALDataset *dataset,
                                                       OGRMapflowAccountSession &session,
                                                       OGRMapflowAreaSource areas)
    : OGRMapflowEditableLayer(dataset, "processings", wkbMultiPolygon, session.Client(),
                              session.Rights(), EDITING),
      m_session(session), m_known(m_defn, std::move(areas)), m_all(session, m_known, {}, false)
{
    AddColumns(MAPFLOW_PROCESSING_COLUMNS);
    m_session.Projects().onChange = [this](const std::string &id) { FollowProject(id); };
}

// ---- reading ------------------------------------------------------------------------------------

bool OGRMapflowProcessingsLayer::NeedsProject() const
{
    const CPLStringList used(m_poAttrQuery != nullptr ? m_poAttrQuery->GetUsedFields() : nullptr);
    return used.FindString("project") >= 0 ||
           !m_defn->GetFieldDefn(m_defn->GetFieldIndex("project"))->IsIgnored();
}

OGRMapflowRows &OGRMapflowProcessingsLayer::RowsToRead()
{
    const OGRMapflowPushdown pushdown = OGRMapflowReadFilter(m_poAttrQuery, *m_defn);
    if (m_all.Rows().isComplete || pushdown.IsEmpty())
        return m_all.Rows();
    const bool needsProject = !pushdown.id.empty() && NeedsProject();
    if (m_some == nullptr || !m_some->IsFor(pushdown, needsProject))
        m_some =
            std::make_unique<OGRMapflowProcessingScan>(m_session, m_known, pushdown, needsProject);
    return m_some->Rows();
}

OGRFeature *OGRMapflowProcessingsLayer::FindRow(GIntBig fid)
{
    return m_known.IsKnown(fid) ? m_known.Find(fid).get() : FindIn(m_all.Rows(), fid);
}

// ---- changing -----------------------------------------------------------------------------------

bool OGRMapflowProcessingsLayer::FindTarget(const OGRMapflowChanges &changes, std::string &target)
{
    for (const char *column : {"project", "project_id"})
    {
        const char *const wanted = OGRMapflowNewText(changes, column);
        if (wanted == nullptr)
            continue;
        const std::string found = m_session.Projects().Find(wanted);
        if (found.empty())
            return false;
        if (!target.empty() && target != found)
        {
            CPLError(CE_Failure, CPLE_IllegalArg,
                     "The columns project and project_id name two different projects.");
            return false;
        }
        target = found;
    }
    return true;
}

bool OGRMapflowProcessingsLayer::SendChanges(OGRFeature &row, const std::string &name,
                                             const OGRMapflowChanges &changes)
{
    std::string project;
    if (!FindTarget(changes, project))
        return false;
    const std::string id = OGRMapflowText(row, "id");
    const char *const description = OGRMapflowNewText(changes, "description");
    const char *const target = project.empty() ? nullptr : project.c_str();
    OGRMapflowOwned<mf_processing_free> newer;
    if (!OGRMapflowTry(mf_processing_update, m_client, id.c_str(), name.c_str(), description,
                       target) ||
        !OGRMapflowTry(mf_processing_get, &newer, m_client, id.c_str()))
        return false;
    m_known.Refresh(newer);
    if (project.empty())
        return true;
    row.UnsetField(m_defn->GetFieldIndex("project"));
    return OGRMapflowSetProject(row, m_session.Projects());
}

void OGRMapflowProcessingsLayer::FollowDeletion(const std::string &id)
{
    m_known.Remove(OGRMapflowStableFID(id.c_str()));
    DropDeleted();
}

// Called when another layer of this dataset has renamed or deleted a project.
void OGRMapflowProcessingsLayer::FollowProject(const std::string &id)
{
    const bool isDeleted = m_session.Projects().IsDeleted(id);
    for (OGRFeature *row : m_known.OfProject(id))
    {
        row->UnsetField(m_defn->GetFieldIndex("project"));
        if (isDeleted)
            m_known.Remove(row->GetFID());
        else
            OGRMapflowSetProject(*row, m_session.Projects());
    }
    DropDeleted();
}

void OGRMapflowProcessingsLayer::DropDeleted()
{
    const auto isGone = [this](const OGRFeature &row)
    { return m_known.Find(row.GetFID()) == nullptr; };
    m_all.Rows().Remove(isGone);
    if (m_some != nullptr)
        m_some->Rows().Remove(isGone);
}
