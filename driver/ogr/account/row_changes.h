// row_changes: what a user wants to change in a row, and whether he may.
#ifndef MAPFLOW_ROW_CHANGES_H
#define MAPFLOW_ROW_CHANGES_H

#include <string>
#include <vector>

#include "common/compat.h"

// How a dataset was opened.
struct OGRMapflowRights
{
    bool canChange = false; // for update
    bool canDelete = false; // and with ALLOW_DELETE=YES
};

// Each returns false after one CPLError that says what to do.
bool OGRMapflowMayChange(const OGRMapflowRights &rights);
bool OGRMapflowMayDelete(const OGRMapflowRights &rights, const char *what);
bool OGRMapflowHasName(const OGRFeature &row, const char *what);

// The columns in which `wanted` differs from `row`; those that are not set in it stay as they are.
// Returns false after one CPLError when one is not among `changeable`, or when the geometry
// differs.
bool OGRMapflowFindChanges(const OGRFeature &row, const OGRFeature &wanted,
                           const std::vector<std::string> &changeable,
                           std::vector<std::string> &changed);

#endif
