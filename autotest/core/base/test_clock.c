#include <math.h>

#include "base/clock.h"
#include "check.h"

static void test_clock(void)
{
    const double start = mf_clock_monotonic();
    mf_sleep(0.02);
    CHECK(mf_clock_monotonic() - start >= 0.019);
    mf_sleep(-1);
    CHECK(mf_clock_utc() > 1.6e9);
    mf_system_clock.sleep(mf_system_clock.ctx, 0);
    CHECK(mf_system_clock.monotonic(NULL) >= start && mf_system_clock.utc(NULL) > 1.6e9);
}

static void test_random(void)
{
    for (int i = 0; i < 100; i++) {
        const double random = mf_random_unit();
        CHECK(random >= 0 && random < 1);
    }
    char a[600] = {0}, b[600] = {0};
    CHECK_NUMBER(mf_random_bytes(a, sizeof a, NULL), 0);
    CHECK_NUMBER(mf_random_bytes(b, sizeof b, NULL), 0);
    CHECK(memcmp(a, b, sizeof a) != 0);
}

#define NOON 1795780800.0 /* 2026-11-27T12:00:00Z */

/* Times as servers write them. */
static void test_reading_times(void)
{
    static const struct {
        const char *text;
        double seconds;
    } good[] = {
        {"2026-11-27T12:00:00Z", NOON},
        {"2026-11-27T12:00:00", NOON},
        {"2026-11-27 12:00:00", NOON},
        {"2026-11-27t12:00:00z", NOON},
        {"2026-11-27T12:00:00.5Z", NOON + 0.5},
        {"2026-11-27T12:00:00,250Z", NOON + 0.25},
        {"2026-11-27T12:00:00.123456789Z", NOON + 0.123456789},
        {"2026-11-27T12:00:00.Z", NOON},
        {"2026-11-27T13:00:00+01:00", NOON},
        {"2026-11-27T13:30:00.5+0130", NOON + 0.5},
        {"2026-11-27T04:00:00-08", NOON},
        {"2026-11-27T06:15:00-05:45", NOON},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"2000-02-29T00:00:00Z", 951782400},
        {"2000-03-01T00:00:00Z", 951868800},
        {"2024-12-31T23:59:60Z", 1735689600},
        {"2100-03-01T00:00:00Z", 4107542400},
    };
    static const char *const bad[] = {"",
                                      "soon",
                                      "2026-11-27",
                                      "2026-11-27T12:00",
                                      "2026-13-27T12:00:00Z",
                                      "2026-00-27T12:00:00Z",
                                      "2026-11-32T12:00:00Z",
                                      "2026-11-00T12:00:00Z",
                                      "2026-11-27X12:00:00Z",
                                      "2026-11-27T12:00:00 UTC",
                                      "2026-11-27T12:00:00Zulu",
                                      "2026-11-27T12:00:00+",
                                      "2026-11-27T12:00:00+1:00:00",
                                      "1795780800"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!CHECK(fabs(mf_time_parse(good[i].text) - good[i].seconds) < 1e-6))
            fprintf(stderr, "    %s\n", good[i].text);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!CHECK(isnan(mf_time_parse(bad[i]))))
            fprintf(stderr, "    %s\n", bad[i]);
    CHECK(isnan(mf_time_parse(NULL)));
}

static const char *written(double seconds)
{
    static char text[MF_TIME_SIZE];
    mf_time_format(seconds, text);
    return text;
}

static void test_writing_times(void)
{
    CHECK_TEXT(written(NOON), "2026-11-27T12:00:00.000000Z");
    CHECK_TEXT(written(NOON + 0.1234562), "2026-11-27T12:00:00.123456Z");
    CHECK_TEXT(written(NOON + 0.1234568), "2026-11-27T12:00:00.123457Z");
    CHECK_TEXT(written(NOON + 0.9999997), "2026-11-27T12:00:01.000000Z");
    CHECK_TEXT(written(0), "1970-01-01T00:00:00.000000Z");
    CHECK_TEXT(written(-0.25), "1969-12-31T23:59:59.750000Z");
    CHECK_TEXT(written(951782400), "2000-02-29T00:00:00.000000Z");
    CHECK_TEXT(written(978220799), "2000-12-30T23:59:59.000000Z");
    CHECK_TEXT(written(978307199), "2000-12-31T23:59:59.000000Z");
    CHECK_TEXT(written(978307200), "2001-01-01T00:00:00.000000Z");
    CHECK_TEXT(written(-2203891200), "1900-03-01T00:00:00.000000Z");
    CHECK_TEXT(written(-5e10), "0385-07-25T07:06:40.000000Z");
    CHECK_TEXT(written(4107542399), "2100-02-28T23:59:59.000000Z");
    /* What is no time reads as none. */
    CHECK_TEXT(written(NAN), "");
    CHECK_TEXT(written(INFINITY), "");
    CHECK_TEXT(written(-1e300), "");
    /* And what was written reads as the same, however often. */
    for (int i = 0; i < 5000; i++) {
        const double time = NOON + i * 86413.377777;
        char text[MF_TIME_SIZE], again[MF_TIME_SIZE];
        mf_time_format(time, text);
        mf_time_format(mf_time_parse(text), again);
        if (!CHECK_TEXT(again, text) || !CHECK(fabs(mf_time_parse(text) - time) < 1e-6))
            return;
    }
}

int main(void)
{
    test_clock();
    test_random();
    test_reading_times();
    test_writing_times();
    return check_result();
}
