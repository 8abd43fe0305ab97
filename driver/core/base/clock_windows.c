/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdint.h>

#include <windows.h>

#include <bcrypt.h>

#include "base/windows_internal.h"

double mf_clock_monotonic(void)
{
    LARGE_INTEGER now, second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&second);
    return (double)now.QuadPart / (double)second.QuadPart;
}

double mf_clock_utc(void)
{
    FILETIME now; /* in 100 ns since 1601 */
    GetSystemTimePreciseAsFileTime(&now);
    const uint64_t time = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return (double)(int64_t)(time - MF_WINDOWS_1970) * 1e-7;
}

void mf_sleep(double seconds)
{
    if (!(seconds > 0))
        return;
    Sleep(seconds < 4e6 ? (DWORD)(seconds * 1000 + 0.5) : 4000000000U);
}

int mf_random_bytes(void *out, size_t size, struct mf_error *err)
{
    if (BCryptGenRandom(NULL, out, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0)
        return mf_error_set(err, MF_ERR_FILE, "The operating system returned no random bytes");
    return 0;
}
