/* SPDX-License-Identifier: MIT */
#include "store/aoi_cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json_writer.h"
#include "api/processing.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/uuid.h"
#include "store/cache_dir.h"

/* The version changes with the format. */
#define HEAD_FORMAT "mapflow areas 1 %016" PRIx64 "\n"
#define HEAD_SIZE 33

static void log_areas(const struct mf_aoi_request *request, const char *what)
{
    char line[128];
    if (request->debug == NULL)
        return;
    snprintf(line, sizeof line, "cache: %s the areas of %.36s", what, request->id);
    request->debug(request->log_ctx, line);
}

static void write_head(char head[HEAD_SIZE + 1], const char *body, size_t size)
{
    snprintf(head, HEAD_SIZE + 1, HEAD_FORMAT, mf_checksum_of(body, size));
}

/* ---- loading -------------------------------------------------------------------------------- */

static bool is_of(const cJSON *content, const struct mf_aoi_request *request)
{
    const char *const fingerprint = mf_json_string(content, "fingerprint", "");
    return request->mode == MF_CACHE_OFFLINE || strcmp(fingerprint, request->fingerprint) == 0;
}

/* Whether the file is an undamaged entry that the request may use. */
static bool read_entry(struct mf_aoi_list *list, const struct mf_map *file,
                       const struct mf_aoi_request *request)
{
    char head[HEAD_SIZE + 1];
    cJSON *content = NULL;
    if (file->size < HEAD_SIZE)
        return false;
    const char *const body = file->data + HEAD_SIZE;
    const size_t size = file->size - HEAD_SIZE;
    write_head(head, body, size);
    const bool found = memcmp(head, file->data, HEAD_SIZE) == 0 &&
                       mf_json_parse(body, size, "the cached areas", &content, NULL) == 0 &&
                       is_of(content, request) &&
                       mf_aoi_list_parse(list, mf_json_member(content, "answer"), NULL) == 0;
    cJSON_Delete(content);
    return found;
}

static bool load_areas(struct mf_aoi_list *list, const struct mf_cache_entry *entry,
                       const struct mf_aoi_request *request)
{
    struct mf_map file;
    char *const path = mf_cache_path(entry, NULL, MF_CACHE_AREAS);
    const bool is_there = path != NULL && mf_map_path(&file, path, NULL) == 0;
    const bool found = is_there && read_entry(list, &file, request);
    if (is_there)
        mf_map_release(&file);
    if (found)
        mf_path_touch(path);
    free(path);
    if (is_there)
        log_areas(request, found ? "reads" : "does not use");
    return found;
}

/* ---- storing -------------------------------------------------------------------------------- */

static char *make_body(const char *fingerprint, const cJSON *answer)
{
    char *const safe = mf_document_print(answer);
    cJSON *content = mf_json_add_text(cJSON_CreateObject(), "fingerprint", fingerprint);
    content = mf_json_add(content, "answer", safe != NULL ? cJSON_CreateRaw(safe) : NULL);
    char *const body = cJSON_PrintUnformatted(content);
    free(safe);
    cJSON_Delete(content);
    return body;
}

static int store_areas(const struct mf_cache_entry *entry, const char *fingerprint,
                       const cJSON *answer, struct mf_error *err)
{
    char head[HEAD_SIZE + 1];
    char *const body = make_body(fingerprint, answer);
    if (body == NULL)
        return mf_out_of_memory(err);
    write_head(head, body, strlen(body));
    const int failed = mf_cache_replace(entry, MF_CACHE_AREAS, head, body, err);
    free(body);
    return failed;
}

/* ---- source of the AOIs --------------------------------------------------------------------- */

/* Names the entry. Only a UUID may become part of a file name. */
static int open_entry(struct mf_cache_entry *entry, const struct mf_aoi_request *request,
                      struct mf_error *err)
{
    char id[MF_UUID_SIZE];
    if (!mf_uuid_parse(request->id, id))
        return mf_error_set(err, MF_ERR_FORMAT, "\"%.100s\" is not a UUID", request->id);
    return mf_cache_entry_open(entry, request->cache_directory, request->base_url, id, NULL,
                               request->mode == MF_CACHE_OFFLINE, err);
}

static int take_offline(struct mf_aoi_list *list, const struct mf_aoi_request *request,
                        struct mf_error *err)
{
    struct mf_cache_entry entry;
    if (open_entry(&entry, request, err) != 0)
        return -1;
    const bool is_loaded = load_areas(list, &entry, request);
    mf_cache_entry_close(&entry);
    if (is_loaded)
        return 0;
    return mf_error_set(err, MF_ERR_NOT_FOUND,
                        "the areas of processing %s are not in the cache, and CACHE=OFFLINE allows "
                        "no request. Read them once with CACHE=YES",
                        request->id);
}

static int fetch_into(struct mf_aoi_list *list, const struct mf_cache_entry *entry,
                      const struct mf_aoi_request *request, struct mf_error *cache_err,
                      struct mf_error *err)
{
    cJSON *answer = NULL;
    if (request->mode == MF_CACHE_YES && load_areas(list, entry, request))
        return 0;
    if (mf_aoi_list_get(list, &answer, request->client, request->id, err) != 0)
        return -1;
    const bool is_stored =
        answer != NULL && store_areas(entry, request->fingerprint, answer, cache_err) == 0;
    cJSON_Delete(answer);
    return is_stored;
}

int mf_aoi_list_acquire(struct mf_aoi_list *list, const struct mf_aoi_request *request,
                        struct mf_error *cache_err, struct mf_error *err)
{
    struct mf_cache_entry entry;
    memset(list, 0, sizeof *list);
    mf_error_init(cache_err);
    if (request->mode == MF_CACHE_OFFLINE)
        return take_offline(list, request, err);
    if (request->mode == MF_CACHE_NO || request->fingerprint == NULL ||
        open_entry(&entry, request, cache_err) != 0)
        return mf_aoi_list_get(list, NULL, request->client, request->id, err);
    const int result = fetch_into(list, &entry, request, cache_err, err);
    mf_cache_entry_close(&entry);
    return result;
}

void mf_aoi_cache_trim(const char *cache_directory, size_t added, int64_t cache_size)
{
    const int64_t bytes = (int64_t)added * 4096; /* of most entries: one disk block */
    mf_cache_evict(cache_directory, bytes, cache_size > 0 ? cache_size : MF_DEFAULT_CACHE_SIZE);
}
