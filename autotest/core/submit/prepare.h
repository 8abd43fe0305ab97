/* prepare: asks for the account, and resolves and checks a submission, as the driver does. */
#ifndef PREPARE_H
#define PREPARE_H

#include "submit/submission.h"

static inline int prepare_submission(struct mf_submission *submission, struct mf_client *client,
                                     struct mf_error *err)
{
    struct mf_account account;
    if (mf_account_get(&account, client, err) != 0)
        return -1;
    const int failed = mf_submission_resolve(submission, &account, client, err) != 0 ||
                       mf_submission_check(submission, &account, 0, client, err) != 0;
    mf_account_free(&account);
    return failed ? -1 : 0;
}

#endif
