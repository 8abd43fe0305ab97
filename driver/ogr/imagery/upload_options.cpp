// SPDX-License-Identifier: MIT
#include "imagery/upload_options.h"

#include <cmath>

#include "submit/submission_options.h"

namespace
{

// Flag of options whose names submissions have as well.
constexpr unsigned SHARED = 1;

const OGRMapflowOption OPTIONS[] = {
    {"TAGS", "string", nullptr,
     "Tags of the mosaic, separated by commas. An existing mosaic gets the missing ones"},
    {"CREATE_MOSAIC", "boolean", "NO", "Create the mosaic if none has that name"},
    {"DUPLICATES", "string-select", "REFUSE",
     "What to do with an image that the mosaic already has, by name and size or by content",
     "REFUSE,ALLOW"},
    {"CONVERT", "string-select", "AUTO",
     "AUTO sends a GeoTIFF unchanged if possible, and converts everything else. NO never converts",
     "AUTO,NO"},
    {"SCALE", "string", nullptr,
     "Values of the raster that become 1 and 255, as in 0,3000. Required unless the data are "
     "8-bit"},
    {"NAME", "string", nullptr, "File name of the image. Default: that of the raster", nullptr, 0,
     SHARED},
    {"WAIT", "boolean", "NO", "Wait until the service can use the image", nullptr, 0, SHARED},
    {"REPORT", "string", nullptr, "File to append one JSON object a line for each image", nullptr,
     0, SHARED},
    {"RESUME", "boolean", "YES", "Take over what an earlier run that did not end has uploaded",
     nullptr, 0, SHARED},
    {"JOURNAL", "boolean", "YES",
     "Keep a journal, so that a repeated command does not upload twice", nullptr, 0, SHARED},
};

bool IsOfConnection(const char *name)
{
    const CPLStringList given(CSLSetNameValue(nullptr, name, ""));
    return OGRMapflowSubmissionOptions::ConnectionOptions(given.List()).Count() > 0;
}

// Messages about names omit the value: it may be a secret typed in the wrong place.
bool Take(const char *item, CPLStringList &values)
{
    const auto [name, value] = OGRMapflowNameAndValue(item);
    if (STARTS_WITH(name.c_str(), "@") || EQUAL(name.c_str(), "QUIET_DELETE_ON_CREATE_COPY"))
        return true; // GDAL's own
    if (value == nullptr)
        return OGRMapflowRefuseUpload("A creation option is not of the form NAME=VALUE.");
    const auto *const option = OGRMapflowFindOption(name.c_str(), OPTIONS);
    if (option == nullptr)
        return IsOfConnection(name.c_str()) ||
               OGRMapflowRefuseUpload(
                   CPLSPrintf("There is no creation option %.40s for an upload.", name.c_str()));
    const std::string fault = *value != '\0' ? OGRMapflowFaultOf(*option, value) : std::string();
    if (!fault.empty())
        return OGRMapflowRefuseUpload(
            CPLSPrintf("%s=%.40s%s.", option->name, value, fault.c_str()));
    if (*value != '\0') // an empty value means that it is not set
        values.SetNameValue(option->name, value);
    return true;
}

bool ReadNumber(const char *text, double &number)
{
    char *end = nullptr;
    number = CPLStrtod(text, &end);
    return end != nullptr && end != text && *end == '\0' && std::isfinite(number);
}

} // namespace

bool OGRMapflowRefuseUpload(const std::string &message)
{
    CPLError(CE_Failure, CPLE_IllegalArg, "%s Nothing is uploaded.", message.c_str());
    return false;
}

std::optional<OGRMapflowUploadOptions> OGRMapflowUploadOptions::Parse(CSLConstList given)
{
    OGRMapflowUploadOptions options;
    for (const char *const *item = given; item != nullptr && *item != nullptr; ++item)
        if (!Take(*item, options.m_values))
            return std::nullopt;
    if (!options.ReadScale())
        return std::nullopt;
    if (options.HasScale() && options.Is("CONVERT", "NO") &&
        !OGRMapflowRefuseUpload("SCALE converts the raster, which CONVERT=NO forbids."))
        return std::nullopt;
    if (options.Get("NAME").find_first_of("/\\\"") != std::string::npos &&
        !OGRMapflowRefuseUpload("NAME is a file name: it has no slash, backslash or quote."))
        return std::nullopt;
    return options;
}

bool OGRMapflowUploadOptions::ReadScale()
{
    const CPLStringList parts(CSLTokenizeString2(Get("SCALE").c_str(), ",", CSLT_STRIPLEADSPACES));
    if (!HasScale())
        return true;
    return (parts.Count() == 2 && ReadNumber(parts[0], m_scaleMin) &&
            ReadNumber(parts[1], m_scaleMax) && m_scaleMin < m_scaleMax) ||
           OGRMapflowRefuseUpload(
               CPLSPrintf("SCALE=%.40s is not two numbers, the smaller first, as SCALE=0,3000.",
                          Get("SCALE").c_str()));
}

CPLStringList OGRMapflowUploadOptions::Tags() const
{
    return CPLStringList(
        CSLTokenizeString2(Get("TAGS").c_str(), ",", CSLT_STRIPLEADSPACES | CSLT_STRIPENDSPACES));
}

OGRMapflowOptionTable OGRMapflowUploadOptionTable()
{
    return OPTIONS;
}

std::string OGRMapflowUploadOptionXML()
{
    return OGRMapflowOptionXML(OPTIONS, SHARED);
}
