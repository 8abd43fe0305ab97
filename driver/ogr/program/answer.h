// SPDX-License-Identifier: MIT
// answer: formats the rows of a command: JSON for programs, text for people.
#ifndef MAPFLOW_ANSWER_H
#define MAPFLOW_ANSWER_H

#include <string>

#include "common/compat.h"
#include "cpl_json.h"

// Converts a row to an object: a member for each column, null if unset, without geometries.
CPLJSONObject OGRMapflowObjectOf(const OGRFeature &row);

// `rows` are objects with the same members. A list becomes a JSON array, or a text table with these
// columns. Otherwise only the first row is shown, as an object, or with a line for each member that
// is not null.
std::string OGRMapflowShowJSON(const CPLJSONArray &rows, bool isList);
std::string OGRMapflowShowText(const CPLJSONArray &rows, bool isList, const char *columns);

#endif
