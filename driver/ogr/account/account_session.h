// SPDX-License-Identifier: MIT
// account_session: state shared by the layers of an account: the client, the user's rights, the
// account's status, the projects, the mosaics.
#ifndef MAPFLOW_ACCOUNT_SESSION_H
#define MAPFLOW_ACCOUNT_SESSION_H

#include <string>

#include "account/project_list.h"
#include "api/account.h"
#include "common/connection.h"
#include "imagery/mosaic_list.h"
#include "layer/row_changes.h"

class OGRMapflowAccountSession
{
  public:
    OGRMapflowAccountSession(OGRMapflowClient client, const OGRMapflowRights &rights)
        : m_client(std::move(client)), m_rights(rights), m_projects(m_client.get()),
          m_mosaics(m_client.get())
    {
    }
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowAccountSession)

    mf_client *Client() const { return m_client.get(); }
    OGRMapflowRights &Rights() { return m_rights; }
    const OGRMapflowRights &Rights() const { return m_rights; }
    OGRMapflowProjectList &Projects() { return m_projects; }
    OGRMapflowMosaicList &Mosaics() { return m_mosaics; }

    // GET /user/status, once. nullptr after one CPLError.
    const mf_account *Account();

    // Returns the role of this account in a project. For a shared project this needs the account's
    // status. "" after one CPLError.
    std::string RoleIn(const mf_project &project);

  private:
    OGRMapflowClient m_client;
    OGRMapflowRights m_rights;
    OGRMapflowOwned<mf_account_free> m_account{};
    bool m_hasAccount = false;
    OGRMapflowProjectList m_projects;
    OGRMapflowMosaicList m_mosaics;
};

#endif
