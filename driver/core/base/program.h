/* SPDX-License-Identifier: MIT */
/* program: the command that this process was started with.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_PROGRAM_H
#define MF_PROGRAM_H

#include <stdbool.h>

#include "base/compiler.h"

MF_C_BEGIN

/* Returns whether the process was started as `name`, in any folder, with `verb` as its first
 * argument (NULL: any). A name has no ".exe". False on systems without
 * /proc, except Windows. */
bool mf_program_is(const char *name, const char *verb);

MF_C_END
#endif
