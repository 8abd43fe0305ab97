// SPDX-License-Identifier: MIT
#include "common/open_drivers.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"

namespace
{

// GDAL's list of open datasets, one per line: "  1 N GPKG        -1 512x512x0 out.gpkg". GDAL makes
// this form under its lock. The datasets of any other form may be closed before they are read.
extern "C" void PrintOpen(FILE *stream)
{
    GDALDumpOpenDatasets(stream);
}

// Returns the part of each line after the numbers, which begins with the name of the driver.
std::vector<const char *> DriversIn(const CPLStringList &lines)
{
    std::vector<const char *> found;
    for (int i = 0; i < lines.Count(); ++i)
    {
        int at = 0;
        if (sscanf(lines[i], " %*d %*c %n", &at) == 0 && at > 0)
            found.push_back(lines[i] + at);
    }
    return found;
}

} // namespace

bool OGRMapflowIsOpen(const std::function<bool(GDALDriver &)> &matches)
{
    const std::unique_ptr<char, decltype(&free)> list(mf_printed(PrintOpen), free);
    if (list == nullptr)
        return true;
    const CPLStringList lines(CSLTokenizeString2(list.get(), "\n", 0));
    const auto open = DriversIn(lines);
    GDALDriverManager &drivers = *GetGDALDriverManager();
    for (int i = 0; i < drivers.GetDriverCount(); ++i)
    {
        GDALDriver &driver = *drivers.GetDriver(i);
        const std::string name = std::string(driver.GetDescription()) + ' ';
        for (const char *const one : open)
        {
            if (strncmp(one, name.c_str(), name.size()) == 0 && matches(driver))
                return true;
        }
    }
    return false;
}
