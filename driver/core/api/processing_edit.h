/* SPDX-License-Identifier: MIT */
/* processing_edit: the changes that a user can make to a processing.
 *
 * Source: API notes 6.6. Each call is sent once. If two forms of a path are known (D9), the second
 * is tried after a 404 or 405 to the first, which changed nothing.
 *
 * Thread-safety: as the client. */
#ifndef MF_PROCESSING_EDIT_H
#define MF_PROCESSING_EDIT_H

#include "api/client.h"

MF_C_BEGIN

/* Sets name, description and project; NULL leaves them unchanged. The service requires the name in
 * each change: `name` must not be NULL. */
int mf_processing_update(struct mf_client *client, const char *id, const char *name,
                         const char *description, const char *project_id,
                         struct mf_error *err) MF_NODISCARD;

/* Deletes a processing with its AOIs and result. */
int mf_processing_delete(struct mf_client *client, const char *id,
                         struct mf_error *err) MF_NODISCARD;

/* Reruns the failed parts of a FAILED or CANCELLED processing. */
int mf_processing_restart(struct mf_client *client, const char *id,
                          struct mf_error *err) MF_NODISCARD;

/* Rates a processing with status OK. `stars` 1..5; `feedback` may be "". */
int mf_processing_rate(struct mf_client *client, const char *id, int stars, const char *feedback,
                       struct mf_error *err) MF_NODISCARD;

/* Answer a review (status OK, review IN_REVIEW). A rejection needs a reason. */
int mf_processing_accept(struct mf_client *client, const char *id,
                         struct mf_error *err) MF_NODISCARD;
int mf_processing_reject(struct mf_client *client, const char *id, const char *comment,
                         struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
