/* SPDX-License-Identifier: MIT */
#include "api/api_error.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/error_codes.h"
#include "base/json.h"
#include "base/redact.h"
#include "base/str.h"
#include "http/url.h"

enum {
    MAX_TEXT = 300,    /* bytes shown of a server string */
    MAX_COMPLAINTS = 3 /* entries shown of a validation list */
};

/* The server's message, ready to be shown. */
struct said {
    char code[MF_ERROR_CODE_SIZE];
    char text[1400];
};

/* ---- strings -------------------------------------------------------------------------------- */

/* Copies a string of the server without secrets and line breaks, shortened to a readable length.
 * Redacts before it cuts, so that no half of a secret remains. */
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

static void add_text(struct said *said, const char *separator, const char *text)
{
    const size_t used = strlen(said->text);
    snprintf(said->text + used, sizeof said->text - used, "%s%s", used > 0 ? separator : "", text);
}

static void show_and_add(struct said *said, const char *separator, const char *text)
{
    char shown[MAX_TEXT + 8];
    show(text, shown, sizeof shown);
    add_text(said, separator, shown);
}

void mf_api_error_plain_text(const char *body, char *text, size_t size)
{
    char *const copy = mf_str_copy(body != NULL ? body : "");
    for (char *tag = copy; tag != NULL && (tag = strchr(tag, '<')) != NULL;) {
        const size_t length = strcspn(tag, ">");
        memset(tag, ' ', length + (tag[length] == '>'));
    }
    show(copy != NULL ? copy : "", text, size);
    free(copy);
}

/* ---- JSON bodies --------------------------------------------------------------------------- */

/* Reads {"code", "message", "params" or "parameters"}. The Processing API, old and new, sends it as
 * the body; the Data API sends it as the member "detail". */
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
    const char *description = mf_error_code_description(said->code);
    mf_error_code_parameters(said->code, parameters, list, sizeof list);
    const char *lead = description != NULL ? description : shown;
    if (lead[0] == '\0' && list[0] != '\0')
        lead = said->code[0] != '\0' ? said->code : "parameters";
    if (lead[0] != '\0')
        add_text(said, "; ", lead);
    add_text(said, "", list);
    /* A description with parameters needs no server message. */
    if (description != NULL && list[0] == '\0' && shown[0] != '\0' &&
        strcmp(shown, description) != 0)
        add_text(said, ". The server says: ", shown);
}

/* Writes ["body", "meta", 0] as "body.meta.0". */
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

/* Reads a framework's validation list: {"loc": […], "msg": "…"} or strings. */
static void read_list(const cJSON *list, struct said *said)
{
    int count = 0;
    for (const cJSON *item = list->child; item != NULL; item = item->next) {
        char location[200];
        if (++count > MAX_COMPLAINTS)
            continue;
        if (cJSON_IsString(item)) {
            show_and_add(said, "; ", item->valuestring);
        } else if (mf_json_member(item, "loc") != NULL) {
            read_location(mf_json_member(item, "loc"), location, sizeof location);
            show_and_add(said, "; ", location);
            show_and_add(said, ": ", mf_json_string(item, "msg", ""));
        } else {
            read_object(item, said);
        }
    }
    if (count > MAX_COMPLAINTS)
        add_text(said, "; ", "and more");
}

static void read_document(const cJSON *document, struct said *said)
{
    if (cJSON_IsString(document)) {
        show_and_add(said, "; ", document->valuestring);
    } else if (cJSON_IsArray(document)) {
        read_list(document, said);
    } else {
        read_object(document, said);
        const cJSON *detail = mf_json_member(document, "detail");
        if (detail != NULL)
            read_document(detail, said);
        if (said->text[0] == '\0')
            show_and_add(said, "", mf_json_string(document, "error", ""));
    }
}

/* Drops a full stop, since another one follows. Keeps three, which mark a cut. */
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

/* ---- statuses ------------------------------------------------------------------------------ */

#define NOT_FOUND_ADVICE "Check the id, and that the account of the token may see it"

/* Errors by status; the first matching row applies. */
static const struct status_error {
    int first, last;
    enum mf_error_kind kind;
    const char *lead;
    const char *advice; /* NULL: none */
    const char *repeat; /* rest of the advice, left out for a change */
} status_errors[] = {
    {401, 401, MF_ERR_AUTH, "The server does not accept the API token",
     "Copy it again, or create a new one on the account page of the Mapflow web app, in the API "
     "tab",
     ""},
    {403, 403, MF_ERR_FORBIDDEN, "The server does not allow this",
     "Check the role of the account in the project, and what its plan includes", ""},
    {404, 404, MF_ERR_NOT_FOUND, "The server does not find it", NOT_FOUND_ADVICE, ""},
    {410, 410, MF_ERR_NOT_FOUND, "The server does not find it", NOT_FOUND_ADVICE, ""},
    {429, 429, MF_ERR_RATE_LIMIT, "The server gets too many requests", "Try again later",
     ", or raise GDAL_HTTP_MAX_RETRY and GDAL_HTTP_RETRY_DELAY"},
    {500, INT_MAX, MF_ERR_SERVER, "The server failed", "This is a fault of the service",
     ": try again later"},
    {400, 499, MF_ERR_REJECTED, "The server refused the request", NULL, ""},
    {0, INT_MAX, MF_ERR_FORMAT, "The server gave no usable answer", NULL, ""},
};

static const struct status_error *find_status(int status)
{
    const struct status_error *found = status_errors;
    while (status < found->first || status > found->last)
        found++;
    return found;
}

static int redirect_error(const struct mf_response *response, const char *method,
                          struct mf_error *err)
{
    struct mf_url target;
    const char *location = mf_response_header(response, "location");
    if (location == NULL || location[0] == '\0')
        return mf_error_set(
            err, MF_ERR_REJECTED,
            "The server redirects the request (HTTP %d) without an address: check API_URL",
            response->status);
    const bool is_known = mf_url_parse(&target, location, NULL) == 0;
    return mf_error_set(err, MF_ERR_REJECTED,
                        "The server redirects the request to %s (HTTP %d), which is not followed "
                        "for a %s: check API_URL",
                        is_known ? target.origin : "another address", response->status, method);
}

int mf_api_error(const struct mf_response *response, const char *method, bool is_change,
                 const char *advice, struct mf_error *err)
{
    struct said said;
    const int status = response->status;
    const struct status_error *const row = find_status(status);
    read_body(response, &said);
    if (status >= 300 && status < 400 && status != 304) {
        redirect_error(response, method, err);
    } else {
        mf_error_set(err, row->kind, "%s (HTTP %d", row->lead, status);
        mf_error_append(err, "%s%s)", said.code[0] != '\0' ? ", " : "", said.code);
        mf_error_append(err, "%s%s", said.text[0] != '\0' ? ": " : "", said.text);
        if (status == 403 && mf_str_find_nocase(said.text, "data provider") != NULL)
            mf_error_append(err, ". The plan of the account does not include this data provider: "
                                 "choose another one or upgrade the plan");
        else if (advice != NULL || row->advice != NULL)
            mf_error_append(err, ". %s%s", advice != NULL ? advice : row->advice,
                            is_change || advice != NULL ? "" : row->repeat);
    }
    if (err != NULL) {
        err->http_status = status;
        memcpy(err->code, said.code, sizeof err->code);
    }
    return -1;
}
