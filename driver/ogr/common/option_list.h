// option_list: options with their defaults, as code looks for them and as GDAL's XML shows them.
#ifndef MAPFLOW_OPTION_LIST_H
#define MAPFLOW_OPTION_LIST_H

#include <cstdint>
#include <iterator>
#include <string>

struct OGRMapflowOption
{
    const char *name;
    const char *type; // as GDAL has them: string, boolean, float, string-select; or size: bytes,
                      // also with K, M or G, which GDAL knows as a string
    const char *fallback; // nullptr: no default
    const char *description;
    const char *values = nullptr; // of a string-select, with a comma between them
    double least = 0;             // of a float
    unsigned flags = 0;           // of the table that it stands in
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

#endif
