/* SPDX-License-Identifier: MIT */
#include "submit/image_run_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/checksum.h"
#include "submit/submission_internal.h"

static const double other_interval = 0.2; /* s, between two polls for another process */

int mf_image_task_begin(struct mf_image_task *task, struct mf_error *err)
{
    const struct mf_image_run_options *const o = task->options;
    uint32_t random = 0;
    bool has_told = false;
    int held;
    task->lock.fd = -1;
    task->sent = NAN;
    if (o->journal == NULL)
        return 0;
    if (mf_random_bytes(&random, sizeof random, err) != 0)
        return -1;
    snprintf(task->run, sizeof task->run, "%016" PRIx64 "-%08" PRIx32, task->digest, random);
    while ((held = mf_journal_try_run(o->journal, &task->lock, task->run)) == 0) {
        if (!has_told)
            mf_tell(&o->listener, "Another process is %s the same: waiting for it.", task->doing);
        has_told = true;
        if (mf_client_wait(o->client, other_interval, err) != 0)
            return -1;
    }
    return held > 0 ? mf_journal_read(o->journal, err)
                    : mf_error_set(err, MF_ERR_FILE,
                                   "the journal of uploads cannot be locked: set "
                                   "MAPFLOW_STATE_DIR to a folder on a local disk");
}

void mf_image_task_finish(struct mf_image_task *task)
{
    if (task->options->journal != NULL)
        mf_journal_release_run(task->options->journal, &task->lock, task->run);
}

const struct mf_journal_entry *mf_image_task_left_over(const struct mf_image_task *task)
{
    const struct mf_image_run_options *const o = task->options;
    const struct mf_journal_entry *const entry =
        o->journal != NULL ? mf_journal_find(o->journal, task->digest, task->mosaic_id) : NULL;
    return entry != NULL && mf_journal_entry_is_open(entry, o->started, mf_client_utc(o->client))
               ? entry
               : NULL;
}

bool mf_image_task_may_appear(const struct mf_image_task *task)
{
    return mf_client_utc(task->options->client) - task->sent < MF_MAY_APPEAR;
}

int mf_image_task_record(const struct mf_image_task *task, enum mf_journal_state state,
                         const char *id, const char *before, struct mf_error *err)
{
    const struct mf_image_run_options *const o = task->options;
    struct mf_journal_entry entry = {.digest = task->digest,
                                     .state = state,
                                     .sent = task->sent,
                                     .cost = NAN,
                                     .name = (char *)task->name,
                                     .before = (char *)before};
    if (o->journal == NULL)
        return 0;
    snprintf(entry.run, sizeof entry.run, "%s", task->run);
    snprintf(entry.project_id, sizeof entry.project_id, "%s", task->mosaic_id);
    snprintf(entry.id, sizeof entry.id, "%s", id);
    const int failed = mf_journal_lock(o->journal, err) != 0 ||
                       mf_journal_append(o->journal, &entry, mf_client_utc(o->client), err) != 0;
    mf_journal_unlock(o->journal);
    return failed ? -1 : 0;
}
