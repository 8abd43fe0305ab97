#include "check.h"
#include "submit/name_match.h"

static const char *name_at(const void *ctx, size_t i)
{
    return ((const char *const *)ctx)[i];
}

static const char *const names[] = {"🏠 Buildings", "🏗️ Construction", "🌲 Forest",  "Forest",
                                    "🚗 Roads",     "ÉTANGS",           "Лес и Кроны", NULL,
                                    "a  b",         "A B",              "Mapbox",      "Mapbox"};

static int match(const char *wanted)
{
    return mf_name_match(wanted, name_at, names, sizeof names / sizeof *names);
}

int main(void)
{
    CHECK_NUMBER(match("🏠 Buildings"), 0);
    CHECK_NUMBER(match("buildings"), 0);
    CHECK_NUMBER(match(" BUILDINGS  🏠"), 0);
    CHECK_NUMBER(match("🏗 construction"), 1); /* without the variation selector */
    CHECK_NUMBER(match("Forest"), 3);           /* byte for byte before anything else */
    CHECK_NUMBER(match("forest"), MF_MATCH_SEVERAL);
    CHECK_NUMBER(match("étangs"), 5);
    CHECK_NUMBER(match("лес и кроны"), 6);
    CHECK_NUMBER(match("A B"), 9);
    CHECK_NUMBER(match("A  b"), MF_MATCH_SEVERAL);
    CHECK_NUMBER(match("mapbox"), 10); /* the same thing listed twice */
    CHECK_NUMBER(match("Building"), MF_MATCH_NONE);
    CHECK_NUMBER(match("B uildings"), MF_MATCH_NONE);
    CHECK_NUMBER(match(""), MF_MATCH_NONE);
    CHECK_NUMBER(match("\xF0\x9F"), MF_MATCH_NONE);
    CHECK_NUMBER(mf_name_equal_loosely("🏠", ""), 1);
    CHECK_NUMBER(mf_name_equal_loosely("x\xFF", "x"), 0);
    return check_result();
}
