// verbs: what ExecuteSQL understands beside SQL.
//
//   RESTART <uuid>              runs what failed again
//   RATE <uuid> <1-5> ['text']  rates a result
//   ACCEPT <uuid>               accepts a result that is in review
//   REJECT <uuid> 'comment'     rejects it, for rework
#ifndef MAPFLOW_VERBS_H
#define MAPFLOW_VERBS_H

#include <string>

#include "api/client.h"
#include "api/processing.h"

// Whether a statement begins with one of the verbs.
bool OGRMapflowIsVerb(const char *statement);

// Does what it says and reads the processing anew (the caller frees it). Returns false after one
// CPLError.
bool OGRMapflowRunVerb(mf_client *client, const char *statement, mf_processing &processing);

#endif
