/* SPDX-License-Identifier: MIT */
/* auth: what a user gives as a token, and the Authorization headers it can become.
 *
 * API notes 2.3, D1, D2. Accepted: the token of the account page, which is base64 of
 * "email:secret", with or without padding; "email:secret"; an opaque token; a JSON web token; any
 * of them after the word Basic or Bearer, and with white space around.
 *
 * Thread-safety: a struct that is not being changed may be read by several threads; the memory of
 * schemes is locked. */
#ifndef MF_AUTH_H
#define MF_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mf_auth_scheme { MF_AUTH_AUTO = 0, MF_AUTH_BASIC, MF_AUTH_BEARER };

struct mf_auth {
    enum mf_auth_scheme first; /* BASIC or BEARER: the scheme to begin with */
    bool may_switch;           /* the other one is worth a try after a 401 */
    char *basic;               /* value of the Authorization header */
    char *bearer;
    char *secrets[3];     /* registered with mf_redact_add, each may be NULL */
    uint64_t fingerprint; /* of the token, to remember which scheme worked */
};

/* MF_ERR_AUTH if `text` is empty or NULL, MF_ERR_ARGUMENT if it holds what no header may hold.
 * `wanted` other than AUTO decides the scheme. Registers the secrets for redaction. Call
 * mf_auth_free also after a failure. */
int mf_auth_init(struct mf_auth *auth, const char *text, enum mf_auth_scheme wanted,
                 struct mf_error *err) MF_NODISCARD;
void mf_auth_free(struct mf_auth *auth); /* safe on zeros */

const char *mf_auth_header(const struct mf_auth *auth, enum mf_auth_scheme scheme);

/* The scheme that a server (by its origin) accepted for a token in this process, MF_AUTH_AUTO if
 * none is known. Holds no token. */
enum mf_auth_scheme mf_auth_scheme_recall(const char *origin, uint64_t fingerprint);
void mf_auth_scheme_remember(const char *origin, uint64_t fingerprint, enum mf_auth_scheme scheme);

#ifdef __cplusplus
}
#endif
#endif
