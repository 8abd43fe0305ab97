// SPDX-License-Identifier: MIT
// parallel: several requests at once.
#ifndef MAPFLOW_PARALLEL_H
#define MAPFLOW_PARALLEL_H

#include <cstddef>
#include <functional>

#include "common/compat.h"

// What a service can be asked at once without being pressed (API notes 19).
constexpr size_t MAPFLOW_PARALLEL_REQUESTS = 6;

// The number in GDAL_NUM_THREADS, at least 1; `otherwise` when it has none. With 1 the driver
// starts no thread.
int OGRMapflowThreads(int otherwise);

// Calls work(0) … work(count - 1), up to MAPFLOW_PARALLEL_REQUESTS at once, and returns when all
// have ended. One at a time with GDAL_NUM_THREADS=1. The threads have the caller's configuration
// options. `work` reports no CPLError: it would reach nobody's error handler. Where the system
// gives no more threads there are fewer.
void OGRMapflowInParallel(size_t count, const std::function<void(size_t)> &work);

// Runs `work` with configuration options that were taken from another thread by
// CPLGetThreadLocalConfigOptions.
void OGRMapflowWithOptions(CSLConstList options, const std::function<void()> &work);

#endif
