/* SPDX-License-Identifier: MIT */
/* sha1: SHA-1 (RFC 3174) of a byte stream. Finds equal files; nothing secret depends on it.
 *
 * Thread-safety: a struct belongs to one thread at a time. */
#ifndef MF_SHA1_H
#define MF_SHA1_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

MF_C_BEGIN

struct mf_sha1 {
    uint32_t state[5];
    uint64_t size; /* bytes so far */
    unsigned char block[64];
};

void mf_sha1_init(struct mf_sha1 *sha1);
void mf_sha1_add(struct mf_sha1 *sha1, const void *data, size_t size);

/* Writes 40 hexadecimal digits in lower case. Nothing may be added afterwards. */
#define MF_SHA1_SIZE 41
void mf_sha1_finish(struct mf_sha1 *sha1, char hex[MF_SHA1_SIZE]);

MF_C_END
#endif
