/* SPDX-License-Identifier: MIT */
#include "api/processing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_error.h"
#include "api/document_internal.h"
#include "api/error_codes.h"
#include "base/number.h"
#include "base/redact.h"
#include "base/str.h"

/* ---- parsing -------------------------------------------------------------------------------- */

#define SOURCE "params.sourceParams."

static const struct mf_document_member members[] = {
    MF_ROW(mf_processing, id, MF_TEXT_REQUIRED, "id"),
    MF_ROW(mf_processing, name, MF_TEXT_OR_EMPTY, "name"),
    MF_ROW(mf_processing, description, MF_TEXT, "description"),
    MF_ROW(mf_processing, project_id, MF_TEXT, "projectId"),
    MF_ROW(mf_processing, status, MF_TEXT_OR_EMPTY, "status"),
    /* The review is null, a string, or an object with one of two members (API notes D13). */
    MF_ROW(mf_processing, review, MF_TEXT,
           "reviewStatus|reviewStatus.reviewStatus|reviewStatus.status"),
    MF_ROW(mf_processing, review_until, MF_TEXT, "reviewStatus.inReviewUntil"),
    MF_ROW(mf_processing, model, MF_TEXT, "workflowDef.name"),
    MF_ROW(mf_processing, created, MF_TEXT, "created"),
    MF_ROW(mf_processing, updated, MF_TEXT, "updated"),
    MF_ROW(mf_processing, vector_layer_id, MF_TEXT, "vectorLayer.id"),
    MF_ROW(mf_processing, result_tile_url, MF_TEXT, "resultRasterLayer.tileUrl"),
    MF_ROW(mf_processing, result_tilejson_url, MF_TEXT, "resultRasterLayer.tileJsonUrl"),
    MF_ROW(mf_processing, source_tile_url, MF_TEXT, "rasterLayer.tileUrl"),
    MF_ROW(mf_processing, source_tilejson_url, MF_TEXT, "rasterLayer.tileJsonUrl"),
    MF_ROW(mf_processing, percent, MF_PERCENT, "percentCompleted"),
    MF_ROW(mf_processing, aoi_count, MF_COUNT, "aoiCount"),
    /* The rating is null, a number as a string, or an object (API notes D14). */
    MF_ROW(mf_processing, rating, MF_COUNT, "rating|rating.rating"),
    MF_ROW(mf_processing, area_m2, MF_NUMBER, "area|aoiArea"),
    MF_ROW(mf_processing, cost, MF_NUMBER, "cost"),
    /* One of four sources is present (API notes 6.1, 6.2). The URL of the user's own tiles is not
     * read, since it may contain a key. */
    MF_ROW(mf_processing, provider, MF_TEXT,
           SOURCE "dataProvider.providerName|" SOURCE "imagerySearch.dataProvider|" SOURCE
                  "userDefined.sourceType"),
    MF_ROW(mf_processing, zoom, MF_COUNT,
           SOURCE "dataProvider.zoom|" SOURCE "imagerySearch.zoom|" SOURCE "userDefined.zoom"),
    MF_ROW(mf_processing, blocks, MF_TEXT, ""),
    MF_ROW(mf_processing, messages, MF_TEXT, ""),
    MF_ROW(mf_processing, document, MF_TEXT, ""),
};

/* Joins the names of the enabled blocks with commas. */
static char *take_blocks(const cJSON *document, int *failed)
{
    const cJSON *const blocks = mf_json_member(document, "blocks");
    const cJSON *block;
    char *joined = NULL;
    cJSON_ArrayForEach(block, blocks)
    {
        const char *const name = mf_json_string(block, "name", NULL);
        if (name == NULL || !mf_json_bool(block, "enabled", 1))
            continue;
        char *const longer =
            joined == NULL ? mf_str_copy(name) : mf_str_format("%s,%s", joined, name);
        *failed |= longer == NULL;
        free(joined);
        joined = longer;
    }
    return joined;
}

static enum mf_state state_of(const char *status, const char *review)
{
    if (mf_str_equal_nocase(status, "OK"))
        return review != NULL && mf_str_equal_nocase(review, "NOT_ACCEPTED") ? MF_STATE_REWORK
                                                                             : MF_STATE_DONE;
    if (mf_str_equal_nocase(status, "FAILED"))
        return MF_STATE_FAILED;
    if (mf_str_equal_nocase(status, "CANCELLED") || mf_str_equal_nocase(status, "CANCELED"))
        return MF_STATE_CANCELLED;
    return mf_str_equal_nocase(status, "REFUNDED") ? MF_STATE_REFUNDED : MF_STATE_RUNNING;
}

static void complete(void *document, const cJSON *json, int *failed)
{
    struct mf_processing *const p = document;
    const cJSON *const sources = mf_json_member(mf_json_member(json, "params"), "sourceParams");
    if (p->rating < 1 || p->rating > 5)
        p->rating = -1;
    if (p->provider == NULL && mf_json_member(sources, "myImagery") != NULL) {
        p->provider = mf_str_copy("My imagery");
        *failed |= p->provider == NULL;
    }
    p->blocks = take_blocks(json, failed);
    p->messages = mf_messages_text(json, failed);
    p->document = mf_document_print(json);
    *failed |= p->document == NULL;
    p->state = state_of(p->status, p->review);
    p->is_raster = mf_json_member(json, "vectorLayer") == NULL &&
                   mf_json_member(json, "resultRasterLayer") != NULL;
}

