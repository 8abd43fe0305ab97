/* SPDX-License-Identifier: MIT */
/* listener: receives messages for the user, one sentence at a time. */
#ifndef MF_LISTENER_H
#define MF_LISTENER_H

#include "base/compiler.h"

struct mf_listener {
    void (*say)(void *ctx, const char *line); /* may be NULL */
    void *ctx;
};

/* Passes on a line of at most 1023 bytes. Longer lines are truncated. */
void mf_tell(const struct mf_listener *listener, const char *format, ...) MF_PRINTF(2, 3);

#endif
