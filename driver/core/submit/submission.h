/* SPDX-License-Identifier: MIT */
/* submission: checks, prices and sends polygons to be processed.
 *
 * A submission is one or more jobs that differ only in name and polygons:
 *
 *     open      reads the options, refuses unknown or contradictory ones, makes no request
 *     resolve   asks the server for project, model, blocks and provider
 *     add       adds one job
 *     check     checks limits and price, changes nothing at the service
 *     send      the only call that costs money: creates the project if asked to, then one
 *               processing
 *
 * Everything that can be refused is refused before the first send. run.h ensures that a repeated
 * command is not billed twice.
 *
 * Source: API notes 6.2 and 6.5 (requests), 12.3 and 16 (limits), 19 (no idempotency).
 *
 * Thread-safety: a submission belongs to one thread at a time. */
#ifndef MF_SUBMISSION_H
#define MF_SUBMISSION_H

#include <stdint.h>

#include "api/account.h"
#include "api/client.h"
#include "api/processing.h"
#include "base/str_list.h"
#include "base/uuid.h"
#include "submit/polygons.h"

MF_C_BEGIN

/* The user's options, as typed. NULL and "" mean "not set"; for max_cost only NULL does. Copied by
 * open. */
struct mf_submission_options {
    const char *project; /* UUID or name; not set: the default project */
    int create_project;  /* create a project of that name if there is none */
    const char *like; /* UUID of an earlier processing, which supplies the model, blocks, parameters
                         and imagery that are not set below. Blocks go with their model */
    const char *model;  /* UUID or name, see name_match.h. Required without `like` */
    const char *blocks; /* "Classification,Simplification=NO": optional steps of the model */
    const char *description;

    /* The imagery: exactly one of four. */
    const char *provider;        /* 1. a mosaic of the service, and optionally zoom */
    const char *image_ids;       /* 2. uploaded images, comma-separated UUIDs */
    const char *mosaic_id;       /*    or a whole mosaic of uploaded images, a UUID */
    const char *mosaic;          /*    the same by its UUID or name */
    const char *search_provider; /* 3. scenes of a search, with image_ids; optionally zoom */
    const char *tile_url;        /* 4. any tile service; optionally zoom */
    const char *tile_type;       /*    XYZ (default), TMS, QUADKEY, SENTINEL_L2A, LOCAL */
    const char *tile_crs;        /*    EPSG:3857 or EPSG:3395; not set: the service's default */
    const char *tile_login;      /*    both or none */
    const char *tile_password;
    const char *zoom; /* 0 to 22 */

    const char *inference_params; /* JSON object */
    const char *meta;             /* JSON object of strings */
    const char *max_cost;         /* credits: limit for all jobs together */
    int dry_run;                  /* send is never called, so no project is created */
    int no_resume;                /* for run.h: send jobs that an earlier run left open */
    const char *version;          /* of this driver, for the meta data */
};

/* Members of `meta` that the driver sets. */
#define MF_META_APPLICATION "source-app"
#define MF_META_VERSION "version"
#define MF_META_MARKER "submission" /* a UUID unique to each job */
#define MF_APPLICATION "gdal-mapflow"

enum mf_job_state {
    MF_JOB_NEW,    /* not sent */
    MF_JOB_SENT,   /* the server has created it: the id is known, except of an image */
    MF_JOB_UNKNOWN /* sent, but the response was lost */
};

struct mf_job {
    char *name;
    struct mf_polygons polygons;
    double area_m2;            /* as billed: overlaps count twice */
    double price;              /* credits quoted by the server, NaN: not queried */
    double cost;               /* credits charged by the server, else the price */
    char marker[MF_UUID_SIZE]; /* identifies this job in `meta` */
    uint64_t digest;           /* equal for equal model, imagery, parameters, name, polygons */
    uint64_t content;          /* likewise, and equal for repeated jobs of one run */
    enum mf_job_state state;
    int is_tried;          /* the request was made, and is never repeated */
    double sent;           /* s since 1970, UTC: just before sending; NaN until then */
    char id[MF_UUID_SIZE]; /* of the processing, "" unknown */
    char *status;          /* as the server spelled it, NULL unknown */
};

