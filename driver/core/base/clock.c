/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

/* Days since 1970-01-01 of a date in the Gregorian calendar, by counting from March, so that the
 * leap day is the last of its year. */
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

/* Writes the digits of a number before `end`, over zeros. */
static void put_number(char *end, int value)
{
    for (; value > 0; value /= 10)
        *--end = (char)('0' + value % 10);
}

void mf_time_format(double seconds, char text[MF_TIME_SIZE])
{
    text[0] = '\0';
    if (!(seconds > -6e10 && seconds < 1e11)) /* NaN too; beyond is no year of four digits */
        return;
    const double microseconds = floor(seconds * 1e6 + 0.5);
    const double whole = floor(microseconds / 1e6), days = floor(whole / 86400);
    int year = 1970 + (int)floor(days / 365.2425), month = 12; /* at most one year off */
    year -= days < days_of(year, 1, 1);
    year += days >= days_of(year + 1, 1, 1);
    while (days < days_of(year, month, 1))
        --month;
    const int second = (int)(whole - days * 86400);
    memcpy(text, "0000-00-00T00:00:00.000000Z", 28);
    put_number(text + 4, year);
    put_number(text + 7, month);
    put_number(text + 10, (int)(days - days_of(year, month, 1)) + 1);
    put_number(text + 13, second / 3600);
    put_number(text + 16, second / 60 % 60);
    put_number(text + 19, second % 60);
    put_number(text + 26, (int)(microseconds - whole * 1e6));
}

double mf_random_unit(void)
{
    uint32_t value = 0;
    if (mf_random_bytes(&value, sizeof value, NULL) != 0)
        value = (uint32_t)(mf_clock_monotonic() * 1e6);
    return (double)value / 4294967296.0;
}
