// SPDX-License-Identifier: MIT
#include "common/options.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "api/client.h"
#include "api/processing.h"
#include "base/uuid.h"
#include "cpl_conv.h"
#include "cpl_string.h"

// ---- tables of options

const OGRMapflowOption *OGRMapflowFindOption(const char *name, OGRMapflowOptionTable table)
{
    for (const OGRMapflowOption &option : table)
        if (EQUAL(option.name, name))
            return &option;
    return nullptr;
}

std::pair<std::string, const char *> OGRMapflowNameAndValue(const char *item)
{
    char *key = nullptr;
    const char *const value = CPLParseNameValue(item, &key);
    const std::string name = key != nullptr ? key : "";
    CPLFree(key);
    return {name, value};
}

namespace
{

bool HasRange(const OGRMapflowOption &option)
{
    return EQUAL(option.type, "int") || EQUAL(option.type, "float");
}

CPLStringList ValuesOf(const OGRMapflowOption &option)
{
    return CPLStringList(CSLTokenizeString2(option.values, ",", 0));
}

} // namespace

static bool IsOneOf(const char *value, std::initializer_list<const char *> words)
{
    return std::any_of(words.begin(), words.end(),
                       [value](const char *word) { return EQUAL(value, word); });
}

bool OGRMapflowIsYes(const char *value)
{
    return IsOneOf(value, {"YES", "TRUE", "ON", "1"});
}

// Returns NaN if it is not a size.
static double SizeOf(const char *text)
{
    static const char units[] = "KMG";
    char *end = nullptr;
    const double number = CPLStrtod(text, &end);
    if (end == text)
        return NAN;
    const char *const unit =
        *end != '\0' ? strchr(units, toupper(static_cast<unsigned char>(*end))) : nullptr;
    if (end[unit != nullptr] != '\0')
        return NAN;
    return unit != nullptr ? number * std::pow(1024.0, unit - units + 1) : number;
}

// A number of type int or float.
static std::string FaultOfNumber(const OGRMapflowOption &option, const char *value)
{
    const bool isInteger = EQUAL(option.type, "int");
    char *end = nullptr;
    const double number = CPLStrtod(value, &end);
    if (end != value && *end == '\0' && number >= option.least && number <= option.most &&
        !(isInteger && number != std::floor(number)))
        return "";
    return CPLSPrintf(" is not a %snumber from %g to %.10g", isInteger ? "whole " : "",
                      option.least, option.most);
}

std::string OGRMapflowFaultOf(const OGRMapflowOption &option, const char *value)
{
    if (EQUAL(option.type, "boolean"))
        return OGRMapflowIsYes(value) || IsOneOf(value, {"NO", "FALSE", "OFF", "0"})
                   ? ""
                   : " is neither YES nor NO";
    if (EQUAL(option.type, "string-select"))
    {
        const CPLStringList values = ValuesOf(option);
        std::string all;
        for (int i = 0; i < values.Count(); ++i)
            all += (i > 0 ? ", " : " is not one of ") + std::string(values[i]);
        return values.FindString(value) >= 0 ? std::string() : all;
    }
    if (HasRange(option))
        return FaultOfNumber(option, value);
    if (EQUAL(option.type, "size"))
    {
        const double size = SizeOf(value);
        return size >= 1 && size < 9e18
                   ? ""
                   : " is not a size: give a number of bytes, or one with K, M or G, as 500M";
    }
    return "";
}

std::string OGRMapflowOptionXML(const OGRMapflowOption &option)
{
    const bool isSize = EQUAL(option.type, "size");
    std::string xml = std::string("  <Option name='") + option.name + "' type='" +
                      (isSize ? "string" : option.type) + "' description='" + option.description +
                      "'";
    if (HasRange(option))
        xml += CPLSPrintf(" min='%g' max='%.10g'", option.least, option.most);
    if (option.scope != nullptr)
        xml += std::string(" scope='") + option.scope + "'";
    if (option.fallback != nullptr)
        xml += std::string(" default='") + option.fallback + "'";
    xml += ">";
    const CPLStringList values = ValuesOf(option);
    for (int i = 0; i < values.Count(); ++i)
        xml += std::string("<Value>") + values[i] + "</Value>";
    return xml + "</Option>";
}

std::string OGRMapflowOptionXML(OGRMapflowOptionTable table, unsigned left)
{
    std::string xml;
    for (const OGRMapflowOption &option : table)
        if ((option.flags & left) == 0)
            xml += OGRMapflowOptionXML(option);
    return xml;
}

