// SPDX-License-Identifier: MIT
// unix_time: converts an OGR time to seconds, and reads its zone.
#ifndef MAPFLOW_UNIX_TIME_H
#define MAPFLOW_UNIX_TIME_H

#include "common/compat.h"
#include "cpl_time.h"

// Values of the TZFlag of an OGRField. 0 is unknown; others are quarters of an hour from UTC.
constexpr int OGR_MAPFLOW_LOCAL_ZONE = 1, OGR_MAPFLOW_UTC = 100;

// Returns the difference of the zone of a time from UTC, in s. Unknown and local times count as
// UTC.
inline int OGRMapflowZone(const OGRField &field)
{
    const int zone = field.Date.TZFlag;
    return zone > OGR_MAPFLOW_LOCAL_ZONE ? (zone - OGR_MAPFLOW_UTC) * 15 * 60 : 0;
}

// Returns whole seconds since 1970. Takes the time of the field for UTC and ignores its zone. If
// `withTime` is false, returns those of its midnight.
inline GIntBig OGRMapflowUnixTime(const OGRField &field, bool withTime = true)
{
    struct tm parts = {};
    parts.tm_year = field.Date.Year - 1900;
    parts.tm_mon = field.Date.Month - 1;
    parts.tm_mday = field.Date.Day;
    if (withTime)
    {
        parts.tm_hour = field.Date.Hour;
        parts.tm_min = field.Date.Minute;
        parts.tm_sec = static_cast<int>(field.Date.Second);
    }
    return CPLYMDHMSToUnixTime(&parts);
}

#endif
