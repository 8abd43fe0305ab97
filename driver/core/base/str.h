/* SPDX-License-Identifier: MIT */
/* str: the few string helpers that C lacks.
 *
 * Thread-safety: pure functions. */
#ifndef MF_STR_H
#define MF_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

MF_C_BEGIN

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

/* Returns a copy on the heap, NULL without memory or if `text` is NULL. */
char *mf_str_copy(const char *text);
char *mf_str_copy_part(const char *text, size_t size);

/* printf into a new string, NULL without memory. */
char *mf_str_format(const char *format, ...) MF_PRINTF(1, 2);

/* Returns `text`, or NULL if it is NULL or only white space. */
const char *mf_str_nonblank(const char *text);

/* Converts ASCII letters to lower case, in any locale. In place; `text` may be NULL. */
void mf_str_lower(char *text);

/* Returns whether two strings are equal, ignoring ASCII case. */
int mf_str_equal_nocase(const char *a, const char *b);

/* Returns the length of `prefix` if `text` starts with it in any case, else 0. */
size_t mf_str_prefix_nocase(const char *text, const char *prefix);

/* Returns the first occurrence of `needle` in `text` in any case, NULL if there is none. */
const char *mf_str_find_nocase(const char *text, const char *needle);

/* The largest length <= max at which `text` can be cut without breaking a UTF-8 character. */
size_t mf_str_cut(const char *text, size_t size, size_t max);

/* Returns the size of the UTF-8 character at `text`, 0 if it is invalid. Overlong forms and
 * surrogates are invalid. Never reads past a NUL. */
size_t mf_str_character(const char *text);

/* Returns whether the whole string is UTF-8. */
int mf_str_is_utf8(const char *text);

/* Returns a copy with every byte except letters, digits and "-._~" as %XX, for one segment of a
 * path or one value of a query. The caller frees; NULL without memory. */
char *mf_str_percent_encode(const char *text);

/* Returns the value of a hexadecimal digit, -1 for any other character. */
int mf_hex_digit(char c);

/* Makes a string displayable: bytes that are not UTF-8 become "?", control characters a space.
 * `keep_lines` keeps newlines. White space at the end is removed. In place. */
void mf_str_clean(char *text, int keep_lines);

/* Replaces runs of white space by one space, and trims both ends. In place. */
void mf_str_squeeze(char *text);

/* Shortens to at most `max` bytes; "..." marks the cut. In place; max >= 4. */
void mf_str_shorten(char *text, size_t max);

MF_C_END
#endif
