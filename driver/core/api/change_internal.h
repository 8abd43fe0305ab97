/* SPDX-License-Identifier: MIT */
/* change_internal: sends a change of one of the account's objects once.
 *
 * Thread-safety: as the client. */
#ifndef MF_CHANGE_INTERNAL_H
#define MF_CHANGE_INTERNAL_H

#include "api/client.h"

/* The changed object, for messages: "mosaic" and its UUID. */
struct mf_change_of {
    const char *kind, *id;
};

/* Calls mf_client_send_once with `path`, and frees it; NULL means out of memory. `body` and
 * `answer` may be NULL. An error names the object. After a lost response it states that the change
 * may be done. */
int mf_change_send(struct mf_client *client, const char *method, char *path, const cJSON *body,
                   struct mf_change_of of, cJSON **answer, struct mf_error *err) MF_NODISCARD;

#endif
