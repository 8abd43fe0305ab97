// SPDX-License-Identifier: MIT
#include "account/account_session.h"

#include "common/errors.h"

const mf_account *OGRMapflowAccountSession::Account()
{
    m_hasAccount = m_hasAccount || OGRMapflowTry(mf_account_get, &m_account, Client());
    return m_hasAccount ? &m_account : nullptr;
}

std::string OGRMapflowAccountSession::RoleIn(const mf_project &project)
{
    if (!project.is_shared)
        return mf_project_role(&project, "");
    const mf_account *const account = Account();
    return account != nullptr ? mf_project_role(&project, account->email) : "";
}
