/* SPDX-License-Identifier: MIT */
/* image_run_internal: what the files of `image_run` share. */
#ifndef MF_IMAGE_RUN_INTERNAL_H
#define MF_IMAGE_RUN_INTERNAL_H

#include "submit/image_run.h"

/* What is done once, an upload or the creation of a mosaic: its entries in the journal, and the
 * lock that keeps other processes from doing it too. Without a journal there are neither. */
struct mf_image_task {
    const struct mf_image_run_options *options;
    uint64_t digest;
    const char *mosaic_id; /* "" of a mosaic that is to be created */
    const char *name;
    const char *doing; /* "uploading" */
    char run[MF_RUN_ID_SIZE];
    double sent; /* s since 1970, UTC; NaN before */
    struct mf_lock lock;
};

/* Names the run, and waits until no other process does the same. */
int mf_image_task_begin(struct mf_image_task *task, struct mf_error *err) MF_NODISCARD;
/* Lets other processes do the same. */
void mf_image_task_finish(struct mf_image_task *task);

/* What an earlier run has left of the same, NULL when there is nothing that counts. */
const struct mf_journal_entry *mf_image_task_left_over(const struct mf_image_task *task);

/* Whether what was sent at `sent` may still appear. */
bool mf_image_task_may_appear(const struct mf_image_task *task);

/* Writes its state down. `before` as in the journal. */
int mf_image_task_record(const struct mf_image_task *task, enum mf_journal_state state,
                         const char *id, const char *before, struct mf_error *err) MF_NODISCARD;

#endif
