/* SPDX-License-Identifier: MIT */
#include "store/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_error.h"
#include "base/buffer.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/thread.h"
#include "store/index_file_internal.h"
#include "store/result_cache_internal.h"

/* ---- download ------------------------------------------------------------------------------- */

/* Each write has a cost in the file system: bytes are collected into pieces of this size. */
#define PIECE_SIZE ((size_t)256 * 1024)

/* Receives a download: writes it to the file and feeds the scanner. */
struct intake {
    struct mf_file *file;
    struct mf_scanner *scanner;
    struct mf_collection *collection;
    const struct mf_cache *cache; /* NULL when the result is not cached */
    struct mf_buffer piece;       /* bytes received, but neither stored nor scanned */
    struct mf_checksum checksum;
    int64_t stored; /* bytes in the file */
    bool has_begun; /* a byte other than white space was received */
};

static int intake_begin(void *ctx, int64_t announced, struct mf_error *err)
{
    struct intake *const intake = ctx;
    (void)announced;
    /* Truncate only if needed: ext4 writes a truncated file to the disk when it is closed. */
    if (intake->stored > 0 && mf_file_truncate(intake->file, err) != 0)
        return -1;
    intake->stored = 0;
    intake->piece.size = 0;
    intake->has_begun = false;
    mf_checksum_init(&intake->checksum);
    mf_scanner_reset(intake->scanner);
    return 0;
}

/* Reports a web page that a proxy or a portal sends instead of the result. */
static int check_first_byte(struct intake *intake, const char *data, size_t size,
                            struct mf_error *err)
{
    size_t i = 0;
    while (i < size && strchr(" \t\r\n", data[i]) != NULL)
        ++i;
    intake->has_begun = i < size;
    if (i < size && data[i] == '<')
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server sent a web page instead of the result. Check API_URL, and "
                            "whether a proxy or a login page answered");
    return 0;
}

static int take_piece(struct intake *intake, struct mf_error *err)
{
    const struct mf_buffer *const piece = &intake->piece;
    const size_t size = piece->size;
    intake->piece.size = 0;
    if (mf_file_write(intake->file, piece->data, size, err) != 0)
        return -1;
    intake->stored += (int64_t)size;
    if (intake->cache != NULL)
        mf_lock_touch(&intake->cache->lock);
    mf_checksum_add(&intake->checksum, piece->data, size);
    return mf_scanner_feed(intake->scanner, piece->data, size, err);
}

static int intake_write(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct intake *const intake = ctx;
    if (!intake->has_begun && check_first_byte(intake, data, size, err) != 0)
        return -1;
    if (mf_buffer_append(&intake->piece, data, size) != 0)
        return mf_out_of_memory(err);
    return intake->piece.size < PIECE_SIZE ? 0 : take_piece(intake, err);
}

/* Appends the server's message if the document is an error sent with a success status. */
static void append_server_message(const struct intake *intake, struct mf_error *err)
{
    struct mf_map map;
    cJSON *document = NULL;
    char message[300];
    if (err == NULL || err->kind != MF_ERR_FORMAT || intake->stored > MF_MAX_ERROR_BODY ||
        mf_map_file(&map, intake->file, NULL) != 0)
        return;
    if (mf_json_parse(map.data, map.size, "", &document, NULL) == 0) {
        mf_api_error_document_text(document, message, sizeof message);
        if (message[0] != '\0')
            mf_error_append(err, ". The server says: %s", message);
        cJSON_Delete(document);
    }
    mf_map_release(&map);
}

static int intake_end(void *ctx, struct mf_error *err)
{
    struct intake *const intake = ctx;
    if ((intake->piece.size > 0 && take_piece(intake, err) != 0) ||
        mf_scanner_finish(intake->scanner, intake->collection, err) != 0) {
        append_server_message(intake, err);
        return -1;
    }
    return 0;
}

