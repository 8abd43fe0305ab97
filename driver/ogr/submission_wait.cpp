#include "submission_wait.h"

#include <algorithm>

#include "report.h"
#include "url.h"

namespace
{

bool GetSeconds(const OGRMapflowOptions &options, const char *key, double fallback, double &seconds)
{
    const std::string given = options.Get(key);
    char *end = nullptr;
    seconds = given.empty() ? fallback : CPLStrtod(given.c_str(), &end);
    if (given.empty() || (*end == '\0' && seconds >= 0 && seconds < 1e9))
        return true;
    CPLError(CE_Failure, CPLE_IllegalArg, "%s=%.40s is not a number of seconds.", key, given.c_str());
    return false;
}

// The service asks for patience; a server on this machine need not.
double PatientInterval(double seconds, const mf_client *client)
{
    mf_url url;
    if (seconds >= MF_WAIT_LEAST_INTERVAL ||
        (mf_url_parse(&url, mf_client_base_url(client), nullptr) == 0 && mf_url_is_loopback(&url)))
        return seconds;
    CPLError(CE_Warning, CPLE_AppDefined, "POLL_INTERVAL=%g is raised to %g seconds.", seconds,
             MF_WAIT_LEAST_INTERVAL);
    return MF_WAIT_LEAST_INTERVAL;
}

void Progress(void *, const mf_processing *processing, double seconds)
{
    CPLDebug("MAPFLOW", "processing %s: %s, %d %% after %.0f s", processing->id, processing->status,
             std::max(processing->percent, 0), seconds);
}

// Reads, waits, and judges how it ended.
bool WaitForOne(const char *id, mf_client *client, const mf_wait_options &wanted)
{
    mf_error err;
    mf_error_init(&err);
    mf_processing processing = {};
    bool done = mf_processing_get(&processing, client, id, &err) == 0 &&
                mf_wait(&processing, client, &wanted, &err) == 0;
    if (done && processing.state != MF_STATE_DONE)
    {
        done = false;
        mf_error_set(&err, MF_ERR_NOT_READY, "processing %s (\"%s\") ended with status %s. %s",
                     processing.id, processing.name, processing.status,
                     processing.messages != nullptr ? processing.messages : "");
    }
    if (!done)
        OGRMapflowReport(err);
    mf_processing_free(&processing);
    return done;
}

} // namespace

bool OGRMapflowReadWaitOptions(const OGRMapflowOptions &options, const mf_client *client,
                               mf_wait_options &wanted)
{
    wanted = {};
    wanted.progress = Progress;
    if (!GetSeconds(options, "WAIT_TIMEOUT", MF_WAIT_DEFAULT_TIMEOUT, wanted.timeout) ||
        !GetSeconds(options, "POLL_INTERVAL", MF_WAIT_DEFAULT_INTERVAL, wanted.interval))
        return false;
    wanted.interval = PatientInterval(wanted.interval, client);
    return true;
}

bool OGRMapflowWaitForJobs(const mf_submission *submission, mf_client *client, mf_wait_options wanted)
{
    const double deadline = mf_clock_monotonic() + wanted.timeout;
    bool done = true;
    for (size_t i = 0; i < mf_submission_count(submission); ++i)
    {
        const mf_job *const job = mf_submission_job(submission, i);
        wanted.timeout = std::max(0.0, deadline - mf_clock_monotonic());
        if (job->state == MF_JOB_SENT)
            done = WaitForOne(job->id, client, wanted) && done;
    }
    return done;
}
