// SPDX-License-Identifier: MIT
// options: the user's options, wherever they are set.
//
// An option is looked up in the connection string (MAPFLOW:…,KEY=VALUE), then among the open
// options, then by VSIGetPathSpecificOption("MAPFLOW:…", "MAPFLOW_KEY"), which falls back to the
// configuration options and the environment.
#ifndef MAPFLOW_OPTIONS_H
#define MAPFLOW_OPTIONS_H

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "common/compat.h"

// An option: its name, the check of its value, and its form in GDAL's XML.
struct OGRMapflowOption
{
    const char *name;
    const char *type;     // one of GDAL's: string, boolean, int, float, string-select; or size:
                          // bytes, also with K, M or G, which is a string for GDAL
    const char *fallback; // nullptr: no default
    const char *description;
    const char *values = nullptr; // of a string-select, separated by commas
    double least = 0;             // of an int or a float
    unsigned flags = 0;           // defined by its table
    const char *scope = nullptr; // "vector", "raster" or "program", nullptr: all. GDAL's completion
                                 // and the dialogs of QGIS show only options of their scope
    double most = 1e9;           // of an int or a float
};

// Options that are contiguous in memory.
struct OGRMapflowOptionTable
{
    const OGRMapflowOption *first = nullptr, *last = nullptr;

    OGRMapflowOptionTable() = default;
    template <size_t N>
    OGRMapflowOptionTable(const OGRMapflowOption (&options)[N]) : first(options), last(options + N)
    {
    }
    const OGRMapflowOption *begin() const { return first; }
    const OGRMapflowOption *end() const { return last; }
};

// Returns what is wrong with a value, as the end of a sentence, " is not …". "" if it is valid.
std::string OGRMapflowFaultOf(const OGRMapflowOption &option, const char *value);

// Whether the value is YES, TRUE, ON or 1, in any case. OGRMapflowFaultOf must have accepted it.
bool OGRMapflowIsYes(const char *value);

// Finds an option by its name, in any case. Returns nullptr if there is none.
const OGRMapflowOption *OGRMapflowFindOption(const char *name, OGRMapflowOptionTable table);

// Returns <Option …/> for each option without any of the flags `left`.
std::string OGRMapflowOptionXML(OGRMapflowOptionTable table, unsigned left = 0);

// Returns <Option …/> for one option.
std::string OGRMapflowOptionXML(const OGRMapflowOption &option);

// Splits NAME=VALUE. Without "=" the name is "" and the value nullptr. The value points into
// `item`.
std::pair<std::string, const char *> OGRMapflowNameAndValue(const char *item);

// Creation options that were given, once checked.
class OGRMapflowCreationOptions
{
  public:
    std::string Get(const char *key) const { return m_values.FetchNameValueDef(key, ""); }
    bool Is(const char *key, const char *value) const { return EQUAL(Get(key).c_str(), value); }
    bool GetBool(const char *key, bool fallback) const
    {
        return OGRMapflowIsYes(m_values.FetchNameValueDef(key, fallback ? "YES" : "NO"));
    }

  protected:
    CPLStringList m_values{};
};

class OGRMapflowOptions
{
  public:
    // Whether the name is this driver's: it starts with MAPFLOW: in any case.
    static bool IsConnectionString(const char *name);

    // Whether the name is MAPFLOW:new, which can only be created. The gdal program creates nothing
    // under a name that can be opened.
    static bool IsNew(const char *name);

    // Parses a connection string and keeps a copy of the open options. Returns nothing, after one
    // CPLError, if the string cannot be parsed, a value is invalid, or an option was given that
    // does not apply to this dataset.
    static std::optional<OGRMapflowOptions> Parse(const char *name, CSLConstList openOptions);

    // Whether a dataset is opened to list its layers. QGIS does so before it opens one, with the
    // open option LIST_ALL_TABLES=YES and without the options that its user has set. Scripts may
    // set it too, and must read the same data.
    static bool IsListing(CSLConstList openOptions);
    bool IsListing() const { return IsListing(m_openOptions.List()); }

    // The kind of dataset that the string names.
    enum class Target
    {
        Account,      // MAPFLOW:
        New,          // MAPFLOW:new
        Processing,   // MAPFLOW:<uuid>
        Name,         // MAPFLOW:name=<name of a processing>
        Project,      // MAPFLOW:project=<uuid or name>
        Mosaic,       // MAPFLOW:mosaic=<uuid or name>
        Image,        // MAPFLOW:image=<uuid>
        Search,       // MAPFLOW:search
        PlannedSearch // MAPFLOW:planned_search=<uuid>
    };
    Target GetTarget() const { return m_target; }

    // The processing that the string names, in lower case; "" when it names none.
    const std::string &ProcessingId() const { return m_processingId; }

    // The UUID, in lower case, or the name of the processing, project, mosaic, image or planned
    // search that the string names; "" when it names none.
    const std::string &TargetName() const { return m_targetName; }

    // The connection string without credentials, for use as a dataset name.
    const std::string &PublicName() const { return m_publicName; }

    // Whether the connection string holds credentials.
    bool HoldsSecret() const { return m_holdsSecret; }

    // The same options for another target.
    OGRMapflowOptions ForProcessing(const std::string &id) const;
    OGRMapflowOptions ForAccount() const;

    // The options in the dataset name and the open options, as configuration options.
    CPLStringList AsConfigOptions() const;

    // Value of an option by its name without "MAPFLOW_"; `fallback` if it is not set. An empty
    // value counts as not set. Parse has checked the value.
    std::string Get(const char *key, const char *fallback = "") const;
    // Describes where the value that Get returns was set.
    std::string SourceOf(const char *key) const;
    bool GetBool(const char *key, bool fallback) const;
    bool HasStyles() const { return GetBool("STYLE", true); }
    double GetSeconds(const char *key, double fallback) const;
    int64_t GetSize(const char *key, int64_t fallback) const; // bytes

  private:
    bool ReadTarget(const std::string &text);
    bool ReadNamedTarget(const std::string &text);
    std::string GivenFor(const char *key) const;
    bool IsMisplaced(const OGRMapflowOption &option) const;
    bool Check() const;

    Target m_target = Target::Account;
    std::string m_processingId{};
    std::string m_targetName{};
    std::string m_publicName{};
    bool m_holdsSecret = false;
    CPLStringList m_inString{};
    CPLStringList m_openOptions{};
};

// Like OGRMapflowFindOption, among the open options.
const OGRMapflowOption *OGRMapflowFindOpenOption(const char *name);

// The XML of GDAL_DMD_OPENOPTIONLIST.
std::string OGRMapflowOpenOptionList();

#endif
