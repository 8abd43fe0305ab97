/* SPDX-License-Identifier: MIT */
/* name_match: finds the name that a user means.
 *
 * Names of models begin with an emoji that nobody types (API notes 1). A name matches if it is
 * equal byte for byte, or else if it is the only one that is equal without emoji, variation
 * selectors, case and surrounding or repeated white space.
 *
 * Thread-safety: pure functions. */
#ifndef MF_NAME_MATCH_H
#define MF_NAME_MATCH_H

#include <stddef.h>

#include "base/compiler.h"

MF_C_BEGIN

enum { MF_MATCH_NONE = -1, MF_MATCH_SEVERAL = -2 };

/* Returns name number `i` of `ctx`. NULL matches nothing. */
typedef const char *(*mf_name_at)(const void *ctx, size_t i);

/* Returns the index of the name that `wanted` means, MF_MATCH_NONE or MF_MATCH_SEVERAL. Identical
 * names count as one: the first. */
int mf_name_match(const char *wanted, mf_name_at name_at, const void *ctx, size_t count);

/* Whether two names are equal, ignoring emoji, case and surplus white space. Case is ignored in
 * ASCII, Latin-1, Greek and Cyrillic letters. */
int mf_name_equal_loosely(const char *a, const char *b);

MF_C_END
#endif
