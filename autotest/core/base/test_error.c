#include "check.h"
#include "base/error.h"
#include "base/str.h"

static void test_set(void)
{
    struct mf_error err;
    mf_error_init(&err);
    CHECK_NUMBER(err.kind, MF_OK);
    CHECK_TEXT(err.message, "");
    err.http_status = 404;
    CHECK_NUMBER(mf_error_set(&err, MF_ERR_FILE, "no %s in %d", "room", 7), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_NUMBER(err.http_status, 0);
    CHECK_TEXT(err.message, "no room in 7");
    mf_error_prefix(&err, "Processing %d", 1);
    CHECK_TEXT(err.message, "Processing 1: no room in 7");
    mf_error_append(&err, ". %s\n", "Try again");
    CHECK_TEXT(err.message, "Processing 1: no room in 7. Try again");
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    mf_error_set(&err, MF_ERR_NETWORK, "again: %s", err.message);
    CHECK_TEXT(err.message, "again: Processing 1: no room in 7. Try again");
    CHECK_NUMBER(mf_error_set(NULL, MF_ERR_FILE, "x"), -1);
    CHECK_NUMBER(mf_error_prefix(NULL, "x"), -1);
    CHECK_NUMBER(mf_error_append(NULL, "x"), -1);
    mf_error_init(NULL);
}

/* Whatever the place of the cut, what is left is whole characters. */
static void test_cut(void)
{
    static const char *const characters[] = {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x8F\xA0"};
    for (size_t c = 0; c < 4; c++)
        for (size_t shift = 0; shift < 4; shift++) {
            char text[3000] = "";
            struct mf_error err;
            memset(text, 'x', shift);
            for (size_t used = shift; used + 5 < sizeof text; used += strlen(characters[c]))
                memcpy(text + used, characters[c], strlen(characters[c]) + 1);
            mf_error_set(&err, MF_ERR_FILE, "%s", text);
            const size_t size = strlen(err.message);
            CHECK(size > MF_ERROR_MESSAGE_SIZE - 5 && size < MF_ERROR_MESSAGE_SIZE);
            CHECK_NUMBER((size - shift) % strlen(characters[c]), 0);
            CHECK_NUMBER(memcmp(err.message, text, size), 0);
            mf_error_append(&err, "%s", characters[c]);
            mf_error_prefix(&err, "%s", text);
            CHECK_LACKS(err.message, "?");
            CHECK(strlen(err.message) < MF_ERROR_MESSAGE_SIZE);
        }
}

static void test_text(void)
{
    char text[64] = "a\x01\xFF"
                    "b\xC3(\xED\xA0\x80\xC0\x80 \n";
    mf_str_clean(text, 0);
    CHECK_TEXT(text, "a ?b?(?????");
    strcpy(text, "one\ntwo\n");
    mf_str_clean(text, 1);
    CHECK_TEXT(text, "one\ntwo");
    strcpy(text, " \r\n a \t b ");
    mf_str_squeeze(text);
    CHECK_TEXT(text, "a b");
    strcpy(text, "abcd\xC3\xA9xyz");
    mf_str_shorten(text, 8);
    CHECK_TEXT(text, "abcd...");
    mf_str_shorten(text, 8);
    CHECK_TEXT(text, "abcd...");
    CHECK(mf_str_equal_nocase("Ab", "aB") && !mf_str_equal_nocase("Ab", "aBc"));
    CHECK_NUMBER(mf_str_prefix_nocase("BEARER x", "bearer "), 7);
    CHECK_NUMBER(mf_str_prefix_nocase("Bear", "bearer "), 0);
    CHECK_TEXT(mf_str_find_nocase("<HTML><Title>", "<title"), "<Title>");
    CHECK(mf_str_find_nocase("<HTML>", "<title") == NULL);
}

int main(void)
{
    test_set();
    test_cut();
    test_text();
    return check_result();
}
