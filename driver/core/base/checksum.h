/* checksum: a 64-bit checksum of bytes that come in pieces (XXH64). Finds damage, not malice.
 *
 * The value depends on the bytes only, so that it may be kept on the disk. */
#ifndef MF_CHECKSUM_H
#define MF_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#define XXH_STATIC_LINKING_ONLY /* for the size of the state */
#include <xxhash.h>

struct mf_checksum {
    XXH64_state_t state;
};

static inline void mf_checksum_init(struct mf_checksum *checksum)
{
    XXH64_reset(&checksum->state, 0);
}

static inline void mf_checksum_add(struct mf_checksum *checksum, const void *data, size_t size)
{
    XXH64_update(&checksum->state, data, size);
}

/* The checksum of all that was added; more may be added afterwards. */
static inline uint64_t mf_checksum_value(const struct mf_checksum *checksum)
{
    return XXH64_digest(&checksum->state);
}

/* The checksum of one piece. */
static inline uint64_t mf_checksum_of(const void *data, size_t size)
{
    return XXH64(data, size, 0);
}

#endif
