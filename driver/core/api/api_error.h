/* SPDX-License-Identifier: MIT */
/* api_error: turns an unsuccessful HTTP response into an mf_error.
 *
 * Understands every body listed in API notes 3.1, and states what to do. */
#ifndef MF_API_ERROR_H
#define MF_API_ERROR_H

#include <cjson/cJSON.h>

#include "http/transport.h"

/* Fills kind, http_status, code and message of *err from a response whose status is not 2xx.
 * `is_change`: the request must not be repeated before its outcome is known. `advice` replaces the
 * advice for the status, unless it is NULL. Returns -1. */
int mf_api_error(const struct mf_response *response, const char *method, bool is_change,
                 const char *advice, struct mf_error *err);

/* Writes the beginning of a non-JSON response on one line, without tags and secrets. "" if `body`
 * is NULL or nothing remains. */
void mf_api_error_plain_text(const char *body, char *text, size_t size);

/* Writes the message of a JSON error document, "" if it is not an error. Servers also send errors
 * with a success status. */
void mf_api_error_document_text(const cJSON *document, char *text, size_t size);

#endif
