// SPDX-License-Identifier: MIT
#include "account/processing_scan.h"

#include "common/errors.h"
#include "common/parallel.h"
#include "layer/stable_fid.h"

OGRMapflowProcessingScan::OGRMapflowProcessingScan(OGRMapflowAccountSession &session,
                                                   OGRMapflowProcessingRows &known,
                                                   OGRMapflowPushdown pushdown, bool needsProject)
    : m_session(session), m_known(known), m_pushdown(std::move(pushdown)),
      m_needsProject(needsProject)
{
    m_rows.isComplete = false;
    m_rows.fetch = [this] { return m_pushdown.id.empty() ? FetchPage() : FetchById(); };
    if (m_pushdown.id.empty())
        m_rows.total = [this](bool forced, GIntBig &total) { return Count(forced, total); };
}

// ---- one processing -----------------------------------------------------------------------------

bool OGRMapflowProcessingScan::AskForOne()
{
    OGRMapflowError err;
    OGRMapflowOwned<mf_processing_free> processing;
    if (mf_processing_get(&processing, m_session.Client(), m_pushdown.id.c_str(), &err) != 0)
        return err.kind == MF_ERR_NOT_FOUND || OGRMapflowRaise(err); // not found: there is no row
    m_known.Keep(m_known.Make(processing));
    return true;
}

bool OGRMapflowProcessingScan::FetchById()
{
    const GIntBig fid = OGRMapflowStableFID(m_pushdown.id.c_str());
    if (!m_known.IsKnown(fid) && !AskForOne())
        return false;
    const std::shared_ptr<OGRFeature> row = m_known.Find(fid);
    if (row != nullptr && m_needsProject && !OGRMapflowSetProject(*row, m_session.Projects()))
        return false;
    if (row != nullptr)
        m_rows.items.push_back(row);
    m_rows.isComplete = true;
    return true;
}

// ---- pages --------------------------------------------------------------------------------------

bool OGRMapflowProcessingScan::IsWanted(const mf_project &project) const
{
    const char *const wanted = m_pushdown.project.c_str();
    return !m_session.Projects().IsDeleted(project.id) &&
           (wanted[0] == '\0' || EQUAL(wanted, project.name) || EQUAL(wanted, project.id));
}

bool OGRMapflowProcessingScan::OpenSources(size_t count)
{
    const char *const terms = m_pushdown.terms.empty() ? nullptr : m_pushdown.terms.c_str();
    while (m_sources.size() < count)
    {
        const mf_project &project = m_session.Projects().Known()[m_sources.size()];
        Source source;
        source.isAtEnd = !IsWanted(project);
        mf_pager *pager = nullptr;
        if (!source.isAtEnd && !OGRMapflowTry(mf_processing_pager_open, &pager, project.id, terms))
            return false;
        source.pager.reset(pager);
        m_sources.push_back(std::move(source));
    }
    return true;
}

bool OGRMapflowProcessingScan::ReadPage(size_t i, mf_error &err)
{
    const mf_project &project = m_session.Projects().Known()[i];
    Source &source = m_sources[i];
    cJSON *entries = nullptr;
    mf_client *const client = m_session.Client();
    bool done = mf_pager_next(source.pager.get(), client, &entries, &err) == 0 ||
                OGRMapflowIsGone<mf_project_free>(mf_project_get, client, project.id, err);
    source.isBegun |= done;
    source.isAtEnd = done && entries == nullptr;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, entries)
    {
        OGRMapflowOwned<mf_processing_free> processing;
        done = done && mf_processing_parse(&processing, entry, &err) == 0;
        if (!done)
            break;
        source.ahead.push_back(m_known.Make(processing));
    }
    cJSON_Delete(entries);
    if (!done)
        mf_error_prefix(&err, "the processings of project \"%s\"", project.name);
    return done;
}

bool OGRMapflowProcessingScan::ReadPages(const std::vector<size_t> &sources)
{
    return OGRMapflowTryInParallel(sources.size(), [&](size_t turn, mf_error &err)
                                   { return ReadPage(sources[turn], err); });
}

bool OGRMapflowProcessingScan::FetchPage()
{
    OGRMapflowProjectList &projects = m_session.Projects();
    if (!projects.Reach(m_current + 1))
        return false;
    if (m_current >= projects.Known().size())
    {
        m_rows.isComplete = true;
        return true;
    }
    if (!OpenSources(m_current + 1))
        return false;
    const mf_project &project = projects.Known()[m_current];
    Source &source = m_sources[m_current];
    if (projects.IsDeleted(project.id))
    {
        source.ahead.clear();
        source.isAtEnd = true;
    }
    if (source.ahead.empty() && !source.isAtEnd && !ReadPages({m_current}))
        return false;
    for (OGRMapflowProcessingRows::Entry &entry : source.ahead)
    {
        const std::shared_ptr<OGRFeature> row = m_known.Keep(std::move(entry));
        if (row == nullptr || !m_given.insert(row->GetFID()).second)
            continue;
        if (OGRMapflowText(*row, "project").empty())
            row->SetField("project", project.name);
        m_rows.items.push_back(row);
    }
    source.ahead.clear();
    m_current += source.isAtEnd;
    return true;
}

// ---- counting -----------------------------------------------------------------------------------

// Adds up the counts that the service returns with the pages of each project. The pages are kept
// for reading. `total` is -1 if a project has no count: the rows must then be counted.
bool OGRMapflowProcessingScan::Count(bool forced, GIntBig &total)
{
    OGRMapflowProjectList &projects = m_session.Projects();
    total = -1;
    if (forced && !projects.ReachAll())
        return false;
    if (!projects.IsComplete())
        return true;
    if (!OpenSources(projects.Known().size()))
        return false;
    std::vector<size_t> unread;
    for (size_t i = 0; i < m_sources.size(); ++i)
    {
        if (m_sources[i].pager != nullptr && !m_sources[i].isBegun)
            unread.push_back(i);
    }
    if (!forced && !unread.empty())
        return true;
    // Read one page before the others. If the server lacks its path, this is found out once, and
    // not in each thread.
    if (!unread.empty() && !ReadPages({unread[0]}))
        return false;
    if (unread.size() > 1 && !ReadPages({unread.begin() + 1, unread.end()}))
        return false;
    total = 0;
    for (const Source &source : m_sources)
    {
        const long count = source.pager != nullptr ? mf_pager_total(source.pager.get()) : 0;
        total = count < 0 || total < 0 ? -1 : total + count;
    }
    return true;
}
