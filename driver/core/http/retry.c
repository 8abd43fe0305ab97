/* SPDX-License-Identifier: MIT */
#include "http/retry.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "base/thread.h"
#include "http/url.h"

static int parse_codes(struct mf_retry_policy *policy, const char *text)
{
    for (text += strspn(text, " ,"); *text != '\0'; text += strspn(text, " ,")) {
        char *end = NULL;
        const long code = strtol(text, &end, 10);
        if (code < 100 || code > 599 || strchr(" ,", *end) == NULL ||
            policy->code_count == MF_RETRY_MAX_CODES)
            return -1;
        policy->codes[policy->code_count++] = (int)code;
        text = end;
    }
    return 0;
}

int mf_retry_policy_init(struct mf_retry_policy *policy, int max_retry, double first_delay,
                         const char *codes, struct mf_error *err)
{
    memset(policy, 0, sizeof *policy);
    policy->max_retry = max_retry < 0 ? 3 : max_retry;
    policy->first_delay = first_delay >= 0 ? first_delay : 1.0; /* NaN also gives the default */
    if (codes == NULL)
        codes = "429,502,503,504";
    policy->all_codes = mf_str_equal_nocase(codes, "ALL");
    if (!policy->all_codes && parse_codes(policy, codes) != 0)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "GDAL_HTTP_RETRY_CODES must be ALL or a comma separated list of HTTP "
                            "statuses, not \"%.100s\"",
                            codes);
    return 0;
}

bool mf_retry_wants_status(const struct mf_retry_policy *policy, int status)
{
    if (policy->all_codes)
        return status >= 400;
    for (int i = 0; i < policy->code_count; i++)
        if (policy->codes[i] == status)
            return true;
    return false;
}

double mf_retry_delay(const struct mf_retry_policy *policy, int retry, double random)
{
    double delay = policy->first_delay;
    for (int i = 1; i < retry && delay < MF_RETRY_MAX_DELAY; i++)
        delay *= 2;
    delay *= 1 + random / 2;
    return delay < MF_RETRY_MAX_DELAY ? delay : MF_RETRY_MAX_DELAY;
}

double mf_retry_after(const char *value, double now)
{
    if (value == NULL)
        return -1;
    char *end = NULL;
    const long long seconds = strtoll(value, &end, 10);
    if (end > value && seconds >= 0 && (*end == '\0' || *end == ' '))
        return (double)seconds;
    const time_t date = end == value ? curl_getdate(value, NULL) : -1;
    if (date < 0)
        return -1;
    return (double)date > now ? (double)date - now : 0;
}

/* ---- circuit breaker ----------------------------------------------------------------------- */

/* Guarded by the global lock. */
static char failed_origin[MF_URL_ORIGIN_SIZE];
static double failed_at;

void mf_circuit_report(const char *origin, bool was_reached, double now)
{
    mf_global_lock();
    if (!was_reached) {
        snprintf(failed_origin, sizeof failed_origin, "%s", origin);
        failed_at = now;
    } else if (strcmp(failed_origin, origin) == 0) {
        failed_origin[0] = '\0';
    }
    mf_global_unlock();
}

bool mf_circuit_is_open(const char *origin, double now)
{
    mf_global_lock();
    const bool is_open = strcmp(failed_origin, origin) == 0 && now - failed_at < MF_CIRCUIT_SECONDS;
    mf_global_unlock();
    return is_open;
}
