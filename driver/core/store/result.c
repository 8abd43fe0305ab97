#include "store/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_error.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/thread.h"
#include "store/index_file_internal.h"
#include "store/pipe_internal.h"
#include "store/result_cache_internal.h"

/* How often somebody who waits for another's download looks again, s. */
#define LOOK_AGAIN 0.01

/* ---- download ------------------------------------------------------------------------------- */

/* Where the bytes of a download go: to the file and through the scanner. */
struct intake {
    struct mf_file *file;
    struct mf_scanner *scanner;
    struct mf_pipe *relay; /* on the way to both */
    struct mf_collection *collection;
    struct mf_checksum hash;
    int64_t stored; /* bytes that are in the file */
    int started;    /* a byte that is no white space has come */
};

static int intake_begin(void *ctx, int64_t announced, struct mf_error *err)
{
    struct intake *const intake = ctx;
    (void)announced;
    /* Not of an empty file: ext4 then writes out at its closing what it would write when it can. */
    mf_pipe_reset(intake->relay);
    if (intake->stored > 0 && mf_file_truncate(intake->file, err) != 0)
        return -1;
    intake->stored = 0;
    intake->started = 0;
    mf_checksum_init(&intake->hash);
    mf_scanner_reset(intake->scanner);
    return 0;
}

/* A page that a proxy or a portal sends instead of the result deserves a message of its own. */
static int check_start(struct intake *intake, const char *data, size_t size, struct mf_error *err)
{
    for (size_t i = 0; i < size; ++i) {
        if (strchr(" \t\r\n", data[i]) != NULL)
            continue;
        intake->started = 1;
        if (data[i] == '<')
            return mf_error_set(
                err, MF_ERR_FORMAT,
                "the server sent a web page where the result should be. Check API_URL, "
                "and whether a proxy or a login page stands in between");
        break;
    }
    return 0;
}

/* In large pieces: the file system takes its price for each one. */
static int store(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct intake *const intake = ctx;
    intake->stored += (int64_t)size;
    return mf_file_write(intake->file, data, size, err);
}

static int scan(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct intake *const intake = ctx;
    mf_checksum_add(&intake->hash, data, size);
    return mf_scanner_feed(intake->scanner, data, size, err);
}

static int intake_write(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct intake *const intake = ctx;
    if (!intake->started && check_start(intake, data, size, err) != 0)
        return -1;
    return mf_pipe_write(intake->relay, data, size, err);
}

/* A document that is no result may be an error that was sent as success: it says more than that. */
static void append_said(const struct intake *intake, struct mf_error *err)
{
    struct mf_map map;
    cJSON *document = NULL;
    char said[300];
    if (err == NULL || err->kind != MF_ERR_FORMAT || intake->stored > MF_MAX_ERROR_BODY ||
        mf_map_file(&map, intake->file, NULL) != 0)
        return;
    if (mf_json_parse(map.data, map.size, "", &document, NULL) == 0) {
        mf_api_error_document_text(document, said, sizeof said);
        if (said[0] != '\0')
            mf_error_append(err, ". The server says: %s", said);
        cJSON_Delete(document);
    }
    mf_map_release(&map);
}

static int intake_end(void *ctx, struct mf_error *err)
{
    struct intake *const intake = ctx;
    if (mf_pipe_drain(intake->relay, err) != 0)
        return -1;
    const int failed = mf_scanner_finish(intake->scanner, intake->collection, err);
    if (failed)
        append_said(intake, err);
    return failed;
}

/* Fetches the result into result->file, which is open, and maps it. */
static int download(struct mf_result *result, const struct mf_result_request *request,
                    uint64_t *checksum, struct mf_error *err)
{
    struct intake intake = {.file = &result->file, .collection = &result->collection};
    if (mf_scanner_open(&intake.scanner, &request->rules, err) != 0)
        return -1;
    const struct mf_pipe_work work = {.here = store, .there = scan, .ctx = &intake};
    if (mf_pipe_open(&intake.relay, &work, err) != 0) {
        mf_scanner_close(intake.scanner);
        return -1;
    }
    const struct mf_sink sink = {&intake, intake_begin, intake_write, intake_end};
    char *const path = mf_str_format("/processings/%s/result%s%s", request->id,
                                     request->aoi_id != NULL ? "?aoiId=" : "",
                                     request->aoi_id != NULL ? request->aoi_id : "");
    int failed = path == NULL
                     ? mf_out_of_memory(err)
                     : mf_client_download(request->client, path, &sink,
                                          request->max_size > 0 ? request->max_size
                                                                : MF_DEFAULT_MAX_RESULT_SIZE,
                                          err);
    free(path);
    mf_pipe_close(intake.relay);
    mf_scanner_close(intake.scanner);
    if (failed && err != NULL && err->kind == MF_ERR_FILE)
        mf_error_append(err, ". Make room there; CACHE_DIR names another folder, and TMPDIR that "
                             "of results that are not cached");
    if (failed)
        return -1;
    *checksum = mf_checksum_value(&intake.hash);
    return mf_map_file(&result->text, &result->file, err);
}

