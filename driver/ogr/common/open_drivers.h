// SPDX-License-Identifier: MIT
// open_drivers: which drivers the process uses at the moment.
#ifndef MAPFLOW_OPEN_DRIVERS_H
#define MAPFLOW_OPEN_DRIVERS_H

#include <functional>

#include "common/compat.h"

// Whether any thread has a dataset open of a driver for which `matches` is true. Also true if there
// is no memory to find out.
bool OGRMapflowIsOpen(const std::function<bool(GDALDriver &)> &matches);

#endif
