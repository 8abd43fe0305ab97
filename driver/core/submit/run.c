/* SPDX-License-Identifier: MIT */
#include "submit/run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/uuid.h"
#include "submit/submission_internal.h"

/* How long to wait for another process that sends the same jobs but makes no progress. */
static const double idle_timeout = 900; /* s */
static const double idle_interval = 0.2;

#define SHOWN_IDS 5

struct mf_run {
    struct mf_run_options options;
    char id[MF_RUN_ID_SIZE];
    struct mf_run_job *jobs;
    size_t count;
    uint64_t sum; /* of the jobs' digests, independent of their order */
    struct mf_lock lock;
    int has_told_waiting;
    struct {
        size_t adopted, earlier; /* jobs */
        char ids[SHOWN_IDS * MF_UUID_SIZE + 8];
        struct mf_journal_entry last; /* newest job submitted by an ended run; no name */
        const char *last_name;
    } told;
};

/* Formats a time for people, to the second; "" if it is unknown. */
static void show_time(double seconds, char text[MF_TIME_SIZE])
{
    mf_time_format(floor(seconds), text);
    char *const fraction = strchr(text, '.');
    if (fraction != NULL)
        memcpy(fraction, "Z", 2);
}

/* ---- the jobs ------------------------------------------------------------------------------- */

/* Distinguishes identical jobs by their number. */
static void number_repeated(struct mf_run *run, size_t i)
{
    uint64_t repeats = 0;
    struct mf_job *const job = run->jobs[i].job;
    const uint64_t digest = job->digest;
    for (size_t before = 0; before < i; before++)
        repeats += run->jobs[before].job->content == digest;
    job->content = digest;
    if (repeats > 0) {
        const uint64_t both[2] = {digest, repeats};
        job->digest = mf_checksum_of(both, sizeof both);
    }
}

static int collect(struct mf_run *run, struct mf_submission *const *submissions, size_t count,
                   struct mf_error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += submissions[i]->job_count;
    run->jobs = calloc(total + 1, sizeof *run->jobs);
    if (run->jobs == NULL)
        return mf_out_of_memory(err);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < submissions[i]->job_count; j++) {
            struct mf_job *const job = &submissions[i]->jobs[j];
            run->jobs[run->count] = (struct mf_run_job){submissions[i], job};
            if (mf_submission_digest(submissions[i], job, err) != 0)
                return -1;
            number_repeated(run, run->count++);
            run->sum += job->digest * 0x9E3779B97F4A7C15U;
        }
    }
    return 0;
}

/* The id begins with the sum of the jobs' digests: the same command has the same lock. */
static int set_id(struct mf_run *run, struct mf_error *err)
{
    uint32_t random = 0;
    if (mf_random_bytes(&random, sizeof random, err) != 0)
        return -1;
    snprintf(run->id, sizeof run->id, "%016" PRIx64 "-%08" PRIx32, run->sum, random);
    return 0;
}

/* ---- earlier runs ---------------------------------------------------------------------------- */

enum verdict { SEND, ADOPT, SETTLE };

static const struct mf_journal_entry *newest(const struct mf_run *run, const struct mf_run_job *of)
{
    return mf_journal_find(run->options.journal, of->job->digest, of->submission->project_id);
}

/* Whether a job is unchanged since its entry was copied. */
static int is_newest(const struct mf_run *run, const struct mf_run_job *of,
                     const struct mf_journal_entry *copy)
{
    const struct mf_journal_entry *const entry = newest(run, of);
    return entry != NULL && entry->state == copy->state && strcmp(entry->run, copy->run) == 0;
}

/* Decides what to do with a job by its newest entry in the journal. */
static enum verdict judge(const struct mf_run *run, const struct mf_run_job *of)
{
    const struct mf_journal_entry *const entry = newest(run, of);
    if (entry == NULL || of->submission->no_resume || strcmp(entry->run, run->id) == 0 ||
        !mf_journal_entry_is_open(entry, run->options.started, mf_client_utc(run->options.client)))
        return SEND;
    return entry->state == MF_JOURNAL_SUBMITTED ? ADOPT : SETTLE;
}

