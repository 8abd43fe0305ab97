/* The areas of a processing: as the server tells them, and as the cache keeps them. */
#include "store/aoi_cache.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"
#include "script.h"

#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define ANSWER                                                                                     \
    "[{\"id\":\"a\",\"status\":\"OK\",\"percentCompleted\":100,\"area\":12.5,"                     \
    "\"messages\":[{\"code\":\"x.y\",\"parameters\":{\"url\":\"http://h/?key=s3cr3t\","            \
    "\"rasterPassword\":\"hunter2\"}}],"                                                           \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[4.25,52],[4.3,52],[4.3,52.1]]]}}]"

static char folder[] = "/tmp/mapflow-test-XXXXXX";

/* ---- asking --------------------------------------------------------------------------------- */

static void test_answers(void)
{
    static const struct script_step steps[] = {
        {.status = 200,
         .body = "[{\"id\":\"a\",\"status\":\"OK\",\"percentCompleted\":100,\"area\":12.5,"
                 "\"geometry\":{\"type\":\"Polygon\"}},{},null]"},
        {.status = 200, .body = "{\"aois\":[{\"id\":\"b\"}]}"},
        {.status = 200, .body = "[]"},
        {.status = 404},
        {.status = 410},
        {.status = 405},
        {.status = 409},
        {.status = 200, .body = "{\"areas\":[]}"},
        {.status = 403},
    };
    static struct script script;
    struct mf_aoi_list list;
    struct mf_error err;
    mf_error_init(&err);
    struct mf_client *const client = script_client(&script, steps, 9);
    CHECK_NUMBER(mf_aoi_list_get(&list, NULL, client, ID, &err), 0);
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/processings/" ID "/aois");
    CHECK_NUMBER(list.count, 3);
    CHECK_TEXT(list.items[0].id, "a");
    CHECK_HOLDS(list.items[0].geometry, "Polygon");
    CHECK(list.items[0].area_m2 == 12.5 && isnan(list.items[1].area_m2));
    CHECK_NUMBER(list.items[1].percent, -1);
    mf_aoi_list_free(&list);
    CHECK_NUMBER(mf_aoi_list_get(&list, NULL, client, ID, &err), 0);
    CHECK_NUMBER(list.count, 1);
    mf_aoi_list_free(&list);
    CHECK_NUMBER(mf_aoi_list_get(&list, NULL, client, ID, &err), 0);
    CHECK(list.count == 0 && list.is_offered);
    mf_aoi_list_free(&list);
    for (int i = 0; i < 3; i++) {
        cJSON *document = NULL;
        CHECK_NUMBER(mf_aoi_list_get(&list, &document, client, ID, &err), 0);
        CHECK(list.count == 0 && !list.is_offered && document == NULL);
        mf_aoi_list_free(&list);
    }
    CHECK_NUMBER(mf_aoi_list_get(&list, NULL, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_REJECTED);
    CHECK_NUMBER(mf_aoi_list_get(&list, NULL, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_NUMBER(mf_aoi_list_get(&list, NULL, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORBIDDEN);
    CHECK_HOLDS(err.message, "areas of processing " ID ": ");
    mf_aoi_list_free(&list);
    mf_client_close(client);
}

/* ---- keeping -------------------------------------------------------------------------------- */

/* The name of the only file whose name holds `part`; NULL when there is none, or more than one. */
static const char *only_file(const char *part)
{
    static char path[512];
    int found = 0;
    DIR *const listing = opendir(folder);
    for (const struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        if (entry->d_name[0] == '.' || strstr(entry->d_name, part) == NULL)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        found++;
    }
    if (listing != NULL)
        closedir(listing);
    return found == 1 ? path : NULL;
}

static void empty_folder(void)
{
    for (const char *path; (path = only_file("")) != NULL;)
        remove(path);
}

static struct mf_aoi_request request_for(struct mf_client *client, enum mf_cache_mode mode,
                                         const char *fingerprint, const char *id)
{
    const struct mf_aoi_request request = {.client = client,
                                           .base_url = "https://api.example.com/rest",
                                           .id = id,
                                           .fingerprint = fingerprint,
                                           .mode = mode,
                                           .cache_directory = folder};
    return request;
}

/* Asks for the areas of ID; the server tells ANSWER, once. Returns what mf_aoi_list_acquire does,
 * *requests becomes the number of those made. */
static int acquire(enum mf_cache_mode mode, const char *fingerprint, const char *id,
                   size_t *requests, struct mf_error *err)
{
    static const struct script_step steps[] = {{.status = 200, .body = ANSWER}};
    static struct script script;
    struct mf_aoi_list list;
    struct mf_error cache_err;
    struct mf_client *const client = script_client(&script, steps, 1);
    const struct mf_aoi_request request = request_for(client, mode, fingerprint, id);
    mf_error_init(err);
    const int result = mf_aoi_list_acquire(&list, &request, &cache_err, err);
    if (result >= 0) {
        CHECK_NUMBER(list.count, 1);
        CHECK_HOLDS(list.items[0].geometry, "[4.25,52]");
        CHECK_HOLDS(list.items[0].messages, "x.y");
    }
    *requests = script.next;
    mf_aoi_list_free(&list);
    mf_client_close(client);
    return result;
}

static void expect(enum mf_cache_mode mode, const char *fingerprint, int result, size_t requests,
                   int line)
{
    struct mf_error err;
    size_t made;
    const int got = acquire(mode, fingerprint, ID, &made, &err);
    if (got != result || made != requests)
        fprintf(stderr, "from line %d:\n", line);
    CHECK_NUMBER(got, result);
    CHECK_NUMBER(made, requests);
}
#define EXPECT(mode, fingerprint, result, requests)                                                \
    expect(mode, fingerprint, result, requests, __LINE__)

static void test_modes(void)
{
    EXPECT(MF_CACHE_NO, "1", 0, 1);
    EXPECT(MF_CACHE_YES, NULL, 0, 1); /* has not ended */
    CHECK_TEXT(only_file(""), NULL);
    EXPECT(MF_CACHE_YES, "1", 1, 1);
    EXPECT(MF_CACHE_YES, "1", 0, 0);
    EXPECT(MF_CACHE_OFFLINE, NULL, 0, 0);
    EXPECT(MF_CACHE_OFFLINE, "2", 0, 0);
    EXPECT(MF_CACHE_NO, "1", 0, 1);
    EXPECT(MF_CACHE_YES, NULL, 0, 1);
    EXPECT(MF_CACHE_REFRESH, "1", 1, 1);
    EXPECT(MF_CACHE_YES, "2", 1, 1); /* has changed */
    EXPECT(MF_CACHE_YES, "2", 0, 0);
    EXPECT(MF_CACHE_YES, "1", 1, 1);
    CHECK(only_file("") != NULL);
    empty_folder();
}

static void test_not_there(void)
{
    struct mf_error err;
    size_t made;
    CHECK_NUMBER(acquire(MF_CACHE_OFFLINE, NULL, ID, &made, &err), -1);
    CHECK_NUMBER(made, 0);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    CHECK_HOLDS(err.message, ID);
    CHECK_HOLDS(err.message, "CACHE=YES");
}

/* What the server calls a processing must not become any path. */
static void test_strange_ids(void)
{
    static const char *const ids[] = {"", "../x", "7", ID "/../../x",
                                      "3fa85f64-5717-4562-b3fc-2c963f66af/6"};
    struct mf_error err;
    size_t made;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        CHECK_NUMBER(acquire(MF_CACHE_YES, "1", ids[i], &made, &err), 0);
        CHECK_NUMBER(made, 1);
    }
    CHECK_NUMBER(acquire(MF_CACHE_OFFLINE, NULL, "../x", &made, &err), -1);
    CHECK_TEXT(only_file(""), NULL);
}

static char *content_of(const char *path, size_t *size)
{
    FILE *const file = fopen(path, "rb");
    static char text[4096];
    *size = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    text[*size] = '\0';
    if (file != NULL)
        fclose(file);
    return text;
}

static void write_file(const char *path, const char *text, size_t size)
{
    FILE *const file = fopen(path, "wb");
    if (file == NULL)
        return;
    CHECK_NUMBER(fwrite(text, 1, size, file), size);
    fclose(file);
}

static void test_entry(void)
{
    size_t size;
    char *stored = NULL;
    int is_private = 0;
    umask(0);
    EXPECT(MF_CACHE_YES, "1", 1, 1);
    const char *const path = only_file(".areas");
    if (!CHECK(path != NULL && mf_read_small_file(path, 100000, &stored, &is_private, NULL) == 0))
        return;
    free(stored);
    CHECK_NUMBER(is_private, 1);
#ifndef _WIN32 /* a mode says nothing of Windows' rights */
    struct stat info;
    CHECK(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
#endif
    const char *const text = content_of(path, &size);
    CHECK_HOLDS(text, "\"x.y\"");
    CHECK_LACKS(text, "s3cr3t");
    CHECK_LACKS(text, "hunter2");
    CHECK_LACKS(text, "secret");
    empty_folder();
}

/* Every byte damaged, every length cut. */
static void test_damage(void)
{
    char whole[4096], path[512];
    size_t size, made;
    struct mf_error err;
    EXPECT(MF_CACHE_YES, "1", 1, 1);
    const char *const found = only_file(".areas");
    if (!CHECK(found != NULL))
        return;
    snprintf(path, sizeof path, "%s", found);
    memcpy(whole, content_of(path, &size), sizeof whole);
    CHECK(size > 100);
    for (size_t i = 0; i < size; i++) {
        whole[i] ^= 0x10;
        write_file(path, whole, size);
        whole[i] ^= 0x10;
        CHECK_NUMBER(acquire(MF_CACHE_OFFLINE, NULL, ID, &made, &err), -1);
        write_file(path, whole, i);
        CHECK_NUMBER(acquire(MF_CACHE_OFFLINE, NULL, ID, &made, &err), -1);
    }
    EXPECT(MF_CACHE_YES, "1", 1, 1);
    CHECK(memcmp(whole, content_of(path, &size), size) == 0);
    EXPECT(MF_CACHE_YES, "1", 0, 0);
    empty_folder();
}

static void test_trim(void)
{
    EXPECT(MF_CACHE_YES, "1", 1, 1);
    mf_aoi_cache_trim(folder, 1, 100000);
    CHECK(only_file(".areas") != NULL);
    mf_aoi_cache_trim(folder, 1, 100);
    CHECK_TEXT(only_file(""), NULL);
}

/* A folder that cannot be used is told, and the areas are there all the same. */
static void test_no_folder(void)
{
    static const struct script_step steps[] = {{.status = 200, .body = ANSWER}};
    static struct script script;
    struct mf_aoi_list list;
    struct mf_error cache_err;
    struct mf_client *const client = script_client(&script, steps, 1);
    struct mf_aoi_request request = request_for(client, MF_CACHE_YES, "1", ID);
    request.cache_directory = "/dev/null/cache";
    CHECK_NUMBER(mf_aoi_list_acquire(&list, &request, &cache_err, NULL), 0);
    CHECK_NUMBER(list.count, 1);
    CHECK_NUMBER(cache_err.kind, MF_ERR_FILE);
    CHECK_HOLDS(cache_err.message, "/dev/null/cache");
    mf_aoi_list_free(&list);
    mf_client_close(client);
}

/* ---- one area -------------------------------------------------------------------------------- */

static void test_check(void)
{
    cJSON *const document = cJSON_Parse(
        "[{\"id\":\"A-ok\",\"status\":\"ok\"},{\"id\":\"b\",\"status\":\"REFUNDED\"},{\"id\":\"c\"}"
        ","
        "{\"id\":\"d\",\"status\":\"FAILED\",\"messages\":[{\"code\":\"dataloader.NoDataTile\"}]},"
        "{\"id\":\"e\",\"status\":\"PONDERING\"}]");
    struct mf_aoi_list list;
    const struct mf_aoi *found = NULL;
    struct mf_error err;
    mf_error_init(&err);
    CHECK_NUMBER(mf_aoi_list_parse(&list, document, &err), 0);
    cJSON_Delete(document);
    CHECK_NUMBER(mf_aoi_list_find(&list, "a-OK", &found, &err), 0);
    CHECK(found == &list.items[0]);
    CHECK_NUMBER(mf_aoi_list_find(&list, "b", &found, &err), 0);
    CHECK_NUMBER(mf_aoi_list_find(&list, "c", &found, &err), 0);
    CHECK_NUMBER(mf_aoi_list_find(&list, "d", &found, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_READY);
    CHECK_HOLDS(err.message, "status is FAILED. The provider delivered tiles without data");
    CHECK_NUMBER(mf_aoi_list_find(&list, "e", &found, &err), -1);
    CHECK_HOLDS(err.message, "status is PONDERING. The layer aois");
    CHECK_NUMBER(mf_aoi_list_find(&list, "f", &found, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    list.is_offered = 0;
    CHECK_NUMBER(mf_aoi_list_find(&list, "f", &found, &err), 0);
    CHECK(found == NULL);
    mf_aoi_list_free(&list);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    test_answers();
    test_modes();
    test_not_there();
    test_strange_ids();
    test_entry();
    test_damage();
    test_trim();
    test_no_folder();
    test_check();
    CHECK_NUMBER(rmdir(folder), 0); /* no part is left */
    return check_result();
}
