/* SPDX-License-Identifier: MIT */
#include "api/memo_internal.h"

#include "base/thread.h"

enum { ENTRIES = sizeof((struct mf_memo *)0)->entries / sizeof((struct mf_memo *)0)->entries[0] };

/* Returns ENTRIES if there is none. The lock is held. */
static unsigned find(const struct mf_memo *memo, uint64_t key)
{
    unsigned i = 0;
    while (i < ENTRIES && (key == 0 || memo->entries[i].key != key))
        i++;
    return i;
}

int mf_memo_get(const struct mf_memo *memo, uint64_t key)
{
    mf_global_lock();
    const unsigned i = find(memo, key);
    const int value = i < ENTRIES ? memo->entries[i].value : 0;
    mf_global_unlock();
    return value;
}

void mf_memo_set(struct mf_memo *memo, uint64_t key, int value)
{
    mf_global_lock();
    unsigned i = find(memo, key);
    if (i == ENTRIES && value != 0)
        i = memo->next++ % ENTRIES;
    if (i < ENTRIES) {
        memo->entries[i].key = value != 0 ? key : 0;
        memo->entries[i].value = value;
    }
    mf_global_unlock();
}
