/* What is refused of scenes before a submission, by one search of the catalogue. */
#include "check.h"
#include "prepare.h"
#include "script.h"
#include "submit/submission_internal.h"

#include <string.h>

#define ACCOUNT(limit)                                                                             \
    "{\"billingType\":\"CREDITS\",\"remainingCredits\":100,\"searchAreaLimit\":" limit             \
    ",\"models\":[{\"id\":\"22222222-3333-4444-8555-666666666601\",\"name\":\"Buildings\"}],"      \
    "\"searchDataProviders\":[{\"name\":\"CG\",\"displayName\":\"CG\"}]}"
#define PROJECT                                                                                    \
    "{\"id\":\"11111111-2222-4333-8444-555555555501\",\"name\":\"Default\",\"workflowDefs\":"      \
    "[{\"id\":\"22222222-3333-4444-8555-666666666601\",\"name\":\"Buildings\"}]}"
#define PAGE(...) "{\"images\":[" __VA_ARGS__ "],\"total\":3}"
#define IMAGE "{\"id\":\"a b\",\"productType\":\"Image\",\"providerName\":\"CG\"}"
#define MOSAIC(id, zoom)                                                                           \
    "{\"id\":\"" id "\",\"productType\":\"MOSAIC\",\"providerName\":\"CG\",\"zoom\":" zoom "}"
#define DEAR                                                                                       \
    "{\"id\":\"a b\",\"productType\":\"Image\",\"providerName\":\"CG\",\"minAreaSqkm\":2.5}"

static struct mf_error err;
static struct script script;

/* A square of about 0.76 km², with these scenes and this answer of the catalogue. */
static int prepare(const char *images, int jobs, const char *limit, int status, const char *page,
                   enum mf_error_kind kind)
{
    const struct script_step steps[] = {{200, NULL, limit, MF_OK, 0, 0},
                                        {200, NULL, PROJECT, MF_OK, 0, 0},
                                        {status, NULL, page, kind, 0, 0},
                                        {200, NULL, "5", MF_OK, 0, 0},
                                        {200, NULL, "5", MF_OK, 0, 0}};
    const struct mf_submission_options options = {
        .model = "Buildings", .search_provider = "cg", .image_ids = images, .version = "9"};
    struct mf_submission *submission = NULL;
    struct mf_client *const client = script_client(&script, steps, sizeof steps / sizeof *steps);
    mf_error_init(&err);
    CHECK_NUMBER(mf_submission_open(&submission, &options, &err), 0);
    for (int i = 0; i < jobs; i++) {
        struct mf_polygons polygons = {0};
        const double square[] = {4.5, 52.15, 4.51, 52.15, 4.51, 52.16, 4.5, 52.16};
        CHECK_NUMBER(mf_polygons_add_outer(&polygons, square, 4, NULL, &err), 0);
        CHECK_NUMBER(mf_submission_add(submission, "docks", &polygons, &err), 0);
    }
    const int failed = prepare_submission(submission, client, &err);
    mf_submission_close(submission);
    mf_client_close(client);
    return failed;
}

#define NO_LIMIT ACCOUNT("0")

static void test_refused(void)
{
    CHECK(prepare("a b,m", 1, NO_LIMIT, 200, PAGE(IMAGE "," MOSAIC("m", "18")), MF_OK) != 0);
    CHECK_HOLDS(err.message, "a mosaic and a single image, \"m\" and \"a b\"");
    CHECK(prepare("a b,m", 1, NO_LIMIT, 200, PAGE(MOSAIC("m", "18") "," IMAGE), MF_OK) != 0);
    CHECK_HOLDS(err.message, "a mosaic and a single image, \"m\" and \"a b\"");
    CHECK(prepare("m,n", 1, NO_LIMIT, 200, PAGE(MOSAIC("m", "18") "," MOSAIC("n", "\"17\"")),
                  MF_OK) != 0);
    CHECK_HOLDS(err.message, "\"m\" of 18 and \"n\" of 17");
    CHECK(prepare("a b", 2, NO_LIMIT, 200, PAGE(DEAR), MF_OK) != 0);
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
    CHECK_HOLDS(err.message, "needs at least 2.500000 km²");
    CHECK_NUMBER(script.next, 3); /* no price was asked */
}

static void test_taken(void)
{
    CHECK_NUMBER(
        prepare("m,n", 1, NO_LIMIT, 200, PAGE(MOSAIC("m", "18") "," MOSAIC("n", "18")), MF_OK), 0);
    CHECK_TEXT(script.requests[2].url + strlen(script.requests[2].url) - 13, "/catalog/meta");
    CHECK_NUMBER(prepare("other,a b", 1, NO_LIMIT, 200, "[" IMAGE "]", MF_OK), 0);
    CHECK_NUMBER(prepare("m", 1, NO_LIMIT, 200, PAGE(IMAGE), MF_OK), 0);
}

static void test_left_to_the_service(void)
{
    CHECK_NUMBER(prepare("a b", 1, NO_LIMIT, 400, "{}", MF_OK), 0);
    CHECK_NUMBER(prepare("a b", 1, ACCOUNT("1000"), 200, "5", MF_OK), 0); /* no search, the price */
    CHECK_NUMBER(script.next, 3);
    CHECK(prepare("a b", 1, NO_LIMIT, 200, PAGE(IMAGE), MF_ERR_CANCELLED) != 0);
    CHECK_NUMBER(err.kind, MF_ERR_CANCELLED);
}

int main(void)
{
    test_refused();
    test_taken();
    test_left_to_the_service();
    return check_result();
}
