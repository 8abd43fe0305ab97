// SPDX-License-Identifier: MIT
// answer: rows as a command shows them: JSON for programs, text for people.
#ifndef MAPFLOW_ANSWER_H
#define MAPFLOW_ANSWER_H

#include <string>

#include "common/compat.h"
#include "cpl_json.h"

// A row as an object: a member for each column, null when it is not set. Geometries are left out.
CPLJSONObject OGRMapflowObjectOf(const OGRFeature &row);

// `rows` are objects with the same members. Of a list JSON is an array and text a table with these
// columns; else the first is shown, as an object, or with a line for each member that is not null.
std::string OGRMapflowShowJSON(const CPLJSONArray &rows, bool isList);
std::string OGRMapflowShowText(const CPLJSONArray &rows, bool isList, const char *columns);

#endif
