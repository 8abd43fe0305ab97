// SPDX-License-Identifier: MIT
// fork: what a process does with the work of its parent's threads.
#ifndef MAPFLOW_FORK_H
#define MAPFLOW_FORK_H

#include <utility>

#include "base/thread.h"

// After fork() the child has the futures and the data of its parent's threads, but not the threads:
// to destroy a future would wait forever. If this process was forked off since `generation` was
// taken from mf_fork_generation(), leaks what `value` holds, leaves it empty, and updates
// `generation`.
template <class T> void OGRMapflowDropIfInherited(unsigned &generation, T &value)
{
    if (generation == mf_fork_generation())
        return;
    generation = mf_fork_generation();
    (void)new T(std::move(value));
    value = T();
}

#endif
