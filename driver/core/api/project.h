/* SPDX-License-Identifier: MIT */
/* project: a folder of processings, with the models that can be run in it and the limits of its
 * owner.
 *
 * Source: API notes 5. Members that are missing or null never fail a parse.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_PROJECT_H
#define MF_PROJECT_H

#include "api/account.h"
#include "api/client.h"
#include "api/pager.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A user that a project is shared with, or its owner. */
struct mf_member {
    char *email;
    char *role; /* lower case */
};

/* Numbers are NaN when unknown, counts -1. */
struct mf_project {
    char *id;
    char *name;        /* "" when it has none */
    char *description; /* NULL when it has none; so the next three */
    char *owner;       /* e-mail */
    char *created;     /* ISO 8601 UTC */
    char *updated;
    int is_default;
    int succeeded; /* processings */
    int failed;
    double area_m2;      /* of its processings */
    double aoi_limit_m2; /* of one processing, NaN: none. The owner's: it counts for all members */
    struct mf_model_list models; /* that can be run in it */
    int is_shared;
    struct mf_member *members; /* of a shared project */
    size_t member_count;
};

/* MF_ERR_FORMAT when it has no id or is no object. */
int mf_project_parse(struct mf_project *project, const cJSON *document,
                     struct mf_error *err) MF_NODISCARD;
void mf_project_free(struct mf_project *project); /* NULL-safe, empties it */

/* The role of the account with that e-mail, in lower case: readonly, contributor, maintainer,
 * owner, or another word of the server. "owner" if the project is not shared; "readonly" if the
 * account is not listed, or has no role. */
const char *mf_project_role(const struct mf_project *project, const char *email);

/* ---- asking --------------------------------------------------------------------------------- */

struct mf_project_list {
    struct mf_project *items;
    size_t count;
};

/* All projects, the oldest first: POST /projects/page, else GET /projects. */
int mf_project_list_get(struct mf_project_list *list, struct mf_client *client,
                        struct mf_error *err) MF_NODISCARD;
void mf_project_list_free(struct mf_project_list *list); /* NULL-safe, empties it */

/* A pager over the same. */
int mf_project_pager_open(struct mf_pager **out, struct mf_error *err) MF_NODISCARD;

/* GET /projects/{id}. `id` is a UUID. */
int mf_project_get(struct mf_project *project, struct mf_client *client, const char *id,
                   struct mf_error *err) MF_NODISCARD;

/* GET /projects/default. An account may have none: MF_ERR_NOT_FOUND. */
int mf_project_get_default(struct mf_project *project, struct mf_client *client,
                           struct mf_error *err) MF_NODISCARD;

/* The project by its UUID, or by its name: exactly as written, else in another case if only one has
 * it. MF_ERR_NOT_FOUND lists the projects of the account; MF_ERR_ARGUMENT, if several have the
 * name, lists their UUIDs. */
int mf_project_find(struct mf_project *project, struct mf_client *client, const char *id_or_name,
                    struct mf_error *err) MF_NODISCARD;

/* ---- changing ------------------------------------------------------------------------------- */

/* POST /projects. `description` may be NULL. If the answer is lost, the error states that the
 * project may exist. */
int mf_project_create(struct mf_project *project, struct mf_client *client, const char *name,
                      const char *description, struct mf_error *err) MF_NODISCARD;

/* PUT /projects/{id}. The name is always sent; a description that is NULL stays as it is. */
int mf_project_update(struct mf_client *client, const char *id, const char *name,
                      const char *description, struct mf_error *err) MF_NODISCARD;

/* DELETE /projects/{id}: deletes its processings, too (API notes D32). */
int mf_project_delete(struct mf_client *client, const char *id, struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
