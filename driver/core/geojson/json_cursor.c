/* SPDX-License-Identifier: MIT */
#include "geojson/json_cursor_internal.h"

#include <math.h>
#include <stdlib.h>

/* Checks the escape whose backslash is at the cursor. */
static enum mf_parse_status check_escape(struct mf_cursor *t)
{
    const char *const p = t->p;
    if (t->end - p < 2)
        return MF_PARSE_INCOMPLETE;
    if (p[1] != 'u') {
        if (p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL)
            return mf_cursor_bad(t, "invalid escape in a string");
        t->p = p + 2;
        return MF_PARSE_OK;
    }
    for (int i = 2; i < 6; ++i) {
        if (p + i >= t->end)
            return MF_PARSE_INCOMPLETE;
        if (mf_hex_digit(p[i]) < 0) {
            t->p = p + i;
            return mf_cursor_bad(t, "invalid \\u escape in a string");
        }
    }
    t->p = p + 6;
    return MF_PARSE_OK;
}

enum mf_parse_status mf_cursor_string_escaped(struct mf_cursor *t, struct mf_span *span)
{
    span->escaped = true;
    for (;;) {
        t->p = mf_cursor_string_stop(t->p, t->end);
        if (t->p == t->end)
            return MF_PARSE_INCOMPLETE;
        if (*t->p == '"')
            break;
        if ((unsigned char)*t->p < 0x20)
            return mf_cursor_bad(t, "control character in a string");
        MF_TRY(check_escape(t));
    }
    span->size = (size_t)(t->p - span->text);
    ++t->p;
    return MF_PARSE_OK;
}

enum mf_parse_status mf_cursor_literal(struct mf_cursor *t)
{
    const char *const word = *t->p == 't' ? "true" : *t->p == 'f' ? "false" : "null";
    for (size_t i = 0; word[i] != '\0'; ++i, ++t->p) {
        if (t->p == t->end)
            return MF_PARSE_INCOMPLETE;
        if (*t->p != word[i])
            return mf_cursor_bad(t, "invalid literal");
    }
    return MF_PARSE_OK;
}

static enum mf_parse_status skip_scalar(struct mf_cursor *t)
{
    struct mf_span span;
    struct mf_number number;
    switch (*t->p) {
    case '"':
        return mf_cursor_string(t, &span);
    case 't':
    case 'f':
    case 'n':
        return mf_cursor_literal(t);
    default:
        if (mf_cursor_at_number(t))
            return mf_cursor_number(t, &number);
        return mf_cursor_bad(t, "expected a value");
    }
}

static enum mf_parse_status skip_nested(struct mf_cursor *t)
{
    char closes[MF_JSON_NESTING_MAX];
    int depth = 0;
    struct mf_walk walk;
    for (;;) {
        if (*t->p == '{' || *t->p == '[') {
            if (depth == MF_JSON_NESTING_MAX)
                return mf_cursor_bad(t, "objects and arrays nested too deeply");
            walk = mf_cursor_open(t, *t->p == '{' ? '}' : ']');
            closes[depth++] = walk.close;
        } else {
            MF_TRY(skip_scalar(t));
        }
        while (!mf_cursor_next(t, &walk)) {
            if (walk.status != MF_PARSE_OK || --depth == 0)
                return walk.status;
            walk.close = closes[depth - 1];
            walk.is_inside = true;
        }
        struct mf_span key;
        if (walk.close == '}')
            MF_TRY(mf_cursor_key(t, &key));
    }
}

enum mf_parse_status mf_cursor_skip(struct mf_cursor *t)
{
    if (t->p == t->end)
        return MF_PARSE_INCOMPLETE;
    return *t->p == '{' || *t->p == '[' ? skip_nested(t) : skip_scalar(t);
}

static unsigned hex4(const char *p)
{
    return (unsigned)mf_hex_digit(p[0]) << 12 | (unsigned)mf_hex_digit(p[1]) << 8 |
           (unsigned)mf_hex_digit(p[2]) << 4 | (unsigned)mf_hex_digit(p[3]);
}

static char *put_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

#define REPLACEMENT_CHARACTER 0xFFFD

/* Resolves the \u escape at p. As in GDAL, a high surrogate also consumes the \u escape after it,
 * even if that is not its other half. */
static const char *unescape_unicode(const char *p, const char *end, unsigned *character)
{
    unsigned c = hex4(p + 2);
    p += 6;
    if (c >= 0xD800 && c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        const unsigned low = hex4(p + 2);
        p += 6;
        c = low >= 0xDC00 && low < 0xE000 ? ((c & 0x3FF) << 10) + (low & 0x3FF) + 0x10000
                                          : REPLACEMENT_CHARACTER;
    } else if (c >= 0xD800 && c < 0xE000) {
        c = REPLACEMENT_CHARACTER;
    }
    *character = c;
    return p;
}

size_t mf_cursor_unescape(const struct mf_span *span, char *out)
{
    static const char named[] = "b\bf\fn\nr\rt\t";
    const char *p = span->text;
    const char *const end = p + span->size;
    char *o = out;
    while (p < end) {
        if (*p != '\\') {
            const char *const stop = memchr(p, '\\', (size_t)(end - p));
            const size_t size = (size_t)((stop != NULL ? stop : end) - p);
            memcpy(o, p, size);
            o += size;
            p += size;
        } else if (p[1] == 'u') {
            unsigned c;
            p = unescape_unicode(p, end, &c);
            if (c == 0)
                break;
            o = put_utf8(o, c);
        } else {
            const char *const name = strchr(named, p[1]);
            *o++ = name != NULL ? name[1] : p[1];
            p += 2;
        }
    }
    return (size_t)(o - out);
}

/* Member names of GeoJSON are short: a much longer string is unequal, whatever its escapes. */
bool mf_span_equals_slowly(const struct mf_span *span, const char *name, size_t size, bool any_case)
{
    char buffer[6 * 32];
    if (span->size > sizeof buffer || mf_cursor_unescape(span, buffer) != size)
        return false;
    for (size_t i = 0; i < size; ++i) {
        if (buffer[i] != name[i] && !(any_case && mf_lower(buffer[i]) == mf_lower(name[i])))
            return false;
    }
    return true;
}

bool mf_number_is_real(const struct mf_number *number)
{
    return number->is_real && !(number->exponent_size > 3 && isinf(mf_number_double(number)));
}