// ---- open options

namespace
{

// The datasets that an option applies to.
constexpr unsigned ACCOUNT = 1, PROCESSING = 2, PROJECT = 4, MOSAIC = 8, IMAGE = 16, SEARCH = 32,
                   PLANNED_SEARCH = 64, ANY = 127;
// Not an open option, but only a configuration option.
constexpr unsigned CONFIG_ONLY = 128;

// Datasets with a keyword in their names.
struct NamedTarget
{
    const char *word; // "mosaic="; without "=": the whole name
    OGRMapflowOptions::Target target;
    unsigned flag;
    bool isUUID; // a name is not accepted
};

const NamedTarget NAMED_TARGETS[] = {
    {"new", OGRMapflowOptions::Target::New, ACCOUNT, false},
    {"name=", OGRMapflowOptions::Target::Name, PROCESSING, false},
    {"project=", OGRMapflowOptions::Target::Project, PROJECT, false},
    {"mosaic=", OGRMapflowOptions::Target::Mosaic, MOSAIC, false},
    {"image=", OGRMapflowOptions::Target::Image, IMAGE, true},
    {"search", OGRMapflowOptions::Target::Search, SEARCH, false},
    {"planned_search=", OGRMapflowOptions::Target::PlannedSearch, PLANNED_SEARCH, true},
};

// Kinds of programs. Options that are set once, in the environment, are in no dialog: with all
// options that of QGIS is higher than the screen of a laptop.
constexpr const char *VECTOR = "vector", *RASTER = "raster", *NO_DIALOG = "program";

const OGRMapflowOption OPTIONS[] = {
    {"API_TOKEN", "string", nullptr,
     "API token of the Mapflow account. Safer: the environment variable MAPFLOW_API_TOKEN, or "
     "API_TOKEN_FILE",
     nullptr, 0, ANY, NO_DIALOG},
    {"API_TOKEN_FILE", "string", nullptr, "File that holds the API token", nullptr, 0, ANY,
     NO_DIALOG},
    {"API_URL", "string", MF_DEFAULT_API_URL, "Base URL of the service", nullptr, 0, ANY,
     NO_DIALOG},
    {"AUTH", "string-select", "AUTO", "How the token is sent", "AUTO,BASIC,BEARER", 0, ANY,
     NO_DIALOG},
    {"AOI", "string", nullptr, "UUID of one area of the processing, to read only its result",
     nullptr, 0, PROCESSING, VECTOR},
    {"PARTIAL", "boolean", "NO", "Read what a failed, cancelled or refunded processing has",
     nullptr, 0, PROCESSING | PROJECT, VECTOR},
    {"STATUS_ONLY", "boolean", "NO",
     "Open any processing without its result, with the layers processing and aois", nullptr, 0,
     PROCESSING, VECTOR},
    {"WAIT", "boolean", "NO", "Wait until the processing has ended", nullptr, 0,
     PROCESSING | PROJECT, NO_DIALOG},
    {"WAIT_TIMEOUT", "float", "3600", "Longest time to wait, in seconds", nullptr, 0, ANY,
     NO_DIALOG},
    {"POLL_INTERVAL", "float", "30",
     "Longest time between two polls while waiting, in seconds, at least 5", nullptr, 0.01, ANY,
     NO_DIALOG},
    {"PROGRESS", "string-select", "AUTO",
     "Show the progress of a wait on standard error. AUTO: if that is a terminal", "AUTO,YES,NO", 0,
     ANY, NO_DIALOG},
    {"GEOMETRY", "string-select", "MIXED",
     "SPLIT gives a layer for each kind of geometry of a result: _polygon, _line, _point",
     "MIXED,SPLIT", 0, PROCESSING | PROJECT, VECTOR},
    {"MERGE", "boolean", "NO", "One layer, results, with the features of all results of a project",
     nullptr, 0, PROJECT, VECTOR},
    {"INTEGERS", "string-select", "NATIVE",
     "TEXT reads columns with integers beyond 64 bits as strings. NATIVE returns the nearest "
     "64-bit integers",
     "NATIVE,TEXT", 0, PROCESSING | PROJECT, VECTOR},
    {"JSON", "string-select", "NATIVE",
     "TEXT declares JSON columns as plain strings, for programs that do not accept all of them",
     "NATIVE,TEXT", 0, PROCESSING | PROJECT, VECTOR},
    {"LAYER_NAME", "string", nullptr,
     "Name of the layer of a processing. Default: the name of the processing", nullptr, 0,
     PROCESSING, NO_DIALOG},
    {"ALLOW_DELETE", "boolean", "NO",
     "Allow deleting rows of the account, and what they represent at the service", nullptr, 0,
     ACCOUNT | MOSAIC, VECTOR},
    {"SEARCH_AOI", "string", nullptr,
     "Area of a search: WKT in longitude and latitude, or a file of polygons that GDAL opens. "
     "Default: the spatial filter",
     nullptr, 0, SEARCH, VECTOR},
    {"STYLE", "boolean", "YES",
     "Give features the colours of their class or status as OGR feature styles", nullptr, 0,
     ACCOUNT | PROCESSING | PROJECT, VECTOR},
    {"RASTER", "string-select", "AUTO",
     "What to show as a raster. RESULT or SOURCE of a processing: its raster result, or the "
     "imagery "
     "that was processed. FILE or PREVIEW of an image",
     "AUTO,RESULT,SOURCE,FILE,PREVIEW", 0, PROCESSING | IMAGE, RASTER},
    {"MAX_RESULT_SIZE", "size", "64G", "Largest result to accept, in bytes or with K, M or G",
     nullptr, 0, PROCESSING | PROJECT, NO_DIALOG},
    {"CACHE", "string-select", "YES",
     "Use of the cache. YES reads and stores, and uses what is stored if the server cannot be "
     "reached; ONLINE makes that an error. NO neither reads nor stores. REFRESH fetches again. "
     "OFFLINE makes no request",
     "YES,NO,REFRESH,ONLINE,OFFLINE", 0, ANY},
    {"CACHE_DIR", "string", nullptr,
     "Folder of the cache. Default: gdal-mapflow in the cache folder of the user", nullptr, 0, ANY,
     NO_DIALOG},
    {"CACHE_SIZE", "size", "10G",
     "Size of the cache, in bytes or with K, M or G. Beyond it, the least recently used results "
     "are removed",
     nullptr, 0, ANY, NO_DIALOG},
    {"STATE_DIR", "string", nullptr,
     "Folder of the journal of submissions. Default: gdal-mapflow in the state folder of the user",
     nullptr, 0, ANY | CONFIG_ONLY},
    {"ALLOW_HTTP", "boolean", "NO", "Allow plain http to other hosts than this machine", nullptr, 0,
     ANY | CONFIG_ONLY},
};

unsigned FlagOf(OGRMapflowOptions::Target target)
{
    for (const NamedTarget &named : NAMED_TARGETS)
        if (named.target == target)
            return named.flag;
    return target == OGRMapflowOptions::Target::Account ? ACCOUNT : PROCESSING;
}

constexpr const char *PREFIX = "MAPFLOW:";
constexpr size_t PREFIX_SIZE = 8;

bool IsSecret(const std::string &key)
{
    return IsOneOf(key.c_str(), {"API_TOKEN", "TILE_LOGIN", "TILE_PASSWORD", "TILE_URL"});
}

// Splits "a,KEY=VALUE,KEY="b, c"" at the commas outside double quotes. Removes the quotes around a
// value; a doubled quote inside them is one quote.
std::optional<CPLStringList> Split(const char *text)
{
    CPLStringList parts;
    std::string part;
    bool quoted = false;
    for (const char *p = text; *p != '\0'; ++p)
    {
        if (*p == '"' && quoted && p[1] == '"')
            part += *p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (*p == ',' && !quoted)
        {
            parts.AddString(part.c_str());
            part.clear();
        }
        else
            part += *p;
    }
    if (quoted)
        return std::nullopt;
    parts.AddString(part.c_str());
    return parts;
}

std::string Quoted(const char *value)
{
    if (strpbrk(value, ",\"") == nullptr)
        return value;
    return '"' + CPLString(value).replaceAll("\"", "\"\"") + '"';
}

std::string Trimmed(const std::string &text)
{
    return CPLString(text).Trim();
}

// Returns " KEY" if it looks like the name of an option, "" if it may be a token, which ends in
// "=".
std::string ShownKey(const std::string &key)
{
    const bool is_name =
        key.size() <= 20 &&
        std::all_of(key.begin(), key.end(), [](unsigned char c) { return isalpha(c) || c == '_'; });
    return is_name && !key.empty() ? ' ' + key : std::string();
}

std::nullopt_t Refuse(const std::string &message)
{
    CPLError(CE_Failure, CPLE_IllegalArg, "%s", message.c_str());
    return std::nullopt;
}

// Refuses a string that names no dataset. It may be the token, so the message repeats only a UUID,
// which an address of the web app contains.
std::nullopt_t RefuseTarget(const std::string &text)
{
    char uuid[MF_UUID_SIZE];
    for (size_t i = 0; i + MF_UUID_SIZE <= text.size() + 1; ++i)
        if (mf_uuid_parse(text.substr(i, MF_UUID_SIZE - 1).c_str(), uuid))
            return Refuse("Unexpected text beside the id of the processing: use MAPFLOW:" +
                          std::string(uuid) + ".");
    return Refuse("The text after MAPFLOW: is not the id of a processing. To list the ids: ogr2ogr "
                  "-f CSV /vsistdout/ MAPFLOW: processings -select id,name. To open by name: "
                  "MAPFLOW:name=<name> or MAPFLOW:project=<name or id>.");
}

} // namespace

