// option_list: options with their defaults, as code looks for them and as GDAL's XML shows them.
#ifndef MAPFLOW_OPTION_LIST_H
#define MAPFLOW_OPTION_LIST_H

#include <iterator>
#include <string>

struct OGRMapflowOption
{
    const char *name;
    const char *type;     // as GDAL has them: string, boolean, float, string-select
    const char *fallback; // nullptr: no default
    const char *description;
    const char *values = nullptr; // of a string-select, with a comma between them
};

// The option of that name in any case, nullptr when there is none.
const OGRMapflowOption *OGRMapflowFindOption(const char *name, const OGRMapflowOption *begin,
                                             const OGRMapflowOption *end);

// Whether the value is one of a string-select's, in any case.
bool OGRMapflowIsValueOf(const OGRMapflowOption &option, const char *value);

// <Option …/> of each.
std::string OGRMapflowOptionXML(const OGRMapflowOption *begin, const OGRMapflowOption *end);

#endif
