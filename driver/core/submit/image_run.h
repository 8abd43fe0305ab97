/* SPDX-License-Identifier: MIT */
/* image_run: uploads one image file at most once, however often the command is repeated, and
 * creates its mosaic at most once.
 *
 *     open   finds what earlier runs did with the same file, waits for another process that
 *            uploads it, and searches for an upload whose response was lost
 *     send   announces the file in the journal, sends it, and records the outcome
 *     wait   until the service can use the image, or reports why it cannot
 *     end    closes the run: later commands do not adopt its image
 *
 * An upload has no marker. The journal keeps the ids that were in the mosaic before, to identify
 * the new image (imagery notes 3.1). A file whose last bytes did not leave was not stored.
 *
 * Thread-safety: a run belongs to one thread at a time. */
#ifndef MF_IMAGE_RUN_H
#define MF_IMAGE_RUN_H

#include <stdbool.h>

#include "api/image.h"
#include "api/mosaic.h"
#include "submit/journal.h"
#include "submit/listener.h"
#include "submit/submission.h"

MF_C_BEGIN

struct mf_image_run_options {
    struct mf_journal *journal; /* of uploads, borrowed; NULL: nothing is known of earlier runs */
    struct mf_client *client;   /* borrowed */
    double started;             /* s since 1970, UTC: when the command began */
    bool no_resume;             /* upload again what an unfinished run has uploaded */
    struct mf_listener listener;
};

/* ---- the mosaic ----------------------------------------------------------------------------- */

/* Finds the mosaic `name`, or creates it with `tags` (NULL: none) and sets *is_created. Fails when
 * a request may have created it, but the response was lost and the mosaic cannot be found. */
int mf_mosaic_find_or_create(struct mf_mosaic *mosaic, const struct mf_image_run_options *options,
                             const char *name, const struct mf_str_list *tags, bool *is_created,
                             struct mf_error *err) MF_NODISCARD;

/* ---- the image ------------------------------------------------------------------------------ */

struct mf_image_file {
    const char *mosaic_id;
    const char *name;    /* of the file, as sent */
    int64_t size;        /* bytes */
    const char *content; /* a string that changes with the content: its SHA-1, or when and where it
                            was written */
};

struct mf_image_run;

/* Copies its arguments. On success the state is MF_JOB_SENT if an earlier run or another process
 * has uploaded the file, else MF_JOB_NEW. Fails if that cannot be determined: nothing may be sent
 * then. */
int mf_image_run_open(struct mf_image_run **out, const struct mf_image_run_options *options,
                      const struct mf_image_file *file, struct mf_error *err) MF_NODISCARD;

/* NULL-safe. A run that was not ended stays open: the next run adopts its image. */
void mf_image_run_close(struct mf_image_run *run);

enum mf_job_state mf_image_run_state(const struct mf_image_run *run);

/* The id of the image, "" while it is not known. */
const char *mf_image_run_id(const struct mf_image_run *run);

/* The images of the mosaic as last read. */
const struct mf_image_list *mf_image_run_images(const struct mf_image_run *run);

/* The uploaded image in that list, NULL if it is not there (yet). */
const struct mf_image *mf_image_run_image(const struct mf_image_run *run);

/* Sends the file, unless it is MF_JOB_SENT already. If the response is lost, searches the images of
 * the mosaic MF_LOST_CHECKS times over about a minute. Finding the image is success; otherwise the
 * state is MF_JOB_UNKNOWN, and the error states what to do. After any other error the server has
 * not stored the file. */
int mf_image_run_send(struct mf_image_run *run, const struct mf_upload *content,
                      struct mf_error *err) MF_NODISCARD;

struct mf_image_wait {
    double timeout;  /* s, from the call */
    double interval; /* s, the longest time between two polls */
    /* Called several times a second, with the time since the call in s; non-zero ends the wait with
     * MF_ERR_CANCELLED. May be NULL. */
    int (*progress)(void *ctx, double seconds);
    void *ctx;
};

/* Polls at once, after pauses of 2, 4 and 8 s, and then every `interval`, until the image is ready.
 * Fails with MF_ERR_NOT_READY when the image has failed, or after `timeout`. *is_over becomes true
 * if the image is ready or has failed. */
int mf_image_run_wait(struct mf_image_run *run, const struct mf_image_wait *options, bool *is_over,
                      struct mf_error *err) MF_NODISCARD;

/* Call it when the user has no reason left to repeat the command. */
int mf_image_run_end(struct mf_image_run *run, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