static void free_content(struct mf_result *result)
{
    if (result->is_cached)
        mf_index_collection_free(&result->collection);
    else
        mf_collection_free(&result->collection);
    mf_map_release(&result->text);
    mf_map_release(&result->features);
    mf_file_discard(&result->file);
    free(result->document);
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
}

/* ---- where a result comes from -------------------------------------------------------------- */

static int fetch_uncached(struct mf_result *result, const struct mf_result_request *request,
                          struct mf_error *err)
{
    uint64_t checksum;
    if (mf_file_create_temporary(&result->file, mf_temporary_directory(), "mapflow-", err) != 0)
        return -1;
    return download(result, request, &checksum, err);
}

static int is_cancelled(const struct mf_result_request *request)
{
    return request->cancel.is_cancelled != NULL &&
           request->cancel.is_cancelled(request->cancel.ctx);
}

/* Waits until the entry's lock is ours. Returns 1 when it is, 0 when meanwhile somebody else has
 * fetched the result and *result is open, -1 when the user has had enough. */
static int wait_for_lock(struct mf_cache *cache, const struct mf_result_request *request,
                         struct mf_result *result, struct mf_error *err)
{
    int waited = 0;
    while (!mf_cache_try_lock(cache)) {
        if (is_cancelled(request))
            return mf_error_set(err, MF_ERR_CANCELLED, "interrupted");
        mf_sleep(LOOK_AGAIN);
        waited = 1;
    }
    if ((waited || request->mode == MF_CACHE_YES) && mf_cache_load(cache, request, result))
        return 0;
    return 1;
}

static void warn_of_cache(const struct mf_result_request *request, const struct mf_error *why)
{
    char line[MF_ERROR_MESSAGE_SIZE + 128];
    if (request->warn == NULL)
        return;
    snprintf(line, sizeof line, "The result is not cached: %s. CACHE_DIR names another folder.",
             why->message);
    request->warn(request->log_ctx, line);
}

static int fetch_into_cache(struct mf_cache *cache, struct mf_result *result,
                            const struct mf_result_request *request, struct mf_error *err)
{
    uint64_t checksum;
    if (request->mode == MF_CACHE_YES && mf_cache_load(cache, request, result))
        return 0;
    const int locked = wait_for_lock(cache, request, result, err);
    if (locked <= 0)
        return locked;
    if (mf_cache_create_text(cache, &result->file, err) != 0)
        return -1;
    if (download(result, request, &checksum, err) != 0)
        return -1;
    struct mf_error cache_error;
    mf_error_init(&cache_error);
    if (mf_cache_store(cache, request, result, checksum, &cache_error) != 0)
        warn_of_cache(request, &cache_error); /* the result is good all the same */
    return 0;
}

static int open_offline(struct mf_result *result, const struct mf_result_request *request,
                        struct mf_error *err)
{
    struct mf_cache cache;
    if (mf_cache_open(&cache, request, 1, err) != 0)
        return -1;
    const int loaded = mf_cache_load(&cache, request, result);
    mf_cache_close(&cache);
    if (!loaded)
        return mf_error_set(
            err, MF_ERR_NOT_FOUND,
            "it is not in the cache, and CACHE=OFFLINE allows no request. Open it once "
            "with CACHE=YES");
    return 0;
}

/* The cache's folder cannot be used at all: then the result is fetched without it. */
static int fetch(struct mf_result *result, const struct mf_result_request *request,
                 struct mf_error *err)
{
    struct mf_cache cache;
    struct mf_error cache_error;
    mf_error_init(&cache_error);
    if (request->mode == MF_CACHE_NO)
        return fetch_uncached(result, request, err);
    if (mf_cache_open(&cache, request, 0, &cache_error) != 0) {
        warn_of_cache(request, &cache_error);
        return fetch_uncached(result, request, err);
    }
    int failed = fetch_into_cache(&cache, result, request, &cache_error);
    mf_cache_close(&cache);
    if (failed && cache_error.kind == MF_ERR_FILE && result->text.base == NULL &&
        result->file.path == NULL) {
        warn_of_cache(request, &cache_error);
        return fetch_uncached(result, request, err);
    }
    if (failed && err != NULL)
        *err = cache_error;
    return failed;
}

/* ---- sharing -------------------------------------------------------------------------------- */

/* Results that are open in this process, guarded by the global lock. */
struct shared {
    struct mf_result result; /* first, so that a result is its entry */
    char *key;
    int users;
    int is_loading;
    unsigned generation; /* mf_fork_generation of who is loading */
    struct shared *next;
};

