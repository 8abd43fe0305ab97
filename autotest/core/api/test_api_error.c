#include "api/api_error.h"
#include "base/redact.h"
#include "check.h"

static struct mf_error error_of(int status, const char *body)
{
    struct mf_error err;
    struct mf_response response;
    mf_response_init(&response);
    response.status = status;
    response.body = (char *)(uintptr_t)body;
    response.body_size = body != NULL ? strlen(body) : 0;
    mf_error_init(&err);
    CHECK_NUMBER(mf_api_error(&response, "GET", 0, NULL, &err), -1);
    CHECK_NUMBER(err.http_status, status);
    return err;
}

static void test_shapes(void)
{
    struct mf_error err =
        error_of(400, "{\"code\":\"TOO_LARGE_PROCESSING\",\"message\":\"Too large\","
                      "\"params\":{\"aoiAreaLimit\":\"100\",\"area\":\"123\"}}");
    CHECK_NUMBER(err.kind, MF_ERR_REJECTED);
    CHECK_TEXT(err.code, "TOO_LARGE_PROCESSING");
    CHECK_TEXT(
        err.message,
        "The server refused the request (HTTP 400, TOO_LARGE_PROCESSING): The total area, or "
        "the bounding box of one polygon, is above the limit; both numbers in square metres "
        "(area 123, aoiAreaLimit 100)");
    err = error_of(400, "{\"code\":\"geometry.Invalid\",\"message\":\"Ring 3\"}");
    CHECK_HOLDS(err.message, "The geometry of the area is invalid. The server says: Ring 3");
    err = error_of(400, "{\"code\":\"BAD_REQUEST\",\"message\":\"No zoom\"}");
    CHECK_TEXT(err.message, "The server refused the request (HTTP 400, BAD_REQUEST): No zoom");
    err = error_of(400, "{\"code\":123,\"message\":\"Bad thing.\",\"params\":null}");
    CHECK_TEXT(err.code, "123");
    CHECK_TEXT(err.message, "The server refused the request (HTTP 400, 123): Bad thing");
    err = error_of(404, "{\"detail\":{\"code\":\"ItemNotFound\",\"parameters\":{\"uid\":\"7\","
                        "\"instance_type\":\"mosaic\"}}}");
    CHECK_TEXT(err.code, "ItemNotFound");
    CHECK_HOLDS(err.message,
                "Mosaic or image with that id was not found (instance_type mosaic, uid "
                "7)");
    err = error_of(409, "{\"message\":\"Not available yet\"}");
    CHECK_TEXT(err.code, "");
    CHECK_TEXT(err.message, "The server refused the request (HTTP 409): Not available yet");
    err = error_of(422, "{\"detail\":[{\"loc\":[\"body\",\"meta\",0],\"msg\":\"field required\","
                        "\"type\":\"value_error\"},{\"loc\":[\"query\"],\"msg\":\"bad\"},\"third\","
                        "{\"msg\":\"fourth\"}]}");
    CHECK_HOLDS(err.message, ": body.meta.0: field required; query: bad; third; and more");
    err = error_of(422, "{\"detail\":\"just text\"}");
    CHECK_HOLDS(err.message, "(HTTP 422): just text");
    err = error_of(400, "{\"code\":\"NEW_CODE\",\"params\":{\"a\":\"b\"}}");
    CHECK_TEXT(err.message, "The server refused the request (HTTP 400, NEW_CODE): NEW_CODE (a b)");
    err = error_of(400, "{\"code\":\"NEW_CODE\"}");
    CHECK_TEXT(err.message, "The server refused the request (HTTP 400, NEW_CODE)");
    err =
        error_of(400, "{\"timestamp\":1,\"status\":400,\"error\":\"Bad Request\",\"path\":\"/x\"}");
    CHECK_HOLDS(err.message, "(HTTP 400): Bad Request");
    err = error_of(400, "\"text\"");
    CHECK_HOLDS(err.message, "(HTTP 400): text");
    err = error_of(400, "[\"one\",\"two\"]");
    CHECK_HOLDS(err.message, "(HTTP 400): one; two");
    err = error_of(400, "{\"code\":{\"x\":1},\"message\":[1],\"detail\":5,\"params\":\"x\"}");
    CHECK_TEXT(err.message, "The server refused the request (HTTP 400)");
    err = error_of(400, NULL);
    CHECK_TEXT(err.message, "The server refused the request (HTTP 400)");
}

