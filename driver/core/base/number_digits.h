/* number_digits: numbers in their usual form, their digits read eight at once, and coordinates read
 * only as well as a bounding box needs.
 *
 * Internal to `number` and `geojson`. */
#ifndef MF_NUMBER_DIGITS_H
#define MF_NUMBER_DIGITS_H

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

static const uint64_t mf_powers_of_ten[9] = {1,      10,      100,      1000,     10000,
                                             100000, 1000000, 10000000, 100000000};

/* `before` with `count` digits behind it, 1 to 16, where 16 bytes can be read. */
static inline uint64_t mf_digits_append(uint64_t before, const char *p, int count)
{
    if (count > 8) {
        before = before * mf_powers_of_ten[8] + mf_digits_value(p, 8);
        p += 8;
        count -= 8;
    }
    return before * mf_powers_of_ten[count] + mf_digits_value(p, count);
}

/* A number in the form that nearly all have, "-12.345" or "12": where its parts stand. */
struct mf_plain {
    const char *whole; /* the digits before the point */
    int whole_size;    /* 1 to 15 */
    const char *fraction;
    int fraction_size; /* up to 31; 0: there is no point */
    int negative;
    const char *stop; /* the first byte behind it */
};

/* Finds the parts of the number at p. Returns 0 when it has another form, such as an exponent, or
 * is too long, or too little text follows for a quick look: then read it in another way. */
static inline int mf_plain_find(struct mf_plain *plain, const char *p, const char *end)
{
    enum { BYTES = 1 + 15 + 1 + 32 };
    if (end - p < BYTES)
        return 0;
    plain->negative = *p == '-';
    p += plain->negative;
    plain->whole = p;
    plain->whole_size = mf_digits_count(p);
    if (plain->whole_size == 0 || plain->whole_size == 16 || (*p == '0' && plain->whole_size > 1))
        return 0;
    plain->stop = p + plain->whole_size;
    plain->fraction = plain->stop + 1;
    plain->fraction_size = 0;
    if (*plain->stop == '.') {
        plain->fraction_size = mf_digits_count(plain->fraction);
        if (plain->fraction_size == 16)
            plain->fraction_size += mf_digits_count(plain->fraction + 16);
        if (plain->fraction_size == 0 || plain->fraction_size == 32)
            return 0;
        plain->stop = plain->fraction + plain->fraction_size;
    }
    return (*plain->stop | 0x20) != 'e';
}

/* What a coordinate has before its point, "-12." */
struct mf_degrees {
    uint64_t whole; /* below 1000 */
    int negative;
};

/* Reads it, where MF_COORDINATE_BYTES can be read. Returns the first digit behind the point, or
 * NULL when this is not the form of a coordinate. */
#define MF_COORDINATE_BYTES (1 + 3 + 1 + 16 + 8)
static inline const char *mf_degrees_read(const char *p, struct mf_degrees *degrees)
{
    degrees->negative = *p == '-';
    p += degrees->negative;
    uint64_t whole = (unsigned char)(*p - '0');
    if (whole > 9)
        return NULL;
    for (int more = 0; *++p != '.';) {
        const unsigned digit = (unsigned char)(*p - '0');
        if (digit > 9 || ++more > 2 || whole == 0)
            return NULL;
        whole = whole * 10 + digit;
    }
    degrees->whole = whole;
    return p + 1;
}

/* Reads the number at p, where MF_COORDINATE_BYTES can be read, only as well as a bounding box
 * needs: as a multiple of MF_APPROX_UNIT, the digits behind the eighth decimal passed over. Returns
 * the first byte behind it, or NULL: then read it in another way. */
#define MF_APPROX_UNIT 1e-8
#define MF_APPROX_ERROR 1.1e-8
static inline const char *mf_number_read_approx(const char *p, int64_t *units)
{
    struct mf_degrees degrees;
    p = mf_degrees_read(p, &degrees);
    if (p == NULL)
        return NULL;
    const int digits = mf_digits_count(p);
    uint64_t value = degrees.whole * mf_powers_of_ten[8];
    if (digits >= 8)
        value += mf_digits_value(p, 8);
    else if (digits > 0)
        value += mf_digits_value(p, digits) * mf_powers_of_ten[8 - digits];
    else
        return NULL;
    *units = degrees.negative ? -(int64_t)value : (int64_t)value;
    p += digits;
    return (unsigned char)(*p - '0') > 9 && (*p | 0x20) != 'e' ? p : NULL;
}

#endif
