/* SPDX-License-Identifier: MIT */
#include "submit/image_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/wait.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/str.h"
#include "submit/image_run_internal.h"

/* ---- the image ------------------------------------------------------------------------------ */

struct mf_image_run {
    struct mf_image_run_options options;
    struct mf_image_task task;
    char mosaic_id[MF_UUID_SIZE];
    char *name;
    int64_t size;
    char *before; /* comma-separated ids */
    enum mf_job_state state;
    bool is_confirmed; /* the server confirmed that it stored the file */
    bool is_last_look;
    char id[MF_UUID_SIZE];
    struct mf_image_list images;
    const struct mf_image *image; /* in `images` */
};

/* Keeps the ids of the current images, so that a new one can be recognized. */
static int keep_ids(struct mf_image_run *run, struct mf_error *err)
{
    size_t size = 1;
    for (size_t i = 0; i < run->images.count; i++)
        size += strlen(run->images.items[i].id) + 1;
    free(run->before);
    char *end = run->before = malloc(size);
    if (end == NULL)
        return mf_out_of_memory(err);
    *end = '\0';
    for (size_t i = 0; i < run->images.count; i++)
        end += sprintf(end, "%s%s", i > 0 ? "," : "", run->images.items[i].id);
    return 0;
}

static bool is_new(const struct mf_image_run *run, const char *id)
{
    return (run->before == NULL || strstr(run->before, id) == NULL) &&
           (run->options.journal == NULL ||
            !mf_journal_is_of_other(run->options.journal, run->task.digest, id));
}

/* Whether `a` is likelier to be the file than `b`: by size, then by time. Times of one server
 * compare as strings. */
static bool is_likelier(const struct mf_image_run *run, const struct mf_image *a,
                        const struct mf_image *b)
{
    const bool fits_a = a->size == (double)run->size, fits_b = b->size == (double)run->size;
    if (fits_a != fits_b)
        return fits_a;
    return strcmp(a->uploaded != NULL ? a->uploaded : "", b->uploaded != NULL ? b->uploaded : "") >=
           0;
}

static bool has_other_size(const struct mf_image_run *run, const struct mf_image *image)
{
    return !isnan(image->size) && image->size != (double)run->size;
}

/* Some servers show a hexadecimal name (imagery notes 2.2). */
static bool is_hexadecimal(const char *name)
{
    const size_t digits = strspn(name, "0123456789abcdefABCDEF-");
    return digits >= 16 && (name[digits] == '\0' || name[digits] == '.');
}

/* Whether an image with another name is taken for the file: its size is the same, or the server
 * confirmed the upload and no other image is new. Ours may be listed late, so a name that a user
 * gave waits until the last look. */
static bool is_renamed(const struct mf_image_run *run, const struct mf_image *other, size_t others)
{
    return other->size == (double)run->size ||
           (run->is_confirmed && others == 1 && !has_other_size(run, other) &&
            (run->is_last_look || is_hexadecimal(other->filename)));
}

/* Finds the new image that the file became: by its name, and by its size unless the server
 * confirmed the upload. */
static const struct mf_image *find_new(const struct mf_image_run *run)
{
    const struct mf_image *named = NULL, *other = NULL;
    size_t others = 0;
    for (size_t i = 0; i < run->images.count; i++) {
        const struct mf_image *const image = &run->images.items[i];
        if (!is_new(run, image->id))
            continue;
        if (strcmp(image->filename, run->name) == 0) {
            if (!run->is_confirmed && has_other_size(run, image))
                continue;
            if (named == NULL || is_likelier(run, image, named))
                named = image;
        } else {
            others++;
            if (other == NULL || is_likelier(run, image, other))
                other = image;
        }
    }
    if (named != NULL || other == NULL)
        return named;
    return is_renamed(run, other, others) ? other : NULL;
}

static const struct mf_image *find_by_id(const struct mf_image_run *run)
{
    for (size_t i = 0; i < run->images.count; i++) {
        if (strcmp(run->images.items[i].id, run->id) == 0)
            return &run->images.items[i];
    }
    return NULL;
}

/* Reads the images again, and finds ours among them. */
static int look(struct mf_image_run *run, struct mf_error *err)
{
    run->image = NULL;
    mf_image_list_free(&run->images);
    if (mf_image_list_get(&run->images, run->options.client, run->mosaic_id, err) != 0)
        return -1;
    if (run->state == MF_JOB_NEW)
        return 0;
    run->image = run->id[0] != '\0' ? find_by_id(run) : find_new(run);
    if (run->image != NULL)
        snprintf(run->id, sizeof run->id, "%s", run->image->id);
    return 0;
}

/* Polls for the image at once and then after doubling waits, a minute in all with the default retry
 * delay. Fails if the last poll failed. */
