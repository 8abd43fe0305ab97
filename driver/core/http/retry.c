#include "http/retry.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static int add_code(struct mf_retry_policy *policy, int code)
{
    if (code < 100 || code > 599 || policy->code_count == MF_RETRY_MAX_CODES)
        return -1;
    policy->codes[policy->code_count++] = code;
    return 0;
}

static int parse_codes(struct mf_retry_policy *policy, const char *text)
{
    while (*text != '\0') {
        while (*text == ' ' || *text == ',')
            text++;
        if (*text == '\0')
            break;
        int code = 0;
        if (!mf_is_digit(*text))
            return -1;
        for (; mf_is_digit(*text) && code < 1000; text++)
            code = code * 10 + (*text - '0');
        if ((*text != '\0' && *text != ',' && *text != ' ') || add_code(policy, code) != 0)
            return -1;
    }
    return 0;
}

int mf_retry_policy_init(struct mf_retry_policy *policy, int max_retry, double first_delay,
                         const char *codes, struct mf_error *err)
{
    memset(policy, 0, sizeof *policy);
    policy->max_retry = max_retry < 0 ? 3 : max_retry;
    policy->first_delay = first_delay >= 0 ? first_delay : 1.0; /* NaN gives the default too */
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

int mf_retry_wants_status(const struct mf_retry_policy *policy, int status)
{
    if (policy->all_codes)
        return status >= 400;
    for (int i = 0; i < policy->code_count; i++)
        if (policy->codes[i] == status)
            return 1;
    return 0;
}

double mf_retry_delay(const struct mf_retry_policy *policy, int retry, double random)
{
    double delay = policy->first_delay;
    for (int i = 1; i < retry && delay < MF_RETRY_MAX_DELAY; i++)
        delay *= 2;
    delay *= 1 + random / 2;
    return delay < MF_RETRY_MAX_DELAY ? delay : MF_RETRY_MAX_DELAY;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. Counted in years that begin in March,
 * so that the leap day is the last of its year. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int month_number(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (strncmp(names + (size_t)i * 3, name, 3) == 0)
            return i + 1;
    return 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", the form that HTTP prescribes. */
static int parse_http_date(const char *text, double *utc)
{
    char month_name[4] = "";
    int day = 0, year = 0, hour = 0, minute = 0, second = 0, end = 0;
    const char *comma = strchr(text, ',');
    if (comma == NULL ||
        sscanf(comma + 1, " %2d %3s %4d %2d:%2d:%2d GMT%n", &day, month_name, &year, &hour, &minute,
               &second, &end) != 6 ||
        end == 0)
        return -1;
    const int month = month_number(month_name);
    if (month == 0 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return -1;
    *utc = (double)days_from_civil(year, month, day) * 86400.0 + hour * 3600.0 + minute * 60.0 +
           second;
    return 0;
}

double mf_retry_after(const char *value, double now)
{
    if (value == NULL)
        return -1;
    while (*value == ' ' || *value == '\t')
        value++;
    if (mf_is_digit(*value)) {
        double seconds = 0;
        for (; mf_is_digit(*value) && seconds < 1e9; value++)
            seconds = seconds * 10 + (*value - '0');
        return *value == '\0' || *value == ' ' || mf_is_digit(*value) ? seconds : -1;
    }
    double date = 0;
    if (parse_http_date(value, &date) != 0)
        return -1;
    return date > now ? date - now : 0;
}
