/* SPDX-License-Identifier: MIT */
/* run: sends each job of a command at most once, however often the command is repeated.
 *
 *     open    finds what earlier runs did with the same jobs, waits for another process that sends
 *             them, and searches for jobs whose response was lost
 *     send    announces one job in the journal, sends it, and records the outcome
 *     end     closes the run: later commands do not adopt its jobs
 *
 * The jobs are those of one or several submissions, for which mf_submission_resolve must have
 * succeeded.
 *
 * Thread-safety: a run belongs to one thread at a time. */
#ifndef MF_RUN_H
#define MF_RUN_H

#include "submit/journal.h"
#include "submit/listener.h"
#include "submit/submission.h"

MF_C_BEGIN

struct mf_run_options {
    struct mf_journal *journal; /* borrowed; NULL: nothing is known of earlier runs */
    struct mf_client *client;   /* borrowed */
    double started; /* s since 1970, UTC: when the command began. Jobs that another process
                       submitted since then are adopted too */
    int dry_run;    /* only report what would be adopted */
    const char *former_report; /* content of a report that may be of version 0.1, which had no
                                  journal; may be NULL */
    double former_report_time; /* s since 1970, UTC: when it was last written */
    struct mf_listener listener;
};

struct mf_run;

/* `submissions` are borrowed. On success the state of each job is MF_JOB_SENT if an earlier run or
 * another process has submitted it, else MF_JOB_NEW, as all are in a dry run. Fails if that cannot
 * be determined: nothing may be sent then. */
int mf_run_open(struct mf_run **out, struct mf_submission *const *submissions, size_t count,
                const struct mf_run_options *options, struct mf_error *err) MF_NODISCARD;

/* NULL-safe. A run that was not ended stays open: the next run adopts its jobs. */
void mf_run_close(struct mf_run *run);

/* Sends job `i` of a submission, unless it is MF_JOB_SENT already or another process submits it
 * first. Fails like mf_submission_send. */
int mf_run_send(struct mf_run *run, struct mf_submission *submission, size_t i,
                struct mf_error *err) MF_NODISCARD;

/* Lets other processes with the same jobs continue: they adopt what was sent. Call it when every
 * job is MF_JOB_SENT and the run still waits for something. */
void mf_run_unlock(struct mf_run *run);

/* Call it when every job is MF_JOB_SENT and the user has no reason left to repeat the command. A
 * dry run writes nothing. */
int mf_run_end(struct mf_run *run, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
