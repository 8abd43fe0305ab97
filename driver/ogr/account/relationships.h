// SPDX-License-Identifier: MIT
// relationships: the relationships between layers of the account.
#ifndef MAPFLOW_RELATIONSHIPS_H
#define MAPFLOW_RELATIONSHIPS_H

#include <string>
#include <vector>

#include "common/compat.h"

// Returns all of them: projects to their processings, and mosaics to their images.
const std::vector<GDALRelationship> &OGRMapflowRelationships();

#endif
