#include "scarce.h"

#include <cjson/cJSON.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "check.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static atomic_long blocks;    /* that are allocated now */
static atomic_long countdown; /* the allocation that brings it to 0 fails; below 0: none does */
static atomic_int is_missing; /* one has failed */

static int fails(void)
{
    if (atomic_fetch_sub(&countdown, 1) != 1)
        return 0;
    atomic_store(&is_missing, 1);
    return 1;
}

static void *counted(void *block)
{
    atomic_fetch_add(&blocks, block != NULL);
    return block;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (fails())
        return NULL;
    return block == NULL ? counted(__real_malloc(size)) : __real_realloc(block, size);
}

void __wrap_free(void *block)
{
    atomic_fetch_sub(&blocks, block != NULL);
    __real_free(block);
}

static void *allocate(size_t size)
{
    return malloc(size);
}

static void release(void *block)
{
    free(block);
}

/* cJSON does not say why it returns no tree: the document, or what the user gave, then seems wrong.
 */
static int is_want_of_memory(const struct mf_error *err)
{
    return err->kind == MF_ERR_MEMORY || err->kind == MF_ERR_FORMAT || err->kind == MF_ERR_ARGUMENT;
}

static void check_run(const char *name, scarce_work *work, long allocation, long before)
{
    struct mf_error err;
    char place[100];
    snprintf(place, sizeof place, "%s without allocation %ld", name, allocation);
    mf_error_init(&err);
    atomic_store(&is_missing, 0);
    atomic_store(&countdown, allocation);
    const int failed = work(&err);
    atomic_store(&countdown, -1);
    if (failed && !(atomic_load(&is_missing) && is_want_of_memory(&err)))
        check_text(err.message, "", place, 0);
    if (atomic_load(&blocks) > before)
        check_number(atomic_load(&blocks), before, "blocks that are left", place, 0);
}

void scarce_run(const char *name, scarce_work *work)
{
    cJSON_Hooks hooks = {allocate, release};
    cJSON_InitHooks(&hooks);
    atomic_store(&countdown, -1);
    /* Once before all is counted: some things are kept for the next time. */
    check_run(name, work, -1, 1000000);
    const long before = atomic_load(&blocks);
    for (long allocation = 1; allocation == 1 || atomic_load(&is_missing); allocation++)
        check_run(name, work, allocation, before);
}
