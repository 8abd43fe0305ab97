#include "base/uuid.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

int mf_uuid_parse(const char *text, char uuid[MF_UUID_SIZE])
{
    if (strlen(text) != MF_UUID_SIZE - 1)
        return 0;
    for (int i = 0; i < MF_UUID_SIZE - 1; ++i) {
        const char c = text[i];
        const int dash = i == 8 || i == 13 || i == 18 || i == 23;
        const int digit = c >= '0' && c <= '9';
        const char lower = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
        if (dash ? c != '-' : !digit && (lower < 'a' || lower > 'f'))
            return 0;
        uuid[i] = lower;
    }
    uuid[MF_UUID_SIZE - 1] = '\0';
    return 1;
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