static void test_plain(void)
{
    struct mf_error err =
        error_of(502, "<html><head><TITLE>\n 502 Bad &amp; <b>Gateway</b>\n</title>"
                      "</head><body>x</body></html>");
    CHECK_NUMBER(err.kind, MF_ERR_SERVER);
    CHECK_HOLDS(err.message, "The server failed (HTTP 502): 502 Bad &amp; Gateway x. This is a");
    err = error_of(503, "<html><title></title><h1 class='x'>Maintenance</h1>");
    CHECK_HOLDS(err.message, "(HTTP 503): Maintenance.");
    err = error_of(503, "<html><body");
    CHECK_HOLDS(err.message, "The server failed (HTTP 503). This");
    err = error_of(503, "  no healthy\n\n upstream ");
    CHECK_HOLDS(err.message, "(HTTP 503): no healthy upstream.");
    char page[3001];
    memset(page, 'x', 3000);
    page[3000] = '\0';
    err = error_of(500, page);
    CHECK(strlen(err.message) < 450);
    CHECK_HOLDS(err.message, "xxx...");
    err = error_of(500, "\xFF\xFE\x01");
    CHECK_HOLDS(err.message, "(HTTP 500): ??.");
}

static void test_statuses(void)
{
    struct mf_error err = error_of(401, "");
    CHECK_NUMBER(err.kind, MF_ERR_AUTH);
    CHECK_HOLDS(err.message, "create a new one");
    err = error_of(403, "{\"message\":\"No access to Data Provider\"}");
    CHECK_NUMBER(err.kind, MF_ERR_FORBIDDEN);
    CHECK_HOLDS(err.message, "upgrade the plan");
    err = error_of(403, "");
    CHECK_HOLDS(err.message, "role");
    err = error_of(404, "");
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    CHECK_HOLDS(err.message, "Check the id");
    CHECK_NUMBER(error_of(410, "").kind, MF_ERR_NOT_FOUND);
    err = error_of(429, "");
    CHECK_NUMBER(err.kind, MF_ERR_RATE_LIMIT);
    CHECK_HOLDS(err.message, "GDAL_HTTP_MAX_RETRY");
    CHECK_NUMBER(error_of(304, "").kind, MF_ERR_FORMAT);
    struct mf_response response;
    struct mf_header location = {"location", "https://u:p@other.example:8443/x?token=1"};
    mf_response_init(&response);
    response.status = 307;
    response.headers = &location;
    response.header_count = 1;
    mf_api_error(&response, "POST", 0, NULL, &err);
    CHECK_NUMBER(err.kind, MF_ERR_REJECTED);
    CHECK_HOLDS(err.message, "https://other.example:8443 (HTTP 307)");
    CHECK_HOLDS(err.message, "POST");
    location.value = "";
    mf_api_error(&response, "GET", 0, NULL, &err);
    CHECK_NUMBER(err.kind, MF_ERR_REJECTED);
    CHECK_HOLDS(err.message, "without an address");
    CHECK_LACKS(err.message, "GET");
}

/* Whether to send a change again is for the user to find out, and no setting repeats it. */
static void test_changes(void)
{
    struct mf_error err;
    struct mf_response response;
    mf_response_init(&response);
    mf_error_init(&err);
    response.status = 502;
    mf_api_error(&response, "POST", 1, NULL, &err);
    CHECK_TEXT(err.message, "The server failed (HTTP 502). This is a fault of the service");
    mf_api_error(&response, "POST", 0, NULL, &err);
    CHECK_HOLDS(err.message, "fault of the service: try again later");
    response.status = 429;
    mf_api_error(&response, "PUT", 1, NULL, &err);
    CHECK_TEXT(err.message, "The server gets too many requests (HTTP 429). Try again later");
    mf_api_error(&response, "GET", 0, "Wait", &err);
    CHECK_TEXT(err.message, "The server gets too many requests (HTTP 429). Wait");
}

static void test_secrets(void)
{
    CHECK_NUMBER(mf_redact_add("c2VjcmV0LXRva2Vu", NULL), 0);
    struct mf_error err =
        error_of(400, "{\"code\":\"Basic c2VjcmV0LXRva2Vu\",\"message\":\"bad header Basic "
                      "c2VjcmV0LXRva2Vu\",\"params\":{\"h\":\"c2VjcmV0LXRva2Vu\"}}");
    CHECK_LACKS(err.message, "c2Vj");
    CHECK_LACKS(err.code, "c2Vj");
    /* A secret across the place where a long text is cut leaves no half of itself. */
    char page[600];
    memset(page, 'x', sizeof page);
    memcpy(page + 290, "c2VjcmV0LXRva2Vu", 17);
    err = error_of(400, page);
    CHECK_LACKS(err.message, "c2Vj");
    mf_redact_remove("c2VjcmV0LXRva2Vu");
}

int main(void)
{
    test_shapes();
    test_plain();
    test_statuses();
    test_changes();
    test_secrets();
    return check_result();
}
