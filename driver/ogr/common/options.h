// SPDX-License-Identifier: MIT
// options: what the user has asked for, wherever it was said.
//
// An option is looked for in the connection string (MAPFLOW:…,KEY=VALUE), among the open options,
// through VSIGetPathSpecificOption("MAPFLOW:…", "MAPFLOW_KEY"), which ends at the configuration
// options and the environment.
#ifndef MAPFLOW_OPTIONS_H
#define MAPFLOW_OPTIONS_H

#include <cstdint>
#include <optional>
#include <string>

#include "common/compat.h"

// An option as code looks for it, as it is checked, and as GDAL's XML shows it.
struct OGRMapflowOption
{
    const char *name;
    const char *type;     // as GDAL has them: string, boolean, int, float, string-select; or size:
                          // bytes, also with K, M or G, which GDAL knows as a string
    const char *fallback; // nullptr: no default
    const char *description;
    const char *values = nullptr; // of a string-select, with a comma between them
    double least = 0;             // of an int or a float
    unsigned flags = 0;           // of the table that it stands in
    const char *scope = nullptr;  // "vector" or "raster", nullptr: both. GDAL's completion and the
                                  // dialogs of QGIS show what is in their scope
    double most = 1e9;            // of an int or a float
};

// Options that stand one after the other.
struct OGRMapflowOptionTable
{
    const OGRMapflowOption *first = nullptr, *last = nullptr;

    const OGRMapflowOption *begin() const { return first; }
    const OGRMapflowOption *end() const { return last; }
};

// What is wrong with a value, "" when nothing: an end of a sentence, " is not …".
std::string OGRMapflowFaultOf(const OGRMapflowOption &option, const char *value);

// YES, TRUE, ON, 1 in any case; the value must be free of faults.
bool OGRMapflowIsYes(const char *value);

// Bytes of a size that is free of faults.
int64_t OGRMapflowBytesOf(const char *size);

// The option of that name in any case, nullptr when there is none.
const OGRMapflowOption *OGRMapflowFindOption(const char *name, const OGRMapflowOption *begin,
                                             const OGRMapflowOption *end);

// <Option …/> of each.
std::string OGRMapflowOptionXML(const OGRMapflowOption *begin, const OGRMapflowOption *end);

class OGRMapflowOptions
{
  public:
    // True when the name is this driver's: it starts with MAPFLOW: in any case.
    static bool IsConnectionString(const char *name);

    // True for MAPFLOW:new, which can only be created. The gdal program creates nothing where a
    // dataset can be opened.
    static bool IsNew(const char *name);

    // Reads a connection string and keeps a copy of the open options. Returns nothing, after one
    // CPLError, when it cannot be understood, a value is none of an option's, or an option that was
    // given for this dataset means nothing for it.
    static std::optional<OGRMapflowOptions> Parse(const char *name, CSLConstList openOptions);

    // Whether a dataset is opened to list its layers. QGIS does so before it opens one, with the
    // open option LIST_ALL_TABLES=YES and without the options that its user has set. Scripts may
    // give it too: what they read must be the same.
    static bool IsListing(CSLConstList openOptions);
    bool IsListing() const { return IsListing(m_openOptions.List()); }

    // What the string names.
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

    // The connection string without credentials: good for a dataset name.
    const std::string &PublicName() const { return m_publicName; }

    // Whether the connection string holds credentials.
    bool HoldsSecret() const { return m_holdsSecret; }

    // The same options for one processing.
    OGRMapflowOptions ForProcessing(const std::string &id) const;

    // What the dataset name and the open options say, as configuration options.
    CPLStringList AsConfigOptions() const;

    // Value of an option by its name without "MAPFLOW_"; `fallback` when it is nowhere. An empty
    // value means that it is not set. Parse has checked the value.
    std::string Get(const char *key, const char *fallback = "") const;
    // Where the value that Get gives was said, in words.
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

// The open option of that name in any case, nullptr when there is none.
const OGRMapflowOption *OGRMapflowFindOpenOption(const char *name);

// The XML of GDAL_DMD_OPENOPTIONLIST.
std::string OGRMapflowOpenOptionList();

#endif