const OGRMapflowOption *OGRMapflowFindOpenOption(const char *name)
{
    const auto *const found = OGRMapflowFindOption(name, OPTIONS);
    return found != nullptr && (found->flags & CONFIG_ONLY) == 0 ? found : nullptr;
}

std::string OGRMapflowOpenOptionList()
{
    return "<OpenOptionList>" + OGRMapflowOptionXML(OPTIONS, CONFIG_ONLY) + "</OpenOptionList>";
}

bool OGRMapflowOptions::IsConnectionString(const char *name)
{
    return STARTS_WITH_CI(name, PREFIX);
}

bool OGRMapflowOptions::IsNew(const char *name)
{
    if (!IsConnectionString(name))
        return false;
    const std::string text(name + PREFIX_SIZE);
    return EQUAL(Trimmed(text.substr(0, text.find(','))).c_str(), "new");
}

bool OGRMapflowOptions::IsListing(CSLConstList openOptions)
{
    return CPLFetchBool(openOptions, "LIST_ALL_TABLES", false);
}

std::optional<OGRMapflowOptions> OGRMapflowOptions::Parse(const char *name,
                                                          CSLConstList openOptions)
{
    OGRMapflowOptions options;
    options.m_openOptions = CPLStringList(CSLDuplicate(openOptions));
    if (!IsConnectionString(name)) // not checked before creating and deleting
        return Refuse("The dataset name does not begin with MAPFLOW:.");
    const auto parts = Split(name + PREFIX_SIZE);
    if (!parts)
        return Refuse("A double quote in the dataset name is not closed.");

    if (!options.ReadTarget(Trimmed((*parts)[0])))
        return std::nullopt;
    for (int i = 1; i < parts->Count(); ++i)
    {
        const auto [key, value] = OGRMapflowNameAndValue((*parts)[i]);
        const std::string name_ = Trimmed(key);
        if (value == nullptr || OGRMapflowFindOpenOption(name_.c_str()) == nullptr)
            // The string may be a secret that was typed in the wrong place: it is not repeated.
            return Refuse(value == nullptr
                              ? "An option in the dataset name is not of the form KEY=VALUE."
                              : "The dataset name has an unknown option" + ShownKey(name_) +
                                    ": ogrinfo --format MAPFLOW lists them.");
        options.m_inString.SetNameValue(name_.c_str(), value);
        options.m_holdsSecret |= IsSecret(name_);
        if (!IsSecret(name_))
            options.m_publicName += ',' + name_ + '=' + Quoted(value);
    }
    if (!options.Check())
        return std::nullopt;
    return options;
}