static int look_for_a_minute(struct mf_image_run *run, struct mf_error *err)
{
    struct mf_error own;
    int failed = 0;
    mf_error_init(&own);
    for (int check = 0; check < MF_LOST_CHECKS && run->image == NULL; check++) {
        if (check > 0 && mf_client_backoff(run->options.client, check, err) != 0)
            return -1;
        run->is_last_look = check == MF_LOST_CHECKS - 1;
        failed = look(run, &own);
        if (failed && mf_client_cancelled(run->options.client))
            break;
    }
    if (failed && err != NULL)
        *err = own;
    return failed;
}

static int take_as_sent(struct mf_image_run *run, struct mf_error *err)
{
    run->state = MF_JOB_SENT;
    return mf_image_task_record(&run->task, MF_JOURNAL_SUBMITTED, run->id, run->before, err);
}

/* ---- earlier runs ---------------------------------------------------------------------------- */

static int refuse_to_send(const struct mf_image_run *run, bool is_sure, struct mf_error *err)
{
    char time[MF_TIME_SIZE];
    mf_time_format(floor(run->task.sent), time);
    if (!is_sure)
        return mf_error_prefix(err,
                               "\"%.100s\" was sent on %s, and the server did not confirm it. It "
                               "is not sent again, because the images of the mosaic could not be "
                               "listed",
                               run->name, time);
    return mf_error_set(
        err, MF_ERR_NOT_READY,
        "\"%.100s\" was sent on %s, and the server did not confirm it. It is not in "
        "mosaic %s, but may still appear: repeat the command after ten minutes. "
        "Nothing was sent again",
        run->name, time, run->mosaic_id);
}

/* Searches for an upload whose response was lost. The state becomes MF_JOB_SENT, or MF_JOB_NEW if
 * the image does not exist. */
static int settle(struct mf_image_run *run, struct mf_error *err)
{
    const bool is_old = !mf_image_task_may_appear(&run->task);
    run->state = MF_JOB_UNKNOWN;
    if ((is_old ? look(run, err) : look_for_a_minute(run, err)) != 0)
        return refuse_to_send(run, false, err);
    if (run->image != NULL)
        return take_as_sent(run, err);
    if (!is_old)
        return refuse_to_send(run, true, err);
    run->state = MF_JOB_NEW;
    return mf_image_task_record(&run->task, MF_JOURNAL_REFUSED, "", NULL, err);
}

/* Adopts an uploaded image, unless it was deleted since. */
static int adopt(struct mf_image_run *run, const char *id, struct mf_error *err)
{
    snprintf(run->id, sizeof run->id, "%s", id);
    run->state = MF_JOB_SENT;
    run->is_confirmed = true;
    if (look(run, err) != 0)
        return -1;
    if (run->image != NULL || !run->images.has_states || mf_image_task_may_appear(&run->task))
        return take_as_sent(run, err);
    run->state = MF_JOB_NEW;
    run->id[0] = '\0';
    return 0;
}

/* Resumes an earlier upload. MF_JOURNAL_SENDING: its process ended before the last bytes left, and
 * nothing was stored. */
static int resume(struct mf_image_run *run, struct mf_error *err)
{
    const struct mf_journal_entry *const entry =
        run->options.no_resume ? NULL : mf_image_task_left_over(&run->task);
    if (entry == NULL || entry->state == MF_JOURNAL_SENDING)
        return 0;
    char id[MF_UUID_SIZE];
    const bool is_known = entry->state == MF_JOURNAL_SUBMITTED;
    snprintf(id, sizeof id, "%s", entry->id);
    run->task.sent = entry->sent;
    run->before = mf_str_copy(entry->before);
    if (run->before == NULL && entry->before != NULL)
        return mf_out_of_memory(err);
    if ((is_known ? adopt(run, id, err) : settle(run, err)) != 0)
        return -1;
    if (run->state == MF_JOB_SENT)
        mf_tell(
            &run->options.listener,
            "\"%.100s\" was uploaded before, by a run that did not end or by another process, and "
            "is not sent again: image %s (RESUME=NO sends it again)",
            run->name, run->id[0] != '\0' ? run->id : "whose id is not yet known");
    return 0;
}

static int set_up(struct mf_image_run *run, const struct mf_image_file *file, struct mf_error *err)
{
    char *const text = mf_str_format("%s\n%s\n%lld\n%s", file->mosaic_id, file->name,
                                     (long long)file->size, file->content);
    run->name = mf_str_copy(file->name);
    if (text == NULL || run->name == NULL) {
        free(text);
        return mf_out_of_memory(err);
    }
    snprintf(run->mosaic_id, sizeof run->mosaic_id, "%s", file->mosaic_id);
    run->size = file->size;
    run->task = (struct mf_image_task){.options = &run->options,
                                       .digest = mf_checksum_of(text, strlen(text)),
                                       .mosaic_id = run->mosaic_id,
                                       .name = run->name,
                                       .doing = "uploading",
                                       .lock = {-1}};
    free(text);
    if (mf_image_task_begin(&run->task, err) != 0 || resume(run, err) != 0)
        return -1;
    return run->state == MF_JOB_SENT ? 0 : look(run, err) != 0 ? -1 : keep_ids(run, err);
}

