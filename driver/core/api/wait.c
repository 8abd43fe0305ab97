/* SPDX-License-Identifier: MIT */
#include "api/wait.h"

#include "base/clock.h"

static const double first_delay = 5; /* s */
static const double growth = 1.5;    /* of the delay, per poll */
static const int most_failures = 4;  /* polls in a row */

static int refuse_cancelled(const struct mf_processing *p, struct mf_error *err)
{
    return mf_error_set(
        err, MF_ERR_CANCELLED,
        "waiting for processing %s (\"%s\") was interrupted. The processing goes on", p->id,
        p->name);
}

bool mf_wait_goes_on(const struct mf_error *err, int *failures)
{
    const bool may_pass = err->kind == MF_ERR_NETWORK || err->kind == MF_ERR_TRUNCATED ||
                          err->kind == MF_ERR_SERVER || err->kind == MF_ERR_RATE_LIMIT;
    return ++*failures < most_failures && may_pass;
}

/* Replaces the document with the newest one. Keeps the old one on failure. */
static int poll_once(struct mf_processing *processing, struct mf_client *client,
                     struct mf_error *err)
{
    struct mf_processing newer;
    if (mf_processing_get(&newer, client, processing->id, err) != 0)
        return -1;
    mf_processing_free(processing);
    *processing = newer;
    return 0;
}

static int refuse_late(const struct mf_processing *p, double timeout, struct mf_error *err)
{
    mf_error_set(err, MF_ERR_NOT_READY,
                 "processing %s (\"%s\") has not ended within %.0f s: its status is %s", p->id,
                 p->name, timeout, p->status[0] != '\0' ? p->status : "unknown");
    if (p->state == MF_STATE_REWORK)
        mf_error_append(err, ", review %s", p->review);
    if (p->percent >= 0)
        mf_error_append(err, ", %d %%", p->percent);
    return mf_error_append(err, ". It goes on: open it again later, or with a longer WAIT_TIMEOUT");
}

/* Returns whether to go on. */
static bool show_progress(const struct mf_wait_options *options, const struct mf_processing *p,
                          double seconds)
{
    return options->progress == NULL || options->progress(options->ctx, p, seconds) == 0;
}

int mf_wait(struct mf_processing *processing, struct mf_client *client,
            const struct mf_wait_options *options, struct mf_error *err)
{
    const double start = mf_client_now(client), end = start + options->timeout - options->waited;
    double delay = first_delay;
    int failures = 0;
    if (mf_processing_is_terminal(processing))
        return 0;
    if (!show_progress(options, processing, 0))
        return refuse_cancelled(processing, err);
    while (!mf_processing_is_terminal(processing)) {
        const double left = end - mf_client_now(client);
        if (left <= 0)
            return refuse_late(processing, options->timeout, err);
        if (delay > options->interval)
            delay = options->interval;
        /* The last poll is at the timeout, not before. */
        if (mf_client_wait(client, delay < left ? delay : left, NULL) != 0)
            return refuse_cancelled(processing, err);
        delay *= growth;
        struct mf_error failure;
        mf_error_init(&failure);
        if (poll_once(processing, client, &failure) == 0) {
            failures = 0;
        } else if (mf_client_cancelled(client)) {
            return refuse_cancelled(processing, err);
        } else if (!mf_wait_goes_on(&failure, &failures)) {
            if (err != NULL)
                *err = failure;
            return -1;
        }
        if (!show_progress(options, processing, mf_client_now(client) - start) &&
            !mf_processing_is_terminal(processing))
            return refuse_cancelled(processing, err);
    }
    return 0;
}
