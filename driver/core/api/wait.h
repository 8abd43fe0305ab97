/* SPDX-License-Identifier: MIT */
/* wait: polls a processing until it ends.
 *
 * A processing has ended if mf_processing_is_terminal returns true (API notes 13). One that has an
 * unknown status, or is OK with a review that was not accepted, has not ended. The first poll is
 * after 5 s. The delay then grows by half each time, up to the interval.
 *
 * Thread-safety: as the client. */
#ifndef MF_WAIT_H
#define MF_WAIT_H

#include <stdbool.h>

#include "api/processing.h"

MF_C_BEGIN

#define MF_WAIT_DEFAULT_TIMEOUT 3600.0 /* s */
#define MF_WAIT_DEFAULT_INTERVAL 30.0  /* s, what the service recommends (API notes D29) */
#define MF_WAIT_LEAST_INTERVAL 5.0     /* s, the least a caller should use with a real server */

/* Returns whether to go on after a failed poll: the error does not concern the processing itself
 * (no connection, server trouble), and it is not the fourth failure in a row. *failures counts
 * them; set it to 0 after a successful poll. */
bool mf_wait_goes_on(const struct mf_error *err, int *failures);

struct mf_wait_options {
    double timeout;  /* s */
    double waited;   /* s, before the call: part of the timeout */
    double interval; /* s, the longest time between two polls */
    /* Called at the start, after each poll and at the end; may be NULL. `seconds` counts from the
     * call. A return value other than 0 ends the wait with MF_ERR_CANCELLED. */
    int (*progress)(void *ctx, const struct mf_processing *processing, double seconds);
    void *ctx;
};

/* Waits until `processing`, already parsed, is terminal, and updates it to the newest document.
 * Returns at once if it is terminal already. Fails if mf_wait_goes_on returns false.
 * MF_ERR_NOT_READY after `timeout`, MF_ERR_CANCELLED within 100 ms of the client's cancel. */
int mf_wait(struct mf_processing *processing, struct mf_client *client,
            const struct mf_wait_options *options, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
