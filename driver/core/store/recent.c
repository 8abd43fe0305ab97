/* SPDX-License-Identifier: MIT */
#include "store/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"
#include "store/result.h"

#define REMEMBERED 64

/* The newest response for each processing. Guarded by the global lock. */
static struct answer {
    uint64_t key; /* 0: free */
    char *document;
    double time;     /* s, monotonic */
    double max_age;  /* s, at least */
    uint64_t writes; /* mf_client_write_count before the request */
} answers[REMEMBERED];

static uint64_t answer_key(const struct mf_client *client, const char *id)
{
    const uint64_t account = mf_client_account(client);
    struct mf_checksum sum;
    mf_checksum_init(&sum);
    mf_checksum_add(&sum, mf_client_base_url(client), strlen(mf_client_base_url(client)));
    mf_checksum_add(&sum, &account, sizeof account);
    mf_checksum_add(&sum, id, strlen(id));
    return mf_checksum_value(&sum) | 1;
}

static void drop(struct answer *answer)
{
    free(answer->document);
    *answer = (struct answer){0};
}

/* Drops all responses from before a write of this process. The lock is held. */
static void drop_stale(uint64_t writes)
{
    for (int i = 0; i < REMEMBERED; ++i) {
        if (answers[i].key != 0 && answers[i].writes != writes)
            drop(&answers[i]);
    }
}

/* Returns the response with that key, NULL if there is none. The lock is held. */
static struct answer *find(uint64_t key)
{
    for (int i = 0; i < REMEMBERED; ++i) {
        if (answers[i].key == key)
            return &answers[i];
    }
    return NULL;
}

/* Returns a free slot, or else that of the oldest response. The lock is held. */
static struct answer *oldest(void)
{
    struct answer *found = &answers[0];
    for (int i = 0; i < REMEMBERED && found->key != 0; ++i) {
        if (answers[i].key == 0 || answers[i].time < found->time)
            found = &answers[i];
    }
    return found;
}

/* Copies the known document. NULL if there is none, or if it is too old. */
static char *copy_known(uint64_t key, double max_age)
{
    char *copy = NULL;
    const uint64_t writes = mf_client_write_count();
    mf_global_lock();
    drop_stale(writes);
    const struct answer *const known = find(key);
    if (known != NULL &&
        mf_clock_monotonic() - known->time < (known->max_age > max_age ? known->max_age : max_age))
        copy = mf_str_copy(known->document);
    mf_global_unlock();
    return copy;
}

/* Replaces the response for the same processing, or the oldest one. */
static void remember(uint64_t key, const char *document, uint64_t writes)
{
    char *const copy = mf_str_copy(document);
    mf_global_lock();
    struct answer *const same = find(key);
    struct answer *const place = same != NULL ? same : oldest();
    drop(place);
    if (copy != NULL)
        *place = (struct answer){key, copy, mf_clock_monotonic(), 0, writes};
    mf_global_unlock();
}

int mf_recent_get(struct mf_processing *processing, struct mf_client *client, const char *id,
                  struct mf_error *err)
{
    const uint64_t key = answer_key(client, id);
    const bool is_open = mf_result_is_open(mf_client_base_url(client), id);
    char *const known = copy_known(key, is_open ? MF_RECENT_WHILE_OPEN : MF_RECENT);
    const bool is_known = known != NULL && mf_processing_read(processing, known, NULL) == 0;
    free(known);
    if (is_known)
        return 0;
    const uint64_t writes = mf_client_write_count();
    const int failed = mf_processing_get(processing, client, id, err);
    if (!failed && mf_processing_is_terminal(processing))
        remember(key, processing->document, writes);
    return failed;
}

void mf_recent_prolong(const struct mf_client *client, const char *id)
{
    const uint64_t key = answer_key(client, id);
    const uint64_t writes = mf_client_write_count();
    mf_global_lock();
    drop_stale(writes);
    struct answer *const known = find(key);
    if (known != NULL)
        known->max_age = MF_RECENT_WHILE_OPEN;
    mf_global_unlock();
}

void mf_recent_clear(void)
{
    mf_global_lock();
    for (int i = 0; i < REMEMBERED; ++i)
        drop(&answers[i]);
    mf_global_unlock();
}
