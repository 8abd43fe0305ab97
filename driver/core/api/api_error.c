#include "api/api_error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/error_codes.h"
#include "base/json.h"
#include "base/redact.h"
#include "base/str.h"
#include "http/url.h"

enum {
    MAX_TEXT = 300,    /* bytes shown of a text of the server */
    MAX_COMPLAINTS = 3 /* entries shown of a validation list */
};

/* What the server said, ready to be shown. */
struct said {
    char code[MF_ERROR_CODE_SIZE];
    char text[1400];
};

/* ---- texts --------------------------------------------------------------------------------- */

/* Copies a text of the server: without secrets, line breaks and more length than anyone reads.
 * Redaction comes before the cut, or half a secret would be left. */
static void show(const char *in, char *out, size_t size)
{
    out[0] = '\0';
    char *copy = mf_str_copy(in);
    if (copy == NULL)
        return;
    mf_redact(copy);
    mf_str_squeeze(copy);
    mf_str_clean(copy, 0);
    mf_str_shorten(copy, size - 1 < MAX_TEXT ? size - 1 : MAX_TEXT);
    memcpy(out, copy, strlen(copy) + 1);
    free(copy);
}

static void append(struct said *said, const char *separator, const char *text)
{
    const size_t used = strlen(said->text);
    snprintf(said->text + used, sizeof said->text - used, "%s%s", used > 0 ? separator : "", text);
}

/* Takes the tags out and the five entities that every page uses back in, in place. */
static void strip_markup(char *text)
{
    static const struct {
        const char *entity;
        char character;
    } entities[] = {{"&lt;", '<'},   {"&gt;", '>'},   {"&quot;", '"'},
                    {"&#39;", '\''}, {"&nbsp;", ' '}, {"&amp;", '&'}};
    char *out = text;
    for (const char *in = text; *in != '\0';) {
        if (*in == '<') {
            const size_t tag = strcspn(in, ">");
            in += tag + (in[tag] == '>');
            continue;
        }
        size_t step = 0;
        for (size_t i = 0; step == 0 && i < sizeof entities / sizeof entities[0]; i++) {
            step = mf_str_prefix_nocase(in, entities[i].entity);
            if (step > 0)
                *out++ = entities[i].character;
        }
        if (step == 0)
            *out++ = *in++;
        in += step;
    }
    *out = '\0';
}

/* What stands between <name …> and </name>, on the heap; NULL when there is none. */
static char *element_text(const char *html, const char *open, const char *close)
{
    const char *begin = mf_str_find_nocase(html, open);
    begin = begin != NULL ? strchr(begin, '>') : NULL;
    const char *end = begin != NULL ? mf_str_find_nocase(begin, close) : NULL;
    if (end == NULL)
        return NULL;
    char *text = mf_str_copy_part(begin + 1, (size_t)(end - begin - 1));
    if (text != NULL)
        strip_markup(text);
    return text;
}

void mf_api_error_plain_text(const char *body, char *text, size_t size)
{
    text[0] = '\0';
    if (body == NULL)
        return;
    while (*body == ' ' || (*body >= '\t' && *body <= '\r'))
        body++;
    if (*body != '<') {
        show(body, text, size);
        return;
    }
    char *title = element_text(body, "<title", "</title");
    if (title == NULL || title[strspn(title, " \t\r\n")] == '\0') {
        free(title);
        title = element_text(body, "<h1", "</h1");
    }
    if (title != NULL)
        show(title, text, size);
    free(title);
}

/* ---- JSON bodies --------------------------------------------------------------------------- */

/* {"code", "message", "params" or "parameters"}: the shape of the Processing API, old and new, and
 * of "detail" in the Data API. */
