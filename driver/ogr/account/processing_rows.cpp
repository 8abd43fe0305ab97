// SPDX-License-Identifier: MIT
#include "account/processing_rows.h"

#include "common/errors.h"
#include "common/spatial_reference.h"
#include "layer/processing_columns.h"
#include "layer/stable_fid.h"

OGRMapflowProcessingRows::Entry
OGRMapflowProcessingRows::Make(const mf_processing &processing) const
{
    auto row = std::make_shared<OGRFeature>(m_defn);
    row->SetFID(OGRMapflowStableFID(processing.id));
    OGRMapflowFill(*row, MAPFLOW_PROCESSING_COLUMNS, processing);
    return {std::move(row), OGRMapflowAreaOwner::Of(processing)};
}

std::shared_ptr<OGRFeature> OGRMapflowProcessingRows::Keep(Entry entry)
{
    const GIntBig fid = entry.row->GetFID();
    return m_entries.try_emplace(fid, std::move(entry)).first->second.row;
}

std::shared_ptr<OGRFeature> OGRMapflowProcessingRows::Find(GIntBig fid) const
{
    const auto found = m_entries.find(fid);
    return found != m_entries.end() ? found->second.row : nullptr;
}

std::vector<OGRFeature *> OGRMapflowProcessingRows::OfProject(const std::string &id) const
{
    std::vector<OGRFeature *> rows;
    for (const auto &[fid, entry] : m_entries)
    {
        if (entry.row != nullptr &&
            EQUAL(OGRMapflowText(*entry.row, "project_id").c_str(), id.c_str()))
            rows.push_back(entry.row.get());
    }
    return rows;
}

void OGRMapflowProcessingRows::Refresh(const mf_processing &processing)
{
    const auto found = m_entries.find(OGRMapflowStableFID(processing.id));
    if (found == m_entries.end() || found->second.row == nullptr)
        return;
    found->second.owner = OGRMapflowAreaOwner::Of(processing);
    OGRMapflowFill(*found->second.row, MAPFLOW_PROCESSING_COLUMNS, processing);
}

bool OGRMapflowProcessingRows::FetchAreas(const std::vector<OGRFeature *> &rows)
{
    std::vector<OGRMapflowAreaOwner> owners;
    for (const OGRFeature *row : rows)
        owners.push_back(m_entries[row->GetFID()].owner);
    std::vector<OGRMapflowAreas> areas;
    if (!OGRMapflowTry([&](mf_error *err)
                       { return OGRMapflowGetAreas(m_areas, owners, areas, *err) ? 0 : -1; }))
        return false;
    for (size_t i = 0; i < rows.size(); ++i)
    {
        if (!areas[i].isOffered && !m_hasWarned)
        {
            CPLError(CE_Warning, CPLE_AppDefined,
                     "This server does not offer the areas of processing %s: it has no geometry.",
                     owners[i].id.c_str());
            m_hasWarned = true;
        }
        if (areas[i].geometry == nullptr)
            continue;
        OGRMapflowSetGeometry(*rows[i], std::unique_ptr<OGRGeometry>(areas[i].geometry->clone()));
    }
    return true;
}

bool OGRMapflowSetProject(OGRFeature &row, OGRMapflowProjectList &projects)
{
    const int i = row.GetFieldIndex("project");
    const std::string id = OGRMapflowText(row, "project_id");
    if (id.empty() || row.IsFieldSetAndNotNull(i))
        return true;
    std::string name;
    const bool isFound = projects.FindName(id, name);
    if (isFound)
        row.SetField(i, name.c_str());
    return isFound;
}
