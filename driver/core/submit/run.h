/* SPDX-License-Identifier: MIT */
/* run: the jobs of one command, each sent at most once, however often the command is repeated.
 *
 *     open    finds out what earlier runs have done with the same jobs, waits for another process
 *             that sends them, and searches for what was sent and not answered
 *     send    announces one job in the journal, sends it, and writes down what came of it
 *     end     closes the run: from then on it is history
 *
 * The jobs are those of one or several submissions, which must be prepared as far as
 * mf_submission_resolve.
 *
 * Thread-safety: a run belongs to one thread at a time. */
#ifndef MF_RUN_H
#define MF_RUN_H

#include "submit/journal.h"
#include "submit/listener.h"
#include "submit/submission.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mf_run_options {
    struct mf_journal *journal; /* borrowed; NULL: nothing is known of earlier runs */
    struct mf_client *client;   /* borrowed */
    double started; /* s since 1970, UTC: when the command began. What another process submitted
                       since then is this command's too */
    int dry_run;    /* only say what would be taken over */
    const char *former_report; /* text of a report that may be of version 0.1, which had no journal;
                                  may be NULL */
    double former_report_time; /* s since 1970, UTC: when it was written last */
    struct mf_listener listener;
};

struct mf_run;

/* `submissions` are borrowed. When it returns, the state of each job is MF_JOB_SENT when an earlier
 * run, or another process, has submitted it, and MF_JOB_NEW when it is still to be sent. Fails when
 * that cannot be found out: nothing may be sent then. */
int mf_run_open(struct mf_run **out, struct mf_submission *const *submissions, size_t count,
                const struct mf_run_options *options, struct mf_error *err) MF_NODISCARD;

/* NULL-safe. A run that was not ended stays open: the next one takes its jobs over. */
void mf_run_close(struct mf_run *run);

/* Sends job `i` of a submission, unless it is MF_JOB_SENT already, or becomes so because another
 * process was faster. Fails as mf_submission_send. */
int mf_run_send(struct mf_run *run, struct mf_submission *submission, size_t i,
                struct mf_error *err) MF_NODISCARD;

/* Lets other processes with the same jobs go on: they take over what was sent. To be called when
 * every job is MF_JOB_SENT, and the run still waits for something. */
void mf_run_unlock(struct mf_run *run);

/* To be called when every job is MF_JOB_SENT, and nothing is left that could make a user repeat the
 * command. A dry run writes nothing. */
int mf_run_end(struct mf_run *run, struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
