/* checksum: a 64-bit checksum of bytes that come in pieces. Finds damage, not malice.
 *
 * Reads about as fast as memory: four lanes of multiply and rotate, eight bytes each. */
#ifndef MF_CHECKSUM_H
#define MF_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mf_checksum {
    uint64_t lanes[4];
    uint64_t total; /* bytes so far */
    unsigned char rest[32];
};

void mf_checksum_init(struct mf_checksum *hash);
void mf_checksum_add(struct mf_checksum *hash, const void *data, size_t size);

/* The checksum of all that was added; more may be added afterwards. */
uint64_t mf_checksum_value(const struct mf_checksum *hash);

/* The checksum of one piece. */
uint64_t mf_checksum_of(const void *data, size_t size);

#ifdef __cplusplus
}
#endif
#endif
