/* SPDX-License-Identifier: MIT */
/* memo: what this process remembers of servers, for all clients.
 *
 * Thread-safety: the functions lock. */
#ifndef MF_MEMO_INTERNAL_H
#define MF_MEMO_INTERNAL_H

#include <stdint.h>

#define MF_MEMO_SIZE 32

/* Zero-initialise. The oldest entry is replaced first. */
struct mf_memo {
    struct {
        uint64_t key; /* a checksum; 0: free */
        int value;
    } entries[MF_MEMO_SIZE];
    unsigned next;
};

/* Returns 0 if nothing is known. */
int mf_memo_get(const struct mf_memo *memo, uint64_t key);

/* 0 forgets. */
void mf_memo_set(struct mf_memo *memo, uint64_t key, int value);

#endif
