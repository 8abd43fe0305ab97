#include "api/auth.h"
#include "base/redact.h"
#include "check.h"

#define LOGIN_TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define PADDED_TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LWs="    /* me@example.com:s3cret-k */
#define JWT "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"

static void accept(const char *text, enum mf_auth_scheme wanted, enum mf_auth_scheme first,
                   const char *header, int may_switch, int line)
{
    struct mf_auth auth;
    struct mf_error err;
    mf_error_init(&err);
    if (!check_number(mf_auth_init(&auth, text, wanted, &err), 0, err.message, __FILE__, line))
        return;
    check_number(auth.first, first, "first", __FILE__, line);
    check_number(auth.may_switch, may_switch, "may_switch", __FILE__, line);
    check_text(mf_auth_header(&auth, auth.first), header, __FILE__, line);
    mf_auth_free(&auth);
}
#define ACCEPT(text, auth, first, header, may_switch)                                              \
    accept(text, auth, first, header, may_switch, __LINE__)

static void test_forms(void)
{
    ACCEPT(LOGIN_TOKEN, MF_AUTH_AUTO, MF_AUTH_BASIC, "Basic " LOGIN_TOKEN, 1);
    ACCEPT(PADDED_TOKEN, MF_AUTH_AUTO, MF_AUTH_BASIC, "Basic " PADDED_TOKEN, 1);
    ACCEPT("bWVAZXhhbXBsZS5jb206czNjcmV0LWs", MF_AUTH_AUTO, MF_AUTH_BASIC, "Basic " PADDED_TOKEN,
           1);
    ACCEPT(" \n" LOGIN_TOKEN "\r\n\t", MF_AUTH_AUTO, MF_AUTH_BASIC, "Basic " LOGIN_TOKEN, 1);
    ACCEPT("\xEF\xBB\xBF" LOGIN_TOKEN, MF_AUTH_AUTO, MF_AUTH_BASIC, "Basic " LOGIN_TOKEN, 1);
    ACCEPT("basic  " LOGIN_TOKEN, MF_AUTH_AUTO, MF_AUTH_BASIC, "Basic " LOGIN_TOKEN, 1);
    ACCEPT("BEARER " LOGIN_TOKEN, MF_AUTH_AUTO, MF_AUTH_BEARER, "Bearer " LOGIN_TOKEN, 1);
    ACCEPT("me@example.com:s3cret-k", MF_AUTH_AUTO, MF_AUTH_BASIC, "Basic " PADDED_TOKEN, 1);
    ACCEPT("me@example.com:s3cret-k", MF_AUTH_BEARER, MF_AUTH_BEARER, "Bearer " PADDED_TOKEN, 0);
    ACCEPT(JWT, MF_AUTH_AUTO, MF_AUTH_BEARER, "Bearer " JWT, 0);
    ACCEPT("opaque-token-1", MF_AUTH_AUTO, MF_AUTH_BEARER, "Bearer opaque-token-1", 1);
    ACCEPT("b3BhcXVlMTIz", MF_AUTH_AUTO, MF_AUTH_BEARER, "Bearer b3BhcXVlMTIz", 1);
    ACCEPT("YWI", MF_AUTH_BASIC, MF_AUTH_BASIC, "Basic YWI=", 0);
    ACCEPT(LOGIN_TOKEN, MF_AUTH_BEARER, MF_AUTH_BEARER, "Bearer " LOGIN_TOKEN, 0);
    ACCEPT("Bearer " LOGIN_TOKEN, MF_AUTH_BASIC, MF_AUTH_BASIC, "Basic " LOGIN_TOKEN, 0);
    ACCEPT("basically", MF_AUTH_AUTO, MF_AUTH_BEARER, "Bearer basically", 1);
}

static void refuse(const char *text, enum mf_error_kind kind, const char *part, int line)
{
    struct mf_auth auth;
    struct mf_error err;
    check_number(mf_auth_init(&auth, text, MF_AUTH_AUTO, &err), -1, "init", __FILE__, line);
    check_number(err.kind, kind, "kind", __FILE__, line);
    check_holds(err.message, part, 1, __FILE__, line);
    mf_auth_free(&auth);
}
#define REFUSE(text, kind, part) refuse(text, kind, part, __LINE__)

static void test_refused(void)
{
    REFUSE(NULL, MF_ERR_AUTH, "MAPFLOW_API_TOKEN");
    REFUSE("", MF_ERR_AUTH, "MAPFLOW_API_TOKEN_FILE");
    REFUSE(" \n", MF_ERR_AUTH, "account page");
    REFUSE("Basic ", MF_ERR_AUTH, "API_TOKEN");
    REFUSE("abc\ndef", MF_ERR_ARGUMENT, "line break");
    REFUSE("abc\r\nX-Evil: 1", MF_ERR_ARGUMENT, "line break");
    REFUSE("abc\x7F", MF_ERR_ARGUMENT, "character");
    REFUSE("t\xC3\xB6ken", MF_ERR_ARGUMENT, "character");
    REFUSE("two words", MF_ERR_ARGUMENT, "space");
}

static void test_hidden(void)
{
    struct mf_auth auth;
    char text[300] = "echo " PADDED_TOKEN " and bWVAZXhhbXBsZS5jb206czNjcmV0LWs and s3cret-k";
    CHECK_NUMBER(mf_auth_init(&auth, PADDED_TOKEN, MF_AUTH_AUTO, NULL), 0);
    mf_redact(text);
    CHECK_TEXT(text, "echo *** and *** and ***");
    mf_auth_free(&auth);
    mf_auth_free(&auth);
    mf_auth_free(NULL);
    strcpy(text, "s3cret-k");
    mf_redact(text);
    CHECK_TEXT(text, "s3cret-k");
}

static void test_memory(void)
{
    CHECK_NUMBER(mf_auth_scheme_recall("https://a", 1), MF_AUTH_AUTO);
    mf_auth_scheme_remember("https://a", 1, MF_AUTH_BASIC);
    CHECK_NUMBER(mf_auth_scheme_recall("https://a", 1), MF_AUTH_BASIC);
    CHECK_NUMBER(mf_auth_scheme_recall("https://a", 2), MF_AUTH_AUTO);
    CHECK_NUMBER(mf_auth_scheme_recall("https://b", 1), MF_AUTH_AUTO);
    mf_auth_scheme_remember("https://a", 1, MF_AUTH_BEARER);
    CHECK_NUMBER(mf_auth_scheme_recall("https://a", 1), MF_AUTH_BEARER);
    for (unsigned i = 10; i < 100; i++)
        mf_auth_scheme_remember("https://c", i, MF_AUTH_BASIC);
    CHECK_NUMBER(mf_auth_scheme_recall("https://a", 1), MF_AUTH_AUTO);
    CHECK_NUMBER(mf_auth_scheme_recall("https://c", 99), MF_AUTH_BASIC);
}

int main(void)
{
    test_forms();
    test_refused();
    test_hidden();
    test_memory();
    return check_result();
}
