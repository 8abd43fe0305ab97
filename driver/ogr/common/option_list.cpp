#include "common/option_list.h"

#include <algorithm>

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

bool OGRMapflowIsValueOf(const OGRMapflowOption &option, const char *value)
{
    return ValuesOf(option).FindString(value) >= 0;
}

std::string OGRMapflowOptionXML(const OGRMapflowOption *begin, const OGRMapflowOption *end)
{
    std::string xml;
    for (const OGRMapflowOption *option = begin; option != end; ++option)
    {
        xml += std::string("  <Option name='") + option->name + "' type='" + option->type +
               "' description='" + option->description + "'";
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
