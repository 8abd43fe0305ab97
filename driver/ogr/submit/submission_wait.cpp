#include "submit/submission_wait.h"

#include <algorithm>

#include "base/clock.h"
#include "common/errors.h"

namespace
{

// An end without a result is a failure of what was asked for.
bool JudgeEnd(const mf_processing &processing)
{
    if (processing.state == MF_STATE_DONE)
        return true;
    CPLError(CE_Failure, CPLE_AppDefined, "Processing %s (\"%s\") ended with status %s. %s",
             processing.id, processing.name, processing.status,
             processing.messages != nullptr ? processing.messages : "");
    return false;
}

bool WaitForOne(const char *id, mf_client *client, const OGRMapflowWaiter &waiter)
{
    mf_error err;
    mf_error_init(&err);
    mf_processing processing = {};
    if (mf_processing_get(&processing, client, id, &err) != 0)
    {
        OGRMapflowRaise(err);
        return false;
    }
    const bool done = waiter.Wait(client, processing) && JudgeEnd(processing);
    mf_processing_free(&processing);
    return done;
}

} // namespace

bool OGRMapflowWaitForJobs(const mf_submission *submission, mf_client *client,
                           OGRMapflowWaiter waiter)
{
    const double deadline = mf_clock_monotonic() + waiter.Timeout();
    bool done = true;
    for (size_t i = 0; i < mf_submission_count(submission); ++i)
    {
        const mf_job *const job = mf_submission_job(submission, i);
        waiter.SetTimeout(std::max(0.0, deadline - mf_clock_monotonic()));
        if (job->state == MF_JOB_SENT)
            done = WaitForOne(job->id, client, waiter) && done;
    }
    return done;
}
