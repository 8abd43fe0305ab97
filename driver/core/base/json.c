/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"

/* cJSON recurses once per level: count the levels first. */
static int is_too_deep(const char *text, size_t size)
{
    int depth = 0, in_string = 0;
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '[' || c == '{') && ++depth > MF_JSON_MAX_DEPTH)
            return 1;
        else if (!in_string && (c == ']' || c == '}'))
            depth--;
    }
    return 0;
}

/* Returns the code unit that "\\uXXXX" at `text` escapes, -1 for anything else. */
static int escaped_unit(const char *text)
{
    int unit = 0;
    if (text[0] != '\\' || text[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        const int digit = mf_hex_digit(text[i]);
        if (digit < 0)
            return -1; /* also at the terminating NUL */
        unit = unit * 16 + digit;
    }
    return unit;
}

static int is_between(int unit, int first, int last)
{
    return unit >= first && unit <= last;
}

/* Replaces what cJSON, or a reader after it, rejects. In place; every byte keeps its position. */
static void mend(char *text)
{
    while (*text != '\0') {
        const size_t size = mf_str_character(text);
        if (size == 0) {
            *text++ = '?';
        } else if (*text != '\\') {
            text += size;
        } else if (is_between(escaped_unit(text), 0xD800, 0xDFFF)) {
            const int is_pair = is_between(escaped_unit(text), 0xD800, 0xDBFF) &&
                                is_between(escaped_unit(text + 6), 0xDC00, 0xDFFF);
            if (!is_pair)
                memcpy(text + 2, "fffd", 4);
            text += is_pair ? 12 : 6;
        } else {
            text += text[1] != '\0' ? 2 : 1;
        }
    }
}

/* cJSON does not report why it returns no tree. Sets *is_missing to 1 if there is no memory for a
 * tree of `size` bytes either. */
static cJSON *parse_mended(const char *text, size_t size, size_t *bad, int *is_missing)
{
    const char *end = NULL;
    char *const copy = mf_str_copy_part(text, size);
    *bad = 0;
    *is_missing = copy == NULL;
    if (copy == NULL)
        return NULL;
    mend(copy);
    cJSON *const tree = cJSON_ParseWithLengthOpts(copy, size, &end, 0);
    *bad = (size_t)(end - copy);
    free(copy);
    if (tree == NULL) {
        void *const room = cJSON_malloc(size / 2 * sizeof *tree + 1);
        *is_missing = room == NULL;
        cJSON_free(room);
    }
    return tree;
}

int mf_json_parse(const char *text, size_t size, const char *what, cJSON **out,
                  struct mf_error *err)
{
    *out = NULL;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (is_too_deep(text, size))
        return mf_error_set(err, MF_ERR_FORMAT, "Cannot read %s: JSON nested more than %d levels",
                            what, MF_JSON_MAX_DEPTH);
    size_t at = 0;
    int is_missing = 0;
    cJSON *tree = size == 0 ? NULL : parse_mended(text, size, &at, &is_missing);
    if (is_missing)
        return mf_out_of_memory(err);
    if (tree == NULL)
        return mf_error_set(err, MF_ERR_FORMAT, "Cannot read %s: not valid JSON at byte %zu", what,
                            at);
    while (at < size && mf_is_space(text[at]))
        at++;
    if (at < size) {
        cJSON_Delete(tree);
        return mf_error_set(err, MF_ERR_FORMAT,
                            "Cannot read %s: unexpected text after the JSON document at byte %zu",
                            what, at);
    }
    *out = tree;
    return 0;
}

const cJSON *mf_json_member(const cJSON *object, const char *name)
{
    if (!cJSON_IsObject(object))
        return NULL;
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNull(member) ? NULL : member;
}

const char *mf_json_string(const cJSON *object, const char *name, const char *fallback)
{
    const cJSON *member = mf_json_member(object, name);
    return cJSON_IsString(member) && member->valuestring != NULL ? member->valuestring : fallback;
}

static double number_of_text(const char *text, double fallback)
{
    while (mf_is_space(*text))
        text++;
    size_t size = strlen(text);
    while (size > 0 && mf_is_space(text[size - 1]))
        size--;
    const double number = mf_number_of_string(text, size);
    return isnan(number) ? fallback : number;
}

double mf_json_number(const cJSON *object, const char *name, double fallback)
{
    const cJSON *member = mf_json_member(object, name);
    if (cJSON_IsNumber(member))
        return member->valuedouble;
    if (cJSON_IsString(member) && member->valuestring != NULL)
        return number_of_text(member->valuestring, fallback);
    return fallback;
}

int mf_json_bool(const cJSON *object, const char *name, int fallback)
{
    const cJSON *member = mf_json_member(object, name);
    if (cJSON_IsBool(member))
        return cJSON_IsTrue(member) ? 1 : 0;
    if (cJSON_IsNumber(member))
        return member->valuedouble != 0;
    const char *text = mf_json_string(object, name, "");
    if (mf_str_equal_nocase(text, "true"))
        return 1;
    if (mf_str_equal_nocase(text, "false"))
        return 0;
    return fallback;
}

char *mf_json_take(const cJSON *object, const char *name, int *failed)
{
    const char *text = mf_json_string(object, name, NULL);
    char *copy = mf_str_copy(text);
    *failed |= text != NULL && copy == NULL;
    return copy;
}

char *mf_json_take_or_empty(const cJSON *object, const char *name, int *failed)
{
    char *copy = mf_str_copy(mf_json_string(object, name, ""));
    *failed |= copy == NULL;
    return copy;
}

double mf_json_limit(const cJSON *object, const char *name)
{
    const double value = mf_json_number(object, name, NAN);
    return value > 0 ? value : NAN;
}

int mf_json_count(const cJSON *object, const char *name)
{
    const double value = mf_json_number(object, name, -1);
    return value >= 0 && value <= 1e9 ? (int)value : -1;
}

int mf_json_percent(const cJSON *object, const char *name)
{
    const int percent = mf_json_count(object, name);
    return percent <= 100 ? percent : -1;
}
