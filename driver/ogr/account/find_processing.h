// SPDX-License-Identifier: MIT
// find_processing: the processing that has a name (MAPFLOW:name=…).
#ifndef MAPFLOW_FIND_PROCESSING_H
#define MAPFLOW_FIND_PROCESSING_H

#include <string>

#include "common/options.h"

// The id of the one processing of the account that is called so: exactly, else in another case.
// Returns "" after one CPLError when there is none, or when there are several.
std::string OGRMapflowFindProcessing(const OGRMapflowOptions &options);

#endif
