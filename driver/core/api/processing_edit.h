/* processing_edit: what a user may change about a processing.
 *
 * Source: API notes 6.6. Each call is sent once. Where two forms of a path are known (D9) the
 * second is tried after 404 or 405 to the first, which means that nothing was done.
 *
 * Thread-safety: as the client. */
#ifndef MF_PROCESSING_EDIT_H
#define MF_PROCESSING_EDIT_H

#include "api/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* New texts and a new project; what is NULL stays as it is. The service wants a name with each
 * change of texts: `name` is not NULL. */
int mf_processing_update(struct mf_client *client, const char *id, const char *name,
                         const char *description, const char *project_id,
                         struct mf_error *err) MF_NODISCARD;

/* Its areas and its result go with it. */
int mf_processing_delete(struct mf_client *client, const char *id,
                         struct mf_error *err) MF_NODISCARD;

/* Runs what failed again. For FAILED and CANCELLED ones. */
int mf_processing_restart(struct mf_client *client, const char *id,
                          struct mf_error *err) MF_NODISCARD;

/* `stars` 1..5; `feedback` may be "". For OK ones. */
int mf_processing_rate(struct mf_client *client, const char *id, int stars, const char *feedback,
                       struct mf_error *err) MF_NODISCARD;

/* The answer to a review (status OK, review IN_REVIEW). A rejection says why. */
int mf_processing_accept(struct mf_client *client, const char *id,
                         struct mf_error *err) MF_NODISCARD;
int mf_processing_reject(struct mf_client *client, const char *id, const char *comment,
                         struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
