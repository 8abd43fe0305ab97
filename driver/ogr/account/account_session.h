// account_session: what the layers of an account share: the client, the account's status, its
// projects.
#ifndef MAPFLOW_ACCOUNT_SESSION_H
#define MAPFLOW_ACCOUNT_SESSION_H

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "account/row_changes.h"
#include "api/account.h"
#include "api/project.h"
#include "common/areas.h"
#include "common/connection.h"

// Asks when something is needed, once, and keeps it for the life of the dataset.
class OGRMapflowAccountSession
{
  public:
    OGRMapflowAccountSession(OGRMapflowClient client, OGRMapflowAreaSource areas,
                             const OGRMapflowRights &rights)
        : m_client(std::move(client)), m_rights(rights), m_areas(std::move(areas))
    {
        m_areas.client = m_client.get();
    }
    ~OGRMapflowAccountSession();
    OGRMapflowAccountSession(const OGRMapflowAccountSession &) = delete;
    OGRMapflowAccountSession &operator=(const OGRMapflowAccountSession &) = delete;

    mf_client *Client() const { return m_client.get(); }
    const OGRMapflowRights &Rights() const { return m_rights; }
    OGRMapflowAreaSource &Areas() { return m_areas; }

    // What a processing was when it was seen last, by its id. Any thread.
    void Note(const mf_processing &processing);
    OGRMapflowAreaOwner AreaOwner(const std::string &id);

    // GET /user/status. nullptr after one CPLError.
    const mf_account *Account();

    // The projects known so far, in the order of the service.
    const std::deque<mf_project> &Projects() const { return m_projects; }
    bool HasAllProjects() const { return m_hasAllProjects; }
    // How many there are by what the service says, -1 unknown.
    long ProjectTotal() const;
    // Fetches a page of them. false after one CPLError.
    bool FetchProjects();
    bool FetchAllProjects();
    // A project that was made here, at the end of the list. Takes it over.
    void AddProject(mf_project &project);
    // One that was deleted here stays in the list, so that positions stay.
    void MarkDeleted(const std::string &id);
    void Rename(const std::string &id, const std::string &name);
    // To be told of both, with the id.
    std::function<void(const std::string &)> onProjectChange{};
    bool IsDeleted(const std::string &id) const { return m_deleted.count(id) > 0; }
    // The UUID of a project by its UUID or name, "" after one CPLError.
    std::string FindProject(const std::string &idOrName);

    // What this account may do in a project; asks for the account when the project is shared. ""
    // after one CPLError.
    std::string RoleIn(const mf_project &project);

  private:
    bool AddEntries(const cJSON *entries, mf_error &err);

    OGRMapflowClient m_client;
    const OGRMapflowRights m_rights;
    OGRMapflowAreaSource m_areas;
    std::mutex m_ownersMutex{};
    std::map<std::string, OGRMapflowAreaOwner> m_owners{};
    std::set<std::string> m_deleted{};
    mf_account m_account{};
    bool m_hasAccount = false;
    std::deque<mf_project> m_projects{};
    mf_pager *m_pager = nullptr;
    bool m_hasAllProjects = false;
};

#endif
