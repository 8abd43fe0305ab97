/* redact: the one place that knows what must not be shown.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_REDACT_H
#define MF_REDACT_H

#include <cjson/cJSON.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Replaces by "***", in a text for people, in place: the values of Authorization, cookie and API
 * key headers (the word Basic or Bearer stays), of password and token fields, JSON web tokens, user
 * info and queries of URLs, and every registered secret, also when its characters are escaped as in
 * URLs or JSON. The text never grows. */
void mf_redact(char *text);

/* A document as text, without whitespace: credentials (members whose name says password, login,
 * token, secret or authorization) are "", other texts as mf_redact leaves them. The caller frees;
 * NULL without memory. */
char *mf_redact_document(const cJSON *document);

/* Registers a live secret for the whole process. Counted: each add needs its remove. NULL and texts
 * of fewer than MF_REDACT_MIN_SECRET characters are ignored, they would blank ordinary words. */
#define MF_REDACT_MIN_SECRET 6
int mf_redact_add(const char *secret, struct mf_error *err) MF_NODISCARD;
void mf_redact_remove(const char *secret);

#ifdef __cplusplus
}
#endif
#endif