/* Fetches the result into result->file, which is open, and maps it. */
static int download(struct mf_result *result, const struct mf_result_request *request,
                    const struct mf_cache *cache, uint64_t *checksum, struct mf_error *err)
{
    struct intake intake = {
        .file = &result->file, .collection = &result->collection, .cache = cache};
    const struct mf_sink sink = {&intake, intake_begin, intake_write, intake_end};
    const int64_t max_size = request->max_size > 0 ? request->max_size : MF_DEFAULT_MAX_RESULT_SIZE;
    char *const path = mf_str_format("/processings/%s/result%s%s", request->id,
                                     request->aoi_id != NULL ? "?aoiId=" : "",
                                     request->aoi_id != NULL ? request->aoi_id : "");
    int failed = path == NULL ? mf_out_of_memory(err)
                              : mf_scanner_open(&intake.scanner, &request->rules, err);
    if (failed)
        goto cleanup;
    failed = mf_client_download(request->client, path, &sink, max_size, err);
    if (failed && err != NULL && err->kind == MF_ERR_FILE)
        mf_error_append(err, ". Free some space, or set CACHE_DIR (CPL_TMPDIR for results that are "
                             "not cached) to another folder");
    if (failed && err != NULL && (err->http_status == 402 || err->http_status == 403))
        mf_error_append(err, ". The plan may not include downloads: the web app still shows the "
                             "result, and STATUS_ONLY=YES its areas");
    if (failed)
        goto cleanup;
    *checksum = mf_checksum_value(&intake.checksum);
    failed = mf_map_file(&result->document, &result->file, err);
cleanup:
    mf_scanner_close(intake.scanner);
    free(intake.piece.data);
    free(path);
    return failed;
}

static void free_content(struct mf_result *result)
{
    if (result->is_cached)
        mf_index_collection_free(&result->collection);
    else
        mf_collection_free(&result->collection);
    mf_map_release(&result->document);
    mf_map_release(&result->features);
    mf_file_discard(&result->file);
    free(result->processing);
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
}

/* ---- waiting for other processes ------------------------------------------------------------ */

/* s. Ctrl-C ends a wait within the longest pause. */
#define SHORTEST_PAUSE 0.01
#define LONGEST_PAUSE 0.1
#define WARN_AFTER 2.0

double mf_result_now(const struct mf_result_request *request)
{
    return request->client != NULL ? mf_client_now(request->client) : mf_clock_monotonic();
}

bool mf_result_is_cancelled(const struct mf_result_request *request)
{
    const struct mf_cancel *const cancel = &request->cancel;
    return cancel->is_cancelled != NULL && cancel->is_cancelled(cancel->ctx);
}

/* MF_ERR_CANCELLED if the user cancelled. */
static int check_cancel(const struct mf_result_request *request, struct mf_error *err)
{
    return mf_result_is_cancelled(request) ? mf_error_set(err, MF_ERR_CANCELLED, "interrupted") : 0;
}

/* Pauses a little longer each time. MF_ERR_CANCELLED if the user cancelled. */
static int pause_a_while(const struct mf_result_request *request, double *pause,
                         struct mf_error *err)
{
    if (check_cancel(request, err) != 0)
        return -1;
    const double seconds = *pause;
    *pause = seconds * 1.5 < LONGEST_PAUSE ? seconds * 1.5 : LONGEST_PAUSE;
    if (request->client != NULL)
        return mf_client_wait(request->client, seconds, err);
    mf_sleep(seconds);
    return 0;
}

static void warn_of_wait(const struct mf_result_request *request)
{
    char line[160];
    if (request->warn == NULL)
        return;
    snprintf(line, sizeof line,
             "Another process is downloading the result of processing %.36s: waiting for it.",
             request->id);
    request->warn(request->log_ctx, line);
}

/* Waits for the entry's lock. Continues without it if its holder has written nothing for
 * MF_RESULT_STALLED s, since that may be stopped. Returns 1 if the result must be fetched, 0 if
 * another process has fetched it meanwhile and *result is open, -1 if the user cancelled. */
