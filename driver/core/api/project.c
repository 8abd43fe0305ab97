/* SPDX-License-Identifier: MIT */
#include "api/project.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/named_internal.h"
#include "api/processing.h"
#include "base/str.h"
#include "base/uuid.h"

/* ---- parsing -------------------------------------------------------------------------------- */

static void take_members(struct mf_project *project, const cJSON *array, int *failed)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, array)
    {
        struct mf_member *const member = &project->members[project->member_count++];
        member->email = mf_json_take_or_empty(entry, "email", failed);
        member->role = mf_json_take_or_empty(entry, "role", failed);
        mf_str_lower(member->role);
    }
}

static void take_share(struct mf_project *project, const cJSON *share, int *failed)
{
    const cJSON *const owners = mf_json_member(share, "owners");
    const cJSON *const users = mf_json_member(share, "users");
    const int count = cJSON_GetArraySize(owners) + cJSON_GetArraySize(users);
    project->is_shared = cJSON_IsObject(share);
    project->members = calloc((size_t)count + 1, sizeof *project->members);
    if (project->members == NULL) {
        *failed = 1;
        return;
    }
    take_members(project, owners, failed);
    take_members(project, users, failed);
}

int mf_project_parse(struct mf_project *project, const cJSON *document, struct mf_error *err)
{
    memset(project, 0, sizeof *project);
    if (mf_json_string(document, "id", NULL) == NULL)
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server's answer is not a project: it has no id");
    const cJSON *const owner = mf_json_member(document, "user");
    const cJSON *const counts = mf_json_member(document, "processingCounts");
    int failed = 0;
    project->id = mf_json_take(document, "id", &failed);
    project->name = mf_json_take_or_empty(document, "name", &failed);
    project->description = mf_json_take(document, "description", &failed);
    project->owner = mf_json_take(owner, "email", &failed);
    project->created = mf_json_take(document, "created", &failed);
    project->updated = mf_json_take(document, "updated", &failed);
    project->is_default = mf_json_bool(document, "isDefault", 0);
    project->succeeded = mf_json_count(counts, "succeeded");
    project->failed = mf_json_count(counts, "failed");
    project->area_m2 = mf_json_number(document, "area", mf_json_number(document, "aoiArea", NAN));
    project->aoi_limit_m2 = mf_json_limit(owner, "aoiAreaLimit");
    take_share(project, mf_json_member(document, "shareProject"), &failed);
    if (failed)
        mf_out_of_memory(err);
    else
        failed =
            mf_model_list_parse(&project->models, mf_json_member(document, "workflowDefs"), err);
    if (failed)
        mf_project_free(project);
    return failed ? -1 : 0;
}

void mf_project_free(struct mf_project *project)
{
    if (project == NULL)
        return;
    for (size_t i = 0; i < project->member_count; i++) {
        free(project->members[i].email);
        free(project->members[i].role);
    }
    free(project->members);
    mf_model_list_free(&project->models);
    char *const texts[] = {project->id,    project->name,    project->description,
                           project->owner, project->created, project->updated};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    memset(project, 0, sizeof *project);
}

const char *mf_project_role(const struct mf_project *project, const char *email)
{
    if (!project->is_shared)
        return "owner";
    for (size_t i = 0; email[0] != '\0' && i < project->member_count; i++) {
        if (mf_str_equal_nocase(project->members[i].email, email))
            return project->members[i].role[0] != '\0' ? project->members[i].role : "readonly";
    }
    return "readonly";
}

/* ---- queries -------------------------------------------------------------------------------- */

int mf_project_pager_open(struct mf_pager **out, struct mf_error *err)
{
    return mf_pager_open(out, "/projects/page", "GET /projects", NULL, NULL, err);
}

static int add_entries(struct mf_project_list *list, const cJSON *entries, struct mf_error *err)
{
    const cJSON *entry;
    const size_t more = (size_t)cJSON_GetArraySize(entries);
    struct mf_project *const grown = realloc(list->items, (list->count + more) * sizeof *grown);
    if (grown == NULL)
        return mf_out_of_memory(err);
    list->items = grown;
    cJSON_ArrayForEach(entry, entries)
    {
        if (mf_project_parse(&list->items[list->count], entry, err) != 0)
            return -1;
        list->count++;
    }
    return 0;
}

static int read_pages(struct mf_project_list *list, struct mf_pager *pager,
                      struct mf_client *client, struct mf_error *err)
{
    for (;;) {
        cJSON *entries = NULL;
        if (mf_pager_next(pager, client, &entries, err) != 0)
            return -1;
        if (entries == NULL)
            return 0;
        const int failed = add_entries(list, entries, err);
        cJSON_Delete(entries);
        if (failed)
            return -1;
    }
}

