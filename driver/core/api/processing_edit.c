#include "api/processing_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static int send(struct mf_client *client, const char *method, const char *id, const char *rest,
                const cJSON *body, struct mf_error *err)
{
    char *const path = mf_str_format("/processings/%s%s", id, rest);
    if (path == NULL)
        return mf_out_of_memory(err);
    const int failed = mf_client_send_once(client, method, path, body, NULL, NULL, err);
    free(path);
    return failed;
}

static int is_missing(const struct mf_error *err)
{
    return err->http_status == 404 || err->http_status == 405;
}

/* Sends to the first form of the path and, when that is not there, to `twin` (NULL for none). When
 * both are missing it is the processing that is, and the first error says so. */
static int change(struct mf_client *client, const char *method, const char *id, const char *rest,
                  const char *twin, const cJSON *body, struct mf_error *err)
{
    struct mf_error first, second;
    mf_error_init(&first);
    mf_error_init(&second);
    int failed = send(client, method, id, rest, body, &first);
    if (failed && twin != NULL && is_missing(&first)) {
        failed = send(client, method, id, twin, body, &second);
        if (failed && !is_missing(&second))
            first = second;
    }
    if (!failed)
        return 0;
    mf_error_prefix(&first, "processing %s", id);
    if (err != NULL)
        *err = first;
    return -1;
}

/* Ends a change with a body: NULL means that there was no memory for it. */
static int change_with(struct mf_client *client, const char *method, const char *id,
                       const char *rest, const char *twin, cJSON *body, struct mf_error *err)
{
    if (body == NULL)
        return mf_out_of_memory(err);
    const int failed = change(client, method, id, rest, twin, body, err);
    cJSON_Delete(body);
    return failed;
}

/* Adds a text unless it is NULL. Takes the object, and gives NULL when out of memory. */
static cJSON *with_text(cJSON *object, const char *name, const char *text)
{
    if (object == NULL || text == NULL || cJSON_AddStringToObject(object, name, text) != NULL)
        return object;
    cJSON_Delete(object);
    return NULL;
}

int mf_processing_update(struct mf_client *client, const char *id, const char *name,
                         const char *description, const char *project_id, struct mf_error *err)
{
    cJSON *body = with_text(cJSON_CreateObject(), "name", name);
    body = with_text(body, "description", description);
    body = with_text(body, "projectId", project_id);
    /* Only the documented form moves to another project. */
    return project_id != NULL ? change_with(client, "PUT", id, "", NULL, body, err)
                              : change_with(client, "PUT", id, "/v2", "", body, err);
}

int mf_processing_delete(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "DELETE", id, "", NULL, NULL, err);
}

int mf_processing_restart(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "POST", id, "/restart/v2", "/restart", NULL, err);
}

int mf_processing_rate(struct mf_client *client, const char *id, int stars, const char *feedback,
                       struct mf_error *err)
{
    cJSON *body = with_text(cJSON_CreateObject(), "feedback", feedback);
    if (body != NULL && cJSON_AddNumberToObject(body, "rating", stars) == NULL) {
        cJSON_Delete(body);
        body = NULL;
    }
    return change_with(client, "PUT", id, "/rate", NULL, body, err);
}

int mf_processing_accept(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "PUT", id, "/acceptation", NULL, NULL, err);
}

int mf_processing_reject(struct mf_client *client, const char *id, const char *comment,
                         struct mf_error *err)
{
    /* The plugin sends the places that are wrong; a comment alone has none. */
    cJSON *body = with_text(cJSON_CreateObject(), "comment", comment);
    cJSON *const places = with_text(cJSON_CreateObject(), "type", "FeatureCollection");
    if (body == NULL || places == NULL || cJSON_AddArrayToObject(places, "features") == NULL ||
        !cJSON_AddItemToObject(body, "features", places)) {
        cJSON_Delete(places);
        cJSON_Delete(body);
        body = NULL;
    }
    return change_with(client, "PUT", id, "/rejection", NULL, body, err);
}