static const struct mf_document_type processing_type = MF_DOCUMENT_TYPE(
    mf_processing, members, complete, "the server's answer is not a processing: it has no id");

int mf_processing_parse(struct mf_processing *p, const cJSON *document, struct mf_error *err)
{
    char said[300] = "";
    if (mf_json_string(document, "id", NULL) == NULL)
        mf_api_error_document_text(document, said, sizeof said);
    const int failed = mf_document_parse(&processing_type, p, document, err);
    return said[0] != '\0' ? mf_error_append(err, ". The server says: %s", said) : failed;
}

void mf_processing_free(struct mf_processing *p)
{
    mf_document_free(&processing_type, p);
}

int mf_processing_get(struct mf_processing *processing, struct mf_client *client, const char *id,
                      struct mf_error *err)
{
    cJSON *document = NULL;
    memset(processing, 0, sizeof *processing);
    char *const path = mf_str_format("/processings/%s/v2", id);
    int failed = mf_get_from(client, path, &document, err);
    if (!failed)
        failed = mf_processing_parse(processing, document, err);
    cJSON_Delete(document);
    /* A cache in between may mix up responses: the other's result would be stored as this one's. */
    if (!failed && !mf_str_equal_nocase(processing->id, id)) {
        failed =
            mf_error_set(err, MF_ERR_FORMAT,
                         "the server's answer is about another processing, %.60s", processing->id);
        mf_processing_free(processing);
    }
    return failed ? mf_error_prefix(err, "processing %s", id) : 0;
}

int mf_processing_pager_open(struct mf_pager **out, const char *project_id, const char *terms,
                             struct mf_error *err)
{
    char *const path = mf_str_format("/projects/%s/processings/v2/page", project_id);
    char *const fallback = mf_str_format("GET /projects/%s/processings/v2", project_id);
    int failed = path == NULL || fallback == NULL;
    *out = NULL;
    if (failed)
        mf_out_of_memory(err);
    else
        failed = mf_pager_open(out, path, fallback, "terms", terms, err);
    free(path);
    free(fallback);
    return failed ? -1 : 0;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

char *mf_processing_fingerprint(const struct mf_processing *p)
{
    char area[MF_NUMBER_TEXT_SIZE], cost[MF_NUMBER_TEXT_SIZE]; /* the same in any locale */
    mf_number_format(p->area_m2, area);
    mf_number_format(p->cost, cost);
    return mf_str_format("%s|%s|%s|%s|%s|%s", p->status, or_empty(p->review), or_empty(p->updated),
                         area, cost, or_empty(p->vector_layer_id));
}

/* ---- states --------------------------------------------------------------------------------- */

int mf_processing_read(struct mf_processing *p, const char *document, struct mf_error *err)
{
    cJSON *json = NULL;
    if (mf_json_parse(document, strlen(document), "a processing that was kept", &json, err) != 0)
        return -1;
    const int failed = mf_processing_parse(p, json, err);
    cJSON_Delete(json);
    return failed;
}

bool mf_processing_is_terminal(const struct mf_processing *p)
{
    return p->state != MF_STATE_RUNNING && p->state != MF_STATE_REWORK;
}

static int not_ready(const struct mf_processing *p, struct mf_error *err, const char *what)
{
    mf_error_set(err, MF_ERR_NOT_READY, "processing %s (\"%s\") has no result%s: its status is",
                 p->id, p->name, p->state == MF_STATE_RUNNING ? " yet" : "");
    mf_error_append(err, " %s", p->status[0] != '\0' ? p->status : "unknown");
    if (p->percent >= 0)
        mf_error_append(err, ", %d %%", p->percent);
    mf_error_append(err, ".");
    if (p->messages != NULL)
        mf_error_append(err, " %s", p->messages);
    return mf_error_append(err, " %s", what);
}

static bool is_unknown_status(const char *status)
{
    static const char *const known[] = {"UNPROCESSED", "IN_PROGRESS", "AWAITING", ""};
    for (size_t i = 0; i < sizeof known / sizeof *known; ++i) {
        if (mf_str_equal_nocase(status, known[i]))
            return false;
    }
    return true;
}

int mf_processing_check_result(const struct mf_processing *p, bool partial, bool can_wait,
                               struct mf_error *err)
{
    switch (p->state) {
    case MF_STATE_RUNNING:
        if (is_unknown_status(p->status))
            return not_ready(p, err,
                             "This driver does not know that status, and treats it as unfinished. "
                             "Try again later.");
        return not_ready(p, err,
                         can_wait ? "Open it with WAIT=YES to wait for it, or try again later."
                                  : "Try again later.");
    case MF_STATE_REWORK:
        return mf_error_set(err, MF_ERR_NOT_READY,
                            "processing %s (\"%s\") is being reworked after its review (%s): its "
                            "result will change. %s",
                            p->id, p->name, p->review,
                            can_wait ? "Open it with WAIT=YES to wait for the new one."
                                     : "Try again later.");
    case MF_STATE_DONE:
        break;
    default:
        if (!partial)
            return not_ready(p, err,
                             "Open it with PARTIAL=YES to read what is finished, or with "
                             "STATUS_ONLY=YES to see its areas.");
    }
    if (p->is_raster)
        return mf_error_set(
            err, MF_ERR_NOT_READY,
            "processing %s (\"%s\") has a raster result and no vector features. Open "
            "it as a raster, or with STATUS_ONLY=YES to see its areas.",
            p->id, p->name);
    return 0;
}