static void read_object(const cJSON *object, struct said *said)
{
    char shown[MAX_TEXT + 8];
    char list[1024];
    const cJSON *code = mf_json_member(object, "code");
    if (cJSON_IsString(code))
        show(code->valuestring, said->code, sizeof said->code);
    else if (cJSON_IsNumber(code))
        snprintf(said->code, sizeof said->code, "%.0f", code->valuedouble);
    const cJSON *parameters = mf_json_member(object, "params");
    if (!cJSON_IsObject(parameters))
        parameters = mf_json_member(object, "parameters");
    show(mf_json_string(object, "message", mf_json_string(object, "msg", "")), shown, sizeof shown);
    const char *meaning = mf_error_code_description(said->code);
    mf_error_code_parameters(said->code, parameters, list, sizeof list);
    if (meaning != NULL)
        append(said, "; ", meaning);
    else if (shown[0] != '\0')
        append(said, "; ", shown);
    else if (list[0] != '\0')
        append(said, "; ", said->code[0] != '\0' ? said->code : "parameters");
    append(said, "", list);
    if (meaning != NULL && shown[0] != '\0' && strcmp(shown, meaning) != 0)
        append(said, ". The server says: ", shown);
}

/* ["body", "meta", 0] as "body.meta.0". */
static void read_location(const cJSON *location, char *text, size_t size)
{
    text[0] = '\0';
    for (const cJSON *part = cJSON_IsArray(location) ? location->child : NULL; part != NULL;
         part = part->next) {
        const size_t used = strlen(text);
        const char *dot = used > 0 ? "." : "";
        if (cJSON_IsString(part))
            snprintf(text + used, size - used, "%s%s", dot, part->valuestring);
        else if (cJSON_IsNumber(part))
            snprintf(text + used, size - used, "%s%.0f", dot, part->valuedouble);
    }
}

/* The list of a framework's validation: {"loc": […], "msg": "…"} or texts. */
static void read_list(const cJSON *list, struct said *said)
{
    int count = 0;
    for (const cJSON *item = list->child; item != NULL; item = item->next) {
        char location[200], shown[MAX_TEXT + 8];
        if (++count > MAX_COMPLAINTS)
            continue;
        if (cJSON_IsString(item)) {
            show(item->valuestring, shown, sizeof shown);
            append(said, "; ", shown);
        } else if (mf_json_member(item, "loc") != NULL) {
            read_location(mf_json_member(item, "loc"), location, sizeof location);
            show(location, shown, sizeof shown);
            append(said, "; ", shown);
            show(mf_json_string(item, "msg", ""), shown, sizeof shown);
            append(said, ": ", shown);
        } else {
            read_object(item, said);
        }
    }
    if (count > MAX_COMPLAINTS)
        append(said, "; ", "and more");
}

static void read_document(const cJSON *document, struct said *said)
{
    char shown[MAX_TEXT + 8];
    if (cJSON_IsString(document)) {
        show(document->valuestring, shown, sizeof shown);
        append(said, "; ", shown);
        return;
    }
    if (cJSON_IsArray(document)) {
        read_list(document, said);
        return;
    }
    read_object(document, said);
    const cJSON *detail = mf_json_member(document, "detail");
    if (cJSON_IsArray(detail)) {
        read_list(detail, said);
    } else if (cJSON_IsObject(detail)) {
        read_object(detail, said);
    } else if (cJSON_IsString(detail)) {
        show(detail->valuestring, shown, sizeof shown);
        append(said, "; ", shown);
    }
    if (said->text[0] == '\0') {
        show(mf_json_string(document, "error", ""), shown, sizeof shown);
        append(said, "", shown);
    }
}

/* A full stop follows anyway. Three of them are the mark of a cut. */
static void drop_full_stop(char *text)
{
    const size_t size = strlen(text);
    if (size > 1 && text[size - 1] == '.' && text[size - 2] != '.')
        text[size - 1] = '\0';
}

void mf_api_error_document_text(const cJSON *document, char *text, size_t size)
{
    struct said said = {"", ""};
    if (cJSON_IsObject(document))
        read_document(document, &said);
    drop_full_stop(said.text);
    snprintf(text, size, "%s", said.text);
    mf_str_clean(text, 0); /* snprintf may have cut a character */
}

