// SPDX-License-Identifier: MIT
#include "common/parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

void OGRMapflowWithOptions(CSLConstList options, const std::function<void()> &work)
{
    CPLSetThreadLocalConfigOptions(options);
    work();
}

int OGRMapflowThreads(int otherwise)
{
    const char *const threads = CPLGetConfigOption("GDAL_NUM_THREADS", "ALL_CPUS");
    return EQUAL(threads, "ALL_CPUS") ? otherwise : std::max(atoi(threads), 1);
}

void OGRMapflowInParallel(size_t count, const std::function<void(size_t)> &work)
{
    const CPLStringList options(CPLGetThreadLocalConfigOptions());
    std::atomic<size_t> next{0};
    const auto takeTurns = [&]
    {
        for (size_t i = next++; i < count; i = next++)
            work(i);
    };
    // Requests mostly wait, so they run in parallel even on one processor.
    const size_t atOnce = OGRMapflowThreads(2) > 1 ? std::min(count, MAPFLOW_PARALLEL_REQUESTS) : 1;
    std::vector<std::thread> helpers;
    // This thread works too.
    try
    {
        for (size_t i = 1; i < atOnce; ++i)
            helpers.emplace_back([&] { OGRMapflowWithOptions(options.List(), takeTurns); });
    }
    catch (const std::system_error &)
    {
        // The threads that were started do the work.
    }
    takeTurns();
    for (std::thread &helper : helpers)
        helper.join();
}

bool OGRMapflowTryInParallel(size_t count, const std::function<bool(size_t, mf_error &)> &work)
{
    std::vector<OGRMapflowError> errors(count);
    std::vector<char> done(count, 0); // vector<bool> is not safe with several threads
    OGRMapflowInParallel(count, [&](size_t i) { done[i] = work(i, errors[i]); });
    const auto failed = std::find(done.begin(), done.end(), 0);
    return failed == done.end() ||
           OGRMapflowRaise(errors[static_cast<size_t>(failed - done.begin())]);
}
