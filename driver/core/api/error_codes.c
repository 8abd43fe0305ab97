/* SPDX-License-Identifier: MIT */
#include "api/error_codes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"

struct error_code {
    const char *code;
    const char *parameters; /* names in display order, separated by ";" */
    const char *description;
};

static const struct error_code error_codes[] = {
#include "mapflow-errors.inc"
};

/* Most bytes shown of a parameter value. */
enum { MAX_VALUE = 120 };

static const struct error_code *find_code(const char *code)
{
    for (size_t i = 0; i < sizeof error_codes / sizeof error_codes[0]; i++)
        if (code != NULL && strcmp(error_codes[i].code, code) == 0)
            return &error_codes[i];
    return NULL;
}

const char *mf_error_code_description(const char *code)
{
    const struct error_code *known = find_code(code);
    return known != NULL ? known->description : NULL;
}

/* "5.6215384615" becomes "5.6215". Cuts the string, so that the locale does not matter. */
static void shorten_decimals(char *text)
{
    const char *p = text + (*text == '-');
    const size_t whole = strspn(p, "0123456789");
    if (whole == 0 || p[whole] != '.')
        return;
    const size_t fraction = strspn(p + whole + 1, "0123456789");
    if (p[whole + 1 + fraction] != '\0' || fraction <= 4)
        return;
    const size_t leading_zeros = strspn(p + whole + 1, "0");
    const bool is_below_one = strspn(p, "0") == whole;
    const size_t keep = is_below_one ? leading_zeros + 4 : 4;
    if (keep < fraction)
        text[(size_t)(p - text) + whole + 1 + keep] = '\0';
}

/* Formats a value for users, on the heap; NULL if out of memory. */
static char *value_text(const cJSON *value)
{
    char *text = cJSON_IsString(value) ? mf_str_copy(value->valuestring) : NULL;
    if (text == NULL) {
        char *printed = cJSON_PrintUnformatted(value);
        text = mf_str_copy(printed);
        cJSON_free(printed);
    }
    if (text == NULL)
        return NULL;
    shorten_decimals(text);
    mf_redact(text);
    mf_str_squeeze(text);
    mf_str_clean(text, 0);
    mf_str_shorten(text, MAX_VALUE);
    return text;
}

static void append_parameter(const cJSON *value, const char *name, char *text, size_t size)
{
    const size_t used = strlen(text);
    char *shown = value_text(value);
    if (shown != NULL && *shown != '\0')
        snprintf(text + used, size - used, "%s%s %s", used == 0 ? " (" : ", ", name, shown);
    free(shown);
}

/* Takes the next name of a list. Returns false at its end. */
static bool next_name(const char **list, char name[64])
{
    const size_t size = strcspn(*list, ";");
    snprintf(name, 64, "%.*s", (int)size, *list);
    *list += size + ((*list)[size] == ';');
    return size > 0;
}

static bool is_listed(const char *list, const char *wanted)
{
    char name[64];
    bool is_found = false;
    while (!is_found && next_name(&list, name))
        is_found = strcmp(name, wanted) == 0;
    return is_found;
}

static void append_listed(const char *list, const cJSON *parameters, char *text, size_t size)
{
    char name[64];
    while (next_name(&list, name)) {
        const cJSON *const value = mf_json_member(parameters, name);
        if (value != NULL)
            append_parameter(value, name, text, size);
    }
}

void mf_error_code_parameters(const char *code, const cJSON *parameters, char *text, size_t size)
{
    text[0] = '\0';
    const struct error_code *known = find_code(code);
    const char *list = known != NULL ? known->parameters : "";
    append_listed(list, parameters, text, size);
    if (cJSON_IsObject(parameters))
        for (const cJSON *value = parameters->child; value != NULL; value = value->next)
            if (!cJSON_IsNull(value) && value->string != NULL && !is_listed(list, value->string))
                append_parameter(value, value->string, text, size);
    const size_t used = strlen(text);
    if (used > 0 && used + 1 < size)
        memcpy(text + used, ")", 2);
    mf_str_clean(text, 0); /* snprintf may have cut a character */
}

void mf_error_code_text(const char *code, const cJSON *parameters, char *text, size_t size)
{
    char list[1024];
    const char *description = mf_error_code_description(code);
    if (description == NULL)
        description = code != NULL && *code != '\0' ? code : "An error without a code";
    mf_error_code_parameters(code, parameters, list, sizeof list);
    if (snprintf(text, size, "%s%s", description, list) < 0)
        text[0] = '\0';
    mf_redact(text);
    mf_str_clean(text, 0);
}

char *mf_messages_text(const cJSON *owner, int *failed)
{
    const cJSON *const messages = mf_json_member(owner, "messages");
    const cJSON *message;
    char *joined = NULL;
    cJSON_ArrayForEach(message, messages)
    {
        char text[1024];
        const char *const code = mf_json_string(message, "code", NULL);
        const cJSON *parameters = mf_json_member(message, "parameters");
        if (parameters == NULL)
            parameters = mf_json_member(message, "params");
        if (code == NULL)
            continue;
        mf_error_code_text(code, parameters, text, sizeof text - 1);
        if (joined != NULL && strstr(joined, text) != NULL)
            continue;
        const size_t size = strlen(text);
        if (size > 0 && text[size - 1] != '.')
            memcpy(text + size, ".", 2);
        char *const longer =
            joined == NULL ? mf_str_copy(text) : mf_str_format("%s %s", joined, text);
        *failed |= longer == NULL;
        free(joined);
        joined = longer;
    }
    return joined;
}
