#include "result.h"

#include <stdio.h>
#include <string.h>

/* Where the bytes of a download go: to the file and through the scanner. */
struct intake {
    struct mf_file *file;
    struct mf_scanner *scanner;
    struct mf_collection *collection;
    int started; /* a byte that is no white space has come */
};

static int intake_begin(void *ctx, int64_t announced, struct mf_error *err)
{
    struct intake *const intake = ctx;
    (void)announced;
    intake->started = 0;
    mf_scanner_reset(intake->scanner);
    return mf_file_truncate(intake->file, err);
}

/* A page that a proxy or a portal sends instead of the result deserves a message of its own. */
static int check_start(struct intake *intake, const char *data, size_t size, struct mf_error *err)
{
    for (size_t i = 0; i < size; ++i) {
        if (strchr(" \t\r\n", data[i]) != NULL)
            continue;
        intake->started = 1;
        if (data[i] == '<')
            return mf_error_set(err, MF_ERR_FORMAT,
                                "the server sent a web page where the result should be. Check API_URL, "
                                "and whether a proxy or a login page stands in between");
        break;
    }
    return 0;
}

static int intake_write(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct intake *const intake = ctx;
    if (!intake->started && check_start(intake, data, size, err) != 0)
        return -1;
    if (mf_file_write(intake->file, data, size, err) != 0)
        return -1;
    return mf_scanner_feed(intake->scanner, data, size, err);
}

static int intake_end(void *ctx, struct mf_error *err)
{
    struct intake *const intake = ctx;
    return mf_scanner_finish(intake->scanner, intake->collection, err);
}

static int download(struct mf_result *result, struct mf_scanner *scanner, struct mf_client *client,
                    const char *path, int64_t max_size, struct mf_error *err)
{
    struct intake intake = {&result->file, scanner, &result->collection, 0};
    const struct mf_sink sink = {&intake, intake_begin, intake_write, intake_end};
    if (mf_client_download(client, path, &sink, max_size, err) != 0)
        return -1;
    return mf_map_file(&result->map, &result->file, err);
}

int mf_result_download(struct mf_result *result, struct mf_client *client, const char *id,
                       const char *aoi_id, const struct mf_result_options *options,
                       struct mf_error *err)
{
    char path[192];
    struct mf_scanner *scanner = NULL;
    const char *const directory =
        options->directory != NULL ? options->directory : mf_temporary_directory();
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
    if (aoi_id != NULL)
        snprintf(path, sizeof path, "/processings/%s/result?aoiId=%s", id, aoi_id);
    else
        snprintf(path, sizeof path, "/processings/%s/result", id);

    int failed = mf_scanner_open(&scanner, &options->rules, err);
    if (!failed)
        failed = mf_file_create_temporary(&result->file, directory, "mapflow-", err);
    if (!failed)
        failed = download(result, scanner, client, path,
                          options->max_size > 0 ? options->max_size : MF_DEFAULT_MAX_RESULT_SIZE,
                          err);
    mf_scanner_close(scanner);
    if (failed) {
        mf_result_free(result);
        return mf_error_prefix(err, "result of processing %s", id);
    }
    return 0;
}

void mf_result_free(struct mf_result *result)
{
    if (result == NULL)
        return;
    mf_collection_free(&result->collection);
    mf_map_release(&result->map);
    mf_file_discard(&result->file);
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
}
