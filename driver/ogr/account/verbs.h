// SPDX-License-Identifier: MIT
// verbs: statements that ExecuteSQL understands besides SQL.
//
//   RESTART <uuid>              runs a failed processing again
//   RATE <uuid> <1-5> ['text']  rates a result
//   ACCEPT <uuid>               accepts a result in review
//   REJECT <uuid> 'comment'     rejects a result in review, for rework
//   DELETE FAILED IMAGES <uuid or 'name'>  deletes the failed images of a mosaic
//   PAUSE PLANNED SEARCH <uuid>    stops an active planned search
//   RESUME PLANNED SEARCH <uuid>   goes on with a paused one
//   RESTART PLANNED SEARCH <uuid>  searches anew with a failed one
#ifndef MAPFLOW_VERBS_H
#define MAPFLOW_VERBS_H

#include <optional>
#include <string>
#include <vector>

#include "api/client.h"
#include "api/mosaic.h"
#include "api/planned_search.h"
#include "api/processing.h"

struct OGRMapflowVerb
{
    enum class Object
    {
        Processing,
        Mosaic,
        PlannedSearch
    };
    std::string name{};                   // "DELETE FAILED IMAGES"
    Object object = Object::Processing;   // what it changes
    bool deletes = false;                 // for good
    std::vector<std::string> arguments{}; // the object first; a UUID in lower case
};

// Whether a statement starts with one of the verbs.
bool OGRMapflowIsVerb(const char *statement);

// Nothing when a statement starts with none, and after one CPLError, with the right form.
std::optional<OGRMapflowVerb> OGRMapflowReadVerb(const char *statement);

// A verb by its name, which must be one of these. Nothing after one CPLError, with the right form.
std::optional<OGRMapflowVerb> OGRMapflowMakeVerb(const char *name,
                                                 std::vector<std::string> arguments);

// Each runs a verb for its object and reads that again; the caller frees it. Returns false after
// one CPLError.
bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_processing &processing);
bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_mosaic &mosaic);
bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_planned_search &search);

#endif
