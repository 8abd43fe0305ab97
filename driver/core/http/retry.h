/* SPDX-License-Identifier: MIT */
/* retry: when to try again, and after how long.
 *
 * Thread-safety: pure functions, except the circuit breaker, which locks. */
#ifndef MF_RETRY_H
#define MF_RETRY_H

#include <stdbool.h>

#include "base/error.h"

#define MF_RETRY_MAX_DELAY 60.0   /* s: the doubling stops here */
#define MF_RETRY_MAX_OBEYED 600.0 /* s: a longer Retry-After is not waited for */

#define MF_RETRY_MAX_CODES 64

struct mf_retry_policy {
    int max_retry;      /* retries after the first try */
    double first_delay; /* s */
    bool all_codes;     /* every status from 400 on */
    int codes[MF_RETRY_MAX_CODES];
    int code_count;
};

/* Defaults: max_retry < 0 gives 3, first_delay < 0 gives 1, codes NULL gives 429, 502, 503, 504.
 * `codes` is "ALL" or a comma-separated list of statuses; anything else is MF_ERR_ARGUMENT. */
int mf_retry_policy_init(struct mf_retry_policy *policy, int max_retry, double first_delay,
                         const char *codes, struct mf_error *err) MF_NODISCARD;

bool mf_retry_wants_status(const struct mf_retry_policy *policy, int status);

/* Returns the seconds before retry number `retry` (1 is the first): the first delay doubled each
 * time, at most MF_RETRY_MAX_DELAY, plus up to half of that by `random`, in [0, 1). */
double mf_retry_delay(const struct mf_retry_policy *policy, int retry, double random);

/* Returns the value of a Retry-After header in seconds from `now` (UTC): a number of seconds or a
 * date. Negative if it is missing (NULL) or neither; 0 for a date in the past. */
double mf_retry_after(const char *value, double now);

/* Circuit breaker: for MF_CIRCUIT_SECONDS after a request gave up without reaching its origin,
 * further requests that do not reach it are not retried. Otherwise a program that opens many
 * datasets, as QGIS does with the layers of a project, would wait for the retries of each. The
 * process remembers one origin. `now` is monotonic time in s. */
#define MF_CIRCUIT_SECONDS 15.0
void mf_circuit_report(const char *origin, bool was_reached, double now);
bool mf_circuit_is_open(const char *origin, double now);

#endif
