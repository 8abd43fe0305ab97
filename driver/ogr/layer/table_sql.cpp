// SPDX-License-Identifier: MIT
#include "layer/table_sql.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <optional>

#include "common/errors.h"
#include "common/waiting.h"
#include "layer/table_layer.h"

namespace
{

// ---- words of a statement -----------------------------------------------------------------------

// Converts to lower case, and each run of white space to one space.
std::string Words(const char *statement)
{
    std::string words;
    for (const char *p = statement; *p != '\0'; ++p)
    {
        const bool isSpace = isspace(static_cast<unsigned char>(*p)) != 0;
        if (!isSpace)
            words += static_cast<char>(tolower(static_cast<unsigned char>(*p)));
        else if (!words.empty() && words.back() != ' ')
            words += ' ';
    }
    return words;
}

bool HasGroups(const std::string &words)
{
    const size_t at = words.find(" group by ");
    return at != std::string::npos &&
           std::count(words.begin(), words.begin() + static_cast<long>(at), '\'') % 2 == 0;
}

bool IsForSQLite(const std::string &words, const char *dialect)
{
    if (dialect != nullptr && dialect[0] != '\0')
        return EQUAL(dialect, "SQLITE");
    return HasGroups(words);
}

// Whether a statement names all columns. Otherwise it names a column if it contains its name
// anywhere.
bool NamesAllColumns(std::string words)
{
    for (const char *count : {"(*)", "( *)", "(* )", "( * )"})
    {
        for (size_t at; (at = words.find(count)) != std::string::npos;)
            words.erase(at, strlen(count));
    }
    return words.find('*') != std::string::npos || words.find("natural") != std::string::npos;
}

// ---- the layers of the dataset ------------------------------------------------------------------

// Returns the names of the fields for which isChosen(field) is true. Adds those of the geometry and
// the style on request.
template <class Choice>
CPLStringList NamesOf(OGRLayer &layer, Choice isChosen, bool withGeometry, bool withStyle)
{
    CPLStringList names;
    const OGRFeatureDefn &defn = *layer.GetLayerDefn();
    for (int i = 0; i < defn.GetFieldCount(); ++i)
    {
        if (isChosen(*defn.GetFieldDefn(i)))
            names.AddString(defn.GetFieldDefn(i)->GetNameRef());
    }
    if (withGeometry)
        names.AddString("OGR_GEOMETRY");
    if (withStyle)
        names.AddString("OGR_STYLE");
    return names;
}

void Ignore(OGRLayer &layer, CPLStringList names)
{
    layer.SetIgnoredFields(const_cast<IgnoredFields>(names.List()));
}

void IgnoreUnnamed(GDALDataset &dataset, const std::string &words)
{
    if (NamesAllColumns(words))
        return;
    // An UPDATE writes all columns back except the geometry; a missing one changes nothing.
    const bool isUpdate = words.find("update ") != std::string::npos;
    const bool hasGeometry = words.find("geom") != std::string::npos; // called GEOMETRY
    const auto isUnnamed = [&](const OGRFieldDefn &field)
    { return !isUpdate && words.find(field.GetNameRef()) == std::string::npos; };
    for (OGRLayer *layer : dataset.GetLayers())
        Ignore(*layer, NamesOf(*layer, isUnnamed, !hasGeometry, false));
}

// Restores the ignored fields and filters of a layer: GDAL sets its own while a statement runs.
class KeepSettings
{
  public:
    explicit KeepSettings(OGRLayer &layer)
        : m_layer(layer),
          m_ignored(NamesOf(
              layer, [](const OGRFieldDefn &field) { return field.IsIgnored() != 0; },
              layer.GetLayerDefn()->IsGeometryIgnored() != 0,
              layer.GetLayerDefn()->IsStyleIgnored() != 0))
    {
        if (layer.GetAttrQueryString() != nullptr)
            m_filter = layer.GetAttrQueryString();
        if (layer.GetSpatialFilter() != nullptr)
            m_window.reset(layer.GetSpatialFilter()->clone());
    }
    ~KeepSettings()
    {
        Ignore(m_layer, m_ignored);
        m_layer.SetAttributeFilter(m_filter ? m_filter->c_str() : nullptr);
        SetFilterOf(m_layer, 0, m_window.get());
    }
    CPL_DISALLOW_COPY_ASSIGN(KeepSettings)

  private:
    OGRLayer &m_layer;
    const CPLStringList m_ignored;
    std::optional<std::string> m_filter{};
    std::unique_ptr<OGRGeometry> m_window{};
};

// ---- a dataset that SQLITE opens again ----------------------------------------------------------

// The words of the SQLITE statement that this thread runs.
thread_local const std::string *runningWords = nullptr;

// While an instance exists, the options of the dataset are configuration options.
class Running
{
  public:
    Running(const std::string &words, const CPLStringList &options)
        : m_former(CPLGetThreadLocalConfigOptions())
    {
        const CPLStringList all(CSLMerge(CSLDuplicate(m_former.List()), options.List()));
        CPLSetThreadLocalConfigOptions(all.List());
        runningWords = &words;
    }
    ~Running()
    {
        runningWords = nullptr;
        CPLSetThreadLocalConfigOptions(m_former.List());
    }
    CPL_DISALLOW_COPY_ASSIGN(Running)

  private:
    const CPLStringList m_former;
};

// ---- the answer ---------------------------------------------------------------------------------

std::unique_ptr<OGRMapflowTableLayer> AllOf(GDALDataset &dataset, OGRLayer &answer)
{
    auto all = std::make_unique<OGRMapflowTableLayer>(&dataset, *answer.GetLayerDefn());
    while (std::unique_ptr<OGRFeature> row{answer.GetNextFeature()})
        all->TakeRow(std::move(row));
    return all;
}

OGRLayer *Answer(GDALDataset &dataset, const char *statement, OGRGeometry *filter,
                 const char *dialect)
{
    const OGRMapflowInterruptible interruptible;
    const unsigned reported = OGRMapflowErrorCount();
    OGRLayer *const lazy = dataset.GDALDataset::ExecuteSQL(statement, filter, dialect);
    if (lazy == nullptr)
        return nullptr;
    auto all = AllOf(dataset, *lazy);
    dataset.GDALDataset::ReleaseResultSet(lazy);
    return OGRMapflowErrorCount() == reported ? all.release() : nullptr;
}

} // namespace

OGRLayer *OGRMapflowAnswerSQL(GDALDataset &dataset, const OGRMapflowOptions &options,
                              const char *statement, OGRGeometry *filter, const char *dialect)
{
    const std::string words = Words(statement);
    std::deque<KeepSettings> keep;
    for (OGRLayer *layer : dataset.GetLayers())
        keep.emplace_back(*layer);
    if (!IsForSQLite(words, dialect))
        return Answer(dataset, statement, filter, dialect);
    if (filter == nullptr)
        IgnoreUnnamed(dataset, words);
    const Running running(words, options.AsConfigOptions());
    return Answer(dataset, statement, filter, "SQLITE");
}

void OGRMapflowJoinStatement(GDALDataset &dataset)
{
    if (runningWords != nullptr)
        IgnoreUnnamed(dataset, *runningWords);
}
