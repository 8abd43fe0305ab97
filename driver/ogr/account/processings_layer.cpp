#include "account/processings_layer.h"

#include <algorithm>

#include "account/pushdown.h"
#include "api/processing_edit.h"
#include "base/uuid.h"
#include "common/areas.h"
#include "common/errors.h"
#include "layer/columns.h"

namespace
{

// Rows whose areas are fetched together: what a page holds.
constexpr size_t BATCH = 30;

// Shorter texts find half of everything.
constexpr size_t SHORTEST_TERM = 2;

bool Is(const OGRMapflowCondition &condition, const char *column, OGRMapflowCondition::Kind kind)
{
    return condition.kind == kind && condition.column == column;
}

} // namespace

OGRMapflowProcessingsLayer::OGRMapflowProcessingsLayer(GDALDataset *dataset,
                                                       OGRMapflowAccountSession &state)
    : OGRMapflowTableLayer(dataset, "processings", wkbMultiPolygon), m_state(state),
      m_all(m_defn, state, "", "")
{
    OGRMapflowAddProcessingColumns(*this);
    SetMetadataItem(OLMD_FID64, "YES"); // OGRMapflowStableFID
    m_state.onProjectChange = [this](const std::string &project) { FollowProject(project); };
}

// ---- which rows ---------------------------------------------------------------------------------

OGRMapflowRows &OGRMapflowProcessingsLayer::RowsToRead()
{
    using Kind = OGRMapflowCondition::Kind;
    std::string project, terms;
    char uuid[MF_UUID_SIZE];
    if (m_all.Rows().isComplete)
        return m_all.Rows();
    for (const OGRMapflowCondition &condition : OGRMapflowConditions(m_poAttrQuery, *m_defn))
    {
        if (Is(condition, "id", Kind::Equals) && mf_uuid_parse(condition.value.c_str(), uuid))
            return RowsOf(uuid);
        if (Is(condition, "project", Kind::Equals) || Is(condition, "project_id", Kind::Equals))
            project = condition.value;
        else if (Is(condition, "name", Kind::Equals) || Is(condition, "name", Kind::Holds))
            terms = condition.value.size() >= SHORTEST_TERM ? condition.value : terms;
    }
    if (project.empty() && terms.empty())
        return m_all.Rows();
    if (m_some == nullptr || !m_some->IsFor(project, terms))
        m_some = std::make_unique<OGRMapflowProcessingScan>(m_defn, m_state, project, terms);
    return m_some->Rows();
}

OGRMapflowRows &OGRMapflowProcessingsLayer::RowsOf(const std::string &id)
{
    OGRMapflowRows &rows = m_single[id];
    if (!rows.fetch)
    {
        rows.isComplete = false;
        rows.fetch = [this, id](OGRMapflowRows &single) { return FetchOne(single, id); };
    }
    else if (!rows.items.empty() && rows.items[0] != nullptr && WantsProject())
        SetProject(*rows.items[0]);
    return rows;
}

bool OGRMapflowProcessingsLayer::FetchOne(OGRMapflowRows &rows, const std::string &id)
{
    mf_error err;
    mf_error_init(&err);
    mf_processing processing;
    if (mf_processing_get(&processing, m_state.Client(), id.c_str(), &err) != 0)
    {
        // That there is none is an answer.
        rows.isComplete = err.kind == MF_ERR_NOT_FOUND;
        if (!rows.isComplete)
            OGRMapflowRaise(err);
        return rows.isComplete;
    }
    auto row = std::make_unique<OGRFeature>(m_defn);
    OGRMapflowFillProcessing(*row, processing);
    m_state.Note(processing);
    mf_processing_free(&processing);
    if (WantsProject() && !SetProject(*row))
        return false;
    rows.items.push_back(std::move(row));
    rows.isComplete = true;
    return true;
}

// ---- what costs a request -----------------------------------------------------------------------

bool OGRMapflowProcessingsLayer::WantsProject() const
{
    const CPLStringList used(m_poAttrQuery != nullptr ? m_poAttrQuery->GetUsedFields() : nullptr);
    return used.FindString("project") >= 0 ||
           !m_defn->GetFieldDefn(m_defn->GetFieldIndex("project"))->IsIgnored();
}

// Returns false after one CPLError.
bool OGRMapflowProcessingsLayer::SetProject(OGRFeature &row)
{
    const std::string id = OGRMapflowText(row, "project_id");
    if (id.empty() || row.IsFieldSetAndNotNull(m_defn->GetFieldIndex("project")))
        return true;
    for (const mf_project &project : m_state.Projects())
    {
        if (EQUAL(project.id, id.c_str()))
            m_projectNames[id] = project.name;
    }
    if (m_projectNames.count(id) == 0)
    {
        mf_error err;
        mf_error_init(&err);
        mf_project project;
        if (mf_project_get(&project, m_state.Client(), id.c_str(), &err) != 0)
        {
            OGRMapflowRaise(err);
            return false;
        }
        m_projectNames[id] = project.name;
        mf_project_free(&project);
    }
    row.SetField("project", m_projectNames[id].c_str());
    return true;
}

