#include "account/processing_scan.h"

#include "common/errors.h"
#include "common/parallel.h"
#include "layer/columns.h"

void OGRMapflowAddProcessingColumns(OGRMapflowTableLayer &table)
{
    table.AddColumn("id", OFTString, "UUID");
    table.AddColumn("name", OFTString, "");
    table.AddColumn("description", OFTString, "");
    table.AddColumn("project_id", OFTString, "UUID");
    table.AddColumn("project", OFTString, "name of the project");
    table.AddColumn("status", OFTString, "");
    table.AddColumn("percent", OFTInteger, "0 to 100");
    table.AddColumn("review", OFTString, "status of the review");
    table.AddColumn("model", OFTString, "name of the model");
    table.AddColumn("blocks", OFTString, "steps of the model that run");
    table.AddColumn("provider", OFTString, "of the imagery");
    table.AddColumn("area_km2", OFTReal, "km²");
    table.AddColumn("cost", OFTReal, "credits");
    table.AddColumn("aoi_count", OFTInteger, "number of areas");
    table.AddColumn("messages", OFTString, "what went wrong");
    table.AddColumn("rating", OFTInteger, "1 to 5");
    table.AddColumn("created", OFTDateTime, "UTC");
    table.AddColumn("updated", OFTDateTime, "UTC");
    table.AddColumn("zoom", OFTInteger, "of the imagery");
    table.AddColumn("review_until", OFTDateTime, "UTC, end of the time to accept or reject");
    table.AddColumn("raster", OFTInteger, "the result is a raster", OFSTBoolean);
}

void OGRMapflowFillProcessing(OGRFeature &row, const mf_processing &p)
{
    OGRMapflowSetText(row, "id", p.id);
    OGRMapflowSetText(row, "name", p.name);
    OGRMapflowSetText(row, "description", p.description);
    OGRMapflowSetText(row, "project_id", p.project_id);
    OGRMapflowSetText(row, "status", p.status);
    OGRMapflowSetCount(row, "percent", p.percent);
    OGRMapflowSetText(row, "review", p.review);
    OGRMapflowSetText(row, "model", p.model);
    OGRMapflowSetText(row, "blocks", p.blocks);
    OGRMapflowSetText(row, "provider", p.provider);
    OGRMapflowSetArea(row, "area_km2", p.area_m2);
    OGRMapflowSetNumber(row, "cost", p.cost);
    OGRMapflowSetCount(row, "aoi_count", p.aoi_count);
    OGRMapflowSetText(row, "messages", p.messages);
    OGRMapflowSetCount(row, "rating", p.rating);
    OGRMapflowSetTime(row, "created", p.created);
    OGRMapflowSetTime(row, "updated", p.updated);
    OGRMapflowSetCount(row, "zoom", p.zoom);
    OGRMapflowSetTime(row, "review_until", p.review_until);
    row.SetField("raster", p.is_raster);
    row.SetFID(OGRMapflowStableFID(p.id));
}

OGRMapflowProcessingScan::OGRMapflowProcessingScan(OGRFeatureDefn *defn,
                                                   OGRMapflowAccountSession &state,
                                                   std::string project, std::string terms)
    : m_defn(defn), m_state(state), m_project(std::move(project)), m_terms(std::move(terms))
{
    m_rows.isComplete = false;
    m_rows.fetch = [this](OGRMapflowRows &rows) { return Fetch(rows); };
    m_rows.total = [this](OGRMapflowRows &rows, GIntBig &total) { return Count(rows, total); };
}

OGRMapflowProcessingScan::~OGRMapflowProcessingScan()
{
    for (Source &source : m_sources)
        mf_pager_close(source.pager);
}

bool OGRMapflowProcessingScan::IsWanted(const mf_project &project) const
{
    if (m_state.IsDeleted(project.id))
        return false;
    return m_project.empty() || EQUAL(m_project.c_str(), project.name) ||
           EQUAL(m_project.c_str(), project.id);
}

