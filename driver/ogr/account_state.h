// account_state: what the layers of an account share: the client, the account's status, its projects.
#ifndef MAPFLOW_ACCOUNT_STATE_H
#define MAPFLOW_ACCOUNT_STATE_H

#include <deque>
#include <memory>
#include <string>

#include "account.h"
#include "connection.h"
#include "project.h"

// Asks when something is needed, once, and keeps it for the life of the dataset.
class OGRMapflowAccountState
{
  public:
    explicit OGRMapflowAccountState(OGRMapflowClient client) : m_client(std::move(client)) {}
    ~OGRMapflowAccountState();
    OGRMapflowAccountState(const OGRMapflowAccountState &) = delete;
    OGRMapflowAccountState &operator=(const OGRMapflowAccountState &) = delete;

    mf_client *Client() const { return m_client.get(); }

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
    const mf_project &AddProject(mf_project &project);

    // What this account may do in a project; asks for the account when the project is shared. "" after
    // one CPLError.
    std::string RoleIn(const mf_project &project);

  private:
    bool AddEntries(const cJSON *entries, mf_error &err);

    OGRMapflowClient m_client;
    mf_account m_account{};
    bool m_hasAccount = false;
    std::deque<mf_project> m_projects{};
    mf_pager *m_pager = nullptr;
    bool m_hasAllProjects = false;
};

#endif