static const char *outlook(const struct mf_run *run)
{
    return run->options.dry_run ? "would be" : "is";
}

/* Reports that a job of an unfinished run has expired. */
static void tell_expired(const struct mf_run *run, const struct mf_run_job *of,
                         const struct mf_journal_entry *entry)
{
    char time[MF_TIME_SIZE];
    show_time(entry->sent, time);
    if (entry->id[0] != '\0')
        mf_tell(
            &run->options.listener,
            "\"%.60s\" was submitted on %s as processing %s, by a run that did not end. That is "
            "more than 30 days ago: it %s submitted again.",
            of->job->name, time, entry->id, outlook(run));
    else
        mf_tell(&run->options.listener,
                "\"%.60s\" was sent on %s, and the server did not confirm it. That is more than 30 "
                "days ago: it %s submitted again. In the project it is the one whose metadata has "
                "\"%s\": \"%s\", if it exists.",
                of->job->name, time, outlook(run), MF_META_MARKER, entry->marker);
}

/* Notes what to report about a job that is sent although it was sent before. */
static void note_history(struct mf_run *run, const struct mf_run_job *of)
{
    const struct mf_journal_entry *const entry = newest(run, of);
    if (entry == NULL || entry->state == MF_JOURNAL_REFUSED || of->submission->no_resume)
        return;
    if (isnan(entry->run_ended))
        tell_expired(run, of, entry);
    else if (run->told.earlier++ == 0 || entry->sent > run->told.last.sent) {
        run->told.last = *entry;
        run->told.last_name = of->job->name;
    }
}

static void tell_history(const struct mf_run *run)
{
    char time[MF_TIME_SIZE], others[64] = "";
    if (run->told.earlier == 0)
        return;
    show_time(run->told.last.sent, time);
    if (run->told.earlier > 1)
        snprintf(others, sizeof others, " (and %zu others)", run->told.earlier - 1);
    mf_tell(&run->options.listener,
            "\"%.60s\"%s was submitted before, on %s, as processing %s: it %s submitted again.",
            run->told.last_name, others, time, run->told.last.id, outlook(run));
}

static void note_adopted(struct mf_run *run, const struct mf_job *job)
{
    if (run->told.adopted++ < SHOWN_IDS) {
        const size_t used = strlen(run->told.ids);
        snprintf(run->told.ids + used, sizeof run->told.ids - used, "%s%s", used > 0 ? ", " : "",
                 job->id);
    }
}

static void tell_adopted(struct mf_run *run)
{
    if (run->told.adopted == 0)
        return;
    mf_tell(&run->options.listener,
            "%zu of %zu processings were submitted before, by a run that did not end or by another "
            "process, and are not sent again: %s%s (RESUME=NO sends them again)",
            run->told.adopted, run->count, run->told.ids,
            run->told.adopted > SHOWN_IDS ? ", and more" : "");
    run->told.adopted = 0;
    run->told.ids[0] = '\0';
}

/* ---- the journal ---------------------------------------------------------------------------- */

/* Appends the state of a job in this run. The journal must be locked. */
static int append(struct mf_run *run, const struct mf_run_job *of, enum mf_journal_state state,
                  struct mf_error *err)
{
    const struct mf_job *const job = of->job;
    struct mf_journal_entry entry = {.digest = job->digest,
                                     .state = state,
                                     .sent = job->sent,
                                     .cost = job->cost,
                                     .name = job->name};
    snprintf(entry.run, sizeof entry.run, "%s", run->id);
    snprintf(entry.project_id, sizeof entry.project_id, "%s", of->submission->project_id);
    snprintf(entry.marker, sizeof entry.marker, "%s", job->marker);
    snprintf(entry.id, sizeof entry.id, "%s", job->id);
    return mf_journal_append(run->options.journal, &entry, mf_client_utc(run->options.client), err);
}

static int record(struct mf_run *run, const struct mf_run_job *of, enum mf_journal_state state,
                  struct mf_error *err)
{
    if (run->options.journal == NULL)
        return 0;
    const int failed =
        mf_journal_lock(run->options.journal, err) != 0 || append(run, of, state, err) != 0;
    mf_journal_unlock(run->options.journal);
    return failed ? -1 : 0;
}

