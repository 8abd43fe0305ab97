/* submission_internal: what the files of `submission` share. */
#ifndef MF_SUBMISSION_INTERNAL_H
#define MF_SUBMISSION_INTERNAL_H

#include "api/account.h"
#include "api/project.h"
#include "base/checksum.h"
#include "base/uuid.h"
#include "submit/submission.h"

/* One entry of BLOCKS. */
struct mf_wanted_block {
    char *name; /* as typed; as the server spells it after prepare */
    int is_enabled;
};

/* Where the imagery comes from. */
enum mf_imagery_kind {
    MF_IMAGERY_NONE, /* none was chosen, or several: refused with the account's providers in hand */
    MF_IMAGERY_SEVERAL,
    MF_IMAGERY_PROVIDER,
    MF_IMAGERY_OWN,
    MF_IMAGERY_SEARCH,
    MF_IMAGERY_TILES
};

struct mf_imagery {
    enum mf_imagery_kind kind;
    char *provider;   /* of PROVIDER and SEARCH: as typed; as the server spells it after prepare */
    cJSON *members;   /* what the request says of it, but for the provider's name */
    double min_km2;   /* the provider's minimum, 0: none. After prepare */
    char *secrets[3]; /* registered with redact: address, login, password of a tile service */
};

struct mf_submission {
    /* read from the options by open */
    char *project, *model_name, *description;
    int create_project;
    int dry_run;
    struct mf_wanted_block *blocks;
    size_t block_count;
    struct mf_imagery source;
    cJSON *inference;                /* NULL: none */
    cJSON *meta;                     /* without the marker */
    double max_cost;                 /* NaN: not said */
    struct mf_checksum options_hash; /* what the jobs' digests begin with */

    struct mf_job *jobs;
    size_t job_count;
    double reserved_m2, reserved_credits; /* of the account's balance, for others */

    /* found by prepare */
    int is_prepared;
    char project_id[MF_UUID_SIZE]; /* "" while it is to be created */
    char *project_name;
    char *model_id;
    double aoi_limit_m2; /* of the project's owner, NaN: none */
};

/* ---- submission_options: what needs no server -------------------------------------------------
 */

int mf_submission_read_options(struct mf_submission *submission,
                               const struct mf_submission_options *options,
                               struct mf_error *err) MF_NODISCARD;

/* A JSON object from a text. `option` names it in the message. */
int mf_read_object(const char *option, const char *text, cJSON **out,
                   struct mf_error *err) MF_NODISCARD;

/* ---- submission_source ------------------------------------------------------------------------
 */

/* Which of the four sources was chosen, and whether its options go together. */
int mf_imagery_read(struct mf_imagery *source, const struct mf_submission_options *options,
                    struct mf_error *err) MF_NODISCARD;
/* Refuses none and several, and finds the provider among the account's. */
int mf_imagery_resolve(struct mf_imagery *source, const struct mf_account *account,
                       struct mf_error *err) MF_NODISCARD;
cJSON *mf_imagery_json(const struct mf_imagery *source); /* sourceParams; NULL: out of memory */
void mf_imagery_free(struct mf_imagery *source);

/* ---- submission_resolve -----------------------------------------------------------------------
 */

/* Project, model, blocks, provider. */
int mf_submission_resolve(struct mf_submission *submission, const struct mf_account *account,
                          struct mf_client *client, struct mf_error *err) MF_NODISCARD;

/* Creates the project when it is still to be created. */
int mf_submission_ensure_project(struct mf_submission *submission, struct mf_client *client,
                                 struct mf_error *err) MF_NODISCARD;

/* ---- submission_limits ------------------------------------------------------------------------
 */

int mf_submission_check_areas(const struct mf_submission *submission,
                              const struct mf_account *account, struct mf_error *err) MF_NODISCARD;
int mf_submission_check_price(struct mf_submission *submission, const struct mf_account *account,
                              struct mf_client *client, struct mf_error *err) MF_NODISCARD;

/* ---- submission_request -----------------------------------------------------------------------
 */

/* The body of POST /processings/v2, and of POST /processing/cost/v2. NULL: out of memory. */
cJSON *mf_submission_body(const struct mf_submission *submission, const struct mf_job *job);
cJSON *mf_submission_cost_body(const struct mf_submission *submission, const struct mf_job *job);

#endif
