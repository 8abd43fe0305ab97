#include "command.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "submit/submission_internal.h"

struct command command_of(const char *directory, int count, ...)
{
    struct command command = {.directory = directory, .account = "me", .layer_count = 1};
    va_list jobs;
    va_start(jobs, count);
    for (int i = 0; i < count; i++)
        command.layers[0].jobs[i] = va_arg(jobs, int);
    va_end(jobs);
    command.layers[0].count = count;
    return command;
}

const char *command_job_name(int job)
{
    static char name[32];
    snprintf(name, sizeof name, "job %d", job);
    return name;
}

/* What one command holds. */
struct work {
    struct mf_client *client;
    struct mf_account account;
    struct mf_journal *journal;
    struct mf_run *run;
    struct mf_submission *layers[COMMAND_LAYERS];
};

static void say(void *ctx, const char *line)
{
    struct outcome *const outcome = ctx;
    const size_t used = strlen(outcome->said);
    snprintf(outcome->said + used, sizeof outcome->said - used, "%s\n", line);
}

static int add_job(struct mf_submission *layer, int job, struct mf_error *err)
{
    struct mf_polygons polygons = {0};
    const double west = 4.5 + 0.02 * job;
    const double square[] = {west, 52.15, west + .01, 52.15, west + .01, 52.16, west, 52.16};
    return mf_polygons_add_outer(&polygons, square, 4, NULL, err) != 0
               ? -1
               : mf_submission_add(layer, command_job_name(job), &polygons, err);
}

static int make_layers(struct work *work, const struct command *command, struct mf_error *err)
{
    for (int i = 0; i < command->layer_count; i++) {
        const struct mf_submission_options options = {.model = "buildings",
                                                      .provider = "mapbox",
                                                      .dry_run = command->dry_run,
                                                      .no_resume = command->layers[i].no_resume};
        if (mf_submission_open(&work->layers[i], &options, err) != 0 ||
            mf_submission_resolve(work->layers[i], &work->account, work->client, err) != 0)
            return -1;
        for (int j = 0; j < command->layers[i].count; j++)
            if (add_job(work->layers[i], command->layers[i].jobs[j], err) != 0)
                return -1;
    }
    return 0;
}

static int send_layers(struct work *work, const struct command *command, struct mf_error *err)
{
    for (int i = 0; i < command->layer_count; i++)
        if (mf_submission_check(work->layers[i], &work->account, 0, work->client, err) != 0)
            return -1;
    for (int i = 0; i < command->layer_count && !command->dry_run; i++)
        for (int j = 0; j < command->layers[i].count; j++)
            if (mf_run_send(work->run, work->layers[i], (size_t)j, err) != 0)
                return -1;
    return mf_run_end(work->run, err);
}

static int submit(struct work *work, const struct command *command, struct outcome *outcome,
                  struct mf_error *err)
{
    const double started = command->started > 0 ? command->started : mf_client_utc(work->client);
    if (mf_account_get(&work->account, work->client, err) != 0 ||
        make_layers(work, command, err) != 0 ||
        (command->directory != NULL && mf_journal_open(&work->journal, command->directory,
                                                       SERVICE_URL, command->account, err) != 0))
        return -1;
    const struct mf_run_options options = {.journal = work->journal,
                                           .client = work->client,
                                           .started = started,
                                           .dry_run = command->dry_run,
                                           .former_report = command->former_report,
                                           .former_report_time = command->former_report_time,
                                           .listener = {say, outcome}};
    return mf_run_open(&work->run, work->layers, (size_t)command->layer_count, &options, err) != 0
               ? -1
               : send_layers(work, command, err);
}

static void note_jobs(const struct work *work, const struct command *command,
                      struct outcome *outcome)
{
    for (int i = 0; i < command->layer_count; i++) {
        for (int j = 0; work->layers[i] != NULL && j < (int)mf_submission_count(work->layers[i]);
             j++) {
            const struct mf_job *const job = mf_submission_job(work->layers[i], (size_t)j);
            snprintf(outcome->ids[i][j], MF_UUID_SIZE, "%s",
                     job->state == MF_JOB_SENT ? job->id : "");
            outcome->costs[i][j] = job->cost;
        }
    }
}

void command_run(struct service *service, const struct command *command, struct outcome *outcome)
{
    struct mf_error err;
    struct work work = {.client = service_client(service)};
    memset(outcome, 0, sizeof *outcome);
    mf_error_init(&err);
    outcome->failed = submit(&work, command, outcome, &err) != 0;
    outcome->kind = err.kind;
    snprintf(outcome->message, sizeof outcome->message, "%s", err.message);
    note_jobs(&work, command, outcome);
    mf_run_close(work.run);
    mf_journal_close(work.journal);
    for (int i = 0; i < COMMAND_LAYERS; i++)
        mf_submission_close(work.layers[i]);
    mf_account_free(&work.account);
    mf_client_close(work.client);
}
