// submission_wait: WAIT=YES of a submission.
#ifndef MAPFLOW_SUBMISSION_WAIT_H
#define MAPFLOW_SUBMISSION_WAIT_H

#include "options.h"
#include "submission.h"
#include "wait.h"

// WAIT_TIMEOUT and POLL_INTERVAL. To be read before anything is sent. Returns false after one CPLError.
bool OGRMapflowReadWaitOptions(const OGRMapflowOptions &options, const mf_client *client,
                               mf_wait_options &wanted);

// Waits for every processing that was sent, whatever became of the one before. Returns false after a
// CPLError for each that has not ended well. The timeout counts for all together.
bool OGRMapflowWaitForJobs(const mf_submission *submission, mf_client *client, mf_wait_options wanted);

#endif
