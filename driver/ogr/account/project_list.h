// SPDX-License-Identifier: MIT
// project_list: the projects of an account, in the order that the service returns.
#ifndef MAPFLOW_PROJECT_LIST_H
#define MAPFLOW_PROJECT_LIST_H

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "api/project.h"

// Fetches pages when they are needed and keeps them, so that positions never change.
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
    // Fetches until `count` projects are known, or all. Returns false after one CPLError.
    bool Reach(size_t count);
    bool ReachAll() { return Reach(SIZE_MAX); }
    // The number of projects that the service reports, -1 if unknown.
    long Total() const;

    // Returns the UUID of a project, given its UUID or name; "" after one CPLError.
    std::string Find(const std::string &idOrName);
    // Sets `name` to the name of project `id`. Returns false after one CPLError.
    bool FindName(const std::string &id, std::string &name);

    // Appends a project that was created here. Takes ownership of it.
    void Add(mf_project &project);
    void Rename(const std::string &id, const std::string &name);
    // A deleted project stays in the list.
    void MarkDeleted(const std::string &id);
    bool IsDeleted(const std::string &id) const { return m_deleted.count(id) > 0; }
    // Called with the UUID after Rename and MarkDeleted.
    std::function<void(const std::string &)> onChange{};

  private:
    int ReadPage(mf_error *err);

    mf_client *const m_client;
    mf_pager *m_pager = nullptr;
    bool m_isComplete = false;
    std::deque<mf_project> m_projects{};
    std::map<std::string, std::string> m_names{}; // by UUID, of projects that were looked up
    std::set<std::string> m_deleted{};
};

#endif
