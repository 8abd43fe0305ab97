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

/* Finds `name` among `count` objects of a kind ("mosaic"), which `at` returns. A name matches
 * exactly, or else without regard to case if only one object matches. *found is its index.
 * MF_ERR_NOT_FOUND lists the names of the objects. MF_ERR_ARGUMENT, if several have the name, lists
 * their ids. */
int mf_named_find(struct mf_named (*at)(const void *list, size_t place), const void *list,
                  size_t count, const char *kind, const char *name, size_t *found,
                  struct mf_error *err) MF_NODISCARD;

#endif
