// SPDX-License-Identifier: MIT
// open_drivers: which drivers the process uses at the moment.
#ifndef MAPFLOW_OPEN_DRIVERS_H
#define MAPFLOW_OPEN_DRIVERS_H

#include <functional>

#include "common/compat.h"

// Whether a driver for which `matches` is true has a dataset open, of whatever thread. True as well
// when there is no memory to find out.
bool OGRMapflowIsOpen(const std::function<bool(GDALDriver &)> &matches);

#endif
