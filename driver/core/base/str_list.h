/* SPDX-License-Identifier: MIT */
/* str_list: lists of strings from documents (tags, data types), and sets of strings seen so far.
 *
 * Zero-initialise both.
 *
 * Thread-safety: each belongs to its owner. */
#ifndef MF_STR_LIST_H
#define MF_STR_LIST_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

MF_C_BEGIN

struct mf_str_list {
    char **items;
    size_t count;
};

/* Appends a copy. Returns -1 without memory, and then changes nothing. */
int mf_str_list_add(struct mf_str_list *list, const char *text) MF_NODISCARD;
void mf_str_list_free(struct mf_str_list *list); /* NULL-safe, empties it */

/* Copies the strings of an array member. Skips other entries; anything but an array counts as
 * empty. Sets *failed without memory, else leaves it as it was. */
void mf_str_list_take(struct mf_str_list *list, const cJSON *object, const char *name, int *failed);

/* Returns the list as a JSON array, which the caller deletes; NULL without memory. */
cJSON *mf_str_list_json(const struct mf_str_list *list);

/* Strings by their 63-bit checksums: in a set of a billion, a new string is taken for a known one
 * with a chance of 1 in 10^10. */
struct mf_str_set {
    uint64_t *slots; /* a hash table; 0: free */
    size_t count, room;
};

/* Adds a string. Returns 1 if it is new, 0 if it was there, -1 without memory. */
int mf_str_set_add(struct mf_str_set *set, const char *text) MF_NODISCARD;
void mf_str_set_free(struct mf_str_set *set); /* NULL-safe, empties it */

MF_C_END
#endif
