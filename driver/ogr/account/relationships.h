// SPDX-License-Identifier: MIT
// relationships: which layers of the account refer to which.
#ifndef MAPFLOW_RELATIONSHIPS_H
#define MAPFLOW_RELATIONSHIPS_H

#include <string>
#include <vector>

#include "common/compat.h"

// All of the account: of projects and their processings, and of mosaics and their images.
const std::vector<GDALRelationship> &OGRMapflowRelationships();

#endif
