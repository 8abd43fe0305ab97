// SPDX-License-Identifier: MIT
// feature_style: how the features of a result look, as OGR feature styles.
//
// The colours are those of Mapflow's own plugin for QGIS. What applies is chosen once a layer, by
// the name of the model and the fields that are there; a row then only picks one of the strings
// made before.
#ifndef MAPFLOW_FEATURE_STYLE_H
#define MAPFLOW_FEATURE_STYLE_H

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/compat.h"
#include "geojson/geojson.h"

class OGRMapflowStyle
{
  public:
    OGRMapflowStyle(const char *model, const OGRFeatureDefn &defn);

    // The style string of a row; it lives as long as the process.
    const char *Of(const mf_row &row) const;

    // The fields that Of() looks at.
    std::vector<int> Fields() const;

    // The styles that occur, nullptr: all that rows may have, each once and with a name.
    std::unique_ptr<OGRStyleTable> Table(const std::set<const char *> *occurring) const;

  private:
    enum class Theme
    {
        Plain,
        Buildings,
        Roads,
        Construction,
        Forest,
        ByObject // of a model that finds several kinds of things: a row says which it is
    };
    enum Shape
    {
        POINT,
        LINE,
        POLYGON,
        SHAPE_COUNT
    };
    struct Colours
    {
        const char *fill;
        const char *line;
    };

    static Shape ShapeOf(const mf_row &row);
    Theme ThemeOf(const mf_row &row) const;
    size_t ClassOf(const mf_row &row) const;
    size_t BuildingHeightOf(const mf_row &row) const;
    size_t ForestHeightOf(const mf_row &row, Shape shape) const;
    const char *Make(const std::string &name, Shape shape, const Colours &colours);

    Theme m_theme = Theme::Plain;
    int m_classField;
    int m_heightField; // of buildings
    int m_crownField;  // the height of trees
    int m_objectField;
    using Row = std::vector<const char *>;
    std::vector<Row> m_buildings[SHAPE_COUNT]{}; // by class, by height
    Row m_forest[SHAPE_COUNT]{};                 // by height
    const char *m_roads[SHAPE_COUNT]{};
    const char *m_construction[SHAPE_COUNT]{};
    const char *m_outline[SHAPE_COUNT]{}; // of buildings of which nothing more is known
    const char *m_plain[SHAPE_COUNT]{};
    std::vector<std::pair<std::string, const char *>> m_names{};
};

#endif
