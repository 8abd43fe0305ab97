/* SPDX-License-Identifier: MIT */
/* submission: polygons become processings: checked, priced, and sent.
 *
 * A submission is one or more jobs that differ only in name and polygons:
 *
 *     open      reads the options: refuses what is unknown or contradictory, without a request
 *     resolve   asks the server for project, model, blocks and provider
 *     add       one job
 *     check     limits and price. Changes nothing
 *     send      the one call that costs money: creates the project if that was wanted, then one
 *               processing
 *
 * Everything that can be refused is refused before the first send. What makes sure that a repeated
 * command does not pay twice is run.h.
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

#ifdef __cplusplus
extern "C" {
#endif

/* What the user asked for, as typed. NULL and "" are: not said (of max_cost NULL alone). Copied by
 * open. */
struct mf_submission_options {
    const char *project; /* UUID or name; not said: the default project */
    int create_project;  /* a project of that name is created when there is none */
    const char *like;   /* UUID of an earlier processing: its model, blocks, parameters and imagery,
                           each where nothing below says another. Blocks go with their model */
    const char *model;  /* UUID or name, see name_match.h. Must be said without `like` */
    const char *blocks; /* "Classification,Simplification=NO": optional steps of the model */
    const char *description;

    /* The imagery: exactly one of four. */
    const char *provider;        /* 1. a mosaic of the service, and optionally zoom */
    const char *image_ids;       /* 2. own images, a comma list of UUIDs */
    const char *mosaic_id;       /*    or a whole mosaic of own images, a UUID */
    const char *mosaic;          /*    the same by its UUID or name */
    const char *search_provider; /* 3. scenes of a search, with image_ids; optionally zoom */
    const char *tile_url;        /* 4. any tile service; optionally zoom */
    const char *tile_type;       /*    XYZ (default), TMS, QUADKEY, SENTINEL_L2A, LOCAL */
    const char *tile_crs;        /*    EPSG:3857 or EPSG:3395; not said: the service's default */
    const char *tile_login;      /*    both or none */
    const char *tile_password;
    const char *zoom; /* 0 to 22 */

    const char *inference_params; /* JSON object */
    const char *meta;             /* JSON object of strings */
    const char *max_cost;         /* credits: most that all jobs together may cost */
    int dry_run;                  /* send is never called: no project need be there yet */
    int no_resume;                /* for run.h: jobs that an earlier run has left open are sent */
    const char *version;          /* of this driver, for the meta data */
};

/* Members of `meta` that are ours. */
#define MF_META_APPLICATION "source-app"
#define MF_META_VERSION "version"
#define MF_META_MARKER "submission" /* a UUID of its own for each job */
#define MF_APPLICATION "gdal-mapflow"

enum mf_job_state {
    MF_JOB_NEW,    /* not sent */
    MF_JOB_SENT,   /* the server has created it: id is known */
    MF_JOB_UNKNOWN /* sent, and the server never said what became of it */
};

struct mf_job {
    char *name;
    struct mf_polygons polygons;
    double area_m2;            /* as it is billed: overlaps count twice */
    double price;              /* credits that the server asked for, NaN: not asked */
    double cost;               /* credits: what the server took, else the price */
    char marker[MF_UUID_SIZE]; /* what only this job says in `meta` */
    uint64_t digest;  /* the same for the same model, imagery, parameters, name, polygons */
    uint64_t content; /* the same, also for jobs of one run that repeat each other */
    enum mf_job_state state;
    int is_tried;          /* the request was made: there is no other */
    double sent;           /* s since 1970, UTC: when it was announced; NaN before */
    char id[MF_UUID_SIZE]; /* of the processing, "" unknown */
    char *status;          /* as the server spelled it, NULL unknown */
};

struct mf_submission;

/* MF_ERR_ARGUMENT names the option that is wrong. No request. */
int mf_submission_open(struct mf_submission **out, const struct mf_submission_options *options,
                       struct mf_error *err) MF_NODISCARD;
void mf_submission_close(struct mf_submission *submission); /* NULL-safe */

/* One processing more. Takes the polygons, and leaves an empty list, also when it fails. */
int mf_submission_add(struct mf_submission *submission, const char *name,
                      struct mf_polygons *polygons, struct mf_error *err) MF_NODISCARD;

size_t mf_submission_count(const struct mf_submission *submission);
const struct mf_job *mf_submission_job(const struct mf_submission *submission, size_t i);

/* Reads the processing of `like`. Finds the project, the model and its blocks, the provider and the
 * mosaic, once: a second call does nothing.
 * `account` is what the server said last. */
int mf_submission_resolve(struct mf_submission *submission, const struct mf_account *account,
                          struct mf_client *client, struct mf_error *err) MF_NODISCARD;

/* After resolve: where the own images lie that are to be processed, as WKT in lon/lat, each or, of
 * a mosaic, all together. *missing is how many images of the mosaic are not part of it, not being
 * ready. MF_ERR_ARGUMENT when the imagery is no own one, MF_ERR_NOT_READY when an image is not
 * ready, or none of a mosaic. The caller frees the list, also after a failure. */
int mf_submission_footprints(const struct mf_submission *submission, struct mf_client *client,
                             struct mf_str_list *footprints, int *missing,
                             struct mf_error *err) MF_NODISCARD;

/* After resolve: counts and measures the polygons, and asks for the price when the account pays in
 * credits, when max_cost was given, or with `wants_price`. Refuses what the service would refuse,
 * and whatever costs more than max_cost; each refusal states the limit and the value. Jobs that are
 * MF_JOB_SENT count towards max_cost and nothing else. */
int mf_submission_check(struct mf_submission *submission, const struct mf_account *account,
                        int wants_price, struct mf_client *client,
                        struct mf_error *err) MF_NODISCARD;

/* GET /user/status, resolve and check in one. Without a job to send it makes no request. */
int mf_submission_prepare(struct mf_submission *submission, struct mf_client *client,
                          struct mf_error *err) MF_NODISCARD;

/* Before check: the balance must be enough for the jobs of a submission that was checked and will
 * be sent `before` this one, too. */
void mf_submission_reserve(struct mf_submission *submission, const struct mf_submission *before);

/* After resolve: UUID of the project, "" while it does not exist. */
const char *mf_submission_project_id(const struct mf_submission *submission);

/* Sends job `i`, once: another call for the same job fails. When the answer is lost, the
 * processings of the project are searched for the marker, MF_LOST_CHECKS times over about a minute:
 * found is success. Otherwise the job's state is MF_JOB_UNKNOWN, and the error says what to do. */
#define MF_LOST_CHECKS 7
int mf_submission_send(struct mf_submission *submission, size_t i, struct mf_client *client,
                       struct mf_error *err) MF_NODISCARD;

/* Takes status and cost of job `i` from what the server says of its processing now. */
void mf_submission_update(struct mf_submission *submission, size_t i,
                          const struct mf_processing *processing);

/* ---- report -----------------------------------------------------------------------------------
 */

/* What became of job `i` as one line of JSON, without a line end: id, name, projectId, status,
 * cost (credits), areaKm2, aoiCount, dryRun; what is not known is null. A job whose state is
 * unknown has status "UNKNOWN" and a member `submission`, its marker. The caller frees; NULL when
 * out of memory. */
char *mf_submission_report_line(const struct mf_submission *submission, size_t i);

#ifdef __cplusplus
}
#endif
#endif
