/* SPDX-License-Identifier: MIT */
#include "submit/image_run_internal.h"

#include <math.h>
#include <string.h>

#include "base/checksum.h"

enum found { FAILED = -1, ABSENT, FOUND };

static enum found find_mosaic(struct mf_mosaic *mosaic, const struct mf_image_task *task,
                              struct mf_error *err)
{
    struct mf_error own;
    mf_error_init(&own);
    if (mf_mosaic_find(mosaic, task->options->client, task->name, &own) == 0)
        return FOUND;
    if (own.kind == MF_ERR_NOT_FOUND)
        return ABSENT;
    if (err != NULL)
        *err = own;
    return FAILED;
}

/* Searches at once and then after doubling waits, a minute in all with the default retry delay. */
static enum found find_mosaic_for_a_minute(struct mf_mosaic *mosaic,
                                           const struct mf_image_task *task, struct mf_error *err)
{
    enum found found = ABSENT;
    for (int check = 0; check < MF_LOST_CHECKS && found != FOUND; check++) {
        if (check > 0 && mf_client_backoff(task->options->client, check, err) != 0)
            return FAILED;
        found = find_mosaic(mosaic, task, err);
    }
    return found;
}

static int not_confirmed(const struct mf_image_task *task, struct mf_error *err)
{
    return mf_error_set(
        err, MF_ERR_NOT_READY,
        "mosaic \"%.100s\" was to be created, and the server did not confirm it. "
        "It is not in the list of mosaics, but may still appear: repeat the command "
        "after ten minutes. Nothing is uploaded",
        task->name);
}

static int create_mosaic(struct mf_mosaic *mosaic, struct mf_image_task *task,
                         const struct mf_str_list *tags, struct mf_error *err)
{
    int is_unknown = 0;
    task->sent = mf_client_utc(task->options->client);
    /* Unlike an upload, it has no last bytes to hold back: its outcome is unknown from now on. */
    if (mf_image_task_record(task, MF_JOURNAL_UNKNOWN, "", NULL, err) != 0)
        return -1;
    if (mf_mosaic_create(mosaic, task->options->client, task->name, tags, &is_unknown, err) == 0)
        return mf_image_task_record(task, MF_JOURNAL_SUBMITTED, mosaic->id, NULL, err);
    if (!is_unknown) {
        (void)!mf_image_task_record(task, MF_JOURNAL_REFUSED, "", NULL, NULL);
        return -1;
    }
    switch (find_mosaic_for_a_minute(mosaic, task, err)) {
    case FOUND:
        return mf_image_task_record(task, MF_JOURNAL_SUBMITTED, mosaic->id, NULL, err);
    case ABSENT:
        return not_confirmed(task, err);
    default:
        return -1;
    }
}

static int find_or_create(struct mf_mosaic *mosaic, struct mf_image_task *task,
                          const struct mf_str_list *tags, bool *is_created, struct mf_error *err)
{
    if (mf_image_task_begin(task, err) != 0)
        return -1;
    enum found found = find_mosaic(mosaic, task, err);
    const struct mf_journal_entry *const entry = mf_image_task_left_over(task);
    task->sent = entry != NULL ? entry->sent : NAN;
    if (found == ABSENT && entry != NULL && entry->state == MF_JOURNAL_UNKNOWN &&
        mf_image_task_may_appear(task)) {
        found = find_mosaic_for_a_minute(mosaic, task, err);
        if (found == ABSENT)
            return not_confirmed(task, err);
    }
    if (found != ABSENT)
        return found == FOUND ? 0 : -1;
    *is_created = true;
    return create_mosaic(mosaic, task, tags, err);
}

int mf_mosaic_find_or_create(struct mf_mosaic *mosaic, const struct mf_image_run_options *options,
                             const char *name, const struct mf_str_list *tags, bool *is_created,
                             struct mf_error *err)
{
    struct mf_image_task task = {.options = options,
                                 .digest = mf_checksum_of(name, strlen(name)),
                                 .mosaic_id = "",
                                 .name = name,
                                 .doing = "creating"};
    memset(mosaic, 0, sizeof *mosaic);
    *is_created = false;
    const int failed = find_or_create(mosaic, &task, tags, is_created, err);
    mf_image_task_finish(&task);
    if (failed)
        mf_mosaic_free(mosaic);
    return failed;
}
