#include "geojson/date_kind.h"

#include <stdlib.h>
#include <string.h>

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p)
{
    while (is_digit(*p))
        ++p;
    return p;
}

/* Whether the digits at p are as many as a part of a date or time has. */
static int is_part(const char *p, int strict)
{
    return is_digit(*p) && (!strict || skip_digits(p) == p + 2);
}

static const char *skip_spaces(const char *p)
{
    while (*p == ' ')
        ++p;
    return p;
}

/* The number at p as atoi reads it, limited so that no text overflows. */
static long leading_number(const char *p)
{
    return strtol(p, NULL, 10);
}

/* Reads "Y-M-D" or "Y/M/D". Returns the byte behind it, NULL when this is no date. */
static const char *read_date(const char *p, int strict)
{
    if (!(*p == '-' || *p == '+' || is_digit(*p)))
        return NULL;
    const long year = leading_number(p);
    if (year > 32767 || year < -32768)
        return NULL;
    if (*p == '-')
        ++p;
    for (int part = 0; part < 2; ++part) {
        static const long last[] = {12, 31};
        p = skip_digits(p);
        if (*p != '-' && *p != '/')
            return NULL;
        ++p;
        const long value = leading_number(p);
        if (value <= 0 || value > last[part] || (strict && !is_part(p, strict)))
            return NULL;
    }
    return skip_digits(p);
}

/* Reads "H:M", "H:M:S" or "H:M:S.sss". Returns the byte behind it, NULL when this is no time. */
static const char *read_time(const char *p, int strict)
{
    if (!is_part(p, strict) || leading_number(p) > 23)
        return NULL;
    p = skip_digits(p);
    if (*p != ':' || !is_part(p + 1, strict) || leading_number(p + 1) > 59)
        return NULL;
    p = skip_digits(p + 1);
    if (*p != ':')
        return p;
    ++p;
    if (!is_part(p, strict))
        return NULL;
    const long seconds = leading_number(p);
    const char *const fraction = skip_digits(p);
    const int more =
        *fraction == '.' && strspn(fraction + 1, "0") < strspn(fraction + 1, "0123456789");
    if (seconds > 60 || (seconds == 60 && more))
        return NULL;
    while (is_digit(*p) || *p == '.')
        ++p;
    return p;
}

/* The time zone at p: "Z", "+HH", "+HH:MM", "+HHMM", "+HMM". */
static int read_zone(const char *p)
{
    if (*p == 'Z')
        return MF_TZ_UTC;
    p = skip_spaces(p);
    if (*p != '+' && *p != '-')
        return MF_TZ_UNKNOWN;
    const size_t size = strlen(p);
    long hours = 0, minutes = 0;
    if (size <= 3) {
        hours = labs(leading_number(p));
    } else if (p[3] == ':') {
        hours = leading_number(p + 1);
        minutes = leading_number(p + 4);
    } else if (is_digit(p[3]) && is_digit(p[4])) {
        hours = (p[1] - '0') * 10 + (p[2] - '0');
        minutes = leading_number(p + 3);
    } else if (is_digit(p[3]) && p[4] == '\0') {
        hours = p[1] - '0';
        minutes = leading_number(p + 2);
    }
    if (minutes % 15 != 0)
        return MF_TZ_UNKNOWN;
    const long quarters = hours * 4 + minutes / 15;
    return (int)(MF_TZ_UTC + (*p == '-' ? -quarters : quarters));
}

enum mf_date_kind mf_date_classify(const char *text, int strict, int *tz)
{
    const char *p = skip_spaces(text);
    const int has_date = strchr(p, '-') != NULL || strchr(p, '/') != NULL;
    int zone = MF_TZ_UNKNOWN;
    if (has_date) {
        p = read_date(p, strict);
        if (p == NULL)
            return MF_DATE_NONE;
    }
    if (has_date && (*p == '\0' || *p == 'Z')) {
        /* A date alone. "Y-M-DZ" may still hold a ':' behind, which the naming below sees. */
    } else {
        if (has_date) {
            if ((*p != 'T' && *p != ' ') || (strict && *p == 'T' && p[1] == '\0'))
                return MF_DATE_NONE;
            ++p;
        }
        p = skip_spaces(p);
        if (strchr(p, ':') != NULL) {
            p = read_time(p, strict);
            if (p == NULL)
                return MF_DATE_NONE;
            zone = read_zone(p);
        } else if (!has_date || *p != '\0') {
            return MF_DATE_NONE;
        }
    }
    if (tz != NULL)
        *tz = zone;
    if (!has_date)
        return MF_DATE_TIME;
    return strchr(text, ':') != NULL ? MF_DATE_DATETIME : MF_DATE_DATE;
}
