/* SPDX-License-Identifier: MIT */
#include "http/transport.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void mf_response_init(struct mf_response *response)
{
    memset(response, 0, sizeof *response);
}

void mf_response_clear_headers(struct mf_response *response)
{
    for (size_t i = 0; i < response->header_count; i++) {
        free(response->headers[i].name);
        free(response->headers[i].value);
    }
    response->header_count = 0;
}

void mf_response_free(struct mf_response *response)
{
    if (response == NULL)
        return;
    mf_response_clear_headers(response);
    free(response->headers);
    free(response->body);
    mf_response_init(response);
}

const char *mf_response_header(const struct mf_response *response, const char *name)
{
    for (size_t i = response->header_count; i > 0; i--)
        if (mf_str_equal_nocase(response->headers[i - 1].name, name))
            return response->headers[i - 1].value;
    return NULL;
}

bool mf_response_is_success(const struct mf_response *response)
{
    return response->status >= 200 && response->status < 300;
}

bool mf_response_is_identity(const struct mf_response *response)
{
    const char *encoding = mf_response_header(response, "content-encoding");
    return encoding == NULL || *encoding == '\0' || mf_str_equal_nocase(encoding, "identity");
}

bool mf_response_is_delimited(const struct mf_response *response)
{
    return mf_response_header(response, "content-length") != NULL ||
           mf_response_header(response, "transfer-encoding") != NULL;
}
