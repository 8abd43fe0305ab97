/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* vsnprintf cuts at a byte. Repairs the last character, and whatever a server may have put in. */
static void finish(struct mf_error *err, int wanted)
{
    if (wanted >= MF_ERROR_MESSAGE_SIZE) {
        /* The byte at the cut is gone: find the start of the last character and drop it if it is
         * incomplete. A complete multi-byte character stays. */
        size_t start = MF_ERROR_MESSAGE_SIZE - 1;
        while (start > 0 && ((unsigned char)err->message[start - 1] & 0xC0) == 0x80)
            start--;
        if (start > 0 && (unsigned char)err->message[start - 1] >= 0xC0) {
            const unsigned char lead = (unsigned char)err->message[start - 1];
            const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
            if (start - 1 + size > MF_ERROR_MESSAGE_SIZE - 1)
                err->message[start - 1] = '\0';
        }
    }
    mf_str_clean(err->message, 1);
}

void mf_error_init(struct mf_error *err)
{
    if (err == NULL)
        return;
    err->kind = MF_OK;
    err->http_status = 0;
    err->code[0] = '\0';
    err->message[0] = '\0';
}

int mf_error_set(struct mf_error *err, enum mf_error_kind kind, const char *format, ...)
{
    if (err == NULL)
        return -1;
    /* The arguments may point into the error itself, as in "set(err, kind, "…: %s", err->message)":
     * format into a buffer first. */
    char message[MF_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    const int wanted = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    mf_error_init(err);
    err->kind = kind;
    memcpy(err->message, message, sizeof message);
    finish(err, wanted);
    return -1;
}

/* "The server…" becomes "the server…", "HTTP…" stays. */
static void begin_in_lower_case(char *text)
{
    if (text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z')
        text[0] = (char)(text[0] - 'A' + 'a');
}

int mf_error_prefix(struct mf_error *err, const char *format, ...)
{
    if (err == NULL)
        return -1;
    char prefix[MF_ERROR_MESSAGE_SIZE];
    char rest[MF_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    memcpy(rest, err->message, sizeof rest);
    begin_in_lower_case(rest);
    finish(err, snprintf(err->message, sizeof err->message, "%s: %s", prefix, rest));
    return -1;
}

int mf_error_append(struct mf_error *err, const char *format, ...)
{
    if (err == NULL)
        return -1;
    char more[MF_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(more, sizeof more, format, args);
    va_end(args);
    const size_t used = strlen(err->message);
    const int wanted = snprintf(err->message + used, sizeof err->message - used, "%s", more);
    finish(err, (int)used + wanted);
    return -1;
}

int mf_out_of_memory(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
}
