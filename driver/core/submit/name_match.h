/* SPDX-License-Identifier: MIT */
/* name_match: finds what a person means by a name that was typed again.
 *
 * Names of models begin with an emoji that nobody types (API notes 1): so a name matches byte for
 * byte, or else when it is the only one that is equal without emoji, variation selectors, case and
 * surrounding or repeated white space.
 *
 * Thread-safety: pure functions. */
#ifndef MF_NAME_MATCH_H
#define MF_NAME_MATCH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MF_MATCH_NONE = -1, MF_MATCH_SEVERAL = -2 };

/* The name number `i` of `ctx`. NULL is a name that matches nothing. */
typedef const char *(*mf_name_at)(const void *ctx, size_t i);

/* Position of the name that `wanted` means, or MF_MATCH_NONE, or MF_MATCH_SEVERAL. Names that are
 * the same byte for byte count as one: the first. */
int mf_name_match(const char *wanted, mf_name_at name_at, const void *ctx, size_t count);

/* Whether two names are equal without emoji, case and surplus white space. Case is that of ASCII,
 * Latin-1, Greek and Cyrillic letters. */
int mf_name_equal_loosely(const char *a, const char *b);

#ifdef __cplusplus
}
#endif
#endif
