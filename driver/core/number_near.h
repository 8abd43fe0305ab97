/* number_near: runs of digits, eight at once, and coordinates read only as well as a bounding box
 * needs.
 *
 * Internal to `number` and `geojson`. */
#ifndef MF_NUMBER_NEAR_H
#define MF_NUMBER_NEAR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* The value of `count` digits at p, 1 to 8, where eight bytes can be read. */
static inline uint64_t mf_digits_value(const char *p, int count)
{
    uint64_t digits;
    memcpy(&digits, p, sizeof digits);
    digits = (digits ^ 0x3030303030303030U) << (64 - 8 * count);
    digits = digits * 10 + (digits >> 8);
    return (((digits & 0x000000FF000000FFU) * 0x000F424000000064U) +
            (((digits >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U)) >>
           32;
}
#else
static inline uint64_t mf_digits_value(const char *p, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; ++i)
        value = value * 10 + (uint64_t)(p[i] - '0');
    return value;
}
#endif

/* How many digits stand at p, at most 16, where 16 bytes can be read. */
static inline int mf_digits_count(const char *p)
{
#if defined(__SSE2__)
    const __m128i digits =
        _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('0'));
    const __m128i are_digits = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    return __builtin_ctz(~(unsigned)_mm_movemask_epi8(are_digits));
#else
    int count = 0;
    while (count < 16 && (unsigned char)(p[count] - '0') <= 9)
        ++count;
    return count;
#endif
}

/* Appends up to eight digits at p to the mantissa, where 16 bytes can be read; returns how many. */
static inline int mf_digits_up_to_eight(const char *p, uint64_t *mantissa)
{
    static const uint64_t powers_of_ten[9] = {1,      10,      100,      1000,     10000,
                                              100000, 1000000, 10000000, 100000000};
    const int found = mf_digits_count(p);
    const int count = found < 8 ? found : 8;
    if (count > 0)
        *mantissa = *mantissa * powers_of_ten[count] + mf_digits_value(p, count);
    return count;
}

/* Reads the number at p when it has the plain form of a coordinate, "-12.345…", and enough text
 * follows. The digits behind the eighth decimal are passed over: the value is wrong by less than
 * MF_NUMBER_NEAR_ERROR. Returns the first byte behind it, or NULL: then read it in another way. */
#define MF_NUMBER_NEAR_ERROR 1.1e-8
static inline const char *mf_number_read_near(const char *p, const char *end, double *value)
{
    static const double parts[9] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8};
    enum { MOST_BYTES = 1 + 3 + 1 + 16 + 8 };
    if (end - p < MOST_BYTES)
        return NULL;
    const int negative = *p == '-';
    p += negative;
    unsigned whole = (unsigned char)(*p++ - '0');
    if (whole > 9)
        return NULL;
    for (int more = 0; *p != '.'; ++p) {
        const unsigned digit = (unsigned char)(*p - '0');
        if (digit > 9 || ++more > 2 || whole == 0)
            return NULL;
        whole = whole * 10 + digit;
    }
    const int digits = mf_digits_count(++p);
    const char *const stop = p + digits;
    if (digits == 0 || (unsigned char)(*stop - '0') <= 9 || (*stop | 0x20) == 'e')
        return NULL;
    const int used = digits < 8 ? digits : 8;
    const double near = (double)(int)whole + (double)(int)mf_digits_value(p, used) * parts[used];
    *value = negative ? -near : near;
    return stop;
}

#endif
