/* SPDX-License-Identifier: MIT */
/* submission_internal: shared by the files of `submission`. */
#ifndef MF_SUBMISSION_INTERNAL_H
#define MF_SUBMISSION_INTERNAL_H

#include "api/account.h"
#include "api/project.h"
#include "base/uuid.h"
#include "submit/journal.h"
#include "submit/submission.h"

/* One entry of BLOCKS. */
struct mf_wanted_block {
    char *name; /* as typed; after resolve as the server spells it */
    int is_enabled;
    int is_inherited; /* from `like`: dropped if it cannot be switched */
};

/* Where the imagery comes from. */
enum mf_imagery_kind {
    MF_IMAGERY_NONE, /* none chosen, or several: refused once the account's providers are known */
    MF_IMAGERY_SEVERAL,
    MF_IMAGERY_PROVIDER,
    MF_IMAGERY_OWN,
    MF_IMAGERY_SEARCH,
    MF_IMAGERY_TILES
};

struct mf_imagery {
    enum mf_imagery_kind kind;
    char *provider;   /* of PROVIDER and SEARCH: as typed; after resolve as the server spells it */
    cJSON *members;   /* members of the request, except the provider's name */
    char *mosaic;     /* a name to be resolved; NULL: none */
    char *zoom;       /* as typed, for a source that comes from `like` */
    double min_km2;   /* the provider's minimum, 0: none. After resolve */
    char *secrets[3]; /* registered with redact: address, login, password of a tile service */
};

struct mf_submission {
    /* read from the options by open */
    char *project, *model_name, *description;
    char like[MF_UUID_SIZE];
    char *like_model; /* name of the model whose UUID is in model_name; after reading `like` */
    int create_project;
    int dry_run;
    int no_resume;
    struct mf_wanted_block *blocks;
    size_t block_count;
    struct mf_imagery source;
    cJSON *inference; /* NULL: none */
    cJSON *meta;      /* without the marker */
    double max_cost;  /* NaN: not set */

    struct mf_job *jobs;
    size_t job_count;
    double reserved_m2, reserved_credits; /* of the account's balance, for other submissions */

    /* set by resolve and check */
    int is_resolved;
    int is_checked;
    char project_id[MF_UUID_SIZE]; /* "" until it is created */
    char *project_name;
    char *model_id;
    double aoi_limit_m2; /* of the project's owner, NaN: none */
};

/* ---- options: no server needed --------------------------------------------------------------- */

int mf_submission_read_options(struct mf_submission *submission,
                               const struct mf_submission_options *options,
                               struct mf_error *err) MF_NODISCARD;

/* Replaces a string by a copy of `text`. */
int mf_replace_text(char **out, const char *text, struct mf_error *err) MF_NODISCARD;

/* ---- imagery --------------------------------------------------------------------------------- */

/* Reads which of the four sources was chosen, and checks that its options go together. */
int mf_imagery_read(struct mf_imagery *source, const struct mf_submission_options *options,
                    struct mf_error *err) MF_NODISCARD;
/* Takes the source of `like` from its sourceParams, unless the options name one. */
int mf_imagery_inherit(struct mf_imagery *source, const cJSON *params,
                       struct mf_error *err) MF_NODISCARD;
/* Refuses no source and several. Finds the provider in the account, and the mosaic. */
int mf_imagery_resolve(struct mf_imagery *source, const struct mf_account *account,
                       struct mf_client *client, struct mf_error *err) MF_NODISCARD;
cJSON *mf_imagery_json(const struct mf_imagery *source); /* sourceParams; NULL: out of memory */
void mf_imagery_free(struct mf_imagery *source);

/* ---- like ----------------------------------------------------------------------------------- */

/* Reads the processing `like`, once, and takes from it what the options leave unset. */
int mf_submission_inherit(struct mf_submission *submission, struct mf_client *client,
                          struct mf_error *err) MF_NODISCARD;

