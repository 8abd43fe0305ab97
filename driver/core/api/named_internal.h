/* SPDX-License-Identifier: MIT */
/* named_internal: finds one of the account's objects by its name.
 *
 * Thread-safety: a pure function. */
#ifndef MF_NAMED_INTERNAL_H
#define MF_NAMED_INTERNAL_H

#include <stddef.h>

#include "base/error.h"

struct mf_named {
    const char *id;
    const char *name;
};

/* Finds `name` among `count` objects of a kind ("mosaic"), which `at` returns: an exact match, else
 * the only match in another case. *found is its position. MF_ERR_NOT_FOUND lists the names. If
 * several objects have the name, MF_ERR_ARGUMENT lists their ids. */
int mf_named_find(struct mf_named (*at)(const void *list, size_t place), const void *list,
                  size_t count, const char *kind, const char *name, size_t *found,
                  struct mf_error *err) MF_NODISCARD;

#endif
