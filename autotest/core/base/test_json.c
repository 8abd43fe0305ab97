#include "check.h"
#include "base/json.h"

#include <locale.h>
#include <math.h>

static cJSON *parse(const char *text)
{
    cJSON *tree = NULL;
    struct mf_error err;
    if (mf_json_parse(text, strlen(text), "the test", &tree, &err) != 0)
        CHECK_TEXT(err.message, "");
    return tree;
}

static void refuse(const char *text, size_t size, const char *why)
{
    cJSON *tree = NULL;
    struct mf_error err;
    CHECK_NUMBER(mf_json_parse(text, size, "the test", &tree, &err), -1);
    CHECK(tree == NULL);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_HOLDS(err.message, "the test");
    CHECK_HOLDS(err.message, why);
}

static void test_parse(void)
{
    cJSON *tree = parse("\xEF\xBB\xBF {\"a\": 1, \"a\": 2} \r\n\t");
    CHECK_NUMBER(mf_json_number(tree, "a", 0), 1);
    cJSON_Delete(tree);
    refuse("", 0, "not valid JSON");
    refuse("{", 1, "not valid JSON");
    refuse("{} x", 4, "byte 3");
    refuse("{}{}", 4, "unexpected text after");
    refuse("{}\0", 3, "unexpected text after");
    refuse("<html>", 6, "byte 0");
    char deep[2001];
    memset(deep, '[', 1000);
    memset(deep + 1000, ']', 1000);
    refuse(deep, 2000, "nested");
    tree = parse("{\"a\": \"[[[[\\\"[\"}");
    CHECK_TEXT(mf_json_string(tree, "a", ""), "[[[[\"[");
    cJSON_Delete(tree);
    /* The text need not end with a NUL. */
    CHECK_NUMBER(mf_json_parse("[1]garbage", 3, "x", &tree, NULL), 0);
    cJSON_Delete(tree);
}

/* Names are cut by programs that count in UTF-16 or in bytes. */
static void test_mended(void)
{
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"\"ab\\ud83c\"", "ab\xEF\xBF\xBD"},
        {"\"\\udfe0ab\"", "\xEF\xBF\xBD"
                          "ab"},
        {"\"\\uD83C\\uD83C\\uDFE0\"", "\xEF\xBF\xBD\xF0\x9F\x8F\xA0"},
        {"\"\\\\ud83c\"", "\\ud83c"},
        {"\"\\\\\\ud83c\\\\\"", "\\\xEF\xBF\xBD\\"},
        {"\"a\xF0\x9F\x8F\"", "a???"},
        {"\"Caf\xE9\"", "Caf?"},
        {"\"\xC3\xA9\"", "\xC3\xA9"},
    };
    cJSON *tree = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text;
        CHECK_NUMBER(mf_json_parse(text, strlen(text), "x", &tree, NULL), 0);
        CHECK_TEXT(cJSON_GetStringValue(tree), cases[i].value);
        cJSON_Delete(tree);
    }
    refuse("\"\\ud83", 6, "byte 1");
    refuse("\"a\\", 3, "byte 1");
}

static void test_getters(void)
{
    cJSON *tree =
        parse("{\"s\":\"text\",\"n\":1.5,\"t\":\" 5.62e1 \",\"z\":null,\"b\":true,"
              "\"f\":\"FALSE\",\"one\":1,\"bad\":\"1,5\",\"hex\":\"0x10\",\"nan\":\"nan\","
              "\"minus\":\"-7\",\"empty\":\"\",\"Case\":1}");
    CHECK_TEXT(mf_json_string(tree, "s", "-"), "text");
    CHECK_TEXT(mf_json_string(tree, "n", "-"), "-");
    CHECK_TEXT(mf_json_string(tree, "z", NULL), NULL);
    CHECK(mf_json_number(tree, "n", 0) == 1.5);
    CHECK(mf_json_number(tree, "t", 0) == 56.2);
    CHECK(mf_json_number(tree, "minus", 0) == -7);
    CHECK(mf_json_number(tree, "bad", -1) == -1);
    CHECK(mf_json_number(tree, "hex", -1) == -1);
    CHECK(mf_json_number(tree, "nan", -1) == -1);
    CHECK(mf_json_number(tree, "empty", -1) == -1);
    CHECK(mf_json_number(tree, "z", -1) == -1);
    CHECK(isnan(mf_json_number(tree, "none", NAN)));
    CHECK_NUMBER(mf_json_bool(tree, "b", 0), 1);
    CHECK_NUMBER(mf_json_bool(tree, "f", 1), 0);
    CHECK_NUMBER(mf_json_bool(tree, "one", 0), 1);
    CHECK_NUMBER(mf_json_bool(tree, "s", 1), 1);
    CHECK_NUMBER(mf_json_bool(tree, "z", 1), 1);
    CHECK(mf_json_member(tree, "z") == NULL);
    CHECK(mf_json_member(tree, "case") == NULL);
    CHECK(mf_json_member(NULL, "x") == NULL);
    CHECK(mf_json_member(mf_json_member(tree, "s"), "x") == NULL);
    CHECK_TEXT(mf_json_string(NULL, "x", "-"), "-");
    cJSON_Delete(tree);
}

int main(void)
{
    test_parse();
    test_mended();
    test_getters();
    /* Where the decimal point is a comma. */
    if (setlocale(LC_ALL, "de_DE.UTF-8") != NULL)
        test_getters();
    return check_result();
}
