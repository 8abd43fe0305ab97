/* SPDX-License-Identifier: MIT */
/* account: the response of GET /user/status: balance, limits, models and imagery providers.
 *
 * Source: API notes 4, D4 (flat or nested), D35. Missing or null members never fail a parse.
 *
 * Thread-safety: a parsed struct belongs to its caller; lookups only read. */
#ifndef MF_ACCOUNT_H
#define MF_ACCOUNT_H

#include <stddef.h>

#include "api/client.h"
#include "base/error.h"
#include "base/json.h"

MF_C_BEGIN

/* ---- models --------------------------------------------------------------------------------- */

/* A step of a model. */
struct mf_block {
    char *name;         /* used in requests */
    char *display_name; /* shown to users; the name if the server has none */
    int is_optional;    /* can be switched on and off; other blocks always run */
    double price;       /* credits per km², NaN unknown */
};

struct mf_model {
    char *id;          /* UUID, sent as wdId; "" if unknown */
    char *name;        /* including its emoji */
    char *description; /* NULL when it has none */
    /* Credits per km² without optional blocks, NaN unknown. The sum of the blocks that always run;
     * the server's pricePerSqKm is used only for a model without blocks (API notes 4.2). */
    double price_per_km2;
    struct mf_block *blocks;
    size_t block_count;
};

struct mf_model_list {
    struct mf_model *items;
    size_t count;
};

/* ---- providers ------------------------------------------------------------------------------ */

enum mf_provider_kind {
    MF_PROVIDER_DATA,  /* a tile mosaic that can be processed by name */
    MF_PROVIDER_SEARCH /* scenes chosen by imagery search */
};

struct mf_zoom_price {
    int zoom;     /* -1 unknown */
    double price; /* credits per km² */
};

struct mf_provider {
    enum mf_provider_kind kind;
    char *name;         /* used in requests */
    char *display_name; /* shown to users; the name if the server has none */
    struct mf_zoom_price *prices;
    size_t price_count;
    double min_area_km2; /* smallest of one processing, 0 for none */
    /* An earlier provider of this kind has the same display name: it is the same imagery under
     * another name (API notes 4.3). Valid in a request, but left out of lists for users. */
    int is_alias;
};

/* ---- account -------------------------------------------------------------------------------- */

enum mf_billing { MF_BILLING_AREA, MF_BILLING_CREDITS, MF_BILLING_NONE };

/* AOIs per processing, if the server states no limit (API notes 16). */
#define MF_DEFAULT_MAX_AOIS 10

/* Numbers are NaN when unknown. A limit that is 0 or missing means no limit, also NaN. */
struct mf_account {
    char *email; /* "" if unknown */
    enum mf_billing billing;
    double remaining_credits;
    double remaining_area_m2;
    double processed_area_m2;
    double area_limit_m2;          /* of the whole account */
    double search_area_limit_m2;   /* per imagery search */
    double memory_limit;           /* bytes of uploaded imagery */
    int max_aois;                  /* per processing */
    int reviews;                   /* results of this account are reviewed */
    struct mf_model_list models;   /* of the account; a project may have others */
    struct mf_provider *providers; /* data providers first; names are unique within a kind */
    size_t provider_count;
};

/* "CREDITS", "AREA" or "NONE". */
const char *mf_billing_name(enum mf_billing billing);

void mf_account_free(struct mf_account *account); /* NULL-safe, empties it */

/* GET /user/status. */
int mf_account_get(struct mf_account *account, struct mf_client *client,
                   struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
