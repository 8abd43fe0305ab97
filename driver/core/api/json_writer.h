/* SPDX-License-Identifier: MIT */
/* json_writer: builds the JSON of a request.
 *
 * Each function adds to an object and returns it. If out of memory, it deletes the object and
 * returns NULL, which all of them accept: check the result once, at the end. */
#ifndef MF_JSON_WRITER_H
#define MF_JSON_WRITER_H

#include <cjson/cJSON.h>

/* Adds `item`, or deletes it too. Without a `name`, appends to an array. */
cJSON *mf_json_add(cJSON *object, const char *name, cJSON *item);

/* NULL and NaN add nothing. */
cJSON *mf_json_add_text(cJSON *object, const char *name, const char *text);
cJSON *mf_json_add_number(cJSON *object, const char *name, double number);

#endif