static struct shared *open_results;

static char *key_of(const struct mf_result_request *r)
{
    return mf_str_format(
        "%s\n%s\n%s\n%s\n%s\n%u", r->base_url, r->id, r->aoi_id != NULL ? r->aoi_id : "",
        r->fingerprint != NULL ? r->fingerprint : "",
        r->cache_directory != NULL ? r->cache_directory : "", mf_schema_rules_bits(&r->rules));
}

static struct shared *find_shared(const char *key)
{
    for (struct shared *s = open_results; s != NULL; s = s->next) {
        /* A process that was forked off has not got the thread that loads. */
        const int is_possible = !s->is_loading || s->generation == mf_fork_generation();
        if (is_possible && strcmp(s->key, key) == 0)
            return s;
    }
    return NULL;
}

/* An entry that is being loaded. Takes over the key. */
static struct shared *add_shared(char *key)
{
    struct shared *const added = calloc(1, sizeof *added);
    if (added == NULL)
        return NULL;
    added->key = key;
    added->users = 1;
    added->is_loading = 1;
    added->generation = mf_fork_generation();
    added->result.file.fd = -1;
    added->next = open_results;
    open_results = added;
    return added;
}

static void unlink_shared(struct shared *gone)
{
    struct shared **link = &open_results;
    while (*link != NULL && *link != gone)
        link = &(*link)->next;
    if (*link != NULL)
        *link = gone->next;
}

static void free_shared(struct shared *shared)
{
    free_content(&shared->result);
    free(shared->key);
    free(shared);
}

/* Finds the result in the table, waiting while another thread loads it, or puts an empty entry
 * there that the caller has to load. Returns 1, 0 for the empty entry, -1. */
static int find_or_claim(struct shared **out, char *key, const struct mf_result_request *request,
                         struct mf_error *err)
{
    for (;;) {
        mf_global_lock();
        struct shared *const found = key[0] != '\0' ? find_shared(key) : NULL;
        if (found != NULL && !found->is_loading) {
            ++found->users;
            mf_global_unlock();
            free(key);
            *out = found;
            return 1;
        }
        if (found == NULL) {
            *out = add_shared(key);
            mf_global_unlock();
            if (*out != NULL)
                return 0;
            free(key);
            return mf_out_of_memory(err);
        }
        mf_global_unlock();
        if (is_cancelled(request)) {
            free(key);
            return mf_error_set(err, MF_ERR_CANCELLED, "interrupted");
        }
        mf_sleep(LOOK_AGAIN);
    }
}

static int load(struct shared *shared, const struct mf_result_request *request,
                struct mf_error *err)
{
    const int failed = request->mode == MF_CACHE_OFFLINE
                           ? open_offline(&shared->result, request, err)
                           : fetch(&shared->result, request, err);
    mf_global_lock();
    shared->is_loading = 0;
    if (failed)
        unlink_shared(shared);
    mf_global_unlock();
    if (failed)
        free_shared(shared);
    return failed;
}

int mf_result_acquire(const struct mf_result **out, const struct mf_result_request *request,
                      struct mf_error *err)
{
    struct shared *shared = NULL;
    char *key = key_of(request);
    *out = NULL;
    if (key == NULL)
        return mf_out_of_memory(err);
    /* Who asks for a fresh or a private copy must not be given one that is open already. */
    if (request->mode == MF_CACHE_REFRESH) {
        mf_global_lock();
        struct shared *const former = find_shared(key);
        if (former != NULL && !former->is_loading)
            former->key[0] = '\0'; /* found by nobody any more */
        mf_global_unlock();
    }
    if (request->mode == MF_CACHE_NO)
        key[0] = '\0';
    const int found = find_or_claim(&shared, key, request, err);
    const int failed =
        found < 0 || shared == NULL || (found == 0 && load(shared, request, err) != 0);
    if (failed)
        return mf_error_prefix(err, "result of processing %s", request->id);
    *out = &shared->result;
    return 0;
}

void mf_result_release(const struct mf_result *result)
{
    if (result == NULL)
        return;
    struct shared *const shared = (struct shared *)(void *)(uintptr_t)result;
    mf_global_lock();
    const int last = --shared->users == 0;
    if (last)
        unlink_shared(shared);
    mf_global_unlock();
    if (last)
        free_shared(shared);
}

int mf_result_is_open(const char *base_url, const char *id)
{
    const size_t size = strlen(base_url), id_size = strlen(id);
    int found = 0;
    mf_global_lock();
    for (const struct shared *s = open_results; s != NULL && !found; s = s->next)
        found = !s->is_loading && strncmp(s->key, base_url, size) == 0 && s->key[size] == '\n' &&
                strncmp(s->key + size + 1, id, id_size) == 0;
    mf_global_unlock();
    return found;
}