// Whether an option that does not apply to the dataset was given for it, with a value other than
// its default: QGIS passes all options of its dialog. Configuration options are for all datasets.
bool OGRMapflowOptions::IsMisplaced(const OGRMapflowOption &option) const
{
    const std::string given = GivenFor(option.name);
    return (option.flags & FlagOf(m_target)) == 0 && !given.empty() &&
           !(option.fallback != nullptr && EQUAL(given.c_str(), option.fallback));
}

// Checks every value that applies, from any source. Returns false after one CPLError.
bool OGRMapflowOptions::Check() const
{
    for (const OGRMapflowOption &option : OPTIONS)
    {
        if (IsMisplaced(option))
        {
            CPLError(CE_Failure, CPLE_IllegalArg, "%s has no option %s.", m_publicName.c_str(),
                     option.name);
            return false;
        }
        const std::string value = Get(option.name);
        const std::string fault = value.empty() || (option.flags & FlagOf(m_target)) == 0
                                      ? std::string()
                                      : OGRMapflowFaultOf(option, value.c_str());
        if (!fault.empty())
        {
            CPLError(CE_Failure, CPLE_IllegalArg, "%s=%.40s%s.", option.name, value.c_str(),
                     fault.c_str());
            return false;
        }
    }
    return true;
}

