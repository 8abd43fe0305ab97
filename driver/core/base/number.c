#include "base/number.h"

#include <string.h>

#include "base/number_digits.h"

#define MAX_DIGITS 19

static int is_digit(const char *p, const char *end)
{
    return p < end && (unsigned char)(*p - '0') < 10;
}

/* Appends the run of digits at p to the mantissa; returns the end of the run. Digits that no longer
 * fit are counted in *dropped. Zeros in front may count as significant: that costs speed alone. */
static const char *lex_digits(const char *p, const char *end, struct mf_number *number,
                              int *significant, int64_t *dropped)
{
    uint64_t mantissa = number->mantissa;
    int count = *significant;
    for (; p < end; ++p) {
        const unsigned digit = (unsigned char)(*p - '0');
        if (digit > 9)
            break;
        if (count < MAX_DIGITS) {
            mantissa = mantissa * 10 + digit;
            count += mantissa != 0;
        } else {
            ++*dropped;
            number->truncated = 1;
        }
    }
    number->mantissa = mantissa;
    *significant = count;
    return p;
}

/* Reads the exponent behind 'e'; its value is limited far outside what a double can hold. */
static const char *lex_exponent(const char *p, const char *end, int64_t *exponent)
{
    int negative = 0;
    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    if (p == end)
        return end;
    if (!is_digit(p, end))
        return NULL;
    int64_t value = 0;
    for (; is_digit(p, end); ++p) {
        if (value < 100000)
            value = value * 10 + (*p - '0');
    }
    *exponent = negative ? -value : value;
    return p;
}

/* The quick way for nearly all numbers. Returns 0 for the others. */
static int lex_plain(const char *p, const char *end, struct mf_number *number)
{
    struct mf_plain plain;
    if (!mf_plain_find(&plain, p, end) || plain.whole_size + plain.fraction_size > MAX_DIGITS)
        return 0;
    uint64_t mantissa = mf_digits_append(0, plain.whole, plain.whole_size);
    for (int done = 0, more; done < plain.fraction_size; done += more) {
        more = plain.fraction_size - done < 16 ? plain.fraction_size - done : 16;
        mantissa = mf_digits_append(mantissa, plain.fraction + done, more);
    }
    number->mantissa = mantissa;
    number->exponent = -plain.fraction_size;
    number->real = plain.fraction_size > 0;
    number->negative = (unsigned char)plain.negative;
    number->size = (size_t)(plain.stop - p);
    return 1;
}

const char *mf_number_lex(const char *p, const char *end, struct mf_number *number)
{
    memset(number, 0, sizeof *number);
    number->text = p;
    if (lex_plain(p, end, number))
        return p + number->size;
    if (p < end && *p == '-') {
        number->negative = 1;
        ++p;
    }
    if (p == end)
        return end;
    if (!is_digit(p, end))
        return NULL;

    int significant = 0;
    int64_t dropped = 0;
    if (*p == '0') {
        ++p;
        if (is_digit(p, end))
            return NULL;
    } else {
        p = lex_digits(p, end, number, &significant, &dropped);
    }

    int64_t exponent = dropped;
    if (p < end && *p == '.') {
        const char *const fraction = ++p;
        int64_t dropped_fraction = 0;
        number->real = 1;
        p = lex_digits(p, end, number, &significant, &dropped_fraction);
        if (p == fraction)
            return p == end ? end : NULL;
        exponent -= (p - fraction) - dropped_fraction;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *const start = p + 1;
        int64_t written = 0;
        number->real = 1;
        p = lex_exponent(start, end, &written);
        if (p == NULL || p == end)
            return p;
        number->exponent_digits = (unsigned char)(p - start > 255 ? 255 : p - start);
        exponent += written;
    }
    if (exponent < -100000 || exponent > 100000)
        number->truncated = 1;
    else
        number->exponent = (int32_t)exponent;
    number->size = (size_t)(p - number->text);
    return p;
}

int64_t mf_number_int64(const struct mf_number *number)
{
    const uint64_t limit = (uint64_t)INT64_MAX + number->negative;
    if (number->truncated || number->mantissa > limit)
        return number->negative ? INT64_MIN : INT64_MAX;
    return number->negative ? (int64_t)(0 - number->mantissa) : (int64_t)number->mantissa;
}

/* ---- decimal to binary ---------------------------------------------------------------------- */

/* Powers of ten that a double holds exactly. */
static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define LARGEST_POWER 22
#define LARGEST_MANTISSA ((uint64_t)1 << 53)

double mf_number_double(const struct mf_number *number)
{
    const int32_t power = number->exponent;
    if (number->truncated || number->mantissa > LARGEST_MANTISSA || power < -LARGEST_POWER ||
        power > LARGEST_POWER)
        return mf_number_double_exact(number->text, number->size);
    if (number->mantissa == 0)
        return number->negative && number->real ? -0.0 : 0.0;
    /* Both operands are exact, so that the one operation rounds correctly. */
    const double mantissa = (double)number->mantissa;
    const double value =
        power < 0 ? mantissa / exact_powers[-power] : mantissa * exact_powers[power];
    return number->negative ? -value : value;
}

const char *mf_number_read_plain(const char *p, const char *end, double *value)
{
    struct mf_degrees degrees;
    const char *const start = p;
    p = end - p >= MF_COORDINATE_BYTES ? mf_degrees_read(p, &degrees) : NULL;
    if (p == NULL)
        return NULL;
    const int digits = mf_digits_count(p);
    const uint64_t mantissa = digits > 0 ? mf_digits_append(degrees.whole, p, digits) : 0;
    p += digits;
    if (mantissa == 0 || (unsigned char)(*p - '0') <= 9 || (*p | 0x20) == 'e')
        return NULL;
    if (mantissa > LARGEST_MANTISSA) {
        *value = mf_number_double_exact(start, (size_t)(p - start));
        return p;
    }
    *value = (double)mantissa / exact_powers[digits];
    if (degrees.negative)
        *value = -*value;
    return p;
}
