// SPDX-License-Identifier: MIT
// scene_filter: the parts of an attribute filter and of a sort order that the catalogue can apply.
//
// The service lets rows with unknown values pass each of its filters, and OGR SQL drops them. So a
// pushed filter never drops a row that OGR keeps, and all rows are checked again here.
#ifndef MAPFLOW_SCENE_FILTER_H
#define MAPFLOW_SCENE_FILTER_H

#include <cmath>
#include <functional>
#include <optional>
#include <string>

#include "api/catalogue.h"
#include "common/compat.h"

// Conditions that every row of the result meets. The attribute filter may have more of them.
// Without a condition, numbers are NaN and lists are empty.
struct OGRMapflowSceneFilter
{
    double acquired[2] = {NAN, NAN}; // s since 1970, both ends with a margin
    double resolution[2] = {NAN, NAN};
    double maxCloudCover = NAN;
    double minIntersection = NAN;
    double angle[2] = {NAN, NAN}; // absolute values
    CPLStringList providers{};
    CPLStringList productTypes{};

    // Reads the comparisons that a filter on the layer `scenes` combines with AND: a column and a
    // constant with =, <, <=, >, >=, BETWEEN or IN. `query` may be nullptr.
    static OGRMapflowSceneFilter Read(OGRFeatureQuery *query, const OGRFeatureDefn &defn);

    // Calls use(filter) with the core's struct, which is valid only during the call.
    void Use(const std::function<void(const mf_scene_filter &)> &use) const;

    bool operator==(const OGRMapflowSceneFilter &other) const { return Text() == other.Text(); }

  private:
    std::string Text() const;
};

struct OGRMapflowSceneOrder
{
    std::string token{}; // sort key of the service, "" for its default order
    bool isDescending = false;
    // With a LIMIT: after this many rows with a value in the column at index `column`, no other row
    // can be in the result. -1: all rows are needed.
    GIntBig enough = -1;
    int column = -1;

    bool operator==(const OGRMapflowSceneOrder &other) const
    {
        return token == other.token && isDescending == other.isDescending;
    }

    // Reads the order from an OGR SQL statement that selects rows of the layer and sorts them by
    // one column that the service can sort by. Returns an empty order for any other.
    static OGRMapflowSceneOrder Read(const char *statement, OGRFeatureDefn &defn);
};

#endif
