// SPDX-License-Identifier: MIT
#include "result/feature_style.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

#include "result/result_rows.h"

namespace
{

// Classes of buildings; the last colour is that of a building without a class.
constexpr const char *CLASSES[] = {"101", "102", "103", "104", "105"};
constexpr const char *CLASS_COLOURS[] = {"D7191C", "F69053", "DD00FF",
                                         "A666DE", "9DC357", "2B83BA"};
constexpr size_t CLASS_COUNT = 5;

// Heights in m, and the colours between them, the lowest first.
const std::vector<double> BUILDING_STEPS = {3, 10, 20, 40, 60, 80, 100};
constexpr const char *BUILDING_RAMP[] = {"FFFFCC", "FFEDA0", "FED976", "FEB24C",
                                         "FD8D3C", "FC4E2A", "E31A1C", "B10026"};
const std::vector<double> CROWN_STEPS = {5, 9, 12, 17};
const std::vector<double> CROWN_POINT_STEPS = {7, 9, 12, 17};
constexpr const char *CROWN_RAMP[] = {"C7F0B4", "A1E37F", "67D53C", "3F9E1E", "1F6B0A"};

// A program uses the first symbol that it knows. The first one is for KML, where any id is the
// address of an icon, the second for QGIS.
constexpr const char *DOT = "https://maps.google.com/mapfiles/kml/shapes/shaded_dot.png,ogr-sym-3";

// Returns an equal string that lives as long as the process: features outlive layers.
const char *Intern(const std::string &text)
{
    static std::mutex mutex;
    static auto *const known = new std::set<std::string>();
    const std::lock_guard<std::mutex> lock(mutex);
    return known->insert(text).first->c_str();
}

bool Holds(const char *text, const char *part)
{
    return CPLString(text).ifind(part) != std::string::npos;
}

} // namespace

OGRMapflowStyle::OGRMapflowStyle(const char *model, const Fields &fields) : m_fields(fields)
{
    if (Holds(model, "building") && Holds(model, "road"))
        m_theme = Theme::ByObject;
    else if (Holds(model, "building") || m_fields.height >= 0)
        m_theme = Theme::Buildings;
    else if (Holds(model, "forest"))
        m_theme = Theme::Forest;
    else if (Holds(model, "road"))
        m_theme = Theme::Roads;
    else if (Holds(model, "construction"))
        m_theme = Theme::Construction;
    else if (m_fields.object >= 0)
        m_theme = Theme::ByObject;

    for (const Shape shape : {POINT, LINE, POLYGON})
    {
        for (size_t i = 0; i <= CLASS_COUNT; ++i)
        {
            const std::string name =
                std::string("building_") + (i < CLASS_COUNT ? CLASSES[i] : "other");
            Row row{Make(name, shape, {CLASS_COLOURS[i], CLASS_COLOURS[i]})};
            for (size_t k = 0; k <= BUILDING_STEPS.size(); ++k)
                row.push_back(Make(name + "_height_" + std::to_string(k), shape,
                                   {BUILDING_RAMP[k], CLASS_COLOURS[i]}));
            m_buildings[shape].push_back(row);
        }
        m_forest[shape].push_back(Make("forest", shape, {"67D53C", "67D53C"}));
        for (size_t k = 0; k <= CROWN_STEPS.size(); ++k)
            m_forest[shape].push_back(
                Make("forest_height_" + std::to_string(k), shape, {CROWN_RAMP[k], CROWN_RAMP[k]}));
        m_roads[shape] = Make("road", shape, {"FFB647", "FF6E23"});
        m_construction[shape] = Make("construction", shape, {nullptr, "FF00AA"});
        m_outline[shape] = Make("building", shape, {nullptr, "2B83BA"});
        m_plain[shape] = Make("plain", shape, {"2B83BA", "2B83BA"});
    }
}

const char *OGRMapflowStyle::Make(const std::string &name, Shape shape, const Colours &colours)
{
    static const char *const suffixes[] = {"_point", "_line", ""};
    const std::string line = colours.line;
    std::string text;
    if (shape == POINT)
        text = "SYMBOL(id:\"" + std::string(DOT) + "\",c:#" + (colours.fill ? colours.fill : line) +
               ",s:6px)";
    else if (shape == POLYGON && colours.fill != nullptr)
        text = "BRUSH(fc:#" + std::string(colours.fill) + "80);PEN(c:#" + line + ",w:1px)";
    else
        text = "PEN(c:#" + line + ",w:" + (shape == LINE ? "2px)" : "1px)");
    const char *const kept = Intern(text);
    m_names.emplace_back(name + suffixes[shape], kept);
    return kept;
}

OGRMapflowStyle::Shape OGRMapflowStyle::ShapeOf(const mf_row &row)
{
    const auto kind = OGRMapflowKindOf(row.geometry);
    return kind == OGRMapflowGeometryKind::Point  ? POINT
           : kind == OGRMapflowGeometryKind::Line ? LINE
                                                  : POLYGON;
}

