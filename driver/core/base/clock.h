/* clock: clocks, sleep and random numbers of the operating system.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_CLOCK_H
#define MF_CLOCK_H

#include <stddef.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds on a clock that never goes back. */
double mf_clock_monotonic(void);

/* Seconds since 1970-01-01T00:00:00Z. */
double mf_clock_utc(void);

/* Sleeps. Returns early when a signal arrives. */
void mf_sleep(double seconds);

/* The clock as a value, so that tests can put their own in its place. The functions get `ctx`. */
struct mf_clock {
    void *ctx;
    double (*monotonic)(void *ctx);
    double (*utc)(void *ctx);
    void (*sleep)(void *ctx, double seconds);
};

/* The system's clock. */
extern const struct mf_clock mf_system_clock;

/* Fills `out` with unpredictable bytes from the operating system. */
int mf_random_bytes(void *out, size_t size, struct mf_error *err) MF_NODISCARD;

/* A uniform number in [0, 1), good for jitter and nothing else. */
double mf_random_unit(void);

#ifdef __cplusplus
}
#endif
#endif
