/* SPDX-License-Identifier: MIT */
/* api_error: an HTTP answer that is no success, as an mf_error.
 *
 * Understands every body that API notes 3.1 lists, and states what to do. */
#ifndef MF_API_ERROR_H
#define MF_API_ERROR_H

#include <cjson/cJSON.h>

#include "http/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills kind, http_status, code and message of *err from an answer whose status is not 2xx.
 * `is_change`: the request must not be sent again before the user knows what became of it.
 * `advice`: what to do, in the place of what is advised for the status; NULL for that. Returns -1.
 */
int mf_api_error(const struct mf_response *response, const char *method, bool is_change,
                 const char *advice, struct mf_error *err);

/* The beginning of an answer that is not JSON, on one line, without tags and secrets; "" if
 * `body` is NULL or there is nothing else. */
void mf_api_error_plain_text(const char *body, char *text, size_t size);

/* The message of a JSON document that is an error, "" if it is none: servers send errors with a
 * status of success, too. */
void mf_api_error_document_text(const cJSON *document, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
