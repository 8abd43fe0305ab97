/* SPDX-License-Identifier: MIT */
/* redact: the one place that knows what must not be shown.
 *
 * What is shown is never read again: a document that is kept as data loses its credentials, and
 * nothing that looks like one.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_REDACT_H
#define MF_REDACT_H

#include <cjson/cJSON.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Replaces secrets in a message or a line of a log by "***", in place. The text never grows.
 * Secrets are: registered ones, also with characters escaped as in URLs and JSON; user info and
 * queries of URLs; values with the name of a secret, as in "X-Api-Key: abc", `"password": "abc"`
 * and "token=abc" (the word Basic or Bearer stays). `text` may be NULL. */
void mf_redact(char *text);

/* Replaces the value of "Name: value" unless that header is known to hold no secret. Changes
 * nothing if `line` is no header. */
void mf_redact_header(char *line);

/* Registers a live secret for the whole process. Counted: each add needs its remove. One of fewer
 * than MF_REDACT_ANYWHERE characters is hidden only where it is a whole value ("name=abc",
 * `"name": "abc"`, user info of a URL): it may be an ordinary word. NULL and "" are ignored. */
#define MF_REDACT_ANYWHERE 6
#define MF_REDACT_TOKEN 16 /* one of so many characters is no part of a name */
int mf_redact_add(const char *secret, struct mf_error *err) MF_NODISCARD;
void mf_redact_remove(const char *secret);

/* A document as data, without whitespace, numbers exact. Credentials are not kept: members whose
 * name contains password, login, token, secret or authorization become "", members called url (the
 * user's own imagery), tileUrl and the like lose user info and query, and registered secrets of at
 * least MF_REDACT_TOKEN characters become "***". The caller frees; NULL without memory. */
char *mf_document_print(const cJSON *document);

/* The same document as people may see it: mf_redact of each string. NULL without memory, and if
 * `document` is not JSON. The caller frees. */
char *mf_document_redact(const char *document);

#ifdef __cplusplus
}
#endif
#endif
