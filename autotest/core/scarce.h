/* scarce: memory that runs out, at each allocation in turn.
 *
 * Linked with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free: what the core and the
 * test allocate is seen, what shared libraries allocate is not; cJSON is told to allocate here. */
#ifndef SCARCE_H
#define SCARCE_H

#include "base/error.h"

/* Does one thing and gives back all it took. Returns 0 or fails with *err. */
typedef int scarce_work(struct mf_error *err);

/* Does the work over and over: once with all the memory there is, which must succeed; then without
 * the first allocation, without the second, and so on until none is missing. Each time it either
 * succeeds or fails for want of memory, and leaves nothing behind. */
void scarce_run(const char *name, scarce_work *work);

#endif
