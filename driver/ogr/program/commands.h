// SPDX-License-Identifier: MIT
// commands: the table of the commands of `gdal driver mapflow`.
#ifndef MAPFLOW_COMMANDS_H
#define MAPFLOW_COMMANDS_H

#include <string>
#include <vector>

#include "common/options.h"
#include "cpl_json.h"

// The arguments of a command, and its answer.
struct OGRMapflowCall
{
    CPLStringList values{};            // NAME=VALUE of the arguments that were given
    GDALDataset *source = nullptr;     // see OGRMapflowCommand::source
    std::vector<std::string> layers{}; // of the source; empty: all
    std::vector<double> box{};         // west, south, east, north in degrees; empty: none
    GDALProgressFunc progress = nullptr;
    void *progressData = nullptr;
    CPLJSONArray rows{}; // the answer: objects with the same members

    std::string Get(const char *name) const { return values.FetchNameValueDef(name, ""); }
};

// Flags of the options in OGRMapflowCommand::own.
constexpr unsigned MAPFLOW_POSITIONAL = 1, MAPFLOW_REQUIRED = 2;

// An option MAX_COST becomes the argument --max-cost.
struct OGRMapflowCommand
{
    const char *path; // after "gdal driver mapflow", with spaces
    const char *description;
    const char *examples;              // after "gdal driver mapflow", one per line
    bool (*run)(OGRMapflowCall &call); // returns false after one CPLError, possibly with an answer
    OGRMapflowOptionTable own{};       // with the flags above
    const char *openOptions = "";      // names of open options, comma-separated
    OGRMapflowOptionTable (*creationOptions)() = nullptr; // all of them except REPORT
    int source = 0; // GDAL_OF_VECTOR, GDAL_OF_RASTER: its first argument is such a dataset
    bool needsSource = true;
    bool takesBox = false;
    bool reportsProgress = false;
    const char *columns = nullptr; // of a list, in text format; nullptr: the answer is one row
};

// Returns nullptr if there is no command of that path.
const OGRMapflowCommand *OGRMapflowFindCommand(const std::string &path);

const std::vector<OGRMapflowCommand> &OGRMapflowCommands();

#endif
