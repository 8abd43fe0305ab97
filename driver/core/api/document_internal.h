/* SPDX-License-Identifier: MIT */
/* document_internal: reads documents of the service into structs, by tables of their members.
 *
 * Missing and null members never fail a parse: they give the value that their kind names. */
#ifndef MF_DOCUMENT_INTERNAL_H
#define MF_DOCUMENT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "api/client.h"
#include "base/str_list.h"

enum mf_member_kind {
    /* char *, NULL if missing */
    MF_TEXT,
    MF_TEXT_REQUIRED,  /* a document without it is refused */
    MF_TEXT_OR_EMPTY,  /* "" if missing */
    MF_TEXT_NOT_EMPTY, /* NULL if "" */
    MF_TEXT_OF_OBJECT, /* an object as JSON; NULL for anything else */
    /* double and int, see base/json.h */
    MF_NUMBER, /* NaN if missing */
    MF_LIMIT,
    MF_COUNT,
    MF_PERCENT,
    MF_FLAG_OR_UNKNOWN, /* int: 1 or 0, -1 if missing */
    MF_FLAG,            /* 0 if missing */
    MF_FLAG_OR_SET,     /* 1 if missing */
    /* lists */
    MF_TEXTS, /* struct mf_str_list */
    MF_ITEMS  /* a pointer to structs and their number, as in mf_items */
};

struct mf_document_member {
    /* "user.email" is the member `email` of `user`; "area|aoiArea" the first that is not missing.
     * "": `complete` sets it. */
    const char *paths;
    enum mf_member_kind kind;
    size_t offset;
    const struct mf_document_type *items;
};

/* A row of the table for `struct of`. Does not compile if the member has another type. */
#define MF_ROW(of, member, kind, paths) MF_ITEMS_ROW(of, member, kind, paths, NULL)
#define MF_ITEMS_ROW(of, member, kind, paths, items)                                               \
    {                                                                                              \
        paths, kind,                                                                               \
            offsetof(struct of, member) +                                                          \
                0 * sizeof(char[MF_FITS(((struct of *)0)->member, kind) ? 1 : -1]),                \
            items                                                                                  \
    }
#define MF_FITS(member, kind)                                                                      \
    _Generic(member, char * : (kind) < MF_NUMBER, double : (kind) >= MF_NUMBER && (kind) < MF_COUNT, int : (kind) >= MF_COUNT && (kind) < MF_TEXTS, struct mf_str_list : (kind) == MF_TEXTS, default : (kind) == MF_ITEMS)

struct mf_document_type {
    size_t size; /* of the struct */
    const struct mf_document_member *members;
    size_t member_count;
    /* Fills what the table does not say. Sets *failed if out of memory. May be NULL. */
    void (*complete)(void *document, const cJSON *json, int *failed);
    const char *refusal; /* if a required member is missing; NULL: lists leave the document out */
};

#define MF_DOCUMENT_TYPE(of, table, complete, refusal)                                             \
    {                                                                                              \
        sizeof(struct of), table, sizeof(table) / sizeof *(table), complete, refusal               \
    }

/* How each list begins. The items have a type of their own: copy it with memcpy. */
struct mf_items {
    void *items;
    size_t count;
};

/* Reads a document. The struct is empty after a failure. */
int mf_document_parse(const struct mf_document_type *type, void *document, const cJSON *json,
                      struct mf_error *err) MF_NODISCARD;
void mf_document_free(const struct mf_document_type *type, void *document);

/* Appends a document to a list. */
int mf_document_list_add(const struct mf_document_type *type, void *list, const cJSON *json,
                         struct mf_error *err) MF_NODISCARD;

/* Appends the entries of an array to a list, which is empty after a failure. Anything but an array
 * has none. */
int mf_document_list_parse(const struct mf_document_type *type, void *list, const cJSON *array,
                           struct mf_error *err) MF_NODISCARD;
void mf_document_list_free(const struct mf_document_type *type, void *list);

extern const struct mf_document_type mf_model_type; /* struct mf_model of account.h */

/* ---- requests ------------------------------------------------------------------------------- */

/* GETs, and frees `path`; NULL means out of memory. */
int mf_get_from(struct mf_client *client, char *path, cJSON **answer,
                struct mf_error *err) MF_NODISCARD;

/* GETs a document, and frees `path` as above. An error begins with its kind and
 * its id: "mosaic", and a UUID. */
int mf_document_get(const struct mf_document_type *type, void *document, struct mf_client *client,
                    char *path, const char *kind, const char *id,
                    struct mf_error *err) MF_NODISCARD;

/* GETs a list: an array, or an object with one called `templates` or `results` (imagery notes 9.2).
 * An error begins with `what`. */
int mf_document_list_get(const struct mf_document_type *type, void *list, struct mf_client *client,
                         const char *path, const char *what, struct mf_error *err) MF_NODISCARD;

/* Moves the document called `name` out of a list. The table begins with the id and the name. A name
 * matches exactly, or else without regard to case if only one document matches. MF_ERR_NOT_FOUND
 * lists the names of this `kind` ("mosaic"). MF_ERR_ARGUMENT, if several have the name, lists their
 * ids. */
int mf_document_find(const struct mf_document_type *type, void *document, void *list,
                     const char *kind, const char *name, struct mf_error *err) MF_NODISCARD;

/* POSTs `body` once, and deletes it. *outcome_unknown (may be NULL) as in mf_client_send_once. An
 * error names what is created. If the response is lost, it states that it may exist. */
int mf_document_create(const struct mf_document_type *type, void *document,
                       struct mf_client *client, const char *path, cJSON *body, const char *kind,
                       const char *name, int *outcome_unknown, struct mf_error *err) MF_NODISCARD;

/* The changed object, for messages: "mosaic" and its UUID. */
struct mf_change_of {
    const char *kind, *id;
};

/* Sends a change once, and frees `path` as above. `body` and `answer` may be NULL. An error names
 * the object. If the response is lost, it states that the change may be done. */
int mf_change_send(struct mf_client *client, const char *method, char *path, const cJSON *body,
                   struct mf_change_of of, cJSON **answer, struct mf_error *err) MF_NODISCARD;

#endif
