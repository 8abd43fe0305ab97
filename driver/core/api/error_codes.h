/* SPDX-License-Identifier: MIT */
/* error_codes: descriptions of the server's error codes (mapflow-errors.csv). */
#ifndef MF_ERROR_CODES_H
#define MF_ERROR_CODES_H

#include <stddef.h>

#include "base/json.h"

/* Returns the description of a code, NULL if it is not in the table. Static. */
const char *mf_error_code_description(const char *code);

/* Writes a code such as "source-validator.PixelSizeTooHigh" and its parameters as a readable
 * sentence. Unknown codes are shown as they are, with their parameters. `parameters` may be
 * NULL. */
void mf_error_code_text(const char *code, const cJSON *parameters, char *text, size_t size);

/* Writes " (name value, name value)" for an object of parameters, "" if there are none. Those that
 * the table lists for `code` (may be NULL) come first. Shortens values and hides secrets. */
void mf_error_code_parameters(const char *code, const cJSON *parameters, char *text, size_t size);

/* Returns the `messages` of a document as sentences, without duplicates (such as one per AOI). NULL
 * if there are none. The caller frees it. Sets *failed if out of memory. */
char *mf_messages_text(const cJSON *owner, int *failed);

#endif
