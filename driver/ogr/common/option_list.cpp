#include "common/option_list.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpl_conv.h"
#include "cpl_string.h"

const OGRMapflowOption *OGRMapflowFindOption(const char *name, const OGRMapflowOption *begin,
                                             const OGRMapflowOption *end)
{
    const OGRMapflowOption *const found = std::find_if(
        begin, end, [name](const OGRMapflowOption &option) { return EQUAL(option.name, name); });
    return found != end ? found : nullptr;
}

namespace
{

CPLStringList ValuesOf(const OGRMapflowOption &option)
{
    return CPLStringList(CSLTokenizeString2(option.values, ",", 0));
}

} // namespace

bool OGRMapflowIsYes(const char *value)
{
    const char *const words[] = {"YES", "TRUE", "ON", "1"};
    return std::any_of(std::begin(words), std::end(words),
                       [value](const char *word) { return EQUAL(value, word); });
}

static bool IsNo(const char *value)
{
    const char *const words[] = {"NO", "FALSE", "OFF", "0"};
    return std::any_of(std::begin(words), std::end(words),
                       [value](const char *word) { return EQUAL(value, word); });
}

// NaN for what is no size.
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

int64_t OGRMapflowBytesOf(const char *size)
{
    return static_cast<int64_t>(SizeOf(size));
}

static bool IsNumber(const char *value, double least)
{
    char *end = nullptr;
    const double number = CPLStrtod(value, &end);
    return end != value && *end == '\0' && number >= least && number <= 1e9;
}

std::string OGRMapflowFaultOf(const OGRMapflowOption &option, const char *value)
{
    if (EQUAL(option.type, "boolean"))
        return OGRMapflowIsYes(value) || IsNo(value) ? "" : " is neither YES nor NO";
    if (EQUAL(option.type, "string-select"))
    {
        const CPLStringList values = ValuesOf(option);
        std::string all;
        for (int i = 0; i < values.Count(); ++i)
            all += (i > 0 ? ", " : " is not one of ") + std::string(values[i]);
        return values.FindString(value) >= 0 ? std::string() : all;
    }
    if (EQUAL(option.type, "float"))
        return IsNumber(value, option.least)
                   ? std::string()
                   : CPLSPrintf(" is not a number from %g to 1e9", option.least);
    if (EQUAL(option.type, "size"))
    {
        const double size = SizeOf(value);
        return size >= 1 && size < 9e18
                   ? ""
                   : " is not a size: give a number of bytes, or one with K, M or G, as 500M";
    }
    return "";
}

std::string OGRMapflowOptionXML(const OGRMapflowOption *begin, const OGRMapflowOption *end)
{
    std::string xml;
    for (const OGRMapflowOption *option = begin; option != end; ++option)
    {
        const bool isSize = EQUAL(option->type, "size");
        xml += std::string("  <Option name='") + option->name + "' type='" +
               (isSize ? "string" : option->type) + "' description='" + option->description + "'";
        if (option->fallback != nullptr)
            xml += std::string(" default='") + option->fallback + "'";
        xml += ">";
        const CPLStringList values = ValuesOf(*option);
        for (int i = 0; i < values.Count(); ++i)
            xml += std::string("<Value>") + values[i] + "</Value>";
        xml += "</Option>";
    }
    return xml;
}
