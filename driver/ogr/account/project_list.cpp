// SPDX-License-Identifier: MIT
#include "account/project_list.h"

#include <cstdlib>
#include <cstring>

#include "base/str.h"
#include "common/errors.h"

OGRMapflowProjectList::~OGRMapflowProjectList()
{
    for (mf_project &project : m_projects)
        mf_project_free(&project);
    mf_pager_close(m_pager);
}

int OGRMapflowProjectList::ReadPage(mf_error *err)
{
    cJSON *entries = nullptr;
    if (m_pager == nullptr && mf_project_pager_open(&m_pager, err) != 0)
        return -1;
    int failed = mf_pager_next(m_pager, m_client, &entries, err);
    if (failed)
        mf_error_prefix(err, "the list of projects");
    m_isComplete = !failed && entries == nullptr;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, entries)
    {
        mf_project project;
        failed = failed || mf_project_parse(&project, entry, err) != 0;
        if (!failed)
            m_projects.push_back(project);
    }
    cJSON_Delete(entries);
    return failed;
}

bool OGRMapflowProjectList::Reach(size_t count)
{
    while (m_projects.size() < count && !m_isComplete)
    {
        if (!OGRMapflowTry([this](mf_error *err) { return ReadPage(err); }))
            return false;
    }
    return true;
}

long OGRMapflowProjectList::Total() const
{
    if (m_isComplete)
        return static_cast<long>(m_projects.size());
    return m_pager != nullptr ? mf_pager_total(m_pager) : -1;
}

std::string OGRMapflowProjectList::Find(const std::string &idOrName)
{
    mf_project project;
    if (!OGRMapflowTry(mf_project_find, &project, m_client, idOrName.c_str()))
        return "";
    const std::string id = project.id;
    m_names[id] = project.name;
    mf_project_free(&project);
    return id;
}

bool OGRMapflowProjectList::FindName(const std::string &id, std::string &name)
{
    for (const mf_project &project : m_projects)
    {
        if (EQUAL(project.id, id.c_str()))
            m_names[id] = project.name;
    }
    if (m_names.count(id) == 0)
    {
        mf_project project;
        if (!OGRMapflowTry(mf_project_get, &project, m_client, id.c_str()))
            return false;
        m_names[id] = project.name;
        mf_project_free(&project);
    }
    name = m_names[id];
    return true;
}

void OGRMapflowProjectList::Add(mf_project &project)
{
    m_projects.push_back(project);
    project = {};
}

void OGRMapflowProjectList::Rename(const std::string &id, const std::string &name)
{
    for (mf_project &project : m_projects)
    {
        if (id != project.id)
            continue;
        free(project.name);
        project.name = mf_str_copy(name.c_str());
    }
    if (onChange)
        onChange(id);
}

void OGRMapflowProjectList::MarkDeleted(const std::string &id)
{
    m_deleted.insert(id);
    if (onChange)
        onChange(id);
}
