#include "base/number.h"

#include <math.h>
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

/* ---- decimal to binary ----------------------------------------------------------------------
 * The method of D. Lemire, "Number Parsing at a Gigabyte per Second" (2021): the mantissa times a
 * 128-bit approximation of the power of five. Within these powers the approximation is always good
 * enough to round; what lies outside goes the exact way. */

#define POWER_MIN (-27)
#define POWER_MAX 22

/* The most significant 128 bits of 5^q, high word first; rounded up for negative q. */
/* clang-format off */
static const uint64_t powers_of_five[POWER_MAX - POWER_MIN + 1][2] = {
    {0x9e74d1b791e07e48U, 0x775ea264cf55347eU},
    {0xc612062576589ddaU, 0x95364afe032a819eU},
    {0xf79687aed3eec551U, 0x3a83ddbd83f52205U},
    {0x9abe14cd44753b52U, 0xc4926a9672793543U},
    {0xc16d9a0095928a27U, 0x75b7053c0f178294U},
    {0xf1c90080baf72cb1U, 0x5324c68b12dd6339U},
    {0x971da05074da7beeU, 0xd3f6fc16ebca5e04U},
    {0xbce5086492111aeaU, 0x88f4bb1ca6bcf585U},
    {0xec1e4a7db69561a5U, 0x2b31e9e3d06c32e6U},
    {0x9392ee8e921d5d07U, 0x3aff322e62439fd0U},
    {0xb877aa3236a4b449U, 0x09befeb9fad487c3U},
    {0xe69594bec44de15bU, 0x4c2ebe687989a9b4U},
    {0x901d7cf73ab0acd9U, 0x0f9d37014bf60a11U},
    {0xb424dc35095cd80fU, 0x538484c19ef38c95U},
    {0xe12e13424bb40e13U, 0x2865a5f206b06fbaU},
    {0x8cbccc096f5088cbU, 0xf93f87b7442e45d4U},
    {0xafebff0bcb24aafeU, 0xf78f69a51539d749U},
    {0xdbe6fecebdedd5beU, 0xb573440e5a884d1cU},
    {0x89705f4136b4a597U, 0x31680a88f8953031U},
    {0xabcc77118461cefcU, 0xfdc20d2b36ba7c3eU},
    {0xd6bf94d5e57a42bcU, 0x3d32907604691b4dU},
    {0x8637bd05af6c69b5U, 0xa63f9a49c2c1b110U},
    {0xa7c5ac471b478423U, 0x0fcf80dc33721d54U},
    {0xd1b71758e219652bU, 0xd3c36113404ea4a9U},
    {0x83126e978d4fdf3bU, 0x645a1cac083126eaU},
    {0xa3d70a3d70a3d70aU, 0x3d70a3d70a3d70a4U},
    {0xccccccccccccccccU, 0xcccccccccccccccdU},
    {0x8000000000000000U, 0x0000000000000000U},
    {0xa000000000000000U, 0x0000000000000000U},
    {0xc800000000000000U, 0x0000000000000000U},
    {0xfa00000000000000U, 0x0000000000000000U},
    {0x9c40000000000000U, 0x0000000000000000U},
    {0xc350000000000000U, 0x0000000000000000U},
    {0xf424000000000000U, 0x0000000000000000U},
    {0x9896800000000000U, 0x0000000000000000U},
    {0xbebc200000000000U, 0x0000000000000000U},
    {0xee6b280000000000U, 0x0000000000000000U},
    {0x9502f90000000000U, 0x0000000000000000U},
    {0xba43b74000000000U, 0x0000000000000000U},
    {0xe8d4a51000000000U, 0x0000000000000000U},
    {0x9184e72a00000000U, 0x0000000000000000U},
    {0xb5e620f480000000U, 0x0000000000000000U},
    {0xe35fa931a0000000U, 0x0000000000000000U},
    {0x8e1bc9bf04000000U, 0x0000000000000000U},
    {0xb1a2bc2ec5000000U, 0x0000000000000000U},
    {0xde0b6b3a76400000U, 0x0000000000000000U},
    {0x8ac7230489e80000U, 0x0000000000000000U},
    {0xad78ebc5ac620000U, 0x0000000000000000U},
    {0xd8d726b7177a8000U, 0x0000000000000000U},
    {0x878678326eac9000U, 0x0000000000000000U},
};
/* clang-format on */

static double double_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 uint128;

/* Sets *value and returns 1, or returns 0 where this way cannot tell the rounding. mantissa > 0. */
static inline int round_product(uint64_t mantissa, int power, double *value)
{
    const uint64_t *const five = powers_of_five[power - POWER_MIN];
    const int zeros = __builtin_clzll(mantissa);
    const uint64_t w = mantissa << zeros;
    const uint128 product = (uint128)w * five[0];
    uint64_t high = (uint64_t)(product >> 64);
    uint64_t low = (uint64_t)product;
    if ((high & 0x1FF) == 0x1FF) {
        const uint64_t more = (uint64_t)(((uint128)w * five[1]) >> 64);
        low += more;
        high += low < more;
    }
    const int top = (int)(high >> 63);
    const int shift = top + 9;
    uint64_t bits = high >> shift;
    int64_t exponent = (((int64_t)217706 * power) >> 16) + 63 + top - zeros + 1023;
    if (exponent <= 0 || exponent >= 0x7FE)
        return 0;
    /* Exactly half way: round to even, so take back the bit that would round up. */
    if (low <= 1 && power >= -4 && power <= 23 && (bits & 3) == 1 && bits << shift == high)
        bits &= ~(uint64_t)1;
    bits += bits & 1;
    bits >>= 1;
    if (bits >= (uint64_t)2 << 52) {
        bits = (uint64_t)1 << 52;
        ++exponent;
    }
    bits &= ~((uint64_t)1 << 52);
    *value = double_from_bits(bits | (uint64_t)exponent << 52);
    return 1;
}
#else
static int round_product(uint64_t mantissa, int power, double *value)
{
    (void)mantissa, (void)power, (void)value;
    return 0;
}
#endif

double mf_number_double(const struct mf_number *number)
{
    double value;
    if (number->truncated)
        return mf_number_double_exact(number->text, number->size);
    if (number->mantissa == 0)
        return number->negative && number->real ? -0.0 : 0.0;
    if (!number->real && number->mantissa > (uint64_t)INT64_MAX)
        return mf_number_double_exact(number->text, number->size);
    if (number->exponent < POWER_MIN || number->exponent > POWER_MAX ||
        !round_product(number->mantissa, number->exponent, &value))
        return mf_number_double_exact(number->text, number->size);
    return number->negative ? -value : value;
}

const char *mf_number_read_plain(const char *p, const char *end, double *value)
{
    struct mf_degrees degrees;
    p = end - p >= MF_COORDINATE_BYTES ? mf_degrees_read(p, &degrees) : NULL;
    if (p == NULL)
        return NULL;
    const int digits = mf_digits_count(p);
    const uint64_t mantissa = digits > 0 ? mf_digits_append(degrees.whole, p, digits) : 0;
    p += digits;
    if (mantissa == 0 || (unsigned char)(*p - '0') <= 9 || (*p | 0x20) == 'e' ||
        !round_product(mantissa, -digits, value))
        return NULL;
    if (degrees.negative)
        *value = -*value;
    return p;
}
