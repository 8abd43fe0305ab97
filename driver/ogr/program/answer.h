// SPDX-License-Identifier: MIT
// answer: formats the rows of a command: JSON for programs, text for people.
#ifndef MAPFLOW_ANSWER_H
#define MAPFLOW_ANSWER_H

#include <string>

#include "common/compat.h"
#include "cpl_json.h"

// Converts a row to an object: a member for each column, null if unset, without geometries.
CPLJSONObject OGRMapflowObjectOf(const OGRFeature &row);

// `rows` are objects with the same members. A list is shown as a JSON array, or as a text table of
// `columns`. If it is not a list, only its first row is shown: as a JSON object, or as a line of
// text for each member that is not null.
std::string OGRMapflowShowJSON(const CPLJSONArray &rows, bool isList);
std::string OGRMapflowShowText(const CPLJSONArray &rows, bool isList, const char *columns);

#endif
