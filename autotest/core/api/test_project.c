#include "api/pager.h"
#include "api/project.h"
#include "check.h"
#include "script.h"

#include <math.h>
#include <stdio.h>

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define ID "11111111-2222-4333-8444-555555555501"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct mf_error err;
static struct script script;
static struct mf_client *client;

static void start(const struct script_step *steps, size_t count)
{
    script_start(&script, steps, count);
    const struct mf_client_options options = script_options(&script, TOKEN);
    mf_error_init(&err);
    mf_client_close(client);
    client = NULL;
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
}

static int parse(struct mf_project *project, const char *text)
{
    cJSON *const document = cJSON_Parse(text);
    CHECK(document != NULL);
    mf_error_init(&err);
    const int failed = mf_project_parse(project, document, &err);
    cJSON_Delete(document);
    return failed;
}

static void test_parse(void)
{
    struct mf_project project;
    CHECK_NUMBER(
        parse(&project,
              "{\"id\":\"p\",\"name\":\"N\",\"description\":\"D\",\"isDefault\":true,\"created\":"
              "\"c\","
              "\"updated\":\"u\",\"workflowDefs\":[{\"name\":\"A\"}],\"user\":{\"email\":"
              "\"o@example.com\",\"aoiAreaLimit\":\"25000000\"},"
              "\"processingCounts\":{\"succeeded\":3,\"failed\":\"1\"},\"area\":9e6}"),
        0);
    CHECK_TEXT(project.id, "p");
    CHECK_TEXT(project.name, "N");
    CHECK_TEXT(project.description, "D");
    CHECK_TEXT(project.owner, "o@example.com");
    CHECK_TEXT(project.created, "c");
    CHECK_TEXT(project.updated, "u");
    CHECK_NUMBER(project.is_default, 1);
    CHECK_NUMBER(project.succeeded, 3);
    CHECK_NUMBER(project.failed, 1);
    CHECK(project.area_m2 == 9e6);
    CHECK(project.aoi_limit_m2 == 25e6);
    CHECK_NUMBER(project.models.count, 1);
    CHECK_TEXT(mf_project_role(&project, "me@example.com"), "owner");
    mf_project_free(&project);
    CHECK_NUMBER(parse(&project, "{\"id\":\"p\"}"), 0);
    CHECK_TEXT(project.name, "");
    CHECK(project.description == NULL && project.owner == NULL);
    CHECK_NUMBER(project.succeeded, -1);
    CHECK(isnan(project.area_m2));
    mf_project_free(&project);
    mf_project_free(NULL);
    CHECK_NUMBER(parse(&project, "[]"), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
}

static void test_roles(void)
{
    struct mf_project project;
    CHECK_NUMBER(parse(&project,
                       "{\"id\":\"p\",\"user\":{\"email\":\"Own@example.com\"},"
                       "\"shareProject\":{\"owners\":[{\"role\":\"OWNER\",\"email\":"
                       "\"o@example.com\"}],\"users\":[{\"role\":\"Contributor\",\"email\":"
                       "\"Me@Example.com\"},{},{\"role\":null,\"email\":\"none@example.com\"}]}}"),
                 0);
    CHECK_TEXT(mf_project_role(&project, "o@example.com"), "owner");
    CHECK_TEXT(mf_project_role(&project, "own@example.com"), "owner"); /* not listed */
    CHECK_TEXT(mf_project_role(&project, "me@example.com"), "contributor");
    CHECK(mf_project_role_may_run("contributor") && mf_project_role_may_run("maintainer") &&
          mf_project_role_may_run("owner"));
    CHECK(!mf_project_role_may_run("readonly") && !mf_project_role_may_run("member"));
    CHECK_TEXT(mf_project_role(&project, "you@example.com"), "readonly");
    CHECK_TEXT(mf_project_role(&project, "none@example.com"), "readonly");
    CHECK_TEXT(mf_project_role(&project, ""), "readonly");
    mf_project_free(&project);
    CHECK_NUMBER(parse(&project, "{\"id\":\"p\",\"shareProject\":{\"owners\":null}}"), 0);
    CHECK_TEXT(mf_project_role(&project, "me@example.com"), "readonly");
    mf_project_free(&project);
}

/* ---- lists --------------------------------------------------------------------------------- */

static void test_pages(void)
{
    struct mf_project_list list;
    const struct script_step steps[] = {
        {.status = 200, .body = "{\"results\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"total\":4}"},
        /* one was deleted meanwhile, and the list has shifted the other way too */
        {.status = 200, .body = "{\"results\":[{\"id\":\"b\"},{\"id\":\"c\"}],\"total\":4}"},
        {.status = 200, .body = "{\"total\":4}"},
    };
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_project_list_get(&list, client, &err), 0);
    CHECK_NUMBER(list.count, 3);
    CHECK_NUMBER(script.next, 3);
    CHECK_TEXT(script.requests[0].method, "POST");
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/projects/page");
    CHECK_TEXT(script.requests[0].body,
               "{\"limit\":30,\"offset\":0,\"sortBy\":\"CREATED\",\"sortOrder\":\"ASC\"}");
    CHECK_HOLDS(script.requests[1].body, "\"offset\":2");
    mf_project_list_free(&list);
}

