/* SPDX-License-Identifier: MIT */
/* recent: responses about processings, kept briefly.
 *
 * Some programs open a dataset several times to show it once. They get the same response.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_RECENT_H
#define MF_RECENT_H

#include "api/processing.h"

MF_C_BEGIN

/* Returns mf_processing_get, or its former response if recent: up to MF_RECENT_WHILE_OPEN s old
 * while this process has the processing's result open, else up to MF_RECENT s. Only terminal
 * processings are kept, and only until this process sends a write. */
#define MF_RECENT 2.0
#define MF_RECENT_WHILE_OPEN 60.0
int mf_recent_get(struct mf_processing *processing, struct mf_client *client, const char *id,
                  struct mf_error *err) MF_NODISCARD;

/* Keeps the response for MF_RECENT_WHILE_OPEN s: for a processing that a user may choose from a
 * list and then open. */
void mf_recent_prolong(const struct mf_client *client, const char *id);

/* Drops all responses. */
void mf_recent_clear(void);

MF_C_END
#endif
