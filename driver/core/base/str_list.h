/* SPDX-License-Identifier: MIT */
/* str_list: lists of strings as documents hold them (tags, data types), and sets of strings that
 * were seen.
 *
 * Both begin with zeros.
 *
 * Thread-safety: each belongs to its owner. */
#ifndef MF_STR_LIST_H
#define MF_STR_LIST_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mf_str_list {
    char **items;
    size_t count;
};

/* Appends a copy. Returns -1 without memory; then nothing has changed. */
int mf_str_list_add(struct mf_str_list *list, const char *text) MF_NODISCARD;
void mf_str_list_free(struct mf_str_list *list); /* NULL-safe, empties it */

/* Copies the strings of an array member; other entries, and anything but an array, count as
 * nothing. *failed is set when there is no memory, else left as it was. */
void mf_str_list_take(struct mf_str_list *list, const cJSON *object, const char *name, int *failed);

/* The list as a JSON array, which the caller deletes; NULL without memory. */
cJSON *mf_str_list_json(const struct mf_str_list *list);

/* Strings by their checksums: two of a billion are taken for one with a chance of 1 in 10^11. */
struct mf_str_set {
    uint64_t *slots; /* a hash table; 0: free */
    size_t count, room;
};

/* 1 when `text` is new, which it is no longer; 0 when it was there; -1 without memory. */
int mf_str_set_add(struct mf_str_set *set, const char *text) MF_NODISCARD;
void mf_str_set_free(struct mf_str_set *set); /* NULL-safe, empties it */

#ifdef __cplusplus
}
#endif
#endif
