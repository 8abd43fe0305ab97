/* api_error: an HTTP answer that is no success, as an mf_error.
 *
 * Understands every body that API notes 3.1 lists, and tells what to do. */
#ifndef MF_API_ERROR_H
#define MF_API_ERROR_H

#include <cjson/cJSON.h>

#include "http/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills kind, http_status, code and message of *err from an answer whose status is not 2xx.
 * `is_change`: the request is never sent again by itself, and should not be by the user before a
 * look at what became of it. Returns -1. */
int mf_api_error(const struct mf_response *response, const char *method, int is_change,
                 struct mf_error *err);

/* What a text that is not JSON says, in at most a sentence: the title of an HTML page, or the text
 * itself when it is short; "" when neither. Secrets are hidden. */
void mf_api_error_plain_text(const char *body, char *text, size_t size);

/* What a JSON document of an error says, "" when it is none: servers send them as success, too. */
void mf_api_error_document_text(const cJSON *document, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
