/* SPDX-License-Identifier: MIT */
/* number: JSON numbers to and from doubles and integers, exact and independent of the locale.
 *
 * The doubles are correctly rounded (to nearest, ties to even), so that a coordinate read here has
 * the bits that strtod gives in the C locale.
 *
 * Thread-safety: pure functions. */
#ifndef MF_NUMBER_H
#define MF_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

MF_C_BEGIN

/* A number as written in the JSON text. */
struct mf_number {
    const char *text;
    size_t size;
    size_t exponent_size; /* characters of the exponent with its sign, 0 if there is none */
    bool is_real;         /* has a fraction or an exponent */
};

/* Parses the number at p by the grammar of RFC 8259. Returns the first byte after it; `end` if the
 * text ends before the number is known to be complete; NULL if it is not a JSON number. */
const char *mf_number_parse(const char *p, const char *end, struct mf_number *number);

/* The value as a double. Overflow gives infinity, underflow 0 or a subnormal. */
double mf_number_double(const struct mf_number *number);

/* Returns the digits before the point or exponent as an integer, clamped to int64_t. */
int64_t mf_number_int64(const struct mf_number *number);

/* Returns whether those digits exceed the range of int64_t. */
bool mf_number_exceeds_int64(const struct mf_number *number);

/* Returns the value of a string that is exactly a JSON number, NAN for any other string. text[size]
 * must be readable and not part of a number, such as a NUL. */
double mf_number_of_string(const char *text, size_t size);

#define MF_NUMBER_TEXT_SIZE 40

/* Writes a double with up to 17 significant digits as json-c does: like printf("%.17g") in the C
 * locale, with ".0" appended if it would look like an integer. Returns the length. */
size_t mf_number_format(double value, char text[MF_NUMBER_TEXT_SIZE]);

MF_C_END
#endif
