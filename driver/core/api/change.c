/* SPDX-License-Identifier: MIT */
#include "api/change_internal.h"

#include <stdlib.h>

int mf_change_send(struct mf_client *client, const char *method, char *path, const cJSON *body,
                   struct mf_change_of of, cJSON **answer, struct mf_error *err)
{
    int unknown = 0;
    if (path == NULL)
        return mf_out_of_memory(err);
    const int failed = mf_client_send_once(client, method, path, body, answer, &unknown, err);
    free(path);
    if (!failed)
        return 0;
    mf_error_prefix(err, "%s %s", of.kind, of.id);
    return unknown ? mf_error_append(
                         err, ". The change may have been made: read it again before you repeat it")
                   : -1;
}
