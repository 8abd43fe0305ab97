/* SPDX-License-Identifier: MIT */
/* auth: the token as the user gives it, and the Authorization headers made from it.
 *
 * API notes 2.3, D1, D2. Accepts the token of the account page, which is base64 of "email:secret",
 * with or without padding; "email:secret"; an opaque token; a JSON web token. Each may follow the
 * word Basic or Bearer, and may have white space around it.
 *
 * Thread-safety: several threads may read a struct that is not being changed. The remembered
 * schemes are locked. */
#ifndef MF_AUTH_H
#define MF_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum mf_auth_scheme { MF_AUTH_AUTO = 0, MF_AUTH_BASIC, MF_AUTH_BEARER };

struct mf_auth {
    enum mf_auth_scheme first; /* BASIC or BEARER: the scheme to try first */
    bool may_switch;           /* try the other scheme after a 401 */
    char *basic;               /* value of the Authorization header */
    char *bearer;
    char *secrets[3];     /* registered with mf_redact_add; each may be NULL */
    uint64_t fingerprint; /* of the token, used to remember which scheme worked */
};

/* Parses a token and registers its secrets for redaction. `wanted` other than AUTO sets the scheme.
 * MF_ERR_AUTH if `text` is empty or NULL, MF_ERR_ARGUMENT if a header cannot hold it. Call
 * mf_auth_free after a failure, too. */
int mf_auth_init(struct mf_auth *auth, const char *text, enum mf_auth_scheme wanted,
                 struct mf_error *err) MF_NODISCARD;
void mf_auth_free(struct mf_auth *auth); /* safe on a zeroed struct */

const char *mf_auth_header(const struct mf_auth *auth, enum mf_auth_scheme scheme);

/* Remembers, for this process, which scheme a server (by its origin) accepted for a token.
 * MF_AUTH_AUTO if none is known. Stores no token. */
enum mf_auth_scheme mf_auth_scheme_recall(const char *origin, uint64_t fingerprint);
void mf_auth_scheme_remember(const char *origin, uint64_t fingerprint, enum mf_auth_scheme scheme);

#endif
