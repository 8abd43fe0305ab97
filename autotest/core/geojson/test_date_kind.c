#include "geojson/date_kind.h"

#include <stddef.h>

#include "check.h"

static const struct {
    const char *text;
    enum mf_date_kind kind;
    int tz;
} cases[] = {
    {"2026-08-17", MF_DATE_DATE, MF_TZ_UNKNOWN},
    {"2026/08/17", MF_DATE_DATE, MF_TZ_UNKNOWN},
    {"2026-8-7", MF_DATE_DATE, MF_TZ_UNKNOWN},
    {" 2026-08-17", MF_DATE_DATE, MF_TZ_UNKNOWN},
    {"2026-08-17Z", MF_DATE_DATE, MF_TZ_UNKNOWN},
    {"2026-08-17T10:20", MF_DATE_DATETIME, MF_TZ_UNKNOWN},
    {"2026-08-17 10:20:30", MF_DATE_DATETIME, MF_TZ_UNKNOWN},
    {"2026-08-17T10:20:30.123Z", MF_DATE_DATETIME, MF_TZ_UTC},
    {"2026-08-17T10:20:30+02:00", MF_DATE_DATETIME, MF_TZ_UTC + 8},
    {"2026-08-17T10:20:30-0530", MF_DATE_DATETIME, MF_TZ_UTC - 22},
    {"2026-08-17T10:20:30+01", MF_DATE_DATETIME, MF_TZ_UTC + 4},
    {"2026-08-17T10:20:30+01:07", MF_DATE_DATETIME, MF_TZ_UNKNOWN},
    {"2026-08-17T10:20:60", MF_DATE_DATETIME, MF_TZ_UNKNOWN},
    {"10:20", MF_DATE_TIME, MF_TZ_UNKNOWN},
    {"10:20:30", MF_DATE_TIME, MF_TZ_UNKNOWN},
    {"23:59:59.999", MF_DATE_TIME, MF_TZ_UNKNOWN},
    {"", MF_DATE_NONE, 0},
    {"2026", MF_DATE_NONE, 0},
    {"2026-08", MF_DATE_NONE, 0},
    {"2026-13-01", MF_DATE_NONE, 0},
    {"2026-00-01", MF_DATE_NONE, 0},
    {"2026-08-32", MF_DATE_NONE, 0},
    {"2026-08-00", MF_DATE_NONE, 0},
    {"99999-01-01", MF_DATE_NONE, 0},
    {"2026-08-17x", MF_DATE_NONE, 0},
    {"2026-08-17T25:00", MF_DATE_NONE, 0},
    {"2026-08-17T10:60", MF_DATE_NONE, 0},
    {"2026-08-17T10:20:61", MF_DATE_NONE, 0},
    {"2026-08-17Tnoon", MF_DATE_NONE, 0},
    {"24:00", MF_DATE_NONE, 0},
    {"10:99", MF_DATE_NONE, 0},
    {"before 1850", MF_DATE_NONE, 0},
    {"1905-1910", MF_DATE_NONE, 0},
    {"-", MF_DATE_NONE, 0},
    {"//", MF_DATE_NONE, 0},
    {":", MF_DATE_NONE, 0},
    {"a:b", MF_DATE_NONE, 0},
    {"99999999999999999999-1-1", MF_DATE_NONE, 0},
};

/* What no strict reading takes for a date or time, and what it does all the same. */
static const struct {
    const char *text;
    enum mf_date_kind lax, strict;
} strictness[] = {
    {"2026-08-17", MF_DATE_DATE, MF_DATE_DATE},
    {"2026-08-17T10:20:30Z", MF_DATE_DATETIME, MF_DATE_DATETIME},
    {"10:20", MF_DATE_TIME, MF_DATE_TIME},
    {"2026-8-17", MF_DATE_DATE, MF_DATE_NONE},
    {"2026-08-7", MF_DATE_DATE, MF_DATE_NONE},
    {"1/2/3", MF_DATE_DATE, MF_DATE_NONE},
    {"2026-08-17T", MF_DATE_DATE, MF_DATE_NONE},
    {"1:20", MF_DATE_TIME, MF_DATE_NONE},
    {"10:2", MF_DATE_TIME, MF_DATE_NONE},
    {"10:20:3", MF_DATE_TIME, MF_DATE_NONE},
};

int main(void)
{
    for (size_t i = 0; i < sizeof strictness / sizeof *strictness; i++) {
        CHECK_NUMBER(mf_date_classify(strictness[i].text, 0, NULL), strictness[i].lax);
        CHECK_NUMBER(mf_date_classify(strictness[i].text, 1, NULL), strictness[i].strict);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int tz = -1;
        const enum mf_date_kind kind = mf_date_classify(cases[i].text, 0, &tz);
        if (kind != cases[i].kind || (kind != MF_DATE_NONE && tz != cases[i].tz)) {
            fprintf(stderr, "\"%s\": kind %d, zone %d; wanted %d, %d\n", cases[i].text, (int)kind, tz,
                    (int)cases[i].kind, cases[i].tz);
            check_failures++;
        }
        CHECK(mf_date_classify(cases[i].text, 0, NULL) == kind);
    }
    return check_result();
}
