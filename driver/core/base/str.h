/* SPDX-License-Identifier: MIT */
/* str: the few string helpers that C lacks.
 *
 * Thread-safety: pure functions. */
#ifndef MF_STR_H
#define MF_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ASCII characters, in any locale. */
static inline bool mf_is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* The white space of JSON and HTTP. */
static inline bool mf_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline char mf_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* A copy on the heap, NULL when out of memory. `text` may be NULL: gives NULL. */
char *mf_str_copy(const char *text);
char *mf_str_copy_part(const char *text, size_t size);

/* printf into a new string, NULL when out of memory. */
char *mf_str_format(const char *format, ...) MF_PRINTF(1, 2);

/* `text`, or NULL when it is NULL or "". */
const char *mf_str_nonblank(const char *text);

/* ASCII capitals become small, in any locale. In place; `text` may be NULL. */
void mf_str_lower(char *text);

/* ASCII comparison without case. */
int mf_str_equal_nocase(const char *a, const char *b);

/* Length of `prefix` when `text` starts with it in any case, else 0. */
size_t mf_str_prefix_nocase(const char *text, const char *prefix);

/* First place of `needle` in `text` in any case, NULL when there is none. */
const char *mf_str_find_nocase(const char *text, const char *needle);

/* The largest length <= max at which `text` can be cut without breaking a UTF-8 character. */
size_t mf_str_cut(const char *text, size_t size, size_t max);

/* Bytes of the UTF-8 character at `text`, 0 when it is none. Overlong forms and surrogates count as
 * none. Reading stops at a NUL by itself. */
size_t mf_str_character(const char *text);

/* Whether the whole text is UTF-8. */
int mf_str_is_utf8(const char *text);

/* A copy with every byte but letters, digits and "-._~" as %XX, fit for one segment of a path or
 * one value of a query. The caller frees; NULL without memory. */
char *mf_str_percent_encode(const char *text);

/* The value of a hexadecimal digit, -1 for any other character. */
int mf_hex_digit(char c);

/* Makes a text fit to be shown: bytes that are not UTF-8 become "?", control characters a space.
 * With `keep_lines` a newline stays. White space at the end goes. In place. */
void mf_str_clean(char *text, int keep_lines);

/* Runs of white space become one space, none at the ends. In place. */
void mf_str_squeeze(char *text);

/* Shortens to at most `max` bytes; what was cut is shown as "...". In place; max >= 4. */
void mf_str_shorten(char *text, size_t max);

#ifdef __cplusplus
}
#endif
#endif
