/* error_codes: the server's error codes in words (mapflow-errors.csv). The sentence with
 * parameters, mf_error_code_text, is part of client.h. */
#ifndef MF_ERROR_CODES_H
#define MF_ERROR_CODES_H

#include <stddef.h>

#include "base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a code means, NULL when it is not in the table. Static. */
const char *mf_error_code_description(const char *code);

/* "source-validator.PixelSizeTooHigh" and its parameters as one sentence for people, into
 * `text`. Unknown codes are shown as they are, with their parameters. `parameters` may be NULL. */
void mf_error_code_text(const char *code, const cJSON *parameters, char *text, size_t size);

/* Writes " (name value, name value)" for an object of parameters, "" when there are none. Those
 * that the table names for `code` (may be NULL) come first. Values are shortened; secrets are
 * hidden. */
void mf_error_code_parameters(const char *code, const cJSON *parameters, char *text, size_t size);

/* The `messages` of a document in words, one sentence each; one that is there twice (once an AOI)
 * is told once. NULL when there are none; the caller frees. *failed is set when there is no memory.
 */
char *mf_messages_text(const cJSON *owner, int *failed);

#ifdef __cplusplus
}
#endif
#endif