// Returns false after one CPLError.
bool OGRMapflowOptions::ReadTarget(const std::string &text)
{
    char uuid[MF_UUID_SIZE];
    // QGIS puts what follows the last slash of a source before the names of its layers. A slash at
    // the end avoids that.
    const bool hasSlash = !text.empty() && text.back() == '/';
    if (mf_uuid_parse(text.substr(0, text.size() - hasSlash).c_str(), uuid))
    {
        m_target = Target::Processing;
        m_processingId = uuid;
        m_publicName = PREFIX + m_processingId;
        return true;
    }
    m_publicName = PREFIX;
    return text.empty() || ReadNamedTarget(text);
}

bool OGRMapflowOptions::ReadNamedTarget(const std::string &text)
{
    for (const NamedTarget &named : NAMED_TARGETS)
    {
        const size_t size = strlen(named.word);
        const std::string kind(named.word, strcspn(named.word, "="));
        const bool hasName = kind.size() < size;
        if (hasName ? !STARTS_WITH_CI(text.c_str(), named.word) : !EQUAL(text.c_str(), named.word))
            continue;
        char uuid[MF_UUID_SIZE];
        m_target = named.target;
        m_targetName = Trimmed(text.substr(size));
        const bool isUUID = mf_uuid_parse(m_targetName.c_str(), uuid);
        if (isUUID)
            m_targetName = uuid;
        m_publicName = PREFIX + (named.word + Quoted(m_targetName.c_str()));
        if (hasName && m_targetName.empty())
            Refuse("The dataset name does not specify which " + kind + " to open.");
        else if (named.isUUID && !isUUID)
            Refuse(std::string("The text after ") + named.word +
                   " in the dataset name is not a UUID.");
        else
            return true;
        return false;
    }
    RefuseTarget(text);
    return false;
}

OGRMapflowOptions OGRMapflowOptions::ForProcessing(const std::string &id) const
{
    OGRMapflowOptions options(*this);
    options.ReadTarget(id);
    return options;
}

OGRMapflowOptions OGRMapflowOptions::ForAccount() const
{
    OGRMapflowOptions options(*this);
    options.m_target = Target::Account;
    options.m_processingId.clear();
    options.m_targetName.clear();
    options.m_publicName = PREFIX;
    return options;
}

CPLStringList OGRMapflowOptions::AsConfigOptions() const
{
    CPLStringList config;
    for (const CPLStringList &given : {m_openOptions, m_inString})
    {
        for (int i = 0; i < given.Count(); ++i)
        {
            const auto [key, value] = OGRMapflowNameAndValue(given[i]);
            if (value != nullptr)
                config.SetNameValue(("MAPFLOW_" + key).c_str(), value);
        }
    }
    return config;
}

// The value in the dataset name or the open options; "" if neither has one.
std::string OGRMapflowOptions::GivenFor(const char *key) const
{
    const char *const inName = m_inString.FetchNameValueDef(key, "");
    return *inName != '\0' ? inName : m_openOptions.FetchNameValueDef(key, "");
}

std::string OGRMapflowOptions::Get(const char *key, const char *fallback) const
{
    const std::string given = GivenFor(key);
    if (!given.empty())
        return given;
    const char *const configured =
        VSIGetPathSpecificOption(m_publicName.c_str(), (std::string("MAPFLOW_") + key).c_str(), "");
    return *configured != '\0' ? configured : fallback;
}

std::string OGRMapflowOptions::SourceOf(const char *key) const
{
    if (*m_inString.FetchNameValueDef(key, "") != '\0')
        return "the dataset name";
    if (*m_openOptions.FetchNameValueDef(key, "") != '\0')
        return std::string("the open option ") + key;
    return std::string("MAPFLOW_") + key;
}

bool OGRMapflowOptions::GetBool(const char *key, bool fallback) const
{
    return OGRMapflowIsYes(Get(key, fallback ? "YES" : "NO").c_str());
}

double OGRMapflowOptions::GetSeconds(const char *key, double fallback) const
{
    const std::string given = Get(key);
    return given.empty() ? fallback : CPLAtof(given.c_str());
}

int64_t OGRMapflowOptions::GetSize(const char *key, int64_t fallback) const
{
    const std::string given = Get(key);
    return given.empty() ? fallback : static_cast<int64_t>(SizeOf(given.c_str()));
}
