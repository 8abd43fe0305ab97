/* SPDX-License-Identifier: MIT */
/* error_codes: the server's error codes in words (mapflow-errors.csv). */
#ifndef MF_ERROR_CODES_H
#define MF_ERROR_CODES_H

#include <stddef.h>

#include "base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The description of a code, NULL if it is not in the table. Static. */
const char *mf_error_code_description(const char *code);

/* Writes "source-validator.PixelSizeTooHigh" and its parameters as one sentence for people.
 * Unknown codes are shown as they are, with their parameters. `parameters` may be NULL. */
void mf_error_code_text(const char *code, const cJSON *parameters, char *text, size_t size);

/* Writes " (name value, name value)" for an object of parameters, "" if there are none. Those that
 * the table names for `code` (may be NULL) come first. Values are shortened, secrets hidden. */
void mf_error_code_parameters(const char *code, const cJSON *parameters, char *text, size_t size);

/* The `messages` of a document in words, one sentence each; one that occurs twice (once for each
 * AOI) is given once. NULL if there are none; the caller frees. *failed is set without memory. */
char *mf_messages_text(const cJSON *owner, int *failed);

#ifdef __cplusplus
}
#endif
#endif
