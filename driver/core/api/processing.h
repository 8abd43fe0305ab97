/* SPDX-License-Identifier: MIT */
/* processing: one job of the service, and whether it has a result.
 *
 * Source: API notes 6.1 (members), 13 (states). Missing or null members never fail a parse; unknown
 * members are kept in `document` only.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_PROCESSING_H
#define MF_PROCESSING_H

#include <stdbool.h>

#include "api/client.h"
#include "api/pager.h"
#include "base/error.h"
#include "base/json.h"

MF_C_BEGIN

/* The combination of status and review (API notes 13.1, 13.2). */
enum mf_state {
    MF_STATE_RUNNING,   /* UNPROCESSED, IN_PROGRESS, AWAITING, null, or an unknown status */
    MF_STATE_REWORK,    /* OK, but the review is NOT_ACCEPTED: the result will change */
    MF_STATE_DONE,      /* OK */
    MF_STATE_FAILED,    /* FAILED */
    MF_STATE_CANCELLED, /* CANCELLED, CANCELED */
    MF_STATE_REFUNDED   /* REFUNDED */
};

struct mf_processing {
    char *id;
    char *name;        /* "" when it has none */
    char *description; /* NULL if missing; so are strings below but status, document */
    char *project_id;
    char *status; /* as the server spells it, "" for null */
    char *review; /* as the server spells it */
    char *review_until;
    char *model;    /* name of the model */
    char *blocks;   /* names of the enabled blocks, "Detection,Heights" */
    char *provider; /* of the imagery: its name, "My imagery", or the type of the user's tiles */
    char *messages; /* what went wrong, one sentence per message */
    char *created;  /* ISO 8601 UTC */
    char *updated;
    char *vector_layer_id;
    char *result_tile_url; /* of a raster result: a secret, see mosaic.h */
    char *result_tilejson_url;
    char *source_tile_url; /* of the input imagery, if the service has its tiles */
    char *source_tilejson_url;
    enum mf_state state;
    int percent;    /* 0..100, -1 unknown */
    int aoi_count;  /* -1 unknown */
    int rating;     /* 1..5, -1 not rated */
    int zoom;       /* of the imagery, -1 unknown */
    double area_m2; /* NaN unknown */
    double cost;    /* credits, NaN unknown */
    int is_raster;  /* the result is a raster, without a vector layer */
    char *document; /* the server's JSON, see mf_document_print; to show it: mf_document_redact */
};

/* Parses a Processing document. MF_ERR_FORMAT if it is not an object or has no id. */
int mf_processing_parse(struct mf_processing *processing, const cJSON *document,
                        struct mf_error *err) MF_NODISCARD;
/* Parses a stored document: see `document` above. */
int mf_processing_read(struct mf_processing *processing, const char *document,
                       struct mf_error *err) MF_NODISCARD;
void mf_processing_free(struct mf_processing *processing); /* NULL-safe, empties it */

/* GET /processings/{id}/v2. `id` is a UUID. */
int mf_processing_get(struct mf_processing *processing, struct mf_client *client, const char *id,
                      struct mf_error *err) MF_NODISCARD;

/* Opens a pager over the processings of a project, oldest first. `terms` (may be NULL) is a string
 * for the server's search, which may match more than names. */
int mf_processing_pager_open(struct mf_pager **out, const char *project_id, const char *terms,
                             struct mf_error *err) MF_NODISCARD;

/* Returns a string that identifies the state of a result: the status, the review and what changes
 * with them. The caller frees it; NULL if out of memory. */
char *mf_processing_fingerprint(const struct mf_processing *processing);

/* Returns whether the processing can only change by a restart. */
bool mf_processing_is_terminal(const struct mf_processing *processing);

/* MF_ERR_NOT_READY, and a message for users, unless the processing has a readable result. `partial`
 * also accepts the result of a failed, cancelled or refunded one. `can_wait`: the message may
 * suggest WAIT=YES. */
int mf_processing_check_result(const struct mf_processing *processing, bool partial, bool can_wait,
                               struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