/* ---- resolve -------------------------------------------------------------------------------- */

/* Creates the project unless it exists. */
int mf_submission_ensure_project(struct mf_submission *submission, struct mf_client *client,
                                 struct mf_error *err) MF_NODISCARD;

#define MF_KM2 1e6 /* m² */

/* How the service measures is not known (API notes 12.3). A smaller relative excess over a limit is
 * left to its judgement. */
#define MF_AREA_TOLERANCE 1e-3

/* ---- limits ---------------------------------------------------------------------------------- */

int mf_submission_check_areas(const struct mf_submission *submission,
                              const struct mf_account *account, struct mf_error *err) MF_NODISCARD;
int mf_submission_check_price(struct mf_submission *submission, const struct mf_account *account,
                              int wants_price, struct mf_client *client,
                              struct mf_error *err) MF_NODISCARD;

/* ---- scenes ---------------------------------------------------------------------------------- */

/* Searches the catalogue for the scenes of SEARCH_PROVIDER, once over the polygons of all jobs.
 * Refuses scenes of several product types, mosaics of several zooms, and polygons below the minimum
 * area of a scene. Scenes that are not found, and areas larger than the account may search, are
 * left to the service; so are all scenes if the search fails. */
int mf_submission_check_scenes(const struct mf_submission *submission,
                               const struct mf_account *account, struct mf_client *client,
                               struct mf_error *err) MF_NODISCARD;

/* ---- request --------------------------------------------------------------------------------- */

/* The body of POST /processings/v2, and of POST /processing/cost/v2. NULL: out of memory. */
cJSON *mf_submission_body(const struct mf_submission *submission, const struct mf_job *job);
cJSON *mf_submission_cost_body(const struct mf_submission *submission, const struct mf_job *job);

/* Members `params` and `blocks` of both. NULL: out of memory. */
cJSON *mf_submission_params(const struct mf_submission *submission);
cJSON *mf_submission_blocks(const struct mf_submission *submission);

/* ---- digest --------------------------------------------------------------------------------- */

/* After resolve: sets job->digest. */
int mf_submission_digest(const struct mf_submission *submission, struct mf_job *job,
                         struct mf_error *err) MF_NODISCARD;

/* ---- former_report -------------------------------------------------------------------------- */

/* A job of a run. */
struct mf_run_job {
    const struct mf_submission *submission;
    struct mf_job *job;
};

/* Imports an unfinished run from a report of version 0.1 into the journal, except jobs that the
 * journal knows. `written` and `now`: s since 1970, when the report was last written, and now.
 * Other text is ignored. The journal must be locked. */
int mf_former_report_import(const char *text, double written, double now,
                            struct mf_journal *journal, const struct mf_run_job *jobs, size_t count,
                            struct mf_error *err) MF_NODISCARD;

/* ---- search --------------------------------------------------------------------------------- */

/* A processing may still appear this long after it was sent. */
#define MF_MAY_APPEAR 600.0 /* s */

enum mf_found {
    MF_FOUND,             /* the job is MF_JOB_SENT */
    MF_FOUND_ABSENT,      /* it was sent long ago and is not in the project: it does not exist */
    MF_FOUND_NOT_YET,     /* it is not in the project, and may still appear */
    MF_FOUND_NOTHING_SURE /* the processings could not be listed, or one may be it; sets *err */
};

/* Searches the project's processings for the job's marker, newest first and as far back as
 * job->sent. If the job was sent less than ten minutes ago, searches repeatedly for about a
 * minute. */
enum mf_found mf_submission_search(const struct mf_submission *submission, struct mf_job *job,
                                   struct mf_client *client, struct mf_error *err);

/* Fills the job from the document of its processing, and sets MF_JOB_SENT. */
int mf_job_take_answer(struct mf_job *job, const cJSON *document,
                       struct mf_error *err) MF_NODISCARD;

#endif
