/* SPDX-License-Identifier: MIT */
/* json: the few helpers over cJSON that every API document needs.
 *
 * Only for documents of the API (status, lists, errors). Results are read by `geojson`, which
 * builds no tree. Every getter accepts a NULL object and a missing or null member, and then returns
 * the default: new and missing members must never break a client (API notes 19). */
#ifndef MF_JSON_H
#define MF_JSON_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

MF_C_BEGIN

/* Maximum nesting of arrays and objects: enough for any document of the API, and small enough for
 * any thread's stack. */
#define MF_JSON_MAX_DEPTH 200

/* Parses a whole document: one JSON value, with only white space after it. A leading UTF-8 byte
 * order mark is skipped. User-supplied names may have been cut in the middle of a character: bytes
 * that are not UTF-8 become "?", half a surrogate pair U+FFFD. The caller owns *out (cJSON_Delete).
 * `what` names the document in the error message ("the processing"). Fails with MF_ERR_FORMAT. */
int mf_json_parse(const char *text, size_t size, const char *what, cJSON **out,
                  struct mf_error *err) MF_NODISCARD;

/* Returns the member of that exact name, NULL if it is missing or null. */
const cJSON *mf_json_member(const cJSON *object, const char *name);

/* Returns a string member, else `fallback`. The string lives as long as the tree. */
const char *mf_json_string(const cJSON *object, const char *name, const char *fallback);

/* Returns a number member. A string that is exactly a number is read as one (old answers give
 * numbers as strings, API notes 19). */
double mf_json_number(const cJSON *object, const char *name, double fallback);

/* Returns 1 or 0. A number is true if it is not 0. The strings "true" and "false" count. */
int mf_json_bool(const cJSON *object, const char *name, int fallback);

/* Returns a copy of a string member, NULL if it is missing. The caller frees it. Sets *failed
 * without memory, else leaves it as it was: a parser takes all its members and checks once. */
char *mf_json_take(const cJSON *object, const char *name, int *failed);

/* The same, but "" if it is missing. */
char *mf_json_take_or_empty(const cJSON *object, const char *name, int *failed);

/* Returns a limit. NaN means no limit: the member is missing or not above 0. */
double mf_json_limit(const cJSON *object, const char *name);

/* Returns a count, -1 if it is missing or out of range. */
int mf_json_count(const cJSON *object, const char *name);

/* Returns a number from 0 to 100, -1 if it is missing or out of range. */
int mf_json_percent(const cJSON *object, const char *name);

MF_C_END
#endif
