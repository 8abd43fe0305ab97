#include "check.h"
#include "base/redact.h"

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
           "Proxy-Authorization: Digest ***");
    REDACT("Cookie: a=b; c=d", "Cookie: ***");
    REDACT("< Set-Cookie: session=1", "< Set-Cookie: ***");
    REDACT("* h2h3 [authorization: Basic abcdef]", "* h2h3 [authorization: Basic ***");
    REDACT("{\"Authorization\": \"Basic abc\", \"x\": 1}",
           "{\"Authorization\": \"Basic ***\", \"x\": 1}");
    REDACT("{'headers': {'authorization': 'tok'}}", "{'headers': {'authorization': '***'}}");
    REDACT("got header Basic dXNlcjpwYXNz from you", "got header Basic *** from you");
    REDACT("* Added cookie sid=\"a b\" for domain h", "* Added cookie sid=\"***\" for domain h");
    REDACT("* Replaced cookie sid=ab for domain h", "* Replaced cookie sid=** for domain h");
    REDACT("the cookie is lost, a cookie =", "the cookie is lost, a cookie =");
    REDACT("basic authentication is needed", "basic authentication is needed");
    REDACT("The Authorization header is missing", "The Authorization header is missing");
    REDACT("x eyJhbGciOi.eyJzdWIiOiI.c2ln y", "x *** y");
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
    mf_redact(NULL);
}

int main(void)
{
    test_headers();
    test_urls();
    test_fields();
    test_registered();
    return check_result();
}
