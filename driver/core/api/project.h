/* SPDX-License-Identifier: MIT */
/* project: a folder of processings, with its models and the limits of its owner.
 *
 * Source: API notes 5. Missing or null members never fail a parse.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_PROJECT_H
#define MF_PROJECT_H

#include <stdbool.h>

#include "api/account.h"
#include "api/client.h"
#include "api/pager.h"

MF_C_BEGIN

/* A user with whom a project is shared, or its owner. */
struct mf_member {
    char *email;
    char *role; /* lower case */
};

/* Numbers are NaN when unknown, counts -1. */
struct mf_project {
    char *id;
    char *name;        /* "" when it has none */
    char *description; /* NULL when it has none, as are the next three */
    char *owner;       /* e-mail */
    char *created;     /* ISO 8601 UTC */
    char *updated;
    int is_default;
    int succeeded; /* processings */
    int failed;
    double area_m2;              /* of its processings */
    double aoi_limit_m2;         /* per processing, NaN: none. The owner's limit, for all members */
    struct mf_model_list models; /* that can run in it */
    int is_shared;
    struct mf_member *members; /* empty unless shared */
    size_t member_count;
};

/* MF_ERR_FORMAT if it is not an object or has no id. */
int mf_project_parse(struct mf_project *project, const cJSON *document,
                     struct mf_error *err) MF_NODISCARD;
void mf_project_free(struct mf_project *project); /* NULL-safe, empties it */

/* Returns the role of the account with that e-mail, in lower case: readonly, contributor,
 * maintainer, owner, or another word of the server. "owner" if the project is not shared or belongs
 * to the account; "readonly" if the account is not listed or has no role. */
const char *mf_project_role(const struct mf_project *project, const char *email);

/* Whether that role may run processings. An unknown one may only read (API notes D20). */
bool mf_project_role_may_run(const char *role);

/* ---- queries -------------------------------------------------------------------------------- */

struct mf_project_list {
    struct mf_project *items;
    size_t count;
};

/* Reads all projects, oldest first: POST /projects/page, or else GET /projects. */
int mf_project_list_get(struct mf_project_list *list, struct mf_client *client,
                        struct mf_error *err) MF_NODISCARD;
void mf_project_list_free(struct mf_project_list *list); /* NULL-safe, empties it */

/* Opens a pager over the same list. */
int mf_project_pager_open(struct mf_pager **out, struct mf_error *err) MF_NODISCARD;

/* GET /projects/{id}. `id` is a UUID. */
int mf_project_get(struct mf_project *project, struct mf_client *client, const char *id,
                   struct mf_error *err) MF_NODISCARD;

/* GET /projects/default. MF_ERR_NOT_FOUND if the account has none. */
int mf_project_get_default(struct mf_project *project, struct mf_client *client,
                           struct mf_error *err) MF_NODISCARD;

/* Finds a project by its UUID or its name. A name matches exactly, or else without regard to case
 * if only one project matches. MF_ERR_NOT_FOUND lists the projects of the account. MF_ERR_ARGUMENT,
 * if several have the name, lists their UUIDs. */
int mf_project_find(struct mf_project *project, struct mf_client *client, const char *id_or_name,
                    struct mf_error *err) MF_NODISCARD;

/* ---- changes -------------------------------------------------------------------------------- */

/* POST /projects. `description` may be NULL. If the response is lost, the error states that the
 * project may exist. */
int mf_project_create(struct mf_project *project, struct mf_client *client, const char *name,
                      const char *description, struct mf_error *err) MF_NODISCARD;

/* PUT /projects/{id}. Always sends the name. A NULL description is left unchanged. */
int mf_project_update(struct mf_client *client, const char *id, const char *name,
                      const char *description, struct mf_error *err) MF_NODISCARD;

/* DELETE /projects/{id}: deletes its processings, too (API notes D32). */
int mf_project_delete(struct mf_client *client, const char *id, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
