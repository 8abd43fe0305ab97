#include "base/redact.h"
#include "check.h"

#include <stdlib.h>

static void check(const char *in, const char *wanted, int line)
{
    char text[512];
    snprintf(text, sizeof text, "%s", in);
    mf_redact(text);
    check_text(text, wanted, __FILE__, line);
}
#define REDACT(in, wanted) check(in, wanted, __LINE__)

static void test_headers(void)
{
    REDACT("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***");
    REDACT("> authorization:Bearer abc\r\nHost: x", "> authorization:Bearer ***\r\nHost: x");
    REDACT("Proxy-Authorization: Digest username=\"x\", response=\"y\"",
           "Proxy-Authorization: ***");
    REDACT("Cookie: a=b; c=d", "Cookie: ***");
    REDACT("< Set-Cookie: session=1", "< Set-Cookie: ***");
    REDACT("* h2h3 [authorization: Basic abcdef]", "* h2h3 [authorization: Basic ***");
    REDACT("{\"Authorization\": \"Basic abc\", \"x\": 1}",
           "{\"Authorization\": \"Basic ***\", \"x\": 1}");
    REDACT("{'headers': {'authorization': 'tok'}}", "{'headers': {'authorization': '***'}}");
    REDACT("x-api-key: k3y\nX-Auth: a b", "x-api-key: ***\nX-Auth: ***");
    REDACT("X-Access-Token:t", "X-Access-Token:*");
    REDACT("< Token: abcd", "< Token: ***");
    REDACT("< Server: token: x", "< Server: token: x");
    REDACT("the cookie is lost, a cookie =", "the cookie is lost, a cookie =");
    REDACT("basic authentication is needed", "basic authentication is needed");
    REDACT("The Authorization header is missing", "The Authorization header is missing");
}

static void check_header(const char *in, const char *wanted, int line)
{
    char text[512];
    snprintf(text, sizeof text, "%s", in);
    mf_redact_header(text);
    check_text(text, wanted, __FILE__, line);
}
#define HEADER(in, wanted) check_header(in, wanted, __LINE__)

/* What a user adds to the requests of GDAL is hidden unless it is known to be harmless. */
static void test_request_headers(void)
{
    HEADER("X-Custom: abcd", "X-Custom: ***");
    HEADER("Ocp-Apim-Subscription:  ab", "Ocp-Apim-Subscription:  **");
    HEADER("Token: abcd", "Token: ***");
    HEADER("Cookie: a=b", "Cookie: ***");
    HEADER("Authorization: Bearer abcd]", "Authorization: Bearer ***");
    HEADER("user-agent: gdal/3 (x)", "user-agent: gdal/3 (x)");
    HEADER("Range: bytes=5-", "Range: bytes=5-");
    HEADER("GET http://h:1/a HTTP/1.1", "GET http://h:1/a HTTP/1.1");
    HEADER(":path: /a", ":path: /a");
    HEADER("", "");
    HEADER("X-Empty:", "X-Empty:");
}

static void test_urls(void)
{
    REDACT("see https://user:pass@host/p?key=1&b=2 now", "see https://***@host/p?*** now");
    REDACT("(https://host/p?key=1).", "(https://host/p?***).");
    REDACT("\"https:\\/\\/u:p@host\\/x?y=1\"", "\"https:\\/\\/***@host\\/x?***\"");
    REDACT("https://host/a@b", "https://host/a@b");
    REDACT("https://a@h", "https://*@h");
    REDACT("what? nothing: a://", "what? nothing: a://");
}

static void test_fields(void)
{
    REDACT("{\"password\": \"a b\", \"n\": 1}", "{\"password\": \"***\", \"n\": 1}");
    REDACT("/x?token=abc&y=1", "/x?token=***&y=1");
    REDACT("MAPFLOW:,API_TOKEN=\"a,b\",X=1", "MAPFLOW:,API_TOKEN=\"***\",X=1");
    REDACT("API_TOKEN_FILE=/home/me/token", "API_TOKEN_FILE=/home/me/token");
    REDACT("Invalid token: expired", "Invalid token: expired");
    REDACT("Token: expired", "Token: expired");
    REDACT("{\"access_token\":\"abc\"}", "{\"access_token\":\"***\"}");
}

static void test_registered(void)
{
    CHECK_NUMBER(mf_redact_add("c2VjcmV0/a+b", NULL), 0);
    CHECK_NUMBER(mf_redact_add("c2VjcmV0/a+b", NULL), 0);
    CHECK_NUMBER(mf_redact_add("c2VjcmV0", NULL), 0);
    CHECK_NUMBER(mf_redact_add("short", NULL), 0);
    CHECK_NUMBER(mf_redact_add(NULL, NULL), 0);
    REDACT("echo c2VjcmV0/a+b== short", "echo *** short");
    REDACT("a c2VjcmV0\\/a\\+b", "a ***");
    REDACT("echo c2VjcmV0\\/a+b c2VjcmV0%2Fa%2bb%3D%3D.", "echo *** ***.");
    REDACT("c2VjcmV0c2VjcmV0x", "******x");
    mf_redact_remove("c2VjcmV0/a+b");
    REDACT("echo c2VjcmV0/a+b", "echo ***");
    mf_redact_remove("c2VjcmV0/a+b");
    REDACT("echo c2VjcmV0/a+b", "echo ***/a+b");
    mf_redact_remove("c2VjcmV0");
    mf_redact_remove("c2VjcmV0");
    mf_redact_remove(NULL);
    REDACT("echo c2VjcmV0", "echo c2VjcmV0");
    mf_redact_remove("short");
    mf_redact(NULL);
}

