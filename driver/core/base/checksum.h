/* SPDX-License-Identifier: MIT */
/* checksum: a 64-bit checksum (XXH64) of a byte stream. Detects damage, not tampering.
 *
 * The value depends only on the bytes, and may be kept on disk.
 *
 * Thread-safety: pure functions; a struct belongs to one thread at a time. */
#ifndef MF_CHECKSUM_H
#define MF_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* xxHash guarantees the layout of its state only to code that is compiled together with it. */
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The seed. Increase it whenever checksums change, so that values on disk no longer match. */
#define MF_CHECKSUM_VERSION 1

struct mf_checksum {
    XXH64_state_t state;
};

static inline void mf_checksum_init(struct mf_checksum *checksum)
{
    XXH64_reset(&checksum->state, MF_CHECKSUM_VERSION);
}

/* Adds `size` bytes. `data` may be NULL if `size` is 0. */
static inline void mf_checksum_add(struct mf_checksum *checksum, const void *data, size_t size)
{
    if (size > 0)
        XXH64_update(&checksum->state, data, size);
}

/* Returns the checksum of all bytes so far. More may be added afterwards. */
static inline uint64_t mf_checksum_value(const struct mf_checksum *checksum)
{
    return XXH64_digest(&checksum->state);
}

/* Returns the checksum of `size` bytes. NULL counts as no bytes. */
static inline uint64_t mf_checksum_of(const void *data, size_t size)
{
    return data != NULL ? XXH64(data, size, MF_CHECKSUM_VERSION)
                        : XXH64("", 0, MF_CHECKSUM_VERSION);
}

#endif
