/* SPDX-License-Identifier: MIT */
/* number_digits: counts and reads many digits of a number at once, and reads coordinates with the
 * precision that a bounding box needs.
 *
 * Internal to `number` and `geojson`. Thread-safety: pure functions. */
#ifndef MF_NUMBER_DIGITS_H
#define MF_NUMBER_DIGITS_H

#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"

#ifdef MF_HAS_SSE2
#include <emmintrin.h>
#endif

/* Counts the digits at p, at most MF_DIGITS_AT_ONCE. That many bytes must be readable. */
#define MF_DIGITS_AT_ONCE 16
static inline int mf_digits_count(const char *p)
{
#ifdef MF_HAS_SSE2
    const __m128i digits =
        _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('0'));
    const __m128i are_digits = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    return mf_trailing_zeros(~(unsigned)_mm_movemask_epi8(are_digits));
#else
    int count = 0;
    while (count < MF_DIGITS_AT_ONCE && mf_is_digit(p[count]))
        ++count;
    return count;
#endif
}

/* Returns the value of the first `count` digits at p, 1 to 8. Eight bytes must be readable. */
static inline uint64_t mf_digits_value(const char *p, int count)
{
#ifdef MF_IS_LITTLE_ENDIAN
    uint64_t digits;
    memcpy(&digits, p, sizeof digits);
    digits = (digits ^ 0x3030303030303030U) << (64 - 8 * count);
    digits = digits * 10 + (digits >> 8);
    return (((digits & 0x000000FF000000FFU) * 0x000F424000000064U) +
            (((digits >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U)) >>
           32;
#else
    uint64_t value = 0;
    for (int i = 0; i < count; ++i)
        value = value * 10 + (uint64_t)(p[i] - '0');
    return value;
#endif
}

static const uint64_t mf_powers_of_ten[9] = {1,      10,      100,      1000,     10000,
                                             100000, 1000000, 10000000, 100000000};

/* A number in the usual form of a coordinate, such as "-12.345". */
struct mf_coordinate {
    const char *text;
    const char *decimals;
    int decimal_count; /* 1 to 16 */
    bool is_negative;
    uint64_t degrees; /* the digits before the point, below 1000 */
};

/* Parses the coordinate at p. MF_COORDINATE_BYTES bytes must be readable. Returns the first byte
 * after it, or NULL if the number has another form. */
#define MF_COORDINATE_BYTES (1 + 3 + 1 + MF_DIGITS_AT_ONCE + 8)
static inline const char *mf_coordinate_find(const char *p, struct mf_coordinate *coordinate)
{
    coordinate->text = p;
    coordinate->is_negative = *p == '-';
    p += coordinate->is_negative;
    uint64_t degrees = (unsigned char)(*p - '0');
    if (degrees > 9)
        return NULL;
    for (int more = 0; *++p != '.';) {
        if (!mf_is_digit(*p) || ++more > 2 || degrees == 0)
            return NULL;
        degrees = degrees * 10 + (uint64_t)(*p - '0');
    }
    coordinate->degrees = degrees;
    coordinate->decimals = ++p;
    coordinate->decimal_count = mf_digits_count(p);
    p += coordinate->decimal_count;
    return coordinate->decimal_count > 0 && !mf_is_digit(*p) && (*p | 0x20) != 'e' ? p : NULL;
}

/* Returns the value with the precision that a bounding box needs: a multiple of MF_APPROX_UNIT,
 * with decimals after the eighth dropped. */
#define MF_APPROX_UNIT 1e-8
#define MF_APPROX_ERROR 1.1e-8
static inline int64_t mf_coordinate_approx(const struct mf_coordinate *coordinate)
{
    const int count = coordinate->decimal_count < 8 ? coordinate->decimal_count : 8;
    const uint64_t decimals = mf_digits_value(coordinate->decimals, count);
    const uint64_t units =
        coordinate->degrees * mf_powers_of_ten[8] + decimals * mf_powers_of_ten[8 - count];
    return coordinate->is_negative ? -(int64_t)units : (int64_t)units;
}

/* Returns the exact value. */
double mf_coordinate_double(const struct mf_coordinate *coordinate);

#endif