// The rows behind it will be read next: their areas are fetched in the same go.
bool OGRMapflowProcessingsLayer::FetchGeometry(OGRMapflowRows &rows, size_t i)
{
    const auto isMissing = [&rows](size_t at)
    { return rows.items[at] != nullptr && rows.items[at]->GetGeometryRef() == nullptr; };
    if (!isMissing(i))
        return true;
    std::vector<size_t> batch;
    for (size_t at = i; at < rows.items.size() && batch.size() < BATCH; ++at)
    {
        if (isMissing(at) && MayPass(*rows.items[at]))
            batch.push_back(at);
    }
    return SetGeometries(rows, batch);
}

bool OGRMapflowProcessingsLayer::SetGeometries(OGRMapflowRows &rows,
                                               const std::vector<size_t> &batch)
{
    std::vector<OGRMapflowAreaOwner> owners;
    for (const size_t at : batch)
        owners.push_back(m_state.AreaOwner(OGRMapflowText(*rows.items[at], "id")));
    mf_error err;
    mf_error_init(&err);
    std::vector<OGRMapflowAreas> areas;
    if (!OGRMapflowGetAreas(m_state.Areas(), owners, areas, err))
    {
        OGRMapflowRaise(err);
        return false;
    }
    for (size_t k = 0; k < batch.size(); ++k)
    {
        if (!areas[k].isOffered && !m_hasWarned)
        {
            CPLError(CE_Warning, CPLE_AppDefined,
                     "This server does not tell the areas of processing %s: it has no geometry.",
                     owners[k].id.c_str());
            m_hasWarned = true;
        }
        if (areas[k].geometry == nullptr)
            continue;
        OGRFeature &row = *rows.items[batch[k]];
        row.SetGeometryDirectly(areas[k].geometry->clone());
        row.GetGeometryRef()->assignSpatialReference(m_defn->GetGeomFieldDefn(0)->GetSpatialRef());
    }
    return true;
}

// ---- one row ------------------------------------------------------------------------------------

OGRFeature *OGRMapflowProcessingsLayer::FindRow(GIntBig fid, OGRMapflowRows **rows, size_t *at)
{
    const auto findIn = [&](OGRMapflowRows &list) -> OGRFeature *
    {
        const GIntBig i = list.Find(fid);
        if (i < 0)
            return nullptr;
        if (rows != nullptr)
            *rows = &list;
        if (at != nullptr)
            *at = static_cast<size_t>(i);
        return list.items[static_cast<size_t>(i)].get();
    };
    for (auto &single : m_single)
    {
        if (OGRFeature *const row = findIn(single.second))
            return row;
    }
    OGRFeature *row = m_some != nullptr ? findIn(m_some->Rows()) : nullptr;
    OGRMapflowRows &all = m_all.Rows();
    while (row == nullptr)
    {
        row = findIn(all);
        if (row == nullptr && (all.isComplete || !all.Reach(all.items.size() + 1)))
            return nullptr;
    }
    return row;
}

OGRFeature *OGRMapflowProcessingsLayer::FindFeature(GIntBig fid)
{
    OGRMapflowRows *rows = nullptr;
    size_t at = 0;
    const OGRFeature *const row = FindRow(fid, &rows, &at);
    if (row == nullptr)
        return nullptr;
    const bool isWanted = !m_defn->GetGeomFieldDefn(0)->IsIgnored();
    return !isWanted || SetGeometries(*rows, {at}) ? row->Clone() : nullptr;
}

void OGRMapflowProcessingsLayer::ForEachList(const std::function<void(OGRMapflowRows &)> &visit)
{
    for (auto &single : m_single)
        visit(single.second);
    if (m_some != nullptr)
        visit(m_some->Rows());
    visit(m_all.Rows());
}

void OGRMapflowProcessingsLayer::ForEachRow(
    GIntBig fid, const std::function<void(std::unique_ptr<OGRFeature> &)> &visit)
{
    ForEachList(
        [&](OGRMapflowRows &rows)
        {
            if (const GIntBig i = rows.Find(fid); i >= 0)
                visit(rows.items[static_cast<size_t>(i)]);
        });
}

// ---- changing -----------------------------------------------------------------------------------

bool OGRMapflowProcessingsLayer::CanDo(const char *capability) const
{
    if (EQUAL(capability, OLCRandomWrite))
        return m_state.Rights().canChange;
    if (EQUAL(capability, OLCDeleteFeature))
        return m_state.Rights().canDelete;
    return OGRMapflowTableLayer::CanDo(capability);
}