/* ---- other processes ------------------------------------------------------------------------ */

/* How long other processes have written nothing to the journal. */
struct idle {
    size_t size;  /* of the journal then */
    double since; /* by mf_client_now; 0: not polled yet */
};

/* Waits a moment for another process, and reads what it has written. */
static int wait_for_other(struct mf_run *run, struct idle *idle, struct mf_error *err)
{
    struct mf_journal *const journal = run->options.journal;
    const struct mf_client *const client = run->options.client;
    if (!run->has_told_waiting)
        mf_tell(&run->options.listener, "Another process is submitting the same: waiting for it.");
    run->has_told_waiting = 1;
    if (mf_journal_size(journal) != idle->size || idle->since == 0)
        *idle = (struct idle){mf_journal_size(journal), mf_client_now(client)};
    if (mf_client_now(client) - idle->since > idle_timeout)
        return mf_error_set(err, MF_ERR_NOT_READY,
                            "another process is submitting the same, and has made no progress for "
                            "%.0f minutes: end it, and repeat the command. Nothing is submitted",
                            idle_timeout / 60);
    return mf_client_wait(client, idle_interval, err) != 0 || mf_journal_read(journal, err) != 0
               ? -1
               : 0;
}

/* Waits until no other process has a run of the same jobs, and takes the lock. */
static int lock_jobs(struct mf_run *run, struct mf_error *err)
{
    struct idle idle = {0};
    int held;
    while ((held = mf_journal_try_run(run->options.journal, &run->lock, run->id)) == 0)
        if (wait_for_other(run, &idle, err) != 0)
            return -1;
    return held > 0 ? mf_journal_read(run->options.journal, err)
                    : mf_error_set(err, MF_ERR_FILE,
                                   "the journal of submissions cannot be locked: set "
                                   "MAPFLOW_STATE_DIR to a folder on a local disk");
}

/* Waits until the process that sends a job has ended, or the journal has the outcome. A run that
 * sends waits for no other, so two never wait for each other. */
static int wait_for_sender(struct mf_run *run, const struct mf_run_job *of,
                           const struct mf_journal_entry *entry, struct mf_error *err)
{
    struct idle idle = {0};
    while (is_newest(run, of, entry) && mf_journal_is_running(run->options.journal, entry->run))
        if (wait_for_other(run, &idle, err) != 0)
            return -1;
    return mf_journal_read(run->options.journal, err);
}

/* ---- adopting -------------------------------------------------------------------------------- */

static int adopt(struct mf_run *run, const struct mf_run_job *of,
                 const struct mf_journal_entry *entry, struct mf_error *err)
{
    struct mf_job *const job = of->job;
    snprintf(job->id, sizeof job->id, "%s", entry->id);
    snprintf(job->marker, sizeof job->marker, "%s", entry->marker);
    job->sent = entry->sent;
    job->cost = entry->cost;
    job->state = MF_JOB_SENT;
    note_adopted(run, job);
    return record(run, of, MF_JOURNAL_SUBMITTED, err);
}

static int refuse_to_send(const struct mf_job *job, enum mf_found found, struct mf_error *err)
{
    char time[MF_TIME_SIZE];
    show_time(job->sent, time);
    if (found == MF_FOUND_NOTHING_SURE)
        return mf_error_prefix(err,
                               "processing \"%.60s\" was sent%s%s, and the server did not confirm "
                               "it. It is not sent again",
                               job->name, time[0] != '\0' ? " on " : "", time);
    return mf_error_set(
        err, MF_ERR_NOT_READY,
        "processing \"%.60s\" was sent on %s, and the server did not confirm it. It "
        "is not in the project, but may still appear: repeat the command after ten "
        "minutes. Nothing was sent again",
        job->name, time);
}

