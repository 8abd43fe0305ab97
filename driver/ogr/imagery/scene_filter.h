// SPDX-License-Identifier: MIT
// scene_filter: the part of an attribute filter, and of an order, that the catalogue answers.
//
// The service lets unknown values pass each of its filters, and OGR SQL drops them: what is pushed
// never drops a row that OGR keeps, and all rows are checked again here.
#ifndef MAPFLOW_SCENE_FILTER_H
#define MAPFLOW_SCENE_FILTER_H

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/catalogue.h"
#include "common/compat.h"

// Conditions that each row of the answer fulfils; there may be others in the attribute filter.
// Numbers are NaN and lists empty where nothing is asked.
struct OGRMapflowSceneFilter
{
    double acquired[2] = {NAN, NAN}; // s since 1970, both ends with a margin
    double resolution[2] = {NAN, NAN};
    double maxCloudCover = NAN;
    double minIntersection = NAN;
    double angle[2] = {NAN, NAN}; // absolute values
    std::vector<std::string> providers{};
    std::vector<std::string> productTypes{};

    // Looks at the comparisons between the ANDs of a filter on the layer `scenes`: column and
    // constant with =, <, <=, >, >=, BETWEEN or IN. `query` may be nullptr.
    static OGRMapflowSceneFilter Read(OGRFeatureQuery *query, const OGRFeatureDefn &defn);

    // Calls use(filter) with what the core takes, which lives as long as the call.
    void Use(const std::function<void(const mf_scene_filter &)> &use) const;

    bool operator==(const OGRMapflowSceneFilter &other) const { return Text() == other.Text(); }

  private:
    std::string Text() const;
};

// The order of the rows of a statement.
struct OGRMapflowSceneOrder
{
    std::string token{}; // of the service, "" for its own order
    bool isDescending = false;
    // With a LIMIT: after so many rows with a value in the column at `column` no other row can be
    // in the answer. -1: all rows are needed.
    GIntBig enough = -1;
    int column = -1;

    bool operator==(const OGRMapflowSceneOrder &other) const
    {
        return token == other.token && isDescending == other.isDescending;
    }

    // Of a statement in OGR SQL that selects rows of the layer and orders them by one column that
    // the service can sort by.
    static OGRMapflowSceneOrder Read(const char *statement, OGRFeatureDefn &defn);
};

#endif
