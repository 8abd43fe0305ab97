#include "common/options.h"

#include <algorithm>
#include <cmath>

#include "api/client.h"
#include "api/processing.h"
#include "base/uuid.h"
#include "common/option_list.h"

namespace
{

const OGRMapflowOption OPTIONS[] = {
    {"API_TOKEN", "string", nullptr,
     "API token of the Mapflow account. Better given as the environment variable MAPFLOW_API_TOKEN "
     "or as API_TOKEN_FILE"},
    {"API_TOKEN_FILE", "string", nullptr, "File that holds the API token"},
    {"API_URL", "string", MF_DEFAULT_API_URL, "Base URL of the service"},
    {"AUTH", "string-select", "AUTO", "How the token is sent", "AUTO,BASIC,BEARER"},
    {"AOI", "string", nullptr, "UUID of one area of the processing, to read its result alone"},
    {"PARTIAL", "boolean", "NO", "Read what a failed, cancelled or refunded processing has"},
    {"STATUS_ONLY", "boolean", "NO",
     "Open any processing without its result, with the layers processing and aois"},
    {"WAIT", "boolean", "NO", "Wait until the processing has ended"},
    {"WAIT_TIMEOUT", "float", "3600", "Longest time to wait, in seconds"},
    {"POLL_INTERVAL", "float", "30",
     "Longest time between two looks while waiting, in seconds, at least 5"},
    {"PROGRESS", "string-select", "AUTO",
     "A line about the wait on the standard error stream: AUTO when that is a terminal",
     "AUTO,YES,NO"},
    {"GEOMETRY", "string-select", "MIXED",
     "SPLIT gives a layer for each kind of geometry of a result: _polygon, _line, _point",
     "MIXED,SPLIT"},
    {"ALLOW_DELETE", "boolean", "NO",
     "Rows of projects and processings may be deleted, and what they stand for with them"},
    {"STYLE", "boolean", "YES", "Give features the colours of their class as OGR feature styles"},
    {"MAX_RESULT_SIZE", "string", "64G", "Largest result to accept, in bytes or with K, M or G"},
    {"CACHE", "string-select", "YES",
     "Use of the cache: YES reads and stores, NO does neither, REFRESH fetches anew, OFFLINE makes "
     "no request",
     "YES,NO,REFRESH,OFFLINE"},
    {"CACHE_DIR", "string", nullptr,
     "Folder of the cache. Default: gdal-mapflow in the cache folder of the user"},
    {"CACHE_SIZE", "string", "10G",
     "Size of the cache, in bytes or with K, M or G: beyond it results go that were used least "
     "recently"},
};

constexpr const char *PREFIX = "MAPFLOW:";
constexpr size_t PREFIX_SIZE = 8;

const char *const SECRET_KEYS[] = {"API_TOKEN", "TILE_LOGIN", "TILE_PASSWORD", "TILE_URL"};

bool IsSecret(const std::string &key)
{
    return std::any_of(std::begin(SECRET_KEYS), std::end(SECRET_KEYS),
                       [&key](const char *secret) { return EQUAL(key.c_str(), secret); });
}

// Splits "a,KEY=VALUE,KEY="b, c"" at the commas that stand outside double quotes. Quotes around a
// value are taken off; a doubled quote inside them is one quote.
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
    std::string quoted = "\"";
    for (; *value != '\0'; ++value)
        quoted += *value == '"' ? std::string("\"\"") : std::string(1, *value);
    return quoted + '"';
}

std::string Trimmed(const std::string &text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string::npos
               ? std::string()
               : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// " KEY" when it looks like the name of an option, "" when it may be a token, which ends in "=".
std::string ShownKey(const std::string &key)
{
    const bool is_name =
        key.size() <= 20 &&
        std::all_of(key.begin(), key.end(), [](unsigned char c) { return isalpha(c) || c == '_'; });
    return is_name && !key.empty() ? ' ' + key : std::string();
}

std::nullopt_t Refuse(const char *message)
{
    CPLError(CE_Failure, CPLE_IllegalArg,
             "%s A Mapflow dataset is named MAPFLOW:<processing uuid>, MAPFLOW:project=<uuid or "
             "name>, or "
             "MAPFLOW: for the account, with options behind it as ,KEY=VALUE.",
             message);
    return std::nullopt;
}

} // namespace

const OGRMapflowOption *OGRMapflowFindOpenOption(const char *name)
{
    return OGRMapflowFindOption(name, std::begin(OPTIONS), std::end(OPTIONS));
}

std::string OGRMapflowOpenOptionList()
{
    return "<OpenOptionList>" + OGRMapflowOptionXML(std::begin(OPTIONS), std::end(OPTIONS)) +
           "</OpenOptionList>";
}

