// submission_wait: WAIT=YES of a submission.
#ifndef MAPFLOW_SUBMISSION_WAIT_H
#define MAPFLOW_SUBMISSION_WAIT_H

#include "common/waiting.h"
#include "submit/submission.h"

// Waits for every processing that was sent, whatever became of the one before. Returns false after
// a CPLError for each that has not ended well. The timeout counts for all together.
bool OGRMapflowWaitForJobs(const mf_submission *submission, mf_client *client,
                           OGRMapflowWaiter waiter);

#endif
