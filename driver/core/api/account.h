/* SPDX-License-Identifier: MIT */
/* account: the answer of GET /user/status: balance, limits, models and imagery providers.
 *
 * Source: API notes 4, D4 (flat or nested), D35. Members that are missing or null never fail a
 * parse.
 *
 * Thread-safety: a parsed struct belongs to its caller; lookups only read. */
#ifndef MF_ACCOUNT_H
#define MF_ACCOUNT_H

#include <stddef.h>

#include "api/client.h"
#include "base/error.h"
#include "base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- models --------------------------------------------------------------------------------- */

/* A step of a model. */
struct mf_block {
    char *name;         /* what requests use */
    char *display_name; /* for people; the name if the server has none */
    int is_optional;    /* may be switched on and off; the others always run */
    double price;       /* credits per km², NaN unknown */
};

struct mf_model {
    char *id;          /* UUID, sent as wdId; "" unknown */
    char *name;        /* with its emoji */
    char *description; /* NULL when it has none */
    /* Credits per km² without any optional block, NaN unknown: the sum of the blocks that always
     * run, and the server's pricePerSqKm only for a model without blocks (API notes 4.2). */
    double price_per_km2;
    struct mf_block *blocks;
    size_t block_count;
};

struct mf_model_list {
    struct mf_model *items;
    size_t count;
};

/* Parses an array of WorkflowDef; anything but an array is an empty list. Entries without a name
 * are left out. */
int mf_model_list_parse(struct mf_model_list *list, const cJSON *array,
                        struct mf_error *err) MF_NODISCARD;
void mf_model_list_free(struct mf_model_list *list); /* NULL-safe, empties it */

/* ---- providers ------------------------------------------------------------------------------ */

enum mf_provider_kind {
    MF_PROVIDER_DATA,  /* a mosaic of tiles that can be processed by name */
    MF_PROVIDER_SEARCH /* scenes that are chosen by imagery search */
};

struct mf_zoom_price {
    int zoom;     /* -1 unknown */
    double price; /* credits per km² */
};

struct mf_provider {
    enum mf_provider_kind kind;
    char *name;         /* what requests use */
    char *display_name; /* for people; the name if the server has none */
    struct mf_zoom_price *prices;
    size_t price_count;
    double min_area_km2; /* of one processing, 0 for none */
    /* An earlier one of this kind has the same display name: the same imagery under another name
     * (API notes 4.3). Good in a request; lists for people leave it out. */
    int is_alias;
};

/* ---- account -------------------------------------------------------------------------------- */

enum mf_billing { MF_BILLING_AREA, MF_BILLING_CREDITS, MF_BILLING_NONE };

/* Of one processing, if the server states no limit (API notes 16). */
#define MF_DEFAULT_MAX_AOIS 10

/* Numbers are NaN when unknown; a limit that is 0 or missing is no limit: NaN too. */
struct mf_account {
    char *email; /* "" unknown */
    enum mf_billing billing;
    double remaining_credits;
    double remaining_area_m2;
    double processed_area_m2;
    double area_limit_m2;          /* of the account in all */
    double search_area_limit_m2;   /* of one imagery search */
    double memory_limit;           /* bytes of own imagery */
    int max_aois;                  /* of one processing */
    int reviews;                   /* results of this account go through a review */
    struct mf_model_list models;   /* of the account; those of a project may differ */
    struct mf_provider *providers; /* data providers first; no two of a kind with one name */
    size_t provider_count;
};

/* "CREDITS", "AREA" or "NONE". */
const char *mf_billing_name(enum mf_billing billing);

/* Parses the answer of /user/status. MF_ERR_FORMAT when it is no object. */
int mf_account_parse(struct mf_account *account, const cJSON *document,
                     struct mf_error *err) MF_NODISCARD;
void mf_account_free(struct mf_account *account); /* NULL-safe, empties it */

/* GET /user/status. */
int mf_account_get(struct mf_account *account, struct mf_client *client,
                   struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