bool OGRMapflowOptions::IsConnectionString(const char *name)
{
    return STARTS_WITH_CI(name, PREFIX);
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
    if (!IsConnectionString(name)) // whose name it is was not asked before creating and deleting
        return Refuse("The dataset name does not begin with MAPFLOW:.");
    const auto parts = Split(name + PREFIX_SIZE);
    if (!parts)
        return Refuse("A double quote in the dataset name is not closed.");

    if (!options.ReadTarget(Trimmed((*parts)[0])))
        return std::nullopt;
    for (int i = 1; i < parts->Count(); ++i)
    {
        char *key = nullptr;
        const char *const value = CPLParseNameValue((*parts)[i], &key);
        const std::string name_ = key != nullptr ? Trimmed(key) : std::string();
        CPLFree(key);
        if (value == nullptr || OGRMapflowFindOpenOption(name_.c_str()) == nullptr)
            // The text may be a secret that was typed in the wrong place: it is not repeated.
            return Refuse(value == nullptr
                              ? "An option in the dataset name is not of the form KEY=VALUE."
                              : CPLSPrintf("The dataset name has an unknown option%s.",
                                           ShownKey(name_).c_str()));
        options.m_inString.SetNameValue(name_.c_str(), value);
        options.m_holdsSecret |= IsSecret(name_);
        if (!IsSecret(name_))
            options.m_publicName += ',' + name_ + '=' + Quoted(value);
    }
    return options;
}

// Returns false after one CPLError.
bool OGRMapflowOptions::ReadTarget(const std::string &text)
{
    constexpr const char *PROJECT = "project=";
    char uuid[MF_UUID_SIZE];
    // QGIS puts what follows the last slash of a source before the names of its layers: who ends it
    // with one gets these alone.
    const bool hasSlash = !text.empty() && text.back() == '/';
    if (mf_uuid_parse(text.substr(0, text.size() - hasSlash).c_str(), uuid))
    {
        m_target = Target::Processing;
        m_processingId = uuid;
        m_publicName = PREFIX + m_processingId;
    }
    else if (STARTS_WITH_CI(text.c_str(), PROJECT))
    {
        m_target = Target::Project;
        m_project = Trimmed(text.substr(strlen(PROJECT)));
        m_publicName = PREFIX + (PROJECT + Quoted(m_project.c_str()));
        if (m_project.empty())
            Refuse("The dataset name does not say which project to open.");
        return !m_project.empty();
    }
    else
    {
        m_publicName = PREFIX;
        if (!text.empty())
            // It may be the token: it is not repeated.
            Refuse("What follows MAPFLOW: in the dataset name is not the UUID of a processing.");
        return text.empty();
    }
    return true;
}

OGRMapflowOptions OGRMapflowOptions::ForProcessing(const std::string &id) const
{
    OGRMapflowOptions options(*this);
    options.ReadTarget(id);
    return options;
}

CPLStringList OGRMapflowOptions::AsConfigOptions() const
{
    CPLStringList config;
    for (const CPLStringList &given : {m_openOptions, m_inString})
    {
        for (int i = 0; i < given.Count(); ++i)
        {
            char *key = nullptr;
            const char *const value = CPLParseNameValue(given[i], &key);
            if (value != nullptr)
                config.SetNameValue((std::string("MAPFLOW_") + key).c_str(), value);
            CPLFree(key);
        }
    }
    return config;
}

std::string OGRMapflowOptions::Get(const char *key, const char *fallback) const
{
    const char *value = m_inString.FetchNameValue(key);
    if (value == nullptr)
        value = m_openOptions.FetchNameValue(key);
    if (value == nullptr)
        value = VSIGetPathSpecificOption(m_publicName.c_str(),
                                         (std::string("MAPFLOW_") + key).c_str(), nullptr);
    return value != nullptr ? value : fallback;
}

bool OGRMapflowOptions::GetBool(const char *key, bool fallback) const
{
    return CPLTestBool(Get(key, fallback ? "YES" : "NO").c_str());
}

bool OGRMapflowOptions::CheckChoice(const char *key,
                                    std::initializer_list<const char *> values) const
{
    const std::string given = Get(key, *values.begin());
    std::string allowed;
    for (const char *value : values)
    {
        if (EQUAL(given.c_str(), value))
            return true;
        allowed += (allowed.empty() ? "" : ", ") + std::string(value);
    }
    CPLError(CE_Failure, CPLE_IllegalArg, "%s=%.40s is not possible. Choose one of %s.", key,
             given.c_str(), allowed.c_str());
    return false;
}

bool OGRMapflowOptions::GetSeconds(const char *key, double fallback, double least,
                                   double &seconds) const
{
    const std::string given = Get(key);
    seconds = fallback;
    if (given.empty())
        return true;
    char *end = nullptr;
    seconds = CPLStrtod(given.c_str(), &end);
    if (*end == '\0' && seconds >= least && seconds <= 1e9)
        return true;
    CPLError(CE_Failure, CPLE_IllegalArg, "%s=%.40s is not possible. Give a number of seconds.",
             key, given.c_str());
    return false;
}

bool OGRMapflowOptions::GetSize(const char *key, int64_t fallback, int64_t &bytes) const
{
    const std::string given = Get(key);
    bytes = fallback;
    if (given.empty())
        return true;
    char *end = nullptr;
    const double number = CPLStrtod(given.c_str(), &end);
    static const char units[] = "KMG";
    const char *const unit =
        *end != '\0' ? strchr(units, toupper(static_cast<unsigned char>(*end))) : nullptr;
    const double factor = unit != nullptr ? std::pow(1024.0, unit - units + 1) : 1.0;
    end += unit != nullptr;
    if (end == given.c_str() || *end != '\0' || !(number * factor >= 1 && number * factor < 9e18))
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "%s=%.40s is not a size. Give a number of bytes, or one with K, M or G, as 500M.",
                 key, given.c_str());
        return false;
    }
    bytes = static_cast<int64_t>(number * factor);
    return true;
}
