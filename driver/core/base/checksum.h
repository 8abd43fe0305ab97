/* hash: a 64-bit checksum of bytes that come in pieces. Finds damage, not malice.
 *
 * Reads about as fast as memory: four lanes of multiply and rotate, eight bytes each. */
#ifndef MF_HASH_H
#define MF_HASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mf_hash {
    uint64_t lanes[4];
    uint64_t total; /* bytes so far */
    unsigned char rest[32];
};

void mf_hash_init(struct mf_hash *hash);
void mf_hash_add(struct mf_hash *hash, const void *data, size_t size);

/* The checksum of all that was added; more may be added afterwards. */
uint64_t mf_hash_value(const struct mf_hash *hash);

/* The checksum of one piece. */
uint64_t mf_hash_of(const void *data, size_t size);

#ifdef __cplusplus
}
#endif
#endif
