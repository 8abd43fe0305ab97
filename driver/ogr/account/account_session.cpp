#include "account/account_session.h"

#include <cstdlib>
#include <cstring>

#include "common/errors.h"

OGRMapflowAccountSession::~OGRMapflowAccountSession()
{
    OGRMapflowTrimAreas(m_areas);
    for (mf_project &project : m_projects)
        mf_project_free(&project);
    mf_pager_close(m_pager);
    mf_account_free(&m_account);
}

const mf_account *OGRMapflowAccountSession::Account()
{
    mf_error err;
    mf_error_init(&err);
    if (!m_hasAccount && mf_account_get(&m_account, Client(), &err) != 0)
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    m_hasAccount = true;
    return &m_account;
}

void OGRMapflowAccountSession::Note(const mf_processing &processing)
{
    const std::lock_guard<std::mutex> lock(m_ownersMutex);
    m_owners[processing.id] = OGRMapflowAreaOwner::Of(processing);
}

OGRMapflowAreaOwner OGRMapflowAccountSession::AreaOwner(const std::string &id)
{
    const std::lock_guard<std::mutex> lock(m_ownersMutex);
    const auto found = m_owners.find(id);
    return found != m_owners.end() ? found->second : OGRMapflowAreaOwner{id, ""};
}

long OGRMapflowAccountSession::ProjectTotal() const
{
    if (m_hasAllProjects)
        return static_cast<long>(m_projects.size());
    return m_pager != nullptr ? mf_pager_total(m_pager) : -1;
}

bool OGRMapflowAccountSession::AddEntries(const cJSON *entries, mf_error &err)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, entries)
    {
        mf_project project;
        if (mf_project_parse(&project, entry, &err) != 0)
            return false;
        m_projects.push_back(project);
    }
    return true;
}

bool OGRMapflowAccountSession::FetchProjects()
{
    mf_error err;
    mf_error_init(&err);
    cJSON *entries = nullptr;
    bool done = m_pager != nullptr || mf_project_pager_open(&m_pager, &err) == 0;
    if (done && mf_pager_next(m_pager, Client(), &entries, &err) != 0)
    {
        mf_error_prefix(&err, "the list of projects");
        done = false;
    }
    m_hasAllProjects = done && entries == nullptr;
    done = done && AddEntries(entries, err);
    cJSON_Delete(entries);
    if (!done)
        OGRMapflowRaise(err);
    return done;
}

bool OGRMapflowAccountSession::FetchAllProjects()
{
    while (!m_hasAllProjects)
    {
        if (!FetchProjects())
            return false;
    }
    return true;
}

void OGRMapflowAccountSession::AddProject(mf_project &project)
{
    m_projects.push_back(project);
    project = {};
}

void OGRMapflowAccountSession::MarkDeleted(const std::string &id)
{
    m_deleted.insert(id);
    if (onProjectChange)
        onProjectChange(id);
}

void OGRMapflowAccountSession::Rename(const std::string &id, const std::string &name)
{
    for (mf_project &project : m_projects)
    {
        if (id != project.id)
            continue;
        free(project.name);
        project.name = strdup(name.c_str());
    }
    if (onProjectChange)
        onProjectChange(id);
}

std::string OGRMapflowAccountSession::FindProject(const std::string &idOrName)
{
    mf_error err;
    mf_error_init(&err);
    mf_project project;
    if (mf_project_find(&project, Client(), idOrName.c_str(), &err) != 0)
    {
        OGRMapflowRaise(err);
        return "";
    }
    const std::string id = project.id;
    mf_project_free(&project);
    return id;
}

std::string OGRMapflowAccountSession::RoleIn(const mf_project &project)
{
    if (!project.is_shared)
        return mf_project_role(&project, "");
    const mf_account *const account = Account();
    return account != nullptr ? mf_project_role(&project, account->email) : "";
}