struct mf_submission;

/* Makes no request. MF_ERR_ARGUMENT names the wrong option. */
int mf_submission_open(struct mf_submission **out, const struct mf_submission_options *options,
                       struct mf_error *err) MF_NODISCARD;
void mf_submission_close(struct mf_submission *submission); /* NULL-safe */

/* Adds a job. Takes the polygons and leaves an empty list, even on failure. */
int mf_submission_add(struct mf_submission *submission, const char *name,
                      struct mf_polygons *polygons, struct mf_error *err) MF_NODISCARD;

size_t mf_submission_count(const struct mf_submission *submission);
const struct mf_job *mf_submission_job(const struct mf_submission *submission, size_t i);

/* Reads the processing `like`. Finds the project, the model and its blocks, the provider and the
 * mosaic. A second call does nothing. `account` is the latest from the server. */
int mf_submission_resolve(struct mf_submission *submission, const struct mf_account *account,
                          struct mf_client *client, struct mf_error *err) MF_NODISCARD;

/* After resolve: lists the footprints of the uploaded images to be processed as WKT in lon/lat, one
 * for each image or one for a whole mosaic. *missing counts the images of the mosaic that are not
 * ready, and so not included. Fails with MF_ERR_ARGUMENT if the imagery is not the user's own,
 * MF_ERR_NOT_READY if an image, or all of a mosaic, are not ready. The caller frees the list, even
 * on failure. */
int mf_submission_footprints(const struct mf_submission *submission, struct mf_client *client,
                             struct mf_str_list *footprints, int *missing,
                             struct mf_error *err) MF_NODISCARD;

/* After resolve: counts and measures the polygons. Queries the price if the account pays in
 * credits, if max_cost is set, or with `wants_price`. Refuses what the service would refuse, and
 * what costs more than max_cost; each refusal states the limit and the value. Jobs that are
 * MF_JOB_SENT only count towards max_cost. */
int mf_submission_check(struct mf_submission *submission, const struct mf_account *account,
                        int wants_price, struct mf_client *client,
                        struct mf_error *err) MF_NODISCARD;

/* Before check: the balance must also cover the jobs of `before`, a submission that was checked and
 * will be sent first. */
void mf_submission_reserve(struct mf_submission *submission, const struct mf_submission *before);

/* Sends job `i` at most once: does nothing if it is MF_JOB_SENT, and fails if it was tried before.
 * If the response is lost, searches the project's processings for the marker, MF_LOST_CHECKS times
 * over about a minute. Finding it is success; otherwise the job's state is MF_JOB_UNKNOWN, and the
 * error states what to do. */
#define MF_LOST_CHECKS 7
int mf_submission_send(struct mf_submission *submission, size_t i, struct mf_client *client,
                       struct mf_error *err) MF_NODISCARD;

/* Updates status and cost of job `i` from its processing, as read now. */
void mf_submission_update(struct mf_submission *submission, size_t i,
                          const struct mf_processing *processing);

/* ---- report --------------------------------------------------------------------------------- */

/* Returns the outcome of job `i` as one line of JSON, without a line end: id, name, projectId,
 * status, cost (credits), areaKm2, aoiCount, dryRun; unknown values are null. A job whose state is
 * unknown has status "UNKNOWN" and a member `submission`, its marker. The caller frees it; NULL
 * when out of memory. */
char *mf_submission_report_line(const struct mf_submission *submission, size_t i);

/* Returns whether a price in credits is above a limit. Prices are shown with 15 digits: a limit
 * copied from one may be rounded down. */
bool mf_price_is_above(double price, double limit);

MF_C_END
#endif