static int wait_for_lock(struct mf_cache *cache, const struct mf_result_request *request,
                         struct mf_result *result, struct mf_error *err)
{
    const double start = mf_result_now(request);
    double pause = SHORTEST_PAUSE, last_progress = start;
    int64_t progress = mf_cache_progress(cache);
    bool has_waited = false, has_warned = false;
    while (!mf_cache_try_lock(cache) &&
           mf_result_now(request) - last_progress < MF_RESULT_STALLED) {
        if (pause_a_while(request, &pause, err) != 0)
            return -1;
        if (!has_warned && mf_result_now(request) - start >= WARN_AFTER) {
            warn_of_wait(request);
            has_warned = true;
        }
        const int64_t seen = mf_cache_progress(cache);
        if (seen != progress)
            last_progress = mf_result_now(request);
        progress = seen;
        has_waited = true;
    }
    const bool may_load = request->mode == MF_CACHE_YES || (has_waited && cache->is_locked);
    return may_load && mf_cache_load(cache, request, result) ? 0 : 1;
}

/* ---- source of a result --------------------------------------------------------------------- */

/* Unlinks the file at once, so that nothing remains however the process ends. */
static int fetch_uncached(struct mf_result *result, const struct mf_result_request *request,
                          struct mf_error *err)
{
    uint64_t checksum;
    char *const directory = request->temporary_directory != NULL
                                ? mf_str_copy(request->temporary_directory)
                                : mf_temporary_directory();
    const int failed = directory == NULL
                           ? mf_out_of_memory(err)
                           : mf_file_create_temporary(&result->file, directory, "mapflow-", err);
    free(directory);
    if (failed)
        return -1;
    mf_file_unlink(&result->file);
    if (download(result, request, NULL, &checksum, err) != 0)
        return -1;
    mf_file_discard(&result->file); /* the mapping keeps it: many results are open at once */
    return 0;
}

static void warn_of_cache(const struct mf_result_request *request, struct mf_error *why)
{
    mf_error_prefix(why, "The result is not cached");
    mf_error_append(why, ". Set CACHE_DIR to another folder.");
    if (request->warn != NULL)
        request->warn(request->log_ctx, why->message);
}

static int fetch_into_cache(struct mf_cache *cache, struct mf_result *result,
                            const struct mf_result_request *request, struct mf_error *err)
{
    uint64_t checksum;
    if (request->mode == MF_CACHE_YES && mf_cache_load(cache, request, result))
        return 0;
    if (check_cancel(request, err) != 0)
        return -1;
    const int is_missing = wait_for_lock(cache, request, result, err);
    if (is_missing <= 0)
        return is_missing;
    if (mf_cache_create_temp(&cache->entry, "", &result->file, err) != 0 ||
        download(result, request, cache, &checksum, err) != 0)
        return -1;
    struct mf_error cache_error;
    mf_error_init(&cache_error);
    if (mf_cache_store(cache, request, result, checksum, &cache_error) != 0)
        warn_of_cache(request, &cache_error); /* the result is valid anyway */
    mf_file_discard(&result->file);
    return 0;
}

static int open_offline(struct mf_result *result, const struct mf_result_request *request,
                        struct mf_error *err)
{
    struct mf_cache cache;
    if (mf_cache_open(&cache, request, true, err) != 0)
        return -1;
    const bool is_loaded = mf_cache_load(&cache, request, result);
    mf_cache_close(&cache);
    if (is_loaded || check_cancel(request, err) != 0)
        return is_loaded ? 0 : -1;
    return mf_error_set(err, MF_ERR_NOT_FOUND,
                        "it is not in the cache, and CACHE=OFFLINE allows no request. Open it once "
                        "with CACHE=YES");
}

