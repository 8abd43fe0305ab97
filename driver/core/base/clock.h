/* SPDX-License-Identifier: MIT */
/* clock: clocks, sleep and random numbers of the operating system.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_CLOCK_H
#define MF_CLOCK_H

#include <stddef.h>

#include "base/error.h"

MF_C_BEGIN

/* Seconds on a clock that never goes back. */
double mf_clock_monotonic(void);

/* Seconds since 1970-01-01T00:00:00Z. */
double mf_clock_utc(void);

/* Sleeps. Returns early if a signal arrives. */
void mf_sleep(double seconds);

/* A clock as a value, so that tests can substitute their own. Its functions receive `ctx`. */
struct mf_clock {
    void *ctx;
    double (*monotonic)(void *ctx);
    double (*utc)(void *ctx);
    void (*sleep)(void *ctx, double seconds);
};

/* The system's clock. */
extern const struct mf_clock mf_system_clock;

/* ---- ISO 8601 -------------------------------------------------------------------------------- */

/* Parses a date and time such as 2026-11-27T19:30:00.123Z or …+01:00 into seconds since 1970.
 * Without a zone it is UTC. Returns NaN for any other string. */
double mf_time_parse(const char *text);

/* Writes seconds since 1970 as 2026-11-27T19:30:00.123456Z, rounded to the nearest microsecond. NaN
 * gives "", which parses as NaN. */
#define MF_TIME_SIZE 32
void mf_time_format(double seconds, char text[MF_TIME_SIZE]);

/* ---- random numbers -------------------------------------------------------------------------- */

/* Fills `out` with unpredictable bytes from the operating system. */
int mf_random_bytes(void *out, size_t size, struct mf_error *err) MF_NODISCARD;

/* Returns a uniform number in [0, 1), good only for jitter. */
double mf_random_unit(void);

MF_C_END
#endif
