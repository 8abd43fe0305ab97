#include "account/account_sql.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "common/errors.h"
#include "common/waiting.h"
#include "layer/table_layer.h"

namespace
{

// ---- what a statement says ----------------------------------------------------------------------

// In lower case, each run of white space one space.
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

// A column is named by any text that holds its name.
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

CPLStringList IgnoredOf(OGRLayer &layer)
{
    CPLStringList names;
    const OGRFeatureDefn &defn = *layer.GetLayerDefn();
    for (int i = 0; i < defn.GetFieldCount(); ++i)
    {
        if (defn.GetFieldDefn(i)->IsIgnored())
            names.AddString(defn.GetFieldDefn(i)->GetNameRef());
    }
    if (defn.IsGeometryIgnored())
        names.AddString("OGR_GEOMETRY");
    if (defn.IsStyleIgnored())
        names.AddString("OGR_STYLE");
    return names;
}

CPLStringList UnnamedOf(OGRLayer &layer, const std::string &words)
{
    CPLStringList names;
    const OGRFeatureDefn &defn = *layer.GetLayerDefn();
    // An UPDATE writes all columns back, but for the geometry, whose lack changes nothing.
    const bool isUpdate = words.find("update ") != std::string::npos;
    for (int i = 0; i < defn.GetFieldCount(); ++i)
    {
        const char *const name = defn.GetFieldDefn(i)->GetNameRef();
        if (!isUpdate && words.find(name) == std::string::npos)
            names.AddString(name);
    }
    if (words.find("geom") == std::string::npos) // the dialect calls the column GEOMETRY
        names.AddString("OGR_GEOMETRY");
    return names;
}

void Ignore(OGRLayer &layer, CPLStringList names)
{
    layer.SetIgnoredFields(const_cast<IgnoredFields>(names.List()));
}

void LeaveOutUnnamed(GDALDataset &dataset, const std::string &words)
{
    if (NamesAllColumns(words))
        return;
    for (OGRLayer *layer : dataset.GetLayers())
        Ignore(*layer, UnnamedOf(*layer, words));
}

// What a user has set on a layer.
struct Settings
{
    explicit Settings(OGRLayer &layer)
        : ignored(IgnoredOf(layer)), hasFilter(layer.GetAttrQueryString() != nullptr),
          filter(hasFilter ? layer.GetAttrQueryString() : ""),
          window(layer.GetSpatialFilter() != nullptr ? layer.GetSpatialFilter()->clone() : nullptr)
    {
    }

    void GiveBackTo(OGRLayer &layer) const
    {
        Ignore(layer, ignored);
        layer.SetAttributeFilter(hasFilter ? filter.c_str() : nullptr);
        SetFilterOf(layer, 0, window.get());
    }

    CPLStringList ignored;
    bool hasFilter;
    std::string filter;
    std::unique_ptr<OGRGeometry> window;
};

// Gives the layers back as they were, at their begin: to GDAL they are its own while a statement
// runs.
class KeepSettings
{
  public:
    explicit KeepSettings(GDALDataset &dataset) : m_dataset(dataset)
    {
        for (OGRLayer *layer : dataset.GetLayers())
            m_settings.emplace_back(*layer);
    }
    ~KeepSettings()
    {
        for (size_t i = 0; i < m_settings.size(); ++i)
            m_settings[i].GiveBackTo(*m_dataset.GetLayer(static_cast<int>(i)));
    }
    KeepSettings(const KeepSettings &) = delete;
    KeepSettings &operator=(const KeepSettings &) = delete;

  private:
    GDALDataset &m_dataset;
    std::vector<Settings> m_settings{};
};

// ---- a dataset that SQLITE opens again ----------------------------------------------------------

// The words of the statement that this thread runs in that dialect.
thread_local const std::string *runningWords = nullptr;

// While it runs the options of the dataset are configuration options.
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
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;

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
    const KeepSettings keep(dataset);
    if (!IsForSQLite(words, dialect))
        return Answer(dataset, statement, filter, dialect);
    if (filter == nullptr)
        LeaveOutUnnamed(dataset, words);
    const Running running(words, options.AsConfigOptions());
    return Answer(dataset, statement, filter, "SQLITE");
}

void OGRMapflowJoinStatement(GDALDataset &dataset)
{
    if (runningWords != nullptr)
        LeaveOutUnnamed(dataset, *runningWords);
}
