/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
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

/* Returns the days from 1970-01-01 to a Gregorian date. Counts from March, so that the leap day is
 * the last day of its year. */
static double days_of(int year, int month, int day)
{
    year -= month <= 2;
    const int month_from_march = (month + 9) % 12;
    const int day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    const int leap_days = year / 4 - year / 100 + year / 400;
    return 365.0 * year + leap_days + day_of_year - 719468.0;
}

/* Seconds that a zone is ahead of UTC: "Z", "+hh:mm", "+hhmm", "+hh" or "". NaN for others. */
static double zone_of(const char *text)
{
    int hours = 0, minutes = 0, used = 0;
    if (text[0] == '\0' || ((text[0] == 'Z' || text[0] == 'z') && text[1] == '\0'))
        return 0;
    if (text[0] != '+' && text[0] != '-')
        return NAN;
    const char *const rest = text + 1;
    if (sscanf(rest, "%2d:%2d%n", &hours, &minutes, &used) < 2 || rest[used] != '\0')
        used = 0;
    if (used == 0 && (sscanf(rest, "%2d%2d%n", &hours, &minutes, &used) < 2 || rest[used] != '\0'))
        used = 0;
    if (used == 0 && (sscanf(rest, "%2d%n", &hours, &used) < 1 || rest[used] != '\0'))
        return NAN;
    return (text[0] == '-' ? -1 : 1) * (hours * 3600.0 + minutes * 60.0);
}

double mf_time_parse(const char *text)
{
    int year, month, day, hour, minute, second, used = 0;
    if (text == NULL ||
        sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
               &second, &used) < 6 ||
        used == 0 || month < 1 || month > 12 || day < 1 || day > 31)
        return NAN;
    double fraction = 0, digit = 0.1;
    const char *p = text + used;
    if (*p == '.' || *p == ',') {
        for (++p; *p >= '0' && *p <= '9'; ++p, digit /= 10)
            fraction += digit * (*p - '0');
    }
    return days_of(year, month, day) * 86400 + hour * 3600.0 + minute * 60.0 + second + fraction -
           zone_of(p);
}

void mf_time_format(double seconds, char text[MF_TIME_SIZE])
{
    text[0] = '\0';
    if (!(fabs(seconds) < 1e11)) /* also NaN; larger values have no four-digit year */
        return;
    const double microseconds = floor(seconds * 1e6 + 0.5);
    const time_t whole = (time_t)floor(microseconds / 1e6);
    struct tm parts;
    if (gmtime_r(&whole, &parts) == NULL)
        return;
    const size_t used = strftime(text, MF_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + used, MF_TIME_SIZE - used, ".%06dZ", (int)(microseconds - (double)whole * 1e6));
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

double mf_random_unit(void)
{
    uint32_t value = 0;
    if (mf_random_bytes(&value, sizeof value, NULL) != 0)
        value = (uint32_t)(mf_clock_monotonic() * 1e6);
    return (double)value / 4294967296.0;
}
