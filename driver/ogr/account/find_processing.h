// SPDX-License-Identifier: MIT
// find_processing: finds a processing by its name (MAPFLOW:name=…).
#ifndef MAPFLOW_FIND_PROCESSING_H
#define MAPFLOW_FIND_PROCESSING_H

#include <string>

#include "common/options.h"

// Returns the id of the only processing of the account with that name. Case is ignored if none
// matches exactly. Returns "" after one CPLError when there is none, or when there are several.
std::string OGRMapflowFindProcessing(const OGRMapflowOptions &options);

#endif
