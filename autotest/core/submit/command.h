/* command: one command of a user, as the adapter to GDAL does it: layers of jobs are checked, sent
 * and ended in a run. */
#ifndef COMMAND_H
#define COMMAND_H

#include "service.h"
#include "submit/run.h"
#include "base/uuid.h"

enum { COMMAND_LAYERS = 3, COMMAND_JOBS = 6 };

struct command {
    const char *directory; /* of the journal; NULL: without one */
    const char *account;
    double started; /* s since 1970; 0: now */
    int layer_count;
    struct {
        int count;
        int jobs[COMMAND_JOBS]; /* a number is a name and a place */
        int no_resume;
    } layers[COMMAND_LAYERS];
    int dry_run;
    const char *former_report; /* may be NULL */
    double former_report_time;
};

struct outcome {
    int failed;
    enum mf_error_kind kind;
    char message[MF_ERROR_MESSAGE_SIZE];
    char said[4000];                                      /* lines, each with '\n' behind */
    char ids[COMMAND_LAYERS][COMMAND_JOBS][MF_UUID_SIZE]; /* "": not submitted */
    double costs[COMMAND_LAYERS][COMMAND_JOBS];
};

/* One layer of `count` jobs. */
struct command command_of(const char *directory, int count, ...);

void command_run(struct service *service, const struct command *command, struct outcome *outcome);

/* "job 7" */
const char *command_job_name(int job);

#endif
