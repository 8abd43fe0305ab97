// SPDX-License-Identifier: MIT
// parallel: several requests at once.
#ifndef MAPFLOW_PARALLEL_H
#define MAPFLOW_PARALLEL_H

#include <cstddef>
#include <functional>

#include "common/errors.h"

// Number of parallel requests that does not overload the service (API notes 19).
constexpr size_t MAPFLOW_PARALLEL_REQUESTS = 6;

// The number in GDAL_NUM_THREADS, at least 1; `otherwise` if it is unset or ALL_CPUS. With 1 the
// driver starts no thread.
int OGRMapflowThreads(int otherwise);

// Calls work(0) … work(count - 1), up to MAPFLOW_PARALLEL_REQUESTS at once, and returns after all
// have ended. Calls them one at a time with GDAL_NUM_THREADS=1. The threads have the caller's
// configuration options. `work` raises no CPLError, which would reach no error handler. Uses fewer
// threads if the system allows no more.
void OGRMapflowInParallel(size_t count, const std::function<void(size_t)> &work);

// The same for work that may fail and then sets its error. Returns false after one CPLError, that
// of the lowest number that failed.
bool OGRMapflowTryInParallel(size_t count, const std::function<bool(size_t, mf_error &)> &work);

// Runs `work` with configuration options that CPLGetThreadLocalConfigOptions returned in another
// thread.
void OGRMapflowWithOptions(CSLConstList options, const std::function<void()> &work);

#endif
