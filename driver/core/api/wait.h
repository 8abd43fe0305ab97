/* SPDX-License-Identifier: MIT */
/* wait: polls a processing until it has ended.
 *
 * It has ended if mf_processing_is_terminal (API notes 13): not with a status that is unknown here,
 * nor with an OK whose review was not accepted. The first poll comes after 5 s, the time to the
 * next one grows by half each time, up to the interval.
 *
 * Thread-safety: as the client. */
#ifndef MF_WAIT_H
#define MF_WAIT_H

#include <stdbool.h>

#include "api/processing.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MF_WAIT_DEFAULT_TIMEOUT 3600.0 /* s */
#define MF_WAIT_DEFAULT_INTERVAL 30.0  /* s, what the service recommends (API notes D29) */
#define MF_WAIT_LEAST_INTERVAL 5.0     /* s, what a caller should hold to with a real server */

/* Whether to go on after a poll that failed: an error that has nothing to do with what is waited
 * for (no connection, a server in trouble), and fewer than four in a row. *failures counts them;
 * set it to 0 after a poll that succeeded. */
bool mf_wait_goes_on(const struct mf_error *err, int *failures);

struct mf_wait_options {
    double timeout;  /* s, from the call on */
    double interval; /* s, the longest time between two polls */
    /* Called at the start, after each poll and at the end; may be NULL. `seconds` since the call.
     * Anything but 0 ends the wait with MF_ERR_CANCELLED. */
    int (*progress)(void *ctx, const struct mf_processing *processing, double seconds);
    void *ctx;
};

/* Waits until `processing`, which was read before, is terminal, and leaves its newest document in
 * it; returns at once if it is already. Fails when mf_wait_goes_on says no, MF_ERR_NOT_READY after
 * `timeout`, MF_ERR_CANCELLED within 100 ms after the client's cancel. */
int mf_wait(struct mf_processing *processing, struct mf_client *client,
            const struct mf_wait_options *options, struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
