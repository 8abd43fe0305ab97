/* SPDX-License-Identifier: MIT */
#include "api/project.h"

#include <stdlib.h>
#include <string.h>

#include "api/document_internal.h"
#include "api/json_writer.h"
#include "api/processing.h"
#include "base/str.h"
#include "base/uuid.h"

/* ---- parsing -------------------------------------------------------------------------------- */

static void lower_role(void *member, const cJSON *json, int *failed)
{
    (void)json;
    (void)failed;
    mf_str_lower(((struct mf_member *)member)->role);
}

static const struct mf_document_member member_members[] = {
    MF_ROW(mf_member, email, MF_TEXT_OR_EMPTY, "email"),
    MF_ROW(mf_member, role, MF_TEXT_OR_EMPTY, "role"),
};

static const struct mf_document_type member_type =
    MF_DOCUMENT_TYPE(mf_member, member_members, lower_role, NULL);

static const struct mf_document_member members[] = {
    MF_ROW(mf_project, id, MF_TEXT_REQUIRED, "id"),
    MF_ROW(mf_project, name, MF_TEXT_OR_EMPTY, "name"),
    MF_ROW(mf_project, description, MF_TEXT, "description"),
    MF_ROW(mf_project, owner, MF_TEXT, "user.email"),
    MF_ROW(mf_project, created, MF_TEXT, "created"),
    MF_ROW(mf_project, updated, MF_TEXT, "updated"),
    MF_ROW(mf_project, is_default, MF_FLAG, "isDefault"),
    MF_ROW(mf_project, succeeded, MF_COUNT, "processingCounts.succeeded"),
    MF_ROW(mf_project, failed, MF_COUNT, "processingCounts.failed"),
    MF_ROW(mf_project, area_m2, MF_NUMBER, "area|aoiArea"),
    MF_ROW(mf_project, aoi_limit_m2, MF_LIMIT, "user.aoiAreaLimit"),
    MF_ITEMS_ROW(mf_project, members, MF_ITEMS, "shareProject.owners", &member_type),
    MF_ITEMS_ROW(mf_project, members, MF_ITEMS, "shareProject.users", &member_type),
    MF_ITEMS_ROW(mf_project, models, MF_ITEMS, "workflowDefs", &mf_model_type),
};

static void complete(void *project, const cJSON *json, int *failed)
{
    (void)failed;
    ((struct mf_project *)project)->is_shared =
        cJSON_IsObject(mf_json_member(json, "shareProject"));
}

static const struct mf_document_type project_type = MF_DOCUMENT_TYPE(
    mf_project, members, complete, "the server's answer is not a project: it has no id");

int mf_project_parse(struct mf_project *project, const cJSON *document, struct mf_error *err)
{
    return mf_document_parse(&project_type, project, document, err);
}

void mf_project_free(struct mf_project *project)
{
    mf_document_free(&project_type, project);
}

const char *mf_project_role(const struct mf_project *project, const char *email)
{
    if (!project->is_shared ||
        (project->owner != NULL && email[0] != '\0' && mf_str_equal_nocase(project->owner, email)))
        return "owner";
    for (size_t i = 0; email[0] != '\0' && i < project->member_count; i++) {
        if (mf_str_equal_nocase(project->members[i].email, email))
            return project->members[i].role[0] != '\0' ? project->members[i].role : "readonly";
    }
    return "readonly";
}

bool mf_project_role_may_run(const char *role)
{
    return strcmp(role, "contributor") == 0 || strcmp(role, "maintainer") == 0 ||
           strcmp(role, "owner") == 0;
}

/* ---- queries -------------------------------------------------------------------------------- */

int mf_project_pager_open(struct mf_pager **out, struct mf_error *err)
{
    return mf_pager_open(out, "/projects/page", "GET /projects", NULL, NULL, err);
}

int mf_project_list_get(struct mf_project_list *list, struct mf_client *client,
                        struct mf_error *err)
{
    struct mf_pager *pager = NULL;
    cJSON *entries = NULL;
    memset(list, 0, sizeof *list);
    if (mf_project_pager_open(&pager, err) != 0)
        return -1;
    int failed = mf_pager_next(pager, client, &entries, err);
    while (!failed && entries != NULL) {
        failed = mf_document_list_parse(&project_type, list, entries, err);
        cJSON_Delete(entries);
        if (!failed)
            failed = mf_pager_next(pager, client, &entries, err);
    }
    mf_pager_close(pager);
    if (failed)
        mf_project_list_free(list);
    return failed ? mf_error_prefix(err, "the list of projects") : 0;
}

void mf_project_list_free(struct mf_project_list *list)
{
    mf_document_list_free(&project_type, list);
}

int mf_project_get(struct mf_project *project, struct mf_client *client, const char *id,
                   struct mf_error *err)
{
    char *const path = mf_str_format("/projects/%s", id);
    return mf_document_get(&project_type, project, client, path, "project", id, err);
}

int mf_project_get_default(struct mf_project *project, struct mf_client *client,
                           struct mf_error *err)
{
    char *const path = mf_str_copy("/projects/default");
    return mf_document_get(&project_type, project, client, path, "the default", "project", err);
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
    const int failed = mf_document_find(&project_type, project, &list, "project", id_or_name, err);
    mf_project_list_free(&list);
    return failed;
}

/* ---- changes -------------------------------------------------------------------------------- */

static cJSON *edit_body(const char *name, const char *description)
{
    cJSON *const body = mf_json_add_text(cJSON_CreateObject(), "name", name);
    return mf_json_add_text(body, "description", description);
}

int mf_project_create(struct mf_project *project, struct mf_client *client, const char *name,
                      const char *description, struct mf_error *err)
{
    return mf_document_create(&project_type, project, client, "/projects",
                              edit_body(name, description), "project", name, NULL, err);
}

static int send_change(struct mf_client *client, const char *method, const char *id,
                       const cJSON *body, struct mf_error *err)
{
    return mf_change_send(client, method, mf_str_format("/projects/%s", id), body,
                          (struct mf_change_of){"project", id}, NULL, err);
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