int mf_image_run_open(struct mf_image_run **out, const struct mf_image_run_options *options,
                      const struct mf_image_file *file, struct mf_error *err)
{
    struct mf_image_run *const run = calloc(1, sizeof *run);
    *out = NULL;
    if (run == NULL)
        return mf_out_of_memory(err);
    run->options = *options;
    if (set_up(run, file, err) != 0) {
        mf_image_run_close(run);
        return -1;
    }
    *out = run;
    return 0;
}

void mf_image_run_close(struct mf_image_run *run)
{
    if (run == NULL)
        return;
    if (run->task.run[0] != '\0')
        mf_image_task_finish(&run->task);
    mf_image_list_free(&run->images);
    free(run->before);
    free(run->name);
    free(run);
}

enum mf_job_state mf_image_run_state(const struct mf_image_run *run)
{
    return run->state;
}

const char *mf_image_run_id(const struct mf_image_run *run)
{
    return run->id;
}

const struct mf_image_list *mf_image_run_images(const struct mf_image_run *run)
{
    return &run->images;
}

const struct mf_image *mf_image_run_image(const struct mf_image_run *run)
{
    return run->image;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* A file being sent. The journal marks its outcome as unknown before the last bytes leave. */
struct passage {
    struct mf_image_run *run;
    const struct mf_upload *content;
    int64_t given; /* bytes */
};

static int read_content(void *ctx, char *data, size_t size, size_t *got, struct mf_error *err)
{
    struct passage *const passage = ctx;
    struct mf_image_run *const run = passage->run;
    if (passage->content->read(passage->content->ctx, data, size, got, err) != 0)
        return -1;
    passage->given += (int64_t)*got;
    if (passage->given < passage->content->size || run->state == MF_JOB_UNKNOWN)
        return 0;
    if (mf_image_task_record(&run->task, MF_JOURNAL_UNKNOWN, "", run->before, err) != 0)
        return -1;
    run->state = MF_JOB_UNKNOWN;
    return 0;
}

static int show_progress(void *ctx, int64_t sent, int64_t size)
{
    const struct mf_upload *const content = ((struct passage *)ctx)->content;
    return content->progress != NULL ? content->progress(content->ctx, sent, size) : 0;
}

/* The server has stored the file. Its id may have to be searched for. */
static int take_answer(struct mf_image_run *run, const char *id, struct mf_error *err)
{
    run->is_confirmed = true;
    snprintf(run->id, sizeof run->id, "%s", id != NULL ? id : "");
    if (take_as_sent(run, err) != 0)
        return mf_error_prefix(err, "\"%.100s\" was uploaded", run->name);
    if (run->id[0] != '\0')
        return 0;
    /* The upload has succeeded. If the search fails now, a later one may not. */
    (void)!look_for_a_minute(run, NULL);
    if (run->id[0] != '\0')
        return take_as_sent(run, err);
    mf_tell(
        &run->options.listener,
        "\"%.100s\" was uploaded, and the server does not show it in mosaic %s yet: its id is not "
        "known.",
        run->name, run->mosaic_id);
    return 0;
}

static int take_loss(struct mf_image_run *run, struct mf_error *err)
{
    struct mf_error own;
    mf_error_init(&own);
    run->state = MF_JOB_UNKNOWN;
    if (look_for_a_minute(run, &own) == 0 && run->image != NULL)
        return take_as_sent(run, err);
    mf_error_prefix(err, "\"%.100s\" was sent, and the server did not confirm it", run->name);
    if (own.kind != MF_OK)
        mf_error_append(err, ". The images of the mosaic could not be listed");
    return mf_error_append(
        err,
        run->options.journal != NULL ? ". Repeat the command%s: it looks for the image first, and "
                                       "does not upload it twice"
                                     : ". Look for it before you repeat the command: with "
                                       "JOURNAL=NO it would be sent again%s",
        run->options.journal != NULL && run->options.no_resume ? " without RESUME=NO" : "");
}

/* A server may keep an image that it refused: names it in the error, and does not delete it. */
static int take_refusal(struct mf_image_run *run, struct mf_error *err)
{
    (void)!mf_image_task_record(&run->task, MF_JOURNAL_REFUSED, "", NULL, NULL);
    run->state = MF_JOB_UNKNOWN;
    if (err->http_status >= 400 && look(run, NULL) == 0 && run->image != NULL)
        mf_error_append(err, ". The mosaic has it as image %s, %s", run->id,
                        mf_image_state_name(run->image->state));
    run->state = MF_JOB_NEW;
    run->image = NULL;
    run->id[0] = '\0';
    return -1;
}

int mf_image_run_send(struct mf_image_run *run, const struct mf_upload *content,
                      struct mf_error *err)
{
    struct passage passage = {run, content, 0};
    const struct mf_client_file file = {run->name,
                                        {&passage, content->size, read_content, show_progress}};
    struct mf_error own;
    char *id = NULL;
    int is_unknown = 0;
    mf_error_init(&own);
    if (run->state != MF_JOB_NEW)
        return run->state == MF_JOB_SENT
                   ? 0
                   : mf_error_set(err, MF_ERR_ARGUMENT, "\"%.100s\" was sent before", run->name);
    run->task.sent = mf_client_utc(run->options.client);
    if (mf_image_task_record(&run->task, MF_JOURNAL_SENDING, "", run->before, err) != 0)
        return -1;
    int failed =
        mf_image_upload(run->options.client, run->mosaic_id, &file, &id, &is_unknown, &own);
    if (!failed)
        failed = take_answer(run, id, &own);
    else
        failed = is_unknown ? take_loss(run, &own) : take_refusal(run, &own);
    free(id);
    if (failed && err != NULL)
        *err = own;
    return failed;
}

/* ---- waiting -------------------------------------------------------------------------------- */

static int pause_until(const struct mf_image_run *run, const struct mf_image_wait *options,
                       double start, double end, struct mf_error *err)
{
    static const double slice = 0.1; /* s */
    for (;;) {
        const double now = mf_client_now(run->options.client);
        if (options->progress != NULL && options->progress(options->ctx, now - start) != 0)
            return mf_error_set(err, MF_ERR_CANCELLED, "Cancelled");
        if (now >= end)
            return 0;
        if (mf_client_wait(run->options.client, fmin(slice, end - now), err) != 0)
            return -1;
    }
}

static int say_failure(const struct mf_image_run *run, struct mf_error *err)
{
    const char *const why = mf_str_nonblank(run->image->error);
    return mf_error_set(err, MF_ERR_NOT_READY,
                        "the service cannot use image %s (\"%.100s\"): %.500s", run->id, run->name,
                        why != NULL ? why : "no reason given");
}

static int say_timeout(const struct mf_image_run *run, double timeout, struct mf_error *err)
{
    const struct mf_image *const image = run->image;
    const char *what = "still being processed";
    if (image == NULL)
        what = "not in the mosaic yet";
    else if (image->state == MF_IMAGE_LOADING)
        what = "still loading or failed to load: the service does not specify which";
    return mf_error_set(err, MF_ERR_NOT_READY,
                        "after %g s image %s%s(\"%.100s\") is %s. It is uploaded: repeat the "
                        "command to continue waiting, or raise WAIT_TIMEOUT",
                        timeout, run->id, run->id[0] != '\0' ? " " : "", run->name, what);
}

int mf_image_run_wait(struct mf_image_run *run, const struct mf_image_wait *options, bool *is_over,
                      struct mf_error *err)
{
    const double start = mf_client_now(run->options.client), end = start + options->timeout;
    double delay = 2; /* imagery notes 4 */
    int failures = 0;
    *is_over = false;
    for (;;) {
        struct mf_error own;
        mf_error_init(&own);
        const bool failed = look(run, &own) != 0;
        if (!failed)
            failures = 0;
        else if (!mf_wait_goes_on(&own, &failures)) {
            if (err != NULL)
                *err = own;
            return mf_error_prefix(err, "waiting for image %s", run->id);
        }
        const struct mf_image *const image = run->image;
        *is_over =
            image != NULL && (image->state == MF_IMAGE_READY || image->state == MF_IMAGE_FAILED);
        if (*is_over)
            return image->state == MF_IMAGE_READY ? 0 : say_failure(run, err);
        const double now = mf_client_now(run->options.client);
        if (now >= end)
            return say_timeout(run, options->timeout, err);
        const double next = now + fmin(delay, options->interval);
        if (pause_until(run, options, start, fmin(next, end), err) != 0)
            return -1;
        delay = delay < 8 ? 2 * delay : options->interval;
    }
}

int mf_image_run_end(struct mf_image_run *run, struct mf_error *err)
{
    struct mf_journal *const journal = run->options.journal;
    if (journal == NULL)
        return 0;
    const int failed =
        mf_journal_lock(journal, err) != 0 ||
        mf_journal_end_run(journal, run->task.run, mf_client_utc(run->options.client), err) != 0;
    mf_journal_unlock(journal);
    return failed ? -1 : 0;
}
