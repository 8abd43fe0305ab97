#include "http/outage.h"

#include <stdio.h>
#include <string.h>

#include "base/thread.h"
#include "http/url.h"

/* Guarded by the global lock. */
static char last_origin[MF_URL_ORIGIN_SIZE];
static double last_time;

void mf_circuit_open(const char *origin, double now)
{
    mf_global_lock();
    snprintf(last_origin, sizeof last_origin, "%s", origin);
    last_time = now;
    mf_global_unlock();
}

int mf_circuit_is_open(const char *origin, double now)
{
    mf_global_lock();
    const int lasts = strcmp(last_origin, origin) == 0 && now - last_time < MF_OUTAGE;
    mf_global_unlock();
    return lasts;
}

void mf_circuit_close(const char *origin)
{
    mf_global_lock();
    if (strcmp(last_origin, origin) == 0)
        last_origin[0] = '\0';
    mf_global_unlock();
}
