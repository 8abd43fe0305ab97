/* SPDX-License-Identifier: MIT */
#include "submit/name_match.h"

#include <string.h>

/* Reads one UTF-8 character. Returns invalid bytes as they are, so that names that differ in them
 * differ. */
static unsigned long next_character(const char **text)
{
    const unsigned char *const u = (const unsigned char *)*text;
    const size_t size = u[0] < 0xC0 ? 1 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    unsigned long c = size == 1 ? u[0] : u[0] & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((u[i] & 0xC0) != 0x80) {
            *text += 1;
            return u[0];
        }
        c = c << 6 | (u[i] & 0x3F);
    }
    *text += size;
    return c;
}

/* Emoji and their modifiers: selectors, joiners, key caps, tags, skin tones. */
static int is_emoji(unsigned long c)
{
    static const unsigned long ranges[][2] = {
        {0x200D, 0x200D}, {0x20D0, 0x20FF},   {0x2190, 0x21FF},   {0x2300, 0x23FF},
        {0x2460, 0x24FF}, {0x25A0, 0x27BF},   {0x2900, 0x297F},   {0x2B00, 0x2BFF},
        {0xFE00, 0xFE0F}, {0x1F000, 0x1FAFF}, {0xE0000, 0xE01EF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return 1;
    return 0;
}

static int is_space(unsigned long c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0;
}

static unsigned long lower(unsigned long c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
        (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    return c >= 0x400 && c <= 0x40F ? c + 0x50 : c;
}

/* Returns the next significant character, 0 at the end. A run of white space is one space, none at
 * either end of the name. */
static unsigned long next_that_counts(const char **text, int *is_begun)
{
    int spaces = 0;
    while (**text != '\0') {
        const char *const before = *text;
        const unsigned long c = next_character(text);
        if (is_emoji(c))
            continue;
        if (is_space(c)) {
            spaces = 1;
            continue;
        }
        if (spaces && *is_begun) {
            *text = before;
            *is_begun = 0; /* the space was returned */
            return ' ';
        }
        *is_begun = 1;
        return lower(c);
    }
    return 0;
}

int mf_name_equal_loosely(const char *a, const char *b)
{
    int a_begun = 0, b_begun = 0;
    for (;;) {
        const unsigned long x = next_that_counts(&a, &a_begun), y = next_that_counts(&b, &b_begun);
        if (x != y)
            return 0;
        if (x == 0)
            return 1;
    }
}

int mf_name_match(const char *wanted, mf_name_at name_at, const void *ctx, size_t count)
{
    int found = MF_MATCH_NONE;
    for (size_t i = 0; i < count; i++) {
        const char *const name = name_at(ctx, i);
        if (name != NULL && strcmp(name, wanted) == 0)
            return (int)i;
    }
    for (size_t i = 0; i < count; i++) {
        const char *const name = name_at(ctx, i);
        if (name == NULL || !mf_name_equal_loosely(name, wanted))
            continue;
        if (found == MF_MATCH_NONE)
            found = (int)i;
        else if (strcmp(name_at(ctx, (size_t)found), name) != 0)
            return MF_MATCH_SEVERAL;
    }
    return found;
}