/* Fetches the result without the cache if its folder cannot be used at all. */
static int fetch(struct mf_result *result, const struct mf_result_request *request,
                 struct mf_error *err)
{
    struct mf_cache cache;
    struct mf_error cache_error;
    mf_error_init(&cache_error);
    if (request->mode == MF_CACHE_NO)
        return fetch_uncached(result, request, err);
    if (mf_cache_open(&cache, request, false, &cache_error) != 0) {
        warn_of_cache(request, &cache_error);
        return fetch_uncached(result, request, err);
    }
    const int failed = fetch_into_cache(&cache, result, request, &cache_error);
    mf_cache_close(&cache);
    if (failed && cache_error.kind == MF_ERR_FILE && result->document.base == NULL &&
        result->file.path == NULL) {
        warn_of_cache(request, &cache_error);
        return fetch_uncached(result, request, err);
    }
    if (failed && err != NULL)
        *err = cache_error;
    return failed;
}

/* ---- sharing -------------------------------------------------------------------------------- */

/* A result that is open in this process, or being loaded. */
struct shared {
    struct mf_result result; /* first: its address is that of the entry */
    char *key;
    int users;
    bool is_loading;
    unsigned generation; /* mf_fork_generation of the loading thread */
    struct shared *next;
};

static struct shared *open_results; /* guarded by the global lock */

static char *result_key(const struct mf_result_request *r)
{
    return mf_str_format(
        "%s\n%s\n%s\n%s\n%s\n%u", r->base_url, r->id, r->aoi_id != NULL ? r->aoi_id : "",
        r->fingerprint != NULL ? r->fingerprint : "",
        r->cache_directory != NULL ? r->cache_directory : "", mf_schema_rules_bits(&r->rules));
}

static struct shared *find_shared(const char *key)
{
    for (struct shared *s = open_results; s != NULL; s = s->next) {
        /* After fork() the child lacks the loading thread. */
        const bool is_possible = !s->is_loading || s->generation == mf_fork_generation();
        if (is_possible && strcmp(s->key, key) == 0)
            return s;
    }
    return NULL;
}

/* Adds an entry that is being loaded. Takes ownership of the key. */
static struct shared *add_shared(char *key)
{
    struct shared *const added = calloc(1, sizeof *added);
    if (added == NULL)
        return NULL;
    added->key = key;
    added->users = 1;
    added->is_loading = true;
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

/* Finds the result in the table, and waits while another thread loads it. If it is missing, adds an
 * empty entry that the caller must load. Returns 1, 0 for the empty entry, -1. */
static int find_or_claim(struct shared **out, char *key, const struct mf_result_request *request,
                         struct mf_error *err)
{
    double pause = SHORTEST_PAUSE;
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
        if (pause_a_while(request, &pause, err) != 0) {
            free(key);
            return -1;
        }
    }
}

static int load_shared(struct shared *shared, const struct mf_result_request *request,
                       struct mf_error *err)
{
    const int failed = request->mode == MF_CACHE_OFFLINE
                           ? open_offline(&shared->result, request, err)
                           : fetch(&shared->result, request, err);
    mf_global_lock();
    shared->is_loading = false;
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
    char *key = result_key(request);
    *out = NULL;
    if (key == NULL)
        return mf_out_of_memory(err);
    /* A refreshed or private copy is never one that is already open. */
    if (request->mode == MF_CACHE_REFRESH) {
        mf_global_lock();
        struct shared *const former = find_shared(key);
        if (former != NULL && !former->is_loading)
            former->key[0] = '\0'; /* no longer found */
        mf_global_unlock();
    }
    if (request->mode == MF_CACHE_NO)
        key[0] = '\0';
    const int found = find_or_claim(&shared, key, request, err);
    const int failed =
        found < 0 || shared == NULL || (found == 0 && load_shared(shared, request, err) != 0);
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
    const bool is_last = --shared->users == 0;
    if (is_last)
        unlink_shared(shared);
    mf_global_unlock();
    if (is_last)
        free_shared(shared);
}

bool mf_result_is_open(const char *base_url, const char *id)
{
    const size_t size = strlen(base_url), id_size = strlen(id);
    bool found = false;
    mf_global_lock();
    for (const struct shared *s = open_results; s != NULL && !found; s = s->next)
        found = !s->is_loading && strncmp(s->key, base_url, size) == 0 && s->key[size] == '\n' &&
                strncmp(s->key + size + 1, id, id_size) == 0;
    mf_global_unlock();
    return found;
}
