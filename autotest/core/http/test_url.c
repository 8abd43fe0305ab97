#include "check.h"
#include "http/url.h"

static struct mf_url parse(const char *text)
{
    struct mf_url url;
    struct mf_error err;
    if (mf_url_parse(&url, text, &err) != 0)
        CHECK_TEXT(text, err.message);
    return url;
}

static void refuse(const char *text)
{
    struct mf_url url;
    struct mf_error err;
    if (!CHECK_NUMBER(mf_url_parse(&url, text, &err), -1))
        fprintf(stderr, "    %s\n", text);
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
}

static void test_parse(void)
{
    struct mf_url url = parse("HTTPS://API.Mapflow.ai/rest");
    CHECK(url.is_https && !url.has_user_info);
    CHECK_TEXT(url.host, "api.mapflow.ai");
    CHECK_TEXT(url.origin, "https://api.mapflow.ai");
    url = parse("http://user:pass@[::1]:8080?a=b#c");
    CHECK(!url.is_https && url.has_user_info);
    CHECK_TEXT(url.host, "[::1]");
    CHECK_TEXT(url.origin, "http://[::1]:8080");
    url = parse("http://a@h#@x");
    CHECK_TEXT(url.host, "h");
    url = parse("http://h:");
    CHECK_TEXT(url.origin, "http://h");
    refuse("");
    refuse("ftp://host/");
    refuse("api.mapflow.ai");
    refuse("https://");
    refuse("https:///path");
    refuse("https://ho st/");
    refuse("https://host\\@evil/");
    refuse("https://host/\n");
    refuse("https://h\xC3\xB6st/");
    refuse("https://host:0/");
    refuse("https://host:99999/");
    refuse("https://host:8a/");
    refuse("https://[::1/");
    refuse("https://[::1]x/");
    refuse("https://ho%73t/");
    refuse("https:/host/");
    refuse("http://2130706433/"); /* libcurl reads 127.0.0.1 */
    refuse("http://0x7f.1/");
}

static void test_origin(void)
{
    const struct mf_url a = parse("https://h/a"), b = parse("https://H:443/b");
    const struct mf_url c = parse("http://h:443/"), d = parse("https://h:444/");
    const struct mf_url e = parse("https://h.evil/");
    CHECK(mf_url_same_origin(&a, &b));
    CHECK(!mf_url_same_origin(&a, &c) && !mf_url_same_origin(&a, &d) &&
          !mf_url_same_origin(&a, &e));
    CHECK_TEXT(b.origin, "https://h");
    CHECK_TEXT(c.origin, "http://h:443");
}

static void test_loopback(void)
{
    static const char *const yes[] = {"http://localhost:1/", "http://127.0.0.1",
                                      "http://127.9.8.7/", "http://[::1]/"};
    static const char *const no[] = {
        "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://128.0.0.1/",
        "http://127.0.0.1.1/",           "http://127.0.0.256/",           "http://[::2]/"};
    /* No addresses; some versions of libcurl complete or refuse them. */
    static const char *const odd[] = {"http://127.0.0/", "http://127..0.1/"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        const struct mf_url url = parse(yes[i]);
        CHECK(mf_url_is_loopback(&url));
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        const struct mf_url url = parse(no[i]);
        CHECK(!mf_url_is_loopback(&url));
    }
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct mf_url url;
        CHECK(mf_url_parse(&url, odd[i], NULL) != 0 || !mf_url_is_loopback(&url));
    }
}

int main(void)
{
    test_parse();
    test_origin();
    test_loopback();
    return check_result();
}
