// SPDX-License-Identifier: MIT
// feature_style: the styles of a result's features, as OGR feature styles.
//
// The colours are those of Mapflow's own plugin for QGIS. The theme is chosen once per result, by
// the name of the model and the fields that exist. A row then only selects one of the strings that
// were made before.
#ifndef MAPFLOW_FEATURE_STYLE_H
#define MAPFLOW_FEATURE_STYLE_H

#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/compat.h"
#include "geojson/geojson.h"
#include "result/result_set.h"

class OGRMapflowStyle
{
  public:
    // The fields that determine a style; -1 if there is none.
    struct Fields
    {
        int classId = -1;
        int height = -1; // of buildings
        int crown = -1;  // the height of trees
        int object = -1;
        bool operator<(const Fields &other) const
        {
            return std::tie(classId, height, crown, object) <
                   std::tie(other.classId, other.height, other.crown, other.object);
        }
    };

    OGRMapflowStyle(const char *model, const Fields &fields);

    // The style string of a row; it lives as long as the process.
    const char *Of(const mf_row &row) const;

    // All styles that rows may have, with their names.
    const std::vector<std::pair<std::string, const char *>> &All() const { return m_names; }

  private:
    enum class Theme
    {
        Plain,
        Buildings,
        Roads,
        Construction,
        Forest,
        ByObject // a model that finds several kinds of things: each row names its kind
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
    const Fields m_fields;
    using Row = std::vector<const char *>;
    std::vector<Row> m_buildings[SHAPE_COUNT]{}; // by class, by height
    Row m_forest[SHAPE_COUNT]{};                 // by height
    const char *m_roads[SHAPE_COUNT]{};
    const char *m_construction[SHAPE_COUNT]{};
    const char *m_outline[SHAPE_COUNT]{}; // of buildings with neither class nor height
    const char *m_plain[SHAPE_COUNT]{};
    std::vector<std::pair<std::string, const char *>> m_names{};
};

// The styles of a layer's rows. Results of one model with the same fields share a style.
class OGRMapflowStyles
{
  public:
    OGRMapflowStyles(const OGRMapflowResultSet &set, const OGRFeatureDefn &defn);

    const char *Of(const OGRMapflowRow &row) const { return m_byPart[row.part]->Of(row); }

    // The fields that Of() reads.
    const std::set<int> &Fields() const { return m_fields; }

    // Returns the styles that occur (nullptr: all that rows may have), each once and with a name.
    std::unique_ptr<OGRStyleTable> Table(const std::set<const char *> *occurring) const;

  private:
    std::vector<std::shared_ptr<const OGRMapflowStyle>> m_byPart{};
    std::set<int> m_fields{};
};

#endif
