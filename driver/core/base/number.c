/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <math.h>

#include "base/number_digits.h"
#include "base/str.h"

static const char *skip_digits(const char *p, const char *end)
{
    while (end - p >= MF_DIGITS_AT_ONCE) {
        const int count = mf_digits_count(p);
        p += count;
        if (count < MF_DIGITS_AT_ONCE)
            return p;
    }
    while (p < end && mf_is_digit(*p))
        ++p;
    return p;
}

/* Skips digits. Returns NULL if the first character is not a digit. */
static const char *parse_digits(const char *p, const char *end)
{
    return p == end || mf_is_digit(*p) ? skip_digits(p, end) : NULL;
}

const char *mf_number_parse(const char *p, const char *end, struct mf_number *number)
{
    *number = (struct mf_number){.text = p};
    p += p < end && *p == '-';
    p = p < end && *p == '0' ? p + 1 : parse_digits(p, end);
    if (p == NULL || (p < end && mf_is_digit(*p)))
        return NULL; /* a leading zero */
    if (p < end && *p == '.') {
        number->is_real = true;
        p = parse_digits(p + 1, end);
    }
    if (p != NULL && p < end && (*p == 'e' || *p == 'E')) {
        const char *const exponent = ++p;
        number->is_real = true;
        p += p < end && (*p == '+' || *p == '-');
        p = parse_digits(p, end);
        number->exponent_size = p != NULL ? (size_t)(p - exponent) : 0;
    }
    number->size = p != NULL ? (size_t)(p - number->text) : 0;
    return p;
}

static uint64_t magnitude(const struct mf_number *number, bool is_negative)
{
    const char *const end = number->text + number->size;
    uint64_t value = 0;
    for (const char *p = number->text + is_negative; p < end && mf_is_digit(*p); ++p)
        value = value < UINT64_MAX / 10 ? value * 10 + (uint64_t)(*p - '0') : UINT64_MAX;
    return value;
}

bool mf_number_exceeds_int64(const struct mf_number *number)
{
    const bool is_negative = *number->text == '-';
    return magnitude(number, is_negative) > (uint64_t)INT64_MAX + is_negative;
}

int64_t mf_number_int64(const struct mf_number *number)
{
    const bool is_negative = *number->text == '-';
    const uint64_t limit = (uint64_t)INT64_MAX + is_negative;
    uint64_t value = magnitude(number, is_negative);
    if (value > limit)
        value = limit;
    return is_negative ? (int64_t)(0 - value) : (int64_t)value;
}

double mf_number_of_string(const char *text, size_t size)
{
    struct mf_number number;
    const char *const end = text + size;
    return mf_number_parse(text, end + 1, &number) == end ? mf_number_double(&number) : NAN;
}

double mf_coordinate_double(const struct mf_coordinate *c)
{
    /* Powers of ten up to 1e22 and integers up to 2^53 are exact in a double, so one division of
     * them rounds correctly. */
    static const double powers[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};
    const int first = c->decimal_count < 8 ? c->decimal_count : 8, rest = c->decimal_count - first;
    uint64_t digits = c->degrees * mf_powers_of_ten[first] + mf_digits_value(c->decimals, first);
    if (rest > 0)
        digits = digits * mf_powers_of_ten[rest] + mf_digits_value(c->decimals + first, rest);
    if (digits > (uint64_t)1 << 53) {
        const char *const end = c->decimals + c->decimal_count;
        const struct mf_number number = {.text = c->text, .size = (size_t)(end - c->text)};
        return mf_number_double(&number);
    }
    const double value = (double)digits / powers[c->decimal_count];
    return c->is_negative ? -value : value;
}
