/* SPDX-License-Identifier: MIT */
/* former_names: the names that a processing had when this user read it.
 *
 * QGIS projects and scripts refer to a layer by its name at the time, and any member of a project
 * may rename a processing. The names are a small file of the result's cache entry, a JSON array,
 * and are removed with it.
 *
 * Thread-safety: all functions may be called from any thread. If two processes add a name at the
 * same moment, one name may be lost. */
#ifndef MF_FORMER_NAMES_H
#define MF_FORMER_NAMES_H

#include <stdbool.h>

#include "base/error.h"

MF_C_BEGIN

/* Limit of kept names: the oldest is dropped. */
#define MF_FORMER_NAMES_MAX 20

/* Adds a name to those of a cached result. A name already there moves to the end. A NULL
 * `directory` is the user's own; `id` is a UUID in lower case. */
int mf_former_names_add(const char *directory, const char *base_url, const char *id,
                        const char *name, struct mf_error *err) MF_NODISCARD;

/* Returns whether the processing had that name, in any case of letters. */
bool mf_former_names_hold(const char *directory, const char *base_url, const char *id,
                          const char *name);

MF_C_END
#endif
