/* number: JSON numbers to and from doubles and integers, exact and independent of the locale.
 *
 * The doubles are correctly rounded (to nearest, ties to even), so that a coordinate read here has
 * the bits that strtod gives in the C locale.
 *
 * Thread-safety: pure functions. */
#ifndef MF_NUMBER_H
#define MF_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A number as it stands in the text. `mantissa` holds its first 19 significant digits. */
struct mf_number {
    uint64_t mantissa;
    int32_t exponent; /* value = mantissa × 10^exponent, when not truncated */
    unsigned char negative;
    unsigned char real;      /* has a fraction or an exponent */
    unsigned char truncated; /* more than 19 significant digits, or an exponent out of range */
    unsigned char exponent_digits; /* characters of the exponent with its sign, at most 255 */
    const char *text;
    size_t size;
};

/* Reads the number at p, in the grammar of RFC 8259. Returns the first byte behind it; `end` when
 * the text ends before the number certainly does; NULL when this is no JSON number. */
const char *mf_number_lex(const char *p, const char *end, struct mf_number *number);

/* Reads the number at p straight to a double when it has the plain form of a coordinate,
 * "-12.345…", and enough text follows. Returns the first byte behind it, or NULL: then lex it. */
const char *mf_number_read_plain(const char *p, const char *end, double *value);

/* The value as a double. Overflow gives infinity, underflow 0 or a subnormal. */
double mf_number_double(const struct mf_number *number);

/* The value of an integer (real == 0), limited to the range of int64_t. */
int64_t mf_number_int64(const struct mf_number *number);

/* The correctly rounded value of a JSON number of any length: the slow, general way. */
double mf_number_double_exact(const char *text, size_t size);

#define MF_NUMBER_TEXT_SIZE 40

/* Writes a double with up to 17 significant digits as json-c does: like printf("%.17g") in the C
 * locale, and with ".0" behind what would look like an integer. Returns the length. */
size_t mf_number_format(double value, char text[MF_NUMBER_TEXT_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