/* Records that a job does not exist, unless another run has sent it meanwhile. */
static int record_absent(struct mf_run *run, const struct mf_run_job *of,
                         const struct mf_journal_entry *entry, struct mf_error *err)
{
    int failed = mf_journal_lock(run->options.journal, err);
    if (!failed && is_newest(run, of, entry)) {
        of->job->sent = NAN;
        failed = append(run, of, MF_JOURNAL_REFUSED, err);
    }
    mf_journal_unlock(run->options.journal);
    return failed;
}

/* Settles a job whose sender has ended and whose response is unknown: it becomes MF_JOB_SENT, or
 * the journal records that it does not exist. */
static int settle(struct mf_run *run, const struct mf_run_job *of,
                  const struct mf_journal_entry *entry, struct mf_error *err)
{
    struct mf_job *const job = of->job;
    snprintf(job->marker, sizeof job->marker, "%s", entry->marker);
    job->sent = entry->sent;
    const enum mf_found found = mf_submission_search(of->submission, job, run->options.client, err);
    if (found == MF_FOUND) {
        note_adopted(run, job);
        return record(run, of, MF_JOURNAL_SUBMITTED, err);
    }
    return found == MF_FOUND_ABSENT ? record_absent(run, of, entry, err)
                                    : refuse_to_send(job, found, err);
}

/* Adopts a job that an earlier run or another process has sent, or leaves it MF_JOB_NEW. */
static int resume(struct mf_run *run, const struct mf_run_job *of, struct mf_error *err)
{
    while (of->job->state == MF_JOB_NEW) {
        const enum verdict verdict = judge(run, of);
        if (verdict == SEND)
            return 0;
        const struct mf_journal_entry copy = *newest(run, of); /* reading may move it */
        if (verdict == ADOPT)
            return adopt(run, of, &copy, err);
        if (wait_for_sender(run, of, &copy, err) != 0 ||
            (is_newest(run, of, &copy) && settle(run, of, &copy, err) != 0))
            return -1;
    }
    return 0;
}

/* For a dry run: reports what would be adopted, and what would be paid for again. */
static void preview(struct mf_run *run)
{
    size_t open = 0;
    for (size_t i = 0; i < run->count; i++) {
        const bool is_open = judge(run, &run->jobs[i]) != SEND;
        open += is_open;
        if (!is_open)
            note_history(run, &run->jobs[i]);
    }
    tell_history(run);
    if (open > 0)
        mf_tell(&run->options.listener,
                "%zu of %zu processings were sent before by a run that did not end: they would be "
                "taken over, and not be sent again.",
                open, run->count);
}

static int import_report(struct mf_run *run, struct mf_error *err)
{
    const struct mf_run_options *const o = &run->options;
    if (mf_str_nonblank(o->former_report) == NULL)
        return 0;
    const int failed =
        mf_journal_lock(o->journal, err) != 0 ||
        mf_former_report_import(o->former_report, o->former_report_time, mf_client_utc(o->client),
                                o->journal, run->jobs, run->count, err) != 0;
    mf_journal_unlock(o->journal);
    return failed ? -1 : 0;
}

static int resume_all(struct mf_run *run, struct mf_error *err)
{
    if (lock_jobs(run, err) != 0 || import_report(run, err) != 0)
        return -1;
    for (size_t i = 0; i < run->count; i++)
        if (run->jobs[i].job->state == MF_JOB_NEW && resume(run, &run->jobs[i], err) != 0)
            return -1;
    for (size_t i = 0; i < run->count; i++)
        if (run->jobs[i].job->state == MF_JOB_NEW)
            note_history(run, &run->jobs[i]);
    tell_adopted(run);
    tell_history(run);
    return 0;
}

/* ---- lifetime -------------------------------------------------------------------------------- */

static int set_up(struct mf_run *run, struct mf_submission *const *submissions, size_t count,
                  struct mf_error *err)
{
    if (collect(run, submissions, count, err) != 0 || set_id(run, err) != 0)
        return -1;
    if (run->options.journal == NULL)
        return 0;
    if (mf_journal_read(run->options.journal, err) != 0)
        return -1;
    if (!run->options.dry_run)
        return resume_all(run, err);
    preview(run);
    return 0;
}