/* a is deleted after the first page: c has moved into it. */
static void test_entry_that_has_moved(void)
{
    struct mf_project_list list;
    const struct script_step steps[] = {
        {.status = 200, .body = "{\"results\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"total\":4}"},
        {.status = 200, .body = "{\"results\":[{\"id\":\"d\"}],\"total\":3}"},
        {.status = 200, .body = "{\"results\":[{\"id\":\"c\"},{\"id\":\"d\"}],\"total\":3}"},
    };
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_project_list_get(&list, client, &err), 0);
    CHECK_NUMBER(list.count, 4);
    CHECK_NUMBER(script.next, 3);
    CHECK_HOLDS(script.requests[2].body, "\"offset\":1");
    mf_project_list_free(&list);
}

#define ONE(id, total)                                                                             \
    {                                                                                              \
        .status = 200, .body = "{\"results\":[{\"id\":\"" id "\"}],\"total\":" #total "}"          \
    }

/* Half of the list is deleted: pages that are read again may bring nothing new. */
static void test_entries_that_have_moved_far(void)
{
    struct mf_project_list list;
    const struct script_step steps[] = {ONE("a", 8), ONE("b", 8), ONE("c", 8),
                                        ONE("d", 8), ONE("x", 4), ONE("a", 4),
                                        ONE("b", 4), ONE("c", 4), ONE("y", 4)};
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_project_list_get(&list, client, &err), 0);
    CHECK_NUMBER(list.count, 6);
    CHECK_NUMBER(script.next, 9);
    CHECK_HOLDS(script.requests[5].body, "\"offset\":0");
    mf_project_list_free(&list);
}

static void test_page_ends(void)
{
    struct mf_project_list list;
    /* An empty page ends the list, whatever the total says. */
    const struct script_step empty[] = {
        {.status = 200, .body = "{\"results\":[{\"id\":\"a\"}],\"total\":\"60\"}"},
        {.status = 200, .body = "{\"total\":60}"}};
    start(empty, COUNT(empty));
    CHECK_NUMBER(mf_project_list_get(&list, client, &err), 0);
    CHECK_NUMBER(list.count, 1);
    mf_project_list_free(&list);
    /* The same page again and again is no list of 40. */
    struct script_step endless[10];
    for (size_t i = 0; i < COUNT(endless); i++)
        endless[i] = (struct script_step){.status = 200,
                                          .body = "{\"results\":[{\"id\":\"a\"}],\"total\":40}"};
    start(endless, COUNT(endless));
    CHECK_NUMBER(mf_project_list_get(&list, client, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_HOLDS(err.message, "1 of 40 were received");
    CHECK_NUMBER(script.next, 3);
    const struct script_step bad[] = {{.status = 200, .body = "7"},
                                      {.status = 200, .body = "{}"},
                                      {.status = 200, .body = "{\"results\":[{}],\"total\":1}"},
                                      {.status = 200, .body = "{\"results\":[],\"total\":1}"},
                                      {.status = 200, .body = "{\"results\":7,\"total\":0}"}};
    start(bad, COUNT(bad));
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_NUMBER(mf_project_list_get(&list, client, &err), -1);
        CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
        CHECK_HOLDS(err.message, "list of projects");
    }
}

static void test_fallback(void)
{
    struct mf_project_list list;
    const struct script_step steps[] = {
        {.status = 405},
        {.status = 200, .body = "[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}]"},
        {.status = 200, .body = "[]"}};
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_project_list_get(&list, client, &err), 0);
    CHECK_NUMBER(list.count, 2);
    mf_project_list_free(&list);
    CHECK_NUMBER(mf_project_list_get(&list, client, &err), 0);
    CHECK_NUMBER(list.count, 0);
    mf_project_list_free(&list);
    CHECK_NUMBER(script.next, 3); /* the fallback is remembered */
    CHECK_TEXT(script.requests[2].method, "GET");
    CHECK_TEXT(script.requests[2].url, "https://api.example.com/rest/projects");
}

