// SPDX-License-Identifier: MIT
// status_style: the colours of processings and areas by status, as OGR feature styles.
#ifndef MAPFLOW_STATUS_STYLE_H
#define MAPFLOW_STATUS_STYLE_H

// Returns the style of a polygon. `status` is a status of the service, case-insensitive, and may
// be unknown to the driver. The string lives as long as the process.
const char *OGRMapflowStatusStyle(const char *status);

#endif
