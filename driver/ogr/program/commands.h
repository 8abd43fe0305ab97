// SPDX-License-Identifier: MIT
// commands: what `gdal driver mapflow` can do, as a table.
#ifndef MAPFLOW_COMMANDS_H
#define MAPFLOW_COMMANDS_H

#include <string>
#include <vector>

#include "common/options.h"
#include "cpl_json.h"

// What a command was called with, and its answer.
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

// An option MAX_COST is the argument --max-cost.
struct OGRMapflowCommand
{
    const char *path; // after "gdal driver mapflow", with spaces
    const char *description;
    const char *examples;              // what comes after "gdal driver mapflow", a line each
    bool (*run)(OGRMapflowCall &call); // returns false after one CPLError, maybe with an answer
    OGRMapflowOptionTable own{};       // with the flags above
    const char *openOptions = "";      // names of open options, with commas
    OGRMapflowOptionTable (*creationOptions)() = nullptr; // all of them but REPORT
    int source = 0; // GDAL_OF_VECTOR, GDAL_OF_RASTER: the dataset that it reads first
    bool needsSource = true;
    bool takesBox = false;
    bool reportsProgress = false;
    const char *columns = nullptr; // of a list, as text; nullptr: the answer is one row
};

// nullptr: there is none of that path.
const OGRMapflowCommand *OGRMapflowFindCommand(const std::string &path);

// All of them.
const std::vector<OGRMapflowCommand> &OGRMapflowCommands();

#endif