/* A short secret may be an ordinary word. */
static void test_short_secrets(void)
{
    CHECK_NUMBER(mf_redact_add("west", NULL), 0);
    CHECK_NUMBER(mf_redact_add("a\"b", NULL), 0);
    REDACT("the west wing, northwest, \"west\", west", "the west wing, northwest, \"west\", west");
    REDACT("note: west wing", "note: west wing");
    REDACT("west", "***");
    REDACT("rasterPass=west", "rasterPass=***");
    REDACT("/x?pw=west&a=west1", "/x?pw=***&a=west1");
    REDACT("{\"pw\": \"west\", \"name\": \"west 2\"}", "{\"pw\": \"***\", \"name\": \"west 2\"}");
    REDACT("{'pw':'west'}", "{'pw':'***'}");
    REDACT("me:west@h", "me:***@h");
    REDACT("X-Login: west\r\n", "X-Login: ***\r\n");
    REDACT("{\"pw\":\"a\\\"b\"}", "{\"pw\":\"***\"}");
    mf_redact_remove("west");
    mf_redact_remove("a\"b");
    REDACT("rasterPass=west", "rasterPass=west");
}

/* ---- documents ----------------------------------------------------------------------------- */

/* Prints a document and reads it again: what is kept is what was read. */
static void keep(const char *text, const char *wanted, int line)
{
    cJSON *const document = cJSON_Parse(text);
    char *const first = mf_document_print(document);
    cJSON *const again = cJSON_Parse(first);
    char *const second = mf_document_print(again);
    check_text(first, wanted, __FILE__, line);
    check_text(second, wanted, __FILE__, line);
    cJSON_Delete(document);
    cJSON_Delete(again);
    free(first);
    free(second);
}
#define KEEP(text, wanted) keep(text, wanted, __LINE__)

static void test_documents(void)
{
    KEEP("{ \"name\": \"Roofs https://me:pw@maps.example.com/p?id=7\" }",
         "{\"name\":\"Roofs https://me:pw@maps.example.com/p?id=7\"}");
    KEEP("[\"batch token=A12345 north\",\"Cookie: area\",\"basic Building2\",\"a\\u0001\\n\"]",
         "[\"batch token=A12345 north\",\"Cookie: area\",\"basic Building2\",\"a\\u0001\\n\"]");
    KEEP(
        "{\"rasterPassword\":\"a\",\"ACCESS_TOKEN\":\"b\",\"login\":null,\"tokens\":{\"a\":\"b\"}}",
        "{\"rasterPassword\":\"\",\"ACCESS_TOKEN\":\"\",\"login\":null,\"tokens\":{\"a\":\"b\"}}");
    KEEP("{\"url\":\"https://u:p@t/{x}?key=k\",\"tileUrl\":\"https://t/{x}?key=k\","
         "\"curl\":\"https://t?key=k\"}",
         "{\"url\":\"https://***@t/{x}?***\",\"tileUrl\":\"https://t/{x}?***\","
         "\"curl\":\"https://t?key=k\"}");
    KEEP("[30000.000000000004,30000,0.1,1e-320,123456789012345678,1e22,2251799813685249.5]",
         "[30000.000000000004,30000,0.1,9.99988867182683e-321,1.2345678901234568e+17,1e+22,"
         "2251799813685249.5]");
    KEEP("[1e400,-1e400,true,null,[],{}]", "[1e999,-1e999,true,null,[],{}]");
    CHECK_NUMBER(mf_redact_add("london", NULL), 0);
    CHECK_NUMBER(mf_redact_add("0123456789abcdef", NULL), 0);
    KEEP("{\"name\":\"london\",\"said\":\"0123456789abcdef is bad\"}",
         "{\"name\":\"london\",\"said\":\"*** is bad\"}");
    mf_redact_remove("london");
    mf_redact_remove("0123456789abcdef");
    char *const shown =
        mf_document_redact("{\"name\":\"a https://u:p@h/?id=7\",\"n\":0.30000000000000004,"
                           "\"text\":\"token=abcd\",\"key\":[\"secret\"]}");
    CHECK_TEXT(shown, "{\"name\":\"a https://***@h/?***\",\"n\":0.30000000000000004,"
                      "\"text\":\"token=***\",\"key\":[\"secret\"]}");
    free(shown);
    CHECK_TEXT(mf_document_redact("no JSON"), NULL);
    CHECK_TEXT(mf_document_print(NULL), NULL);
}

int main(void)
{
    test_headers();
    test_request_headers();
    test_short_secrets();
    test_documents();
    test_urls();
    test_fields();
    test_registered();
    return check_result();
}
