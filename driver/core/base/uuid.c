/* SPDX-License-Identifier: MIT */
#include "base/uuid.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

bool mf_uuid_parse(const char *text, char uuid[MF_UUID_SIZE])
{
    if (strlen(text) != MF_UUID_SIZE - 1)
        return false;
    for (int i = 0; i < MF_UUID_SIZE - 1; ++i) {
        const char c = text[i];
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? c != '-' : mf_hex_digit(c) < 0)
            return false;
        uuid[i] = mf_lower(c);
    }
    uuid[MF_UUID_SIZE - 1] = '\0';
    return true;
}

int mf_uuid_random(char uuid[MF_UUID_SIZE], struct mf_error *err)
{
    unsigned char bytes[16];
    char *out = uuid;
    if (mf_random_bytes(bytes, sizeof bytes, err) != 0)
        return -1;
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
    for (size_t i = 0; i < sizeof bytes; i++)
        out += snprintf(out, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
    return 0;
}
