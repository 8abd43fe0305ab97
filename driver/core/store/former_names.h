/* SPDX-License-Identifier: MIT */
/* former_names: what a processing was called when this user read it.
 *
 * Projects of QGIS and scripts name a layer as it was called, and any member of a project may
 * rename a processing. The names are a small file of the result's entry in the cache, a JSON array,
 * and go with it.
 *
 * Thread-safety: all functions may be called from any thread. Of two processes that add a name at
 * the same moment one may lose its own. */
#ifndef MF_FORMER_NAMES_H
#define MF_FORMER_NAMES_H

#include <stdbool.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* More are not kept: the oldest go. */
#define MF_FORMER_NAMES_MAX 20

/* Adds a name to those of a result that is in the cache; one that is there becomes the last.
 * `directory` NULL: the user's own; `id` is a UUID in lower case. */
int mf_former_names_add(const char *directory, const char *base_url, const char *id,
                        const char *name, struct mf_error *err) MF_NODISCARD;

/* Whether the processing was called so; in any case of letters. */
bool mf_former_names_hold(const char *directory, const char *base_url, const char *id,
                          const char *name);

#ifdef __cplusplus
}
#endif
#endif
