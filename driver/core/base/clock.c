#include "base/clock.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static double read_clock(clockid_t which)
{
    struct timespec now = {0, 0};
    clock_gettime(which, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double mf_clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double mf_clock_utc(void)
{
    return read_clock(CLOCK_REALTIME);
}

void mf_sleep(double seconds)
{
    if (!(seconds > 0))
        return;
    if (seconds > 1e8)
        seconds = 1e8;
    struct timespec span;
    span.tv_sec = (time_t)seconds;
    span.tv_nsec = (long)((seconds - (double)span.tv_sec) * 1e9);
    nanosleep(&span, NULL);
}

static double system_monotonic(void *ctx)
{
    (void)ctx;
    return mf_clock_monotonic();
}

static double system_utc(void *ctx)
{
    (void)ctx;
    return mf_clock_utc();
}

static void system_sleep(void *ctx, double seconds)
{
    (void)ctx;
    mf_sleep(seconds);
}

const struct mf_clock mf_system_clock = {NULL, system_monotonic, system_utc, system_sleep};

int mf_random_bytes(void *out, size_t size, struct mf_error *err)
{
    unsigned char *bytes = out;
    while (size > 0) {
        const size_t part = size < 256 ? size : 256; /* the most that getentropy gives */
        if (getentropy(bytes, part) != 0)
            return mf_error_set(err, MF_ERR_FILE, "The operating system gives no random bytes: %s",
                                strerror(errno));
        bytes += part;
        size -= part;
    }
    return 0;
}

double mf_random_unit(void)
{
    uint32_t value = 0;
    if (mf_random_bytes(&value, sizeof value, NULL) != 0)
        value = (uint32_t)(mf_clock_monotonic() * 1e6);
    return (double)value / 4294967296.0;
}
