/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <errno.h>
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

int mf_random_bytes(void *out, size_t size, struct mf_error *err)
{
    unsigned char *bytes = out;
    while (size > 0) {
        const size_t part = size < 256 ? size : 256; /* the limit of getentropy */
        if (getentropy(bytes, part) != 0)
            return mf_error_set(err, MF_ERR_FILE,
                                "The operating system returned no random bytes: %s",
                                strerror(errno));
        bytes += part;
        size -= part;
    }
    return 0;
}
