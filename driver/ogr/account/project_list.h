// SPDX-License-Identifier: MIT
// project_list: the projects of an account, in the order of the service.
#ifndef MAPFLOW_PROJECT_LIST_H
#define MAPFLOW_PROJECT_LIST_H

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "api/project.h"

// Fetches a page when it is needed, and keeps it: positions never change.
class OGRMapflowProjectList
{
  public:
    explicit OGRMapflowProjectList(mf_client *client) : m_client(client) {}
    ~OGRMapflowProjectList();
    OGRMapflowProjectList(const OGRMapflowProjectList &) = delete;
    OGRMapflowProjectList &operator=(const OGRMapflowProjectList &) = delete;

    // The projects known so far.
    const std::deque<mf_project> &Known() const { return m_projects; }
    bool IsComplete() const { return m_isComplete; }
    // Fetches until `count` are known, or all. Returns false after one CPLError.
    bool Reach(size_t count);
    bool ReachAll() { return Reach(SIZE_MAX); }
    // The number of projects by the service, -1 unknown.
    long Total() const;

    // The UUID of a project by its UUID or name, "" after one CPLError.
    std::string Find(const std::string &idOrName);
    // The name of the project with a UUID. Returns false after one CPLError.
    bool FindName(const std::string &id, std::string &name);

    // A project that was created here comes at the end of the list. Takes it over.
    void Add(mf_project &project);
    void Rename(const std::string &id, const std::string &name);
    // A deleted project stays in the list.
    void MarkDeleted(const std::string &id);
    bool IsDeleted(const std::string &id) const { return m_deleted.count(id) > 0; }
    // Called after both with the UUID.
    std::function<void(const std::string &)> onChange{};

  private:
    int ReadPage(mf_error *err);

    mf_client *const m_client;
    mf_pager *m_pager = nullptr;
    bool m_isComplete = false;
    std::deque<mf_project> m_projects{};
    std::map<std::string, std::string> m_names{}; // by UUID, of projects that were fetched singly
    std::set<std::string> m_deleted{};
};

#endif
