/* SPDX-License-Identifier: MIT */
#include "base/sha1.h"

#include <stdio.h>
#include <string.h>

static uint32_t rotated(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

/* Fills in the 16 words of a block and the 64 words derived from them. */
static void expand(const unsigned char *block, uint32_t words[80])
{
    for (int i = 0; i < 16; i++, block += 4)
        words[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 |
                   (uint32_t)block[3];
    for (int i = 16; i < 80; i++)
        words[i] = rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

static void add_block(uint32_t state[5], const unsigned char *block)
{
    static const uint32_t constants[] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
    uint32_t words[80];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    expand(block, words);
    for (int i = 0; i < 80; i++) {
        const uint32_t mixed = i < 20   ? (b & c) | (~b & d)
                               : i < 40 ? b ^ c ^ d
                               : i < 60 ? (b & c) | (b & d) | (c & d)
                                        : b ^ c ^ d;
        const uint32_t next = rotated(a, 5) + mixed + e + constants[i / 20] + words[i];
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void mf_sha1_init(struct mf_sha1 *sha1)
{
    *sha1 = (struct mf_sha1){.state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}};
}

void mf_sha1_add(struct mf_sha1 *sha1, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    size_t used = (size_t)(sha1->size % 64);
    sha1->size += size;
    while (used + size >= 64) {
        const size_t taken = 64 - used;
        if (used == 0) {
            add_block(sha1->state, bytes);
        } else {
            memcpy(sha1->block + used, bytes, taken);
            add_block(sha1->state, sha1->block);
        }
        bytes += taken;
        size -= taken;
        used = 0;
    }
    if (size > 0)
        memcpy(sha1->block + used, bytes, size);
}

void mf_sha1_finish(struct mf_sha1 *sha1, char hex[MF_SHA1_SIZE])
{
    static const unsigned char padding[64] = {0x80};
    const uint64_t bits = sha1->size * 8;
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    mf_sha1_add(sha1, padding, 1 + (size_t)((119 - sha1->size % 64) % 64));
    mf_sha1_add(sha1, length, sizeof length);
    for (int i = 0; i < 5; i++)
        snprintf(hex + (ptrdiff_t)8 * i, 9, "%08x", (unsigned)sha1->state[i]);
}
