/* SPDX-License-Identifier: MIT */
#include "api/named_internal.h"

#include <string.h>

#include "base/str.h"

/* How well a name matches, best last. */
enum fit { NO_FIT, OTHER_CASE, EXACT };

static enum fit fit_of(struct mf_named object, const char *name)
{
    return strcmp(object.name, name) == 0           ? EXACT
           : mf_str_equal_nocase(object.name, name) ? OTHER_CASE
                                                    : NO_FIT;
}

static const size_t most_named = 20; /* in a message */

int mf_named_find(struct mf_named (*at)(const void *list, size_t place), const void *list,
                  size_t count, const char *kind, const char *name, size_t *found,
                  struct mf_error *err)
{
    enum fit best = NO_FIT;
    size_t fitting = 0;
    for (size_t i = 0; i < count; i++) {
        const enum fit fit = fit_of(at(list, i), name);
        if (fit > best) {
            best = fit;
            fitting = 0;
            *found = i;
        }
        fitting += fit == best;
    }
    if (best != NO_FIT && fitting == 1)
        return 0;
    const size_t shown = best == NO_FIT ? count : fitting;
    if (best == NO_FIT)
        mf_error_set(err, MF_ERR_NOT_FOUND, "there is no %s \"%.100s\". The account has%s", kind,
                     name, count == 0 ? " none" : "");
    else
        mf_error_set(err, MF_ERR_ARGUMENT,
                     "several %ss are called \"%.100s\". Use the UUID of one:", kind, name);
    size_t listed = 0;
    for (size_t i = 0; i < count && listed < most_named; i++) {
        if (best != NO_FIT && fit_of(at(list, i), name) != best)
            continue;
        mf_error_append(err, best == NO_FIT ? "%s \"%.60s\"" : "%s %.60s", listed++ > 0 ? "," : "",
                        best == NO_FIT ? at(list, i).name : at(list, i).id);
    }
    return shown > listed ? mf_error_append(err, " and %zu more", shown - listed) : -1;
}
