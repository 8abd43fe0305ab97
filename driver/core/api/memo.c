/* SPDX-License-Identifier: MIT */
#include "api/memo_internal.h"

#include "base/thread.h"

/* Returns MF_MEMO_SIZE if there is none. The lock is held. */
static unsigned find(const struct mf_memo *memo, uint64_t key)
{
    unsigned i = 0;
    while (i < MF_MEMO_SIZE && (key == 0 || memo->entries[i].key != key))
        i++;
    return i;
}

int mf_memo_get(const struct mf_memo *memo, uint64_t key)
{
    mf_global_lock();
    const unsigned i = find(memo, key);
    const int value = i < MF_MEMO_SIZE ? memo->entries[i].value : 0;
    mf_global_unlock();
    return value;
}

void mf_memo_set(struct mf_memo *memo, uint64_t key, int value)
{
    mf_global_lock();
    unsigned i = find(memo, key);
    if (i == MF_MEMO_SIZE && value != 0)
        i = memo->next++ % MF_MEMO_SIZE;
    if (i < MF_MEMO_SIZE) {
        memo->entries[i].key = value != 0 ? key : 0;
        memo->entries[i].value = value;
    }
    mf_global_unlock();
}