static void test_filter(void)
{
    struct mf_pager *pager = NULL;
    cJSON *entries = NULL;
    const struct script_step steps[] = {{.status = 200, .body = "{\"results\":[],\"total\":0}"}};
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_pager_open(&pager, "/p/page", "GET /p", "terms", "d\"x", &err), 0);
    CHECK_NUMBER(mf_pager_total(pager), -1);
    CHECK_NUMBER(mf_pager_next(pager, client, &entries, &err), 0);
    CHECK(entries == NULL);
    CHECK_NUMBER(mf_pager_total(pager), 0);
    CHECK_HOLDS(script.requests[0].body, "\"terms\":\"d\\\"x\"");
    mf_pager_close(pager);
    mf_pager_close(NULL);
}

/* ---- one project --------------------------------------------------------------------------- */

static const struct script_step named[] = {
    {.status = 200,
     .body = "{\"results\":[{\"id\":\"a\",\"name\":\"Urban\"},{\"id\":\"b\",\"name\":\"urban\"},"
             "{\"id\":\"c\",\"name\":\"Forest, \\u0436\"},{\"id\":\"d\",\"name\":\"Twice\"},"
             "{\"id\":\"e\",\"name\":\"Twice\"}],\"total\":5}"}};

static const char *found_id(const char *name)
{
    static char id[64];
    struct mf_project project;
    start(named, COUNT(named));
    const int failed = mf_project_find(&project, client, name, &err);
    snprintf(id, sizeof id, "%s", failed ? "" : project.id);
    mf_project_free(&project);
    return id;
}

static void test_find(void)
{
    CHECK_TEXT(found_id("Urban"), "a");
    CHECK_TEXT(found_id("urban"), "b");
    CHECK_TEXT(found_id("forest, \xD0\xB6"), "c");
    CHECK_TEXT(found_id("URBAN"), "");
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
    CHECK_TEXT(found_id("Twice"), "");
    CHECK_HOLDS(err.message, "d, e");
    CHECK_TEXT(found_id("Nothing"), "");
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    CHECK_HOLDS(err.message, "\"Urban\", \"urban\", \"Forest");
    struct mf_project project;
    const struct script_step one[] = {{.status = 200, .body = "{\"id\":\"" ID "\"}"},
                                      {.status = 404},
                                      {.status = 200, .body = "{\"id\":\"x\",\"isDefault\":true}"}};
    start(one, COUNT(one));
    CHECK_NUMBER(mf_project_find(&project, client, ID, &err), 0);
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/projects/" ID);
    mf_project_free(&project);
    CHECK_NUMBER(mf_project_find(&project, client, ID, &err), -1);
    CHECK_HOLDS(err.message, "project " ID);
    CHECK_NUMBER(mf_project_get_default(&project, client, &err), 0);
    CHECK_NUMBER(project.is_default, 1);
    mf_project_free(&project);
}

static void test_changes(void)
{
    struct mf_project project;
    const struct script_step steps[] = {{.status = 200, .body = "{\"id\":\"n\",\"name\":\"New\"}"},
                                        {.status = 200, .body = "{}"},
                                        {.status = 200},
                                        {.status = 403, .body = "{\"message\":\"no rights\"}"},
                                        {.kind = MF_ERR_NETWORK},
                                        {.status = 400, .body = "{\"message\":\"bad name\"}"}};
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_project_create(&project, client, "New", NULL, &err), 0);
    CHECK_TEXT(project.id, "n");
    CHECK_TEXT(script.requests[0].body, "{\"name\":\"New\"}");
    CHECK_NUMBER(script.requests[0].fresh_connection, 1);
    mf_project_free(&project);
    CHECK_NUMBER(mf_project_update(client, ID, "N", "D", &err), 0);
    CHECK_TEXT(script.requests[1].method, "PUT");
    CHECK_TEXT(script.requests[1].body, "{\"name\":\"N\",\"description\":\"D\"}");
    CHECK_NUMBER(mf_project_delete(client, ID, &err), 0);
    CHECK_TEXT(script.requests[2].method, "DELETE");
    CHECK_TEXT(script.requests[2].body, "");
    CHECK_NUMBER(mf_project_delete(client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORBIDDEN);
    CHECK_HOLDS(err.message, "project " ID);
    CHECK_NUMBER(mf_project_create(&project, client, "New", "d", &err), -1);
    CHECK_HOLDS(err.message, "It may exist");
    CHECK_NUMBER(mf_project_create(&project, client, "New", "d", &err), -1);
    CHECK_HOLDS(err.message, "bad name");
    CHECK_LACKS(err.message, "It may exist");
}

int main(void)
{
    test_parse();
    test_roles();
    test_pages();
    test_entry_that_has_moved();
    test_entries_that_have_moved_far();
    test_page_ends();
    test_fallback();
    test_filter();
    test_find();
    test_changes();
    mf_client_close(client);
    return check_result();
}