int mf_project_list_get(struct mf_project_list *list, struct mf_client *client,
                        struct mf_error *err)
{
    struct mf_pager *pager = NULL;
    memset(list, 0, sizeof *list);
    if (mf_project_pager_open(&pager, err) != 0)
        return -1;
    const int failed = read_pages(list, pager, client, err);
    mf_pager_close(pager);
    if (failed) {
        mf_project_list_free(list);
        return mf_error_prefix(err, "the list of projects");
    }
    return 0;
}

void mf_project_list_free(struct mf_project_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        mf_project_free(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof *list);
}

static int get_path(struct mf_project *project, struct mf_client *client, const char *path,
                    struct mf_error *err)
{
    cJSON *document = NULL;
    memset(project, 0, sizeof *project);
    if (mf_client_get(client, path, &document, err) != 0)
        return -1;
    const int failed = mf_project_parse(project, document, err);
    cJSON_Delete(document);
    return failed;
}

int mf_project_get(struct mf_project *project, struct mf_client *client, const char *id,
                   struct mf_error *err)
{
    char *const path = mf_str_format("/projects/%s", id);
    if (path == NULL)
        return mf_out_of_memory(err);
    const int failed = get_path(project, client, path, err);
    free(path);
    return failed ? mf_error_prefix(err, "project %s", id) : 0;
}

int mf_project_get_default(struct mf_project *project, struct mf_client *client,
                           struct mf_error *err)
{
    return get_path(project, client, "/projects/default", err) != 0
               ? mf_error_prefix(err, "the default project")
               : 0;
}

static struct mf_named named_at(const void *list, size_t place)
{
    const struct mf_project *const project = &((const struct mf_project_list *)list)->items[place];
    return (struct mf_named){project->id, project->name};
}

int mf_project_find(struct mf_project *project, struct mf_client *client, const char *id_or_name,
                    struct mf_error *err)
{
    char uuid[MF_UUID_SIZE];
    struct mf_project_list list;
    memset(project, 0, sizeof *project);
    if (mf_uuid_parse(id_or_name, uuid))
        return mf_project_get(project, client, uuid, err);
    /* Reads the whole list instead of using the server's search: how that treats case and accents
     * is unknown, and an error should list the names. */
    if (mf_project_list_get(&list, client, err) != 0)
        return -1;
    size_t found = 0;
    const int failed =
        mf_named_find(named_at, &list, list.count, "project", id_or_name, &found, err);
    if (!failed) {
        *project = list.items[found];
        memset(&list.items[found], 0, sizeof list.items[found]);
    }
    mf_project_list_free(&list);
    return failed;
}

/* ---- changes -------------------------------------------------------------------------------- */

static cJSON *edit_body(const char *name, const char *description)
{
    cJSON *const body = cJSON_CreateObject();
    if (body != NULL && cJSON_AddStringToObject(body, "name", name) != NULL &&
        (description == NULL || cJSON_AddStringToObject(body, "description", description) != NULL))
        return body;
    cJSON_Delete(body);
    return NULL;
}

int mf_project_create(struct mf_project *project, struct mf_client *client, const char *name,
                      const char *description, struct mf_error *err)
{
    cJSON *answer = NULL;
    int unknown = 0;
    memset(project, 0, sizeof *project);
    cJSON *const body = edit_body(name, description);
    if (body == NULL)
        return mf_out_of_memory(err);
    int failed = mf_client_send_once(client, "POST", "/projects", body, &answer, &unknown, err);
    cJSON_Delete(body);
    if (!failed)
        failed = mf_project_parse(project, answer, err);
    unknown |= failed && answer != NULL;
    cJSON_Delete(answer);
    if (!failed)
        return 0;
    mf_error_prefix(err, "project \"%.100s\" was not created", name);
    return unknown
               ? mf_error_append(
                     err, ". It may exist anyway: read the list of projects before you try again")
               : -1;
}

/* Sends a change and ignores the response. */
static int send_change(struct mf_client *client, const char *method, const char *id,
                       const cJSON *body, struct mf_error *err)
{
    char *const path = mf_str_format("/projects/%s", id);
    if (path == NULL)
        return mf_out_of_memory(err);
    const int failed = mf_client_send_once(client, method, path, body, NULL, NULL, err);
    free(path);
    return failed ? mf_error_prefix(err, "project %s", id) : 0;
}

int mf_project_update(struct mf_client *client, const char *id, const char *name,
                      const char *description, struct mf_error *err)
{
    cJSON *const body = edit_body(name, description);
    if (body == NULL)
        return mf_out_of_memory(err);
    const int failed = send_change(client, "PUT", id, body, err);
    cJSON_Delete(body);
    return failed;
}

int mf_project_delete(struct mf_client *client, const char *id, struct mf_error *err)
{
    return send_change(client, "DELETE", id, NULL, err);
}
