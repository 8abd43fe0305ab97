/* SPDX-License-Identifier: MIT */
/* json: the few helpers over cJSON that every API document needs.
 *
 * For documents of the API (status, lists, errors) only. Results are read by `geojson`, which
 * builds no tree. All getters accept a NULL object and a missing or null member, and give the
 * default then: new and missing members must never break a client (API notes 19). */
#ifndef MF_JSON_H
#define MF_JSON_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Arrays and objects in each other, at most: enough for any document of the API, and little enough
 * for any thread's stack. */
#define MF_JSON_MAX_DEPTH 200

/* Parses a whole document: one JSON value and nothing but white space behind it. A leading UTF-8
 * byte order mark is skipped. Names of people's making may have been cut in the middle of a
 * character: bytes that are not UTF-8 become "?", half a surrogate pair U+FFFD. The caller owns
 * *out (cJSON_Delete). `what` names the document in the error message ("the processing"). Fails
 * with MF_ERR_FORMAT. */
int mf_json_parse(const char *text, size_t size, const char *what, cJSON **out,
                  struct mf_error *err) MF_NODISCARD;

/* Member of an object by exact name, NULL when missing or null. */
const cJSON *mf_json_member(const cJSON *object, const char *name);

/* A string member; anything but a string gives `fallback`. The text lives as long as the tree. */
const char *mf_json_string(const cJSON *object, const char *name, const char *fallback);

/* A number member; a string that holds a whole number text is read as a number (old answers give
 * numbers as text, API notes 19). */
double mf_json_number(const cJSON *object, const char *name, double fallback);

/* 1 or 0; a number is true when it is not 0, the strings "true"/"false" are understood. */
int mf_json_bool(const cJSON *object, const char *name, int fallback);

/* A copy of a string member, NULL when it is missing. *failed is set when there is no memory, else
 * left as it was: a parser takes all its members and looks once. The caller frees. */
char *mf_json_take(const cJSON *object, const char *name, int *failed);

/* The same, "" when it is missing. */
char *mf_json_take_or_empty(const cJSON *object, const char *name, int *failed);

/* A number that limits something: NaN, no limit, when it is missing or not above 0. */
double mf_json_limit(const cJSON *object, const char *name);

/* A number that counts something: -1 when it is missing or out of range. */
int mf_json_count(const cJSON *object, const char *name);

/* A number from 0 to 100: -1 when it is missing or out of range. */
int mf_json_percent(const cJSON *object, const char *name);

#ifdef __cplusplus
}
#endif
#endif
