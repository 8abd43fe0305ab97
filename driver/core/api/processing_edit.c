/* SPDX-License-Identifier: MIT */
#include "api/processing_edit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/document_internal.h"
#include "api/json_writer.h"
#include "base/str.h"

static int send_form(struct mf_client *client, const char *method, const char *id, const char *rest,
                     const cJSON *body, struct mf_error *err)
{
    return mf_change_send(client, method, mf_str_format("/processings/%s%s", id, rest), body,
                          (struct mf_change_of){"processing", id}, NULL, err);
}

/* Sends to the first form of the path and, if that is missing, to `fallback` (NULL for none). If
 * both are missing, the processing itself is missing: returns the first error. */
static int send_edit(struct mf_client *client, const char *method, const char *id, const char *rest,
                     const char *fallback, const cJSON *body, struct mf_error *err)
{
    struct mf_error first, second;
    mf_error_init(&first);
    mf_error_init(&second);
    int failed = send_form(client, method, id, rest, body, &first);
    if (failed && fallback != NULL && mf_path_is_missing(&first)) {
        failed = send_form(client, method, id, fallback, body, &second);
        if (failed && !mf_path_is_missing(&second))
            first = second;
    }
    if (!failed)
        return 0;
    if (err != NULL)
        *err = first;
    return -1;
}

/* Sends a body and deletes it. A NULL body means out of memory. */
static int send_body(struct mf_client *client, const char *method, const char *id, const char *rest,
                     const char *fallback, cJSON *body, struct mf_error *err)
{
    if (body == NULL)
        return mf_out_of_memory(err);
    const int failed = send_edit(client, method, id, rest, fallback, body, err);
    cJSON_Delete(body);
    return failed;
}

int mf_processing_update(struct mf_client *client, const char *id, const char *name,
                         const char *description, const char *project_id, struct mf_error *err)
{
    cJSON *body = mf_json_add_text(cJSON_CreateObject(), "name", name);
    body = mf_json_add_text(body, "description", description);
    body = mf_json_add_text(body, "projectId", project_id);
    /* Only the documented form can change the project. */
    return project_id != NULL ? send_body(client, "PUT", id, "", NULL, body, err)
                              : send_body(client, "PUT", id, "/v2", "", body, err);
}

int mf_processing_delete(struct mf_client *client, const char *id, struct mf_error *err)
{
    return send_edit(client, "DELETE", id, "", NULL, NULL, err);
}

int mf_processing_restart(struct mf_client *client, const char *id, struct mf_error *err)
{
    return send_edit(client, "POST", id, "/restart/v2", "/restart", NULL, err);
}

int mf_processing_rate(struct mf_client *client, const char *id, int stars, const char *feedback,
                       struct mf_error *err)
{
    cJSON *body = mf_json_add_text(cJSON_CreateObject(), "feedback", feedback);
    body = mf_json_add_number(body, "rating", stars);
    return send_body(client, "PUT", id, "/rate", NULL, body, err);
}

int mf_processing_accept(struct mf_client *client, const char *id, struct mf_error *err)
{
    return send_edit(client, "PUT", id, "/acceptation", NULL, NULL, err);
}

int mf_processing_reject(struct mf_client *client, const char *id, const char *comment,
                         struct mf_error *err)
{
    /* The QGIS plugin sends features that mark the mistakes; here there is only a comment. */
    cJSON *places = mf_json_add_text(cJSON_CreateObject(), "type", "FeatureCollection");
    places = mf_json_add(places, "features", cJSON_CreateArray());
    cJSON *body = mf_json_add_text(cJSON_CreateObject(), "comment", comment);
    body = mf_json_add(body, "features", places);
    return send_body(client, "PUT", id, "/rejection", NULL, body, err);
}
