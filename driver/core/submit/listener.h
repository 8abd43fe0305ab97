/* SPDX-License-Identifier: MIT */
/* listener: who hears what a user should know, a sentence at a time. */
#ifndef MF_LISTENER_H
#define MF_LISTENER_H

#include "base/compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mf_listener {
    void (*say)(void *ctx, const char *line); /* may be NULL */
    void *ctx;
};

/* Says a line of at most 1023 bytes; what is longer is cut. */
void mf_tell(const struct mf_listener *listener, const char *format, ...) MF_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