int mf_run_open(struct mf_run **out, struct mf_submission *const *submissions, size_t count,
                const struct mf_run_options *options, struct mf_error *err)
{
    struct mf_run *const run = calloc(1, sizeof *run);
    *out = NULL;
    if (run == NULL)
        return mf_out_of_memory(err);
    run->options = *options;
    run->lock.fd = -1;
    if (set_up(run, submissions, count, err) != 0) {
        mf_run_close(run);
        return -1;
    }
    *out = run;
    return 0;
}

void mf_run_unlock(struct mf_run *run)
{
    if (run->options.journal != NULL)
        mf_journal_release_run(run->options.journal, &run->lock, run->id);
}

void mf_run_close(struct mf_run *run)
{
    if (run == NULL)
        return;
    mf_run_unlock(run);
    free(run->jobs);
    free(run);
}

/* ---- sending -------------------------------------------------------------------------------- */

/* Announces a job, unless another run has changed its state since it was looked up. */
static int announce(struct mf_run *run, const struct mf_run_job *of, int *is_ours,
                    struct mf_error *err)
{
    *is_ours = 1;
    of->job->sent = mf_client_utc(run->options.client);
    if (run->options.journal == NULL)
        return 0;
    int failed = mf_journal_lock(run->options.journal, err);
    if (!failed) {
        *is_ours = judge(run, of) == SEND;
        failed = *is_ours ? append(run, of, MF_JOURNAL_SENDING, err) : 0;
    }
    mf_journal_unlock(run->options.journal);
    return failed;
}

/* Adds what to do after a lost response. */
static int advise(const struct mf_run *run, const struct mf_submission *s, struct mf_error *err)
{
    if (run->options.journal == NULL)
        return mf_error_append(err, ". Look for it before you repeat the command: with JOURNAL=NO "
                                    "it would be sent again");
    return mf_error_append(
        err,
        ". Repeat the command%s: it searches for the processing first, and is not billed twice",
        s->no_resume ? " without RESUME=NO" : "");
}

static int send_and_record(struct mf_run *run, struct mf_submission *s, const struct mf_run_job *of,
                           struct mf_error *err)
{
    static const enum mf_journal_state states[] = {[MF_JOB_NEW] = MF_JOURNAL_REFUSED,
                                                   [MF_JOB_SENT] = MF_JOURNAL_SUBMITTED,
                                                   [MF_JOB_UNKNOWN] = MF_JOURNAL_UNKNOWN};
    struct mf_error of_journal;
    mf_error_init(&of_journal);
    const int failed = mf_submission_send(s, (size_t)(of->job - s->jobs), run->options.client, err);
    if (of->job->state == MF_JOB_UNKNOWN)
        advise(run, s, err);
    if (record(run, of, states[of->job->state], &of_journal) == 0 || failed)
        return failed;
    if (err != NULL)
        *err = of_journal;
    return mf_error_prefix(err, "processing %s (\"%.60s\") was submitted", of->job->id,
                           of->job->name);
}

int mf_run_send(struct mf_run *run, struct mf_submission *s, size_t i, struct mf_error *err)
{
    const struct mf_run_job of = {s, &s->jobs[i]};
    int is_ours = 0;
    if (of.job->state == MF_JOB_SENT)
        return 0;
    if (mf_submission_ensure_project(s, run->options.client, err) != 0)
        return -1;
    while (!is_ours) {
        if (announce(run, &of, &is_ours, err) != 0)
            return -1;
        if (!is_ours && resume(run, &of, err) != 0)
            return -1;
        if (of.job->state == MF_JOB_SENT) {
            tell_adopted(run);
            return 0;
        }
    }
    return send_and_record(run, s, &of, err);
}

int mf_run_end(struct mf_run *run, struct mf_error *err)
{
    if (run->options.journal == NULL || run->options.dry_run || run->count == 0)
        return 0;
    const int failed = mf_journal_lock(run->options.journal, err) != 0 ||
                       mf_journal_end_run(run->options.journal, run->id,
                                          mf_client_utc(run->options.client), err) != 0;
    mf_journal_unlock(run->options.journal);
    return failed ? -1 : 0;
}
