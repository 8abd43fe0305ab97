/* SPDX-License-Identifier: MIT */
/* redact: the one place that knows what must not be shown.
 *
 * Shown text is never read again, so whatever looks like a secret is replaced. A document kept as
 * data loses only its credentials.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_REDACT_H
#define MF_REDACT_H

#include <cjson/cJSON.h>

#include "base/error.h"

MF_C_BEGIN

/* Replaces secrets in a message or log line by "***", in place. The string never grows. Secrets
 * are: registered ones, also with characters escaped as in URLs and JSON; user info and queries of
 * URLs; values with the name of a secret, as in "X-Api-Key: abc", `"password": "abc"` and
 * "token=abc" (the word Basic or Bearer stays). `text` may be NULL. */
void mf_redact(char *text);

/* Replaces the value of "Name: value" unless that header is known to hold no secret. Changes
 * nothing if `line` is not a header. */
void mf_redact_header(char *line);

/* Registers a live secret for the whole process. Each add needs a matching remove. A secret of
 * fewer than MF_REDACT_ANYWHERE characters may be an ordinary word, so it is hidden only where it
 * is a whole value ("name=abc", `"name": "abc"`, user info of a URL). NULL and "" are ignored. */
#define MF_REDACT_ANYWHERE 6
#define MF_REDACT_TOKEN 16 /* a secret of this length is not part of a name */
int mf_redact_add(const char *secret, struct mf_error *err) MF_NODISCARD;
void mf_redact_remove(const char *secret);

/* Prints a document as data, without whitespace and with exact numbers. Credentials are dropped:
 * members whose name contains password, login, token, secret or authorization become "", members
 * called url (the user's uploaded imagery), tileUrl and the like lose user info and query, and
 * registered secrets of at least MF_REDACT_TOKEN characters become "***". The caller frees; NULL
 * without memory. */
char *mf_document_print(const cJSON *document);

/* Prints the document for people: with mf_redact of each string. NULL without memory, and if
 * `document` is not JSON. The caller frees. */
char *mf_document_redact(const char *document);

MF_C_END
#endif
