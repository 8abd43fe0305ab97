// SPDX-License-Identifier: MIT
// verbs: statements that ExecuteSQL understands besides SQL.
//
//   RESTART <uuid>              runs a failed processing again
//   RATE <uuid> <1-5> ['text']  rates a result
//   ACCEPT <uuid>               accepts a result in review
//   REJECT <uuid> 'comment'     rejects a result in review, for rework
//   DELETE FAILED IMAGES <uuid or 'name'>  deletes the failed images of a mosaic
//   PAUSE PLANNED SEARCH <uuid>    stops an active planned search
//   RESUME PLANNED SEARCH <uuid>   resumes a paused planned search
//   RESTART PLANNED SEARCH <uuid>  restarts a failed planned search
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
    bool deletes = false;                 // permanently
    std::vector<std::string> arguments{}; // the object first; a UUID in lower case
};

// Whether a statement starts with one of the verbs.
bool OGRMapflowIsVerb(const char *statement);

// Returns nothing when a statement starts with no verb, and after one CPLError that states the
// right form.
std::optional<OGRMapflowVerb> OGRMapflowReadVerb(const char *statement);

// Makes a verb from its name, which must be one of these. Returns nothing after one CPLError that
// states the right form.
std::optional<OGRMapflowVerb> OGRMapflowMakeVerb(const char *name,
                                                 std::vector<std::string> arguments);

// Each runs a verb on its object and reads the object again, which the caller frees. Returns false
// after one CPLError.
bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_processing &processing);
bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_mosaic &mosaic);
bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_planned_search &search);

#endif