OGRMapflowStyle::Theme OGRMapflowStyle::ThemeOf(const mf_row &row) const
{
    if (m_theme != Theme::ByObject || m_fields.object < 0)
        return m_theme;
    const mf_value &object = row.values[m_fields.object];
    if (object.kind != MF_VALUE_STRING)
        return Theme::Plain;
    const std::string text(object.as.text, object.count);
    return Holds(text.c_str(), "building")                                 ? Theme::Buildings
           : Holds(text.c_str(), "road")                                   ? Theme::Roads
           : Holds(text.c_str(), "construction")                           ? Theme::Construction
           : Holds(text.c_str(), "forest") || Holds(text.c_str(), "crown") ? Theme::Forest
                                                                           : Theme::Plain;
}

// The class is a number, or a string of it.
size_t OGRMapflowStyle::ClassOf(const mf_row &row) const
{
    if (m_fields.classId < 0)
        return CLASS_COUNT;
    const mf_value &value = row.values[m_fields.classId];
    if (value.kind == MF_VALUE_INTEGER)
        return value.as.integer >= 101 && value.as.integer <= 105
                   ? static_cast<size_t>(value.as.integer - 101)
                   : CLASS_COUNT;
    for (size_t i = 0; value.kind == MF_VALUE_STRING && value.count == 3 && i < CLASS_COUNT; ++i)
    {
        if (memcmp(value.as.text, CLASSES[i], 3) == 0)
            return i;
    }
    return CLASS_COUNT;
}

namespace
{

// Returns NaN if it is not a number.
double NumberOf(const mf_value &value)
{
    return value.kind == MF_VALUE_REAL      ? value.as.real
           : value.kind == MF_VALUE_INTEGER ? static_cast<double>(value.as.integer)
                                            : NAN;
}

// Returns the upper end of a class of heights, such as 04m-10m; NaN if it is none.
double TopOfClass(const mf_value &value)
{
    if (value.kind != MF_VALUE_STRING)
        return NAN;
    const std::string text(value.as.text, value.count);
    const size_t dash = text.find("m-");
    char *end = nullptr;
    const double top = dash != std::string::npos ? CPLStrtod(&text[dash + 2], &end) : NAN;
    return end != nullptr && *end == 'm' ? top : NAN;
}

// Returns 0 without a height, else 1 or more.
size_t StepOf(double height, const std::vector<double> &steps)
{
    const auto above = std::upper_bound(steps.begin(), steps.end(), height);
    return std::isnan(height) ? 0 : static_cast<size_t>(above - steps.begin()) + 1;
}

} // namespace

size_t OGRMapflowStyle::BuildingHeightOf(const mf_row &row) const
{
    return m_fields.height < 0 ? 0 : StepOf(NumberOf(row.values[m_fields.height]), BUILDING_STEPS);
}

// The height of a crown, or that of the class of a forest.
size_t OGRMapflowStyle::ForestHeightOf(const mf_row &row, Shape shape) const
{
    double height = m_fields.crown < 0 ? NAN : NumberOf(row.values[m_fields.crown]);
    if (std::isnan(height) && m_fields.classId >= 0)
        height = TopOfClass(row.values[m_fields.classId]);
    return StepOf(height, shape == POINT ? CROWN_POINT_STEPS : CROWN_STEPS);
}

const char *OGRMapflowStyle::Of(const mf_row &row) const
{
    const Shape shape = ShapeOf(row);
    switch (ThemeOf(row))
    {
        case Theme::Buildings:
            return m_fields.classId < 0 && m_fields.height < 0
                       ? m_outline[shape]
                       : m_buildings[shape][ClassOf(row)][BuildingHeightOf(row)];
        case Theme::Forest:
            return m_forest[shape][ForestHeightOf(row, shape)];
        case Theme::Roads:
            return m_roads[shape];
        case Theme::Construction:
            return m_construction[shape];
        default:
            return m_plain[shape];
    }
}

// ---- styles of a layer

OGRMapflowStyles::OGRMapflowStyles(const OGRMapflowResultSet &set, const OGRFeatureDefn &defn)
{
    std::map<std::pair<std::string, OGRMapflowStyle::Fields>,
             std::shared_ptr<const OGRMapflowStyle>>
        known;
    for (size_t part = 0; part < set.PartCount(); ++part)
    {
        const auto find = [&](const char *name)
        {
            for (int i = 0; i < defn.GetFieldCount(); ++i)
            {
                if (set.PartHas(part, i) && EQUAL(defn.GetFieldDefn(i)->GetNameRef(), name))
                {
                    m_fields.insert(i);
                    return i;
                }
            }
            return -1;
        };
        const std::string &model = set.Part(part).model;
        const OGRMapflowStyle::Fields fields = {find("class_id"), find("building_height"),
                                                find("max_height"), find("object_type")};
        auto &style = known[{model, fields}];
        if (style == nullptr)
            style = std::make_shared<OGRMapflowStyle>(model.c_str(), fields);
        m_byPart.push_back(style);
    }
}

std::unique_ptr<OGRStyleTable>
OGRMapflowStyles::Table(const std::set<const char *> *occurring) const
{
    auto table = std::make_unique<OGRStyleTable>();
    std::set<const OGRMapflowStyle *> done;
    std::set<const char *> added;
    for (const auto &one : m_byPart)
    {
        if (!done.insert(one.get()).second)
            continue;
        for (const auto &[name, style] : one->All())
        {
            const bool occurs = occurring == nullptr || occurring->count(style) > 0;
            if (occurs && added.insert(style).second)
                table->AddStyle(name.c_str(), style);
        }
    }
    return table;
}
