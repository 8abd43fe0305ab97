// SPDX-License-Identifier: MIT
// verbs: statements that ExecuteSQL understands besides SQL.
//
//   RESTART <uuid>              runs a failed processing again
//   RATE <uuid> <1-5> ['text']  rates a result
//   ACCEPT <uuid>               accepts a result in review
//   REJECT <uuid> 'comment'     rejects a result in review, for rework
#ifndef MAPFLOW_VERBS_H
#define MAPFLOW_VERBS_H

#include <string>

#include "api/client.h"
#include "api/processing.h"

// Whether a statement starts with one of the verbs.
bool OGRMapflowIsVerb(const char *statement);

// Runs the statement and reads the processing again (the caller frees it). Returns false after one
// CPLError.
bool OGRMapflowRunVerb(mf_client *client, const char *statement, mf_processing &processing);

#endif
