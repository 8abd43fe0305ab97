/* SPDX-License-Identifier: MIT */
/* processing_edit: the changes that a user may make to a processing.
 *
 * Source: API notes 6.6. Each call is sent once. If two forms of a path are known (D9), the second
 * is tried after 404 or 405 to the first: nothing was done then.
 *
 * Thread-safety: as the client. */
#ifndef MF_PROCESSING_EDIT_H
#define MF_PROCESSING_EDIT_H

#include "api/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sets name, description and project; NULL leaves them as they are. The service needs the name with
 * each change: `name` is not NULL. */
int mf_processing_update(struct mf_client *client, const char *id, const char *name,
                         const char *description, const char *project_id,
                         struct mf_error *err) MF_NODISCARD;

/* Deletes its areas and its result, too. */
int mf_processing_delete(struct mf_client *client, const char *id,
                         struct mf_error *err) MF_NODISCARD;

/* Runs again what failed. For FAILED and CANCELLED processings. */
int mf_processing_restart(struct mf_client *client, const char *id,
                          struct mf_error *err) MF_NODISCARD;

/* `stars` 1..5; `feedback` may be "". For processings that are OK. */
int mf_processing_rate(struct mf_client *client, const char *id, int stars, const char *feedback,
                       struct mf_error *err) MF_NODISCARD;

/* Answers a review (status OK, review IN_REVIEW). A rejection needs a reason. */
int mf_processing_accept(struct mf_client *client, const char *id,
                         struct mf_error *err) MF_NODISCARD;
int mf_processing_reject(struct mf_client *client, const char *id, const char *comment,
                         struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
