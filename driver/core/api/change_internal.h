/* SPDX-License-Identifier: MIT */
/* change_internal: a change of one of the account's objects, sent once.
 *
 * Thread-safety: as the client's. */
#ifndef MF_CHANGE_INTERNAL_H
#define MF_CHANGE_INTERNAL_H

#include "api/client.h"

/* What is changed: "mosaic" and its UUID, for messages. */
struct mf_change_of {
    const char *kind, *id;
};

/* mf_client_send_once to `path`, which is freed; NULL stands for no memory. `body` and `answer` may
 * be NULL. An error names the object, and after a lost answer says that it may be done. */
int mf_change_send(struct mf_client *client, const char *method, char *path, const cJSON *body,
                   struct mf_change_of of, cJSON **answer, struct mf_error *err) MF_NODISCARD;

#endif
