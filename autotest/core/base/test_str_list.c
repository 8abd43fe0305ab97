/* Lists and sets of strings, and strings in URLs. */
#include "base/str.h"
#include "base/str_list.h"
#include "check.h"

#include <stdlib.h>

static void test_list(void)
{
    cJSON *const document = cJSON_Parse("{\"tags\":[\"a, b\",null,1,\"\"],\"text\":\"x\"}");
    struct mf_str_list list = {0};
    int failed = 0;
    mf_str_list_take(&list, document, "text", &failed);
    mf_str_list_take(&list, document, "none", &failed);
    CHECK_NUMBER(list.count, 0);
    mf_str_list_take(&list, document, "tags", &failed);
    CHECK_NUMBER(mf_str_list_add(&list, "c"), 0);
    CHECK_NUMBER(list.count, 3);
    CHECK_NUMBER(failed, 0);
    cJSON *const array = mf_str_list_json(&list);
    char *const text = cJSON_PrintUnformatted(array);
    CHECK_TEXT(text, "[\"a, b\",\"\",\"c\"]");
    cJSON_free(text);
    cJSON_Delete(array);
    cJSON_Delete(document);
    mf_str_list_free(&list);
    CHECK_NUMBER(list.count, 0);
    mf_str_list_free(NULL);
}

static void test_set(void)
{
    struct mf_str_set set = {0};
    char text[20];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
            snprintf(text, sizeof text, "scene %d", i);
            if (mf_str_set_add(&set, text) != (round == 0))
                CHECK_TEXT(text, round == 0 ? "new" : "known");
        }
    }
    CHECK_NUMBER(set.count, 1000);
    mf_str_set_free(&set);
    mf_str_set_free(NULL);
}

static void test_escape(void)
{
    char *const text = mf_str_percent_encode("a-B_9.~ /?&=%\xC3\xBC\n");
    CHECK_TEXT(text, "a-B_9.~%20%2F%3F%26%3D%25%C3%BC%0A");
    free(text);
}

int main(void)
{
    test_list();
    test_set();
    test_escape();
    return check_result();
}