OGRMapflowProcessingScan::Source *OGRMapflowProcessingScan::SourceAt(size_t i, bool *failed)
{
    *failed = false;
    while (i >= m_state.Projects().size() && !m_state.HasAllProjects())
    {
        if (!m_state.FetchProjects())
        {
            *failed = true;
            return nullptr;
        }
    }
    if (i >= m_state.Projects().size())
        return nullptr;
    while (i >= m_sources.size())
    {
        const mf_project &project = m_state.Projects()[m_sources.size()];
        Source source;
        mf_error err;
        mf_error_init(&err);
        source.isAtEnd = !IsWanted(project);
        if (!source.isAtEnd &&
            mf_processing_pager_open(&source.pager, project.id,
                                     m_terms.empty() ? nullptr : m_terms.c_str(), &err) != 0)
        {
            OGRMapflowRaise(err);
            *failed = true;
            return nullptr;
        }
        m_sources.push_back(std::move(source));
    }
    return &m_sources[i];
}

namespace
{

// A project may be deleted by somebody else after the list was read: it has no processings then.
bool IsGone(mf_client *client, const mf_project &listed, const mf_error &err)
{
    mf_project project;
    mf_error why;
    mf_error_init(&why);
    if (err.http_status != 404)
        return false;
    const bool isGone =
        mf_project_get(&project, client, listed.id, &why) != 0 && why.http_status == 404;
    mf_project_free(&project);
    return isGone;
}

} // namespace

bool OGRMapflowProcessingScan::ReadPage(size_t i, mf_error &err)
{
    Source &source = m_sources[i];
    cJSON *entries = nullptr;
    bool done = mf_pager_next(source.pager, m_state.Client(), &entries, &err) == 0 ||
                IsGone(m_state.Client(), m_state.Projects()[i], err);
    source.isBegun |= done;
    source.isAtEnd = done && entries == nullptr;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, entries)
    {
        mf_processing processing;
        if (!done || mf_processing_parse(&processing, entry, &err) != 0)
        {
            done = false;
            break;
        }
        source.ahead.push_back(std::make_unique<OGRFeature>(m_defn));
        OGRMapflowFillProcessing(*source.ahead.back(), processing);
        m_state.Note(processing);
        mf_processing_free(&processing);
    }
    cJSON_Delete(entries);
    if (!done)
        mf_error_prefix(&err, "the processings of project \"%s\"", m_state.Projects()[i].name);
    return done;
}

bool OGRMapflowProcessingScan::Fetch(OGRMapflowRows &rows)
{
    bool failed = false;
    Source *const source = SourceAt(m_current, &failed);
    if (source == nullptr)
    {
        rows.isComplete = !failed;
        return !failed;
    }
    source->isAtEnd |= m_state.IsDeleted(m_state.Projects()[m_current].id);
    if (source->ahead.empty() && !source->isAtEnd)
    {
        mf_error err;
        mf_error_init(&err);
        if (!ReadPage(m_current, err))
        {
            OGRMapflowRaise(err);
            return false;
        }
    }
    for (; !source->ahead.empty(); source->ahead.pop_front())
    {
        std::unique_ptr<OGRFeature> &row = source->ahead.front();
        OGRMapflowSetText(*row, "project", m_state.Projects()[m_current].name);
        if (m_given.insert(row->GetFID()).second)
            rows.items.push_back(std::move(row));
    }
    m_current += source->isAtEnd;
    return true;
}

// Each project tells its total with its first page, which is kept for the reading. When one does
// not, the rows have to be counted.
bool OGRMapflowProcessingScan::Count(OGRMapflowRows &, GIntBig &total)
{
    bool failed = false;
    std::vector<size_t> unread;
    for (size_t i = 0; Source *const source = SourceAt(i, &failed); ++i)
    {
        if (source->pager != nullptr && !source->isBegun)
            unread.push_back(i);
    }
    if (failed)
        return false;
    std::vector<mf_error> errors(unread.size());
    std::vector<char> done(unread.size(), 0);
    OGRMapflowInParallel(unread.size(),
                         [&](size_t turn)
                         {
                             mf_error_init(&errors[turn]);
                             done[turn] = ReadPage(unread[turn], errors[turn]);
                         });
    for (size_t turn = 0; turn < unread.size(); ++turn)
    {
        if (!done[turn])
        {
            OGRMapflowRaise(errors[turn]);
            return false;
        }
    }
    total = 0;
    for (const Source &source : m_sources)
    {
        const long told = source.pager != nullptr ? mf_pager_total(source.pager) : 0;
        total = told < 0 || total < 0 ? -1 : total + told;
    }
    return true;
}
