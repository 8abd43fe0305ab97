/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *mf_str_copy_part(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *mf_str_copy(const char *text)
{
    return text == NULL ? NULL : mf_str_copy_part(text, strlen(text));
}

char *mf_str_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0)
        return NULL;
    char *text = malloc((size_t)size + 1);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return text;
}

void mf_str_lower(char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        *text = mf_lower(*text);
}

int mf_str_equal_nocase(const char *a, const char *b)
{
    while (*a != '\0' && mf_lower(*a) == mf_lower(*b)) {
        a++;
        b++;
    }
    return mf_lower(*a) == mf_lower(*b);
}

size_t mf_str_prefix_nocase(const char *text, const char *prefix)
{
    size_t i = 0;
    for (; prefix[i] != '\0'; i++)
        if (mf_lower(text[i]) != mf_lower(prefix[i]))
            return 0;
    return i;
}

const char *mf_str_find_nocase(const char *text, const char *needle)
{
    for (; *text != '\0'; text++)
        if (mf_str_prefix_nocase(text, needle) > 0)
            return text;
    return NULL;
}

/* A NUL is not a continuation byte, so reading stops there. */
size_t mf_str_character(const char *text)
{
    const unsigned char *u = (const unsigned char *)text;
    size_t size = 0;
    if (u[0] < 0x80)
        return 1;
    if (u[0] >= 0xC2 && u[0] <= 0xDF)
        size = 2;
    else if ((u[0] & 0xF0) == 0xE0)
        size = 3;
    else if (u[0] >= 0xF0 && u[0] <= 0xF4)
        size = 4;
    for (size_t i = 1; i < size; i++)
        if ((u[i] & 0xC0) != 0x80)
            return 0;
    if (size == 3 && ((u[0] == 0xE0 && u[1] < 0xA0) || (u[0] == 0xED && u[1] > 0x9F)))
        return 0;
    if (size == 4 && ((u[0] == 0xF0 && u[1] < 0x90) || (u[0] == 0xF4 && u[1] > 0x8F)))
        return 0;
    return size;
}

int mf_str_is_utf8(const char *text)
{
    while (*text != '\0') {
        const size_t size = mf_str_character(text);
        if (size == 0)
            return 0;
        text += size;
    }
    return 1;
}

size_t mf_str_cut(const char *text, size_t size, size_t max)
{
    if (size <= max)
        return size;
    while (max > 0 && ((unsigned char)text[max] & 0xC0) == 0x80)
        max--;
    return max;
}

int mf_hex_digit(char c)
{
    if (mf_is_digit(c))
        return c - '0';
    c = mf_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void mf_str_clean(char *text, int keep_lines)
{
    char *out = text;
    for (const char *in = text; *in != '\0';) {
        size_t size = mf_str_character(in);
        if (size == 0) {
            *out++ = '?';
            in++;
        } else if (size == 1) {
            const unsigned char c = (unsigned char)*in++;
            *out++ = (c < 0x20 && !(keep_lines && c == '\n')) || c == 0x7F ? ' ' : (char)c;
        } else {
            while (size-- > 0)
                *out++ = *in++;
        }
    }
    while (out > text && (out[-1] == ' ' || out[-1] == '\n'))
        out--;
    *out = '\0';
}

void mf_str_squeeze(char *text)
{
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        const int space = *in == ' ' || (*in >= '\t' && *in <= '\r');
        if (!space)
            *out++ = *in;
        else if (out > text && out[-1] != ' ')
            *out++ = ' ';
    }
    while (out > text && out[-1] == ' ')
        out--;
    *out = '\0';
}

void mf_str_shorten(char *text, size_t max)
{
    const size_t size = strlen(text);
    if (size > max)
        memcpy(text + mf_str_cut(text, size, max - 3), "...", 4);
}

const char *mf_str_nonblank(const char *text)
{
    return text != NULL && text[strspn(text, " \t\r\n")] != '\0' ? text : NULL;
}

static bool is_unreserved(char c)
{
    return mf_is_digit(c) || (mf_lower(c) >= 'a' && mf_lower(c) <= 'z') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

char *mf_str_percent_encode(const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *const encoded = malloc(strlen(text) * 3 + 1);
    char *out = encoded;
    if (encoded == NULL)
        return NULL;
    for (; *text != '\0'; text++) {
        if (is_unreserved(*text)) {
            *out++ = *text;
            continue;
        }
        *out++ = '%';
        *out++ = digits[(unsigned char)*text >> 4];
        *out++ = digits[(unsigned char)*text & 15];
    }
    *out = '\0';
    return encoded;
}
