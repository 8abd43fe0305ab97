/* SPDX-License-Identifier: MIT */
/* uuid: UUIDs in their 8-4-4-4-12 form.
 *
 * Thread-safety: pure functions. */
#ifndef MF_UUID_H
#define MF_UUID_H

#include <stdbool.h>

#include "base/error.h"

MF_C_BEGIN

#define MF_UUID_SIZE 37

/* Parses a UUID in any case, and writes it in lower case. Returns false if `text` is not a UUID. */
bool mf_uuid_parse(const char *text, char uuid[MF_UUID_SIZE]);

/* Writes a random UUID, version 4. */
int mf_uuid_random(char uuid[MF_UUID_SIZE], struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
