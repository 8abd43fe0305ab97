// SPDX-License-Identifier: MIT
// fork: drops the work of its parent's threads in a forked process.
#ifndef MAPFLOW_FORK_H
#define MAPFLOW_FORK_H

#include <utility>

#include "base/thread.h"

// After fork() the child has the futures and the data of its parent's threads, but not the threads:
// destroying a future would wait forever. If the process was forked after `generation` was taken
// from mf_fork_generation(), leaks the content of `value`, leaves it empty, and updates
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
