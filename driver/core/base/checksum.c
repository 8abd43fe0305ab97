#include "base/checksum.h"

#include <string.h>

/* Odd, with bits spread evenly: the fractional parts of the golden ratio and of some square roots.
 */
#define PRIME_1 0x9E3779B97F4A7C15U
#define PRIME_2 0x6A09E667F3BCC909U
#define PRIME_3 0xBB67AE8584CAA73BU

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

/* In the byte order of the machine: an index is read where it was written. */
static uint64_t word(const unsigned char *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static uint64_t mix(uint64_t lane, uint64_t value)
{
    return rotate(lane + value * PRIME_2, 31) * PRIME_1;
}

static void add_block(uint64_t lanes[4], const unsigned char *p)
{
    lanes[0] = mix(lanes[0], word(p));
    lanes[1] = mix(lanes[1], word(p + 8));
    lanes[2] = mix(lanes[2], word(p + 16));
    lanes[3] = mix(lanes[3], word(p + 24));
}

void mf_checksum_init(struct mf_checksum *hash)
{
    memset(hash, 0, sizeof *hash);
    hash->lanes[0] = PRIME_1;
    hash->lanes[1] = PRIME_2;
    hash->lanes[2] = PRIME_3;
    hash->lanes[3] = PRIME_1 ^ PRIME_3;
}

void mf_checksum_add(struct mf_checksum *hash, const void *data, size_t size)
{
    if (size == 0)
        return; /* data may be NULL */
    const unsigned char *p = data;
    const size_t held = hash->total % sizeof hash->rest;
    hash->total += size;
    if (held > 0) {
        const size_t room = sizeof hash->rest - held;
        const size_t taken = size < room ? size : room;
        memcpy(hash->rest + held, p, taken);
        p += taken;
        size -= taken;
        if (taken < room)
            return;
        add_block(hash->lanes, hash->rest);
    }
    for (; size >= sizeof hash->rest; p += sizeof hash->rest, size -= sizeof hash->rest)
        add_block(hash->lanes, p);
    memcpy(hash->rest, p, size);
}

uint64_t mf_checksum_value(const struct mf_checksum *hash)
{
    uint64_t value = hash->total;
    for (int i = 0; i < 4; ++i)
        value = mix(value ^ hash->lanes[i], hash->lanes[i]);
    const size_t held = hash->total % sizeof hash->rest;
    for (size_t i = 0; i < held; ++i)
        value = mix(value, hash->rest[i]);
    value ^= value >> 29;
    value *= PRIME_3;
    return value ^ value >> 32;
}

uint64_t mf_checksum_of(const void *data, size_t size)
{
    struct mf_checksum hash;
    mf_checksum_init(&hash);
    mf_checksum_add(&hash, data, size);
    return mf_checksum_value(&hash);
}
