#include "api/error_codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"

struct message {
    const char *code;
    const char *parameters; /* names in the order to show, separated by ";" */
    const char *meaning;
};

static const struct message messages[] = {
#include "mapflow-errors.inc"
};

/* Bytes of one parameter value that are shown, at most. */
enum { MAX_VALUE = 120 };

static const struct message *find(const char *code)
{
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        if (code != NULL && strcmp(messages[i].code, code) == 0)
            return &messages[i];
    return NULL;
}

const char *mf_error_code_description(const char *code)
{
    const struct message *message = find(code);
    return message != NULL ? message->meaning : NULL;
}

/* "5.6215384615" tells nobody more than "5.6215". Cut as text: that knows no locale. */
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
    const int is_below_one = strspn(p, "0") == whole;
    const size_t keep = is_below_one ? leading_zeros + 4 : 4;
    if (keep < fraction)
        text[(size_t)(p - text) + whole + 1 + keep] = '\0';
}

/* The value as people write it, on the heap; NULL when out of memory. */
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

static int is_listed(const char *list, const char *name)
{
    const size_t size = strlen(name);
    for (const char *p = list; *p != '\0';) {
        const size_t part = strcspn(p, ";");
        if (part == size && strncmp(p, name, size) == 0)
            return 1;
        p += part + (p[part] == ';');
    }
    return 0;
}

static void append_listed(const char *list, const cJSON *parameters, char *text, size_t size)
{
    char name[64];
    for (const char *p = list; *p != '\0';) {
        const size_t part = strcspn(p, ";");
        if (part < sizeof name) {
            memcpy(name, p, part);
            name[part] = '\0';
            const cJSON *value = mf_json_member(parameters, name);
            if (value != NULL)
                append_parameter(value, name, text, size);
        }
        p += part + (p[part] == ';');
    }
}

void mf_error_code_parameters(const char *code, const cJSON *parameters, char *text, size_t size)
{
    if (size == 0)
        return;
    text[0] = '\0';
    const struct message *message = find(code);
    const char *list = message != NULL ? message->parameters : "";
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
    if (size == 0)
        return;
    const char *meaning = mf_error_code_description(code);
    if (meaning == NULL)
        meaning = code != NULL && *code != '\0' ? code : "An error without a code";
    mf_error_code_parameters(code, parameters, list, sizeof list);
    if (snprintf(text, size, "%s%s", meaning, list) < 0)
        text[0] = '\0';
    mf_redact(text);
    mf_str_clean(text, 0);
}

char *mf_messages_text(const cJSON *owner, int *failed)
{
    const cJSON *const messages = mf_json_member(owner, "messages");
    const cJSON *message;
    char *joined = NULL;
    size_t size = 0;
    cJSON_ArrayForEach(message, messages)
    {
        char text[1024];
        const char *const code = mf_json_string(message, "code", NULL);
        const cJSON *parameters = mf_json_member(message, "parameters");
        if (parameters == NULL)
            parameters = mf_json_member(message, "params");
        if (code == NULL)
            continue;
        mf_error_code_text(code, parameters, text, sizeof text);
        if (joined != NULL && strstr(joined, text) != NULL)
            continue;
        size_t more = strlen(text);
        if (more > 0 && more + 1 < sizeof text && text[more - 1] != '.') {
            text[more++] = '.';
            text[more] = '\0';
        }
        char *const grown = realloc(joined, size + more + 2);
        if (grown == NULL) {
            *failed = 1;
            break;
        }
        joined = grown;
        if (size > 0)
            joined[size++] = ' ';
        memcpy(joined + size, text, more + 1);
        size += more;
    }
    return joined;
}
