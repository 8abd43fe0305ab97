/* SPDX-License-Identifier: MIT */
/* image_run: one image file, uploaded at most once, however often the command is repeated; and the
 * mosaic for it, created at most once.
 *
 *     open   finds out what earlier runs have done with the same file, waits for another process
 *            that uploads it, and looks for what was sent and not answered
 *     send   announces the file in the journal, sends it, and writes down what came of it
 *     wait   until the service can use the image, or says why not
 *     end    closes the run: from then on it is history
 *
 * An upload has no marker. What tells the new image from others are the ids that were in the mosaic
 * before it (imagery notes 3.1), which the journal keeps. A file whose last bytes did not leave was
 * not stored.
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

#ifdef __cplusplus
extern "C" {
#endif

struct mf_image_run_options {
    struct mf_journal *journal; /* of uploads, borrowed; NULL: nothing is known of earlier runs */
    struct mf_client *client;   /* borrowed */
    double started;             /* s since 1970, UTC: when the command began */
    bool no_resume;             /* what a run that did not end has uploaded is uploaded again */
    struct mf_listener listener;
};

/* ---- the mosaic ----------------------------------------------------------------------------- */

/* The mosaic of that name, created with these tags (NULL: none) when there is none. *is_created
 * says so. Fails when it was created, perhaps, by a request whose answer is lost, and cannot be
 * found. */
int mf_mosaic_find_or_create(struct mf_mosaic *mosaic, const struct mf_image_run_options *options,
                             const char *name, const struct mf_str_list *tags, bool *is_created,
                             struct mf_error *err) MF_NODISCARD;

/* ---- the image ------------------------------------------------------------------------------ */

struct mf_image_file {
    const char *mosaic_id;
    const char *name;    /* that it is sent with */
    int64_t size;        /* bytes */
    const char *content; /* a text that changes with the content: its SHA-1, or when and where it
                            was written */
};

struct mf_image_run;

/* Copies what it is given. When it returns, the state is MF_JOB_SENT when an earlier run, or
 * another process, has uploaded the file, and MF_JOB_NEW when it is still to be sent. Fails when
 * that cannot be found out: nothing may be sent then. */
int mf_image_run_open(struct mf_image_run **out, const struct mf_image_run_options *options,
                      const struct mf_image_file *file, struct mf_error *err) MF_NODISCARD;

/* NULL-safe. A run that was not ended stays open: the next one takes its image over. */
void mf_image_run_close(struct mf_image_run *run);

enum mf_job_state mf_image_run_state(const struct mf_image_run *run);

/* The id of the image, "" while it is not known. */
const char *mf_image_run_id(const struct mf_image_run *run);

/* The images of the mosaic as they were read last. */
const struct mf_image_list *mf_image_run_images(const struct mf_image_run *run);

/* The image among them, NULL when it is not (yet) there. */
const struct mf_image *mf_image_run_image(const struct mf_image_run *run);

/* Sends the file, unless it is MF_JOB_SENT already. When the answer is lost, the images of the
 * mosaic are looked through, MF_LOST_CHECKS times over about a minute: found is success. Otherwise
 * the state is MF_JOB_UNKNOWN, and the error says what to do. After any other error the server has
 * not stored the file. */
int mf_image_run_send(struct mf_image_run *run, const struct mf_upload *content,
                      struct mf_error *err) MF_NODISCARD;

struct mf_image_wait {
    double timeout;  /* s, from the call on */
    double interval; /* s, the longest time between two polls */
    /* Called several times a second, with the time since the call in s; non-zero ends the wait with
     * MF_ERR_CANCELLED. May be NULL. */
    int (*progress)(void *ctx, double seconds);
    void *ctx;
};

/* Polls at once, after 2, 4 and 8 s, and then every `interval`, until the image is ready. An image
 * that has failed, and `timeout`, are MF_ERR_NOT_READY; *is_over says that nothing more will become
 * of it. */
int mf_image_run_wait(struct mf_image_run *run, const struct mf_image_wait *options, bool *is_over,
                      struct mf_error *err) MF_NODISCARD;

/* To be called when nothing is left that could make a user repeat the command. */
int mf_image_run_end(struct mf_image_run *run, struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