OGRErr OGRMapflowProcessingsLayer::RefuseNew()
{
    CPLError(CE_Failure, CPLE_NotSupported,
             "A row does not start a processing: create a layer with its areas in MAPFLOW:.");
    return OGRERR_UNSUPPORTED_OPERATION;
}

void OGRMapflowProcessingsLayer::Refresh(const mf_processing &processing)
{
    m_state.Note(processing);
    ForEachRow(OGRMapflowStableFID(processing.id), [&](std::unique_ptr<OGRFeature> &row)
               { OGRMapflowFillProcessing(*row, processing); });
}

OGRErr OGRMapflowProcessingsLayer::Change(const OGRFeature &feature)
{
    const OGRFeature *const row = FindRow(feature.GetFID());
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    std::vector<std::string> changed;
    // Compared with what is read from the service, geometry too when the user gives one.
    const std::unique_ptr<OGRFeature> known(
        feature.GetGeometryRef() != nullptr ? FindFeature(feature.GetFID()) : row->Clone());
    if (known == nullptr)
        return OGRERR_FAILURE;
    if (!OGRMapflowMayChange(m_state.Rights()) ||
        !OGRMapflowFindChanges(*known, feature, {"name", "description", "project", "project_id"},
                               changed))
        return OGRERR_UNSUPPORTED_OPERATION;
    if (changed.empty())
        return OGRERR_NONE;
    const auto isChanged = [&changed](const char *column)
    { return std::find(changed.begin(), changed.end(), column) != changed.end(); };
    const OGRFeature &named = isChanged("name") ? feature : *row;
    const std::string id = OGRMapflowText(*row, "id"), name = OGRMapflowText(named, "name");
    const std::string text = OGRMapflowText(feature, "description");
    const char *const description = isChanged("description") ? text.c_str() : nullptr;
    std::string project;
    if ((isChanged("name") && !OGRMapflowHasName(named, "processing")) ||
        !FindTarget(feature, changed, project))
        return OGRERR_FAILURE;
    mf_error err;
    mf_error_init(&err);
    mf_processing newer;
    if (mf_processing_update(m_state.Client(), id.c_str(), name.c_str(), description,
                             project.empty() ? nullptr : project.c_str(), &err) != 0 ||
        mf_processing_get(&newer, m_state.Client(), id.c_str(), &err) != 0)
    {
        OGRMapflowRaise(err);
        return OGRERR_FAILURE;
    }
    Refresh(newer);
    mf_processing_free(&newer);
    ForEachRow(feature.GetFID(),
               [&](std::unique_ptr<OGRFeature> &changedRow)
               {
                   if (!project.empty())
                       changedRow->UnsetField(m_defn->GetFieldIndex("project"));
                   SetProject(*changedRow);
               });
    return OGRERR_NONE;
}

bool OGRMapflowProcessingsLayer::FindTarget(const OGRFeature &feature,
                                            const std::vector<std::string> &changed,
                                            std::string &target)
{
    for (const std::string &column : changed)
    {
        if (column != "project" && column != "project_id")
            continue;
        const std::string found = m_state.FindProject(OGRMapflowText(feature, column.c_str()));
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

// A project was renamed or deleted by another layer of this dataset.
void OGRMapflowProcessingsLayer::FollowProject(const std::string &project)
{
    const auto follow = [&](std::unique_ptr<OGRFeature> &row)
    {
        if (row == nullptr || !EQUAL(OGRMapflowText(*row, "project_id").c_str(), project.c_str()))
            return;
        row->UnsetField(m_defn->GetFieldIndex("project"));
        if (m_state.IsDeleted(project))
            row.reset();
        else
            SetProject(*row);
    };
    m_projectNames.erase(project);
    ForEachList([&](OGRMapflowRows &rows)
                { std::for_each(rows.items.begin(), rows.items.end(), follow); });
}

OGRErr OGRMapflowProcessingsLayer::Delete(GIntBig fid)
{
    if (!OGRMapflowMayDelete(m_state.Rights(), "processing"))
        return OGRERR_UNSUPPORTED_OPERATION;
    const OGRFeature *const row = FindRow(fid);
    if (row == nullptr)
        return OGRERR_NON_EXISTING_FEATURE;
    mf_error err;
    mf_error_init(&err);
    if (mf_processing_delete(m_state.Client(), OGRMapflowText(*row, "id").c_str(), &err) != 0)
    {
        OGRMapflowRaise(err);
        return OGRERR_FAILURE;
    }
    ForEachRow(fid, [](std::unique_ptr<OGRFeature> &gone) { gone.reset(); });
    return OGRERR_NONE;
}
