/* SPDX-License-Identifier: MIT */
#include "api/processing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_error.h"
#include "api/error_codes.h"
#include "base/number.h"
#include "base/redact.h"
#include "base/str.h"

/* ---- parsing -------------------------------------------------------------------------------- */

/* The review is null, a string, or an object with one of two members (API notes D13). */
static void take_review(struct mf_processing *p, const cJSON *document, int *failed)
{
    const cJSON *const review = mf_json_member(document, "reviewStatus");
    if (!cJSON_IsObject(review)) {
        p->review = mf_json_take(document, "reviewStatus", failed);
        return;
    }
    p->review = mf_json_take(review, "reviewStatus", failed);
    if (p->review == NULL)
        p->review = mf_json_take(review, "status", failed);
    p->review_until = mf_json_take(review, "inReviewUntil", failed);
}

/* The rating is null, a number as a string, or an object (API notes D14). */
static void take_rating(struct mf_processing *p, const cJSON *document)
{
    const cJSON *const rating = mf_json_member(document, "rating");
    const double stars = mf_json_number(cJSON_IsObject(rating) ? rating : document, "rating", -1);
    p->rating = stars >= 1 && stars <= 5 ? (int)stars : -1;
}

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

/* One of four members is present (API notes 6.1, 6.2). The URL of the user's own tiles is not read,
 * since it may contain a key. */
static void take_source(struct mf_processing *p, const cJSON *document, int *failed)
{
    const cJSON *const sources = mf_json_member(mf_json_member(document, "params"), "sourceParams");
    const cJSON *const data = mf_json_member(sources, "dataProvider");
    const cJSON *const search = mf_json_member(sources, "imagerySearch");
    const cJSON *const own_tiles = mf_json_member(sources, "userDefined");
    const cJSON *source = data;
    const char *name = "providerName";
    if (source == NULL) {
        source = search;
        name = "dataProvider";
    }
    if (source == NULL) {
        source = own_tiles;
        name = "sourceType";
    }
    p->provider = mf_json_take(source, name, failed);
    if (source == NULL && mf_json_member(sources, "myImagery") != NULL) {
        p->provider = mf_str_copy("My imagery");
        *failed |= p->provider == NULL;
    }
    p->zoom = mf_json_count(source, "zoom");
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

int mf_processing_parse(struct mf_processing *p, const cJSON *document, struct mf_error *err)
{
    memset(p, 0, sizeof *p);
    if (mf_json_string(document, "id", NULL) == NULL) {
        char said[300];
        mf_api_error_document_text(document, said, sizeof said);
        mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a processing: it has no id");
        return said[0] != '\0' ? mf_error_append(err, ". The server says: %s", said) : -1;
    }
    int failed = 0;
    const cJSON *const raster = mf_json_member(document, "resultRasterLayer");
    const cJSON *const source = mf_json_member(document, "rasterLayer");
    const cJSON *const vector = mf_json_member(document, "vectorLayer");
    const cJSON *const model = mf_json_member(document, "workflowDef");
    p->id = mf_json_take(document, "id", &failed);
    p->name = mf_json_take_or_empty(document, "name", &failed);
    p->description = mf_json_take(document, "description", &failed);
    p->project_id = mf_json_take(document, "projectId", &failed);
    p->status = mf_json_take_or_empty(document, "status", &failed);
    take_review(p, document, &failed);
    take_rating(p, document);
    take_source(p, document, &failed);
    p->blocks = take_blocks(document, &failed);
    p->model = mf_json_take(model, "name", &failed);
    p->messages = mf_messages_text(document, &failed);
    p->created = mf_json_take(document, "created", &failed);
    p->updated = mf_json_take(document, "updated", &failed);
    p->vector_layer_id = mf_json_take(vector, "id", &failed);
    p->result_tile_url = mf_json_take(raster, "tileUrl", &failed);
    p->result_tilejson_url = mf_json_take(raster, "tileJsonUrl", &failed);
    p->source_tile_url = mf_json_take(source, "tileUrl", &failed);
    p->source_tilejson_url = mf_json_take(source, "tileJsonUrl", &failed);
    p->document = mf_document_print(document);
    failed |= p->document == NULL;
    if (failed) {
        mf_processing_free(p);
        return mf_out_of_memory(err);
    }
    p->percent = mf_json_percent(document, "percentCompleted");
    p->aoi_count = mf_json_count(document, "aoiCount");
    p->area_m2 = mf_json_number(document, "area", mf_json_number(document, "aoiArea", NAN));
    p->cost = mf_json_number(document, "cost", NAN);
    p->state = state_of(p->status, p->review);
    p->is_raster = vector == NULL && raster != NULL;
    return 0;
}

void mf_processing_free(struct mf_processing *p)
{
    if (p == NULL)
        return;
    char *const texts[] = {p->id,
                           p->name,
                           p->description,
                           p->project_id,
                           p->status,
                           p->review,
                           p->review_until,
                           p->model,
                           p->blocks,
                           p->provider,
                           p->messages,
                           p->created,
                           p->updated,
                           p->vector_layer_id,
                           p->result_tile_url,
                           p->result_tilejson_url,
                           p->source_tile_url,
                           p->source_tilejson_url,
                           p->document};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i)
        free(texts[i]);
    memset(p, 0, sizeof *p);
}

int mf_processing_get(struct mf_processing *processing, struct mf_client *client, const char *id,
                      struct mf_error *err)
{
    char path[128];
    cJSON *document = NULL;
    memset(processing, 0, sizeof *processing);
    snprintf(path, sizeof path, "/processings/%s/v2", id);
    if (mf_client_get(client, path, &document, err) != 0)
        return mf_error_prefix(err, "processing %s", id);
    int failed = mf_processing_parse(processing, document, err);
    /* A cache in between may mix up responses: the other's result would be stored as this one's. */
    if (!failed && !mf_str_equal_nocase(processing->id, id)) {
        failed =
            mf_error_set(err, MF_ERR_FORMAT,
                         "the server's answer is about another processing, %.60s", processing->id);
        mf_processing_free(processing);
    }
    cJSON_Delete(document);
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

static int has_ended_without(const struct mf_processing *p, struct mf_error *err)
{
    return not_ready(p, err,
                     "Open it with PARTIAL=YES to read what is finished, or with STATUS_ONLY=YES "
                     "to see its areas.");
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
            return has_ended_without(p, err);
    }
    if (p->is_raster)
        return mf_error_set(
            err, MF_ERR_NOT_READY,
            "processing %s (\"%s\") has a raster result and no vector features. Open "
            "it as a raster, or with STATUS_ONLY=YES to see its areas.",
            p->id, p->name);
    return 0;
}
