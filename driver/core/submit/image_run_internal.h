/* SPDX-License-Identifier: MIT */
/* image_run_internal: shared by the files of `image_run`. */
#ifndef MF_IMAGE_RUN_INTERNAL_H
#define MF_IMAGE_RUN_INTERNAL_H

#include "submit/image_run.h"

/* An action taken at most once, an upload or the creation of a mosaic: its journal entries, and the
 * lock that keeps other processes from doing the same. Without a journal it has neither. */
struct mf_image_task {
    const struct mf_image_run_options *options;
    uint64_t digest;
    const char *mosaic_id; /* "" when creating a mosaic */
    const char *name;
    const char *doing; /* "uploading" */
    char run[MF_RUN_ID_SIZE];
    double sent; /* s since 1970, UTC; NaN before */
    struct mf_lock lock;
};

/* Sets the run id, and waits until no other process does the same. */
int mf_image_task_begin(struct mf_image_task *task, struct mf_error *err) MF_NODISCARD;
/* Releases the lock. */
void mf_image_task_finish(struct mf_image_task *task);

/* The open entry that an earlier run left for the same action, NULL if there is none. */
const struct mf_journal_entry *mf_image_task_left_over(const struct mf_image_task *task);

/* Whether the result of a request sent at `sent` may still appear. */
bool mf_image_task_may_appear(const struct mf_image_task *task);

/* Records the state in the journal. `before`: see struct mf_journal_entry. */
int mf_image_task_record(const struct mf_image_task *task, enum mf_journal_state state,
                         const char *id, const char *before, struct mf_error *err) MF_NODISCARD;

#endif