static void read_body(const struct mf_response *response, struct said *said)
{
    cJSON *document = NULL;
    said->code[0] = '\0';
    said->text[0] = '\0';
    if (response->body == NULL || response->body_size == 0)
        return;
    if (mf_json_parse(response->body, response->body_size, "", &document, NULL) == 0)
        read_document(document, said);
    else
        mf_api_error_plain_text(response->body, said->text, sizeof said->text);
    cJSON_Delete(document);
    drop_full_stop(said->text);
}

/* ---- what it means ------------------------------------------------------------------------- */

static enum mf_error_kind kind_of(int status)
{
    switch (status) {
    case 401:
        return MF_ERR_AUTH;
    case 403:
        return MF_ERR_FORBIDDEN;
    case 404:
    case 410:
        return MF_ERR_NOT_FOUND;
    case 407:
        return MF_ERR_NETWORK;
    case 429:
        return MF_ERR_RATE_LIMIT;
    default:
        break;
    }
    if (status >= 500)
        return MF_ERR_SERVER;
    return status >= 400 ? MF_ERR_REJECTED : MF_ERR_FORMAT;
}

static const char *lead(int status)
{
    switch (status) {
    case 401:
        return "The server does not accept the API token";
    case 403:
        return "The server does not allow this";
    case 404:
    case 410:
        return "The server does not find it";
    case 407:
        return "The proxy wants a user name and a password";
    case 429:
        return "The server gets too many requests";
    default:
        break;
    }
    if (status >= 500)
        return "The server failed";
    return status >= 400 ? "The server refused the request" : "The server gave no usable answer";
}

static const char *advice(int status, const char *said, int is_change)
{
    switch (status) {
    case 401:
        return "Check API_TOKEN or MAPFLOW_API_TOKEN; a new token is made on the account page of "
               "the Mapflow web app, in the API tab";
    case 403:
        if (mf_str_find_nocase(said, "data provider") != NULL)
            return "The plan of the account does not include this data provider: choose another "
                   "one or upgrade the plan";
        return "Check the role of the account in the project, and what its plan includes";
    case 404:
    case 410:
        return "Either it does not exist or this account may not see it: check the id, and that "
               "the token belongs to the right account";
    case 407:
        return "Set GDAL_HTTP_PROXYUSERPWD, and GDAL_PROXY_AUTH if it is not Basic";
    case 429:
        return is_change ? "Try again later"
                         : "Try again later, or raise GDAL_HTTP_MAX_RETRY and "
                           "GDAL_HTTP_RETRY_DELAY";
    default:
        if (status < 500)
            return NULL;
        return is_change ? "This is a fault of the service"
                         : "This is a fault of the service: try again later";
    }
}

static int redirect_error(const struct mf_response *response, const char *method,
                          struct mf_error *err)
{
    struct mf_url target;
    char origin[MF_URL_ORIGIN_SIZE] = "another address";
    const char *location = mf_response_header(response, "location");
    if (location == NULL || location[0] == '\0')
        return mf_error_set(err, MF_ERR_REJECTED,
                            "The server redirects the request (HTTP %d) and does not say where to: "
                            "check API_URL",
                            response->status);
    if (mf_url_parse(&target, location, NULL) == 0)
        mf_url_origin(&target, origin);
    return mf_error_set(err, MF_ERR_REJECTED,
                        "The server redirects the request to %s (HTTP %d), which is not followed "
                        "for a %s: check API_URL",
                        origin, response->status, method);
}

int mf_api_error(const struct mf_response *response, const char *method, int is_change,
                 struct mf_error *err)
{
    struct said said;
    const int status = response->status;
    read_body(response, &said);
    if (status >= 300 && status < 400 && status != 304) {
        redirect_error(response, method, err);
    } else {
        const char *what_to_do = advice(status, said.text, is_change);
        mf_error_set(err, kind_of(status), "%s (HTTP %d%s%s)%s%s", lead(status), status,
                     said.code[0] != '\0' ? ", " : "", said.code, said.text[0] != '\0' ? ": " : "",
                     said.text);
        if (what_to_do != NULL)
            mf_error_append(err, ". %s", what_to_do);
    }
    if (err != NULL) {
        err->http_status = status;
        memcpy(err->code, said.code, sizeof err->code);
    }
    return -1;
}
