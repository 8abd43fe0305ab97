#include "geojson/json_cursor_internal.h"

#include <math.h>
#include <stdlib.h>

/* Checks the escape at t->p, which stands on the backslash. */
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
    span->escaped = 1;
    for (;;) {
        t->p = mf_cursor_string_stop(t->p, t->end);
        if (t->p == t->end)
            return MF_PARSE_INCOMPLETE;
        if (*t->p == '"')
            break;
        if ((unsigned char)*t->p < 0x20)
            return mf_cursor_bad(t, "control character in a string");
        const enum mf_parse_status status = check_escape(t);
        if (status != MF_PARSE_OK)
            return status;
    }
    span->size = (size_t)(t->p - span->text);
    ++t->p;
    return MF_PARSE_OK;
}

enum mf_parse_status mf_cursor_literal(struct mf_cursor *t, const char *word, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        if (t->p + i >= t->end)
            return MF_PARSE_INCOMPLETE;
        if (t->p[i] != word[i])
            return mf_cursor_bad(t, "invalid literal");
    }
    t->p += size;
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
        return mf_cursor_literal(t, "true", 4);
    case 'f':
        return mf_cursor_literal(t, "false", 5);
    case 'n':
        return mf_cursor_literal(t, "null", 4);
    default:
        if (mf_cursor_at_number(t))
            return mf_cursor_number(t, &number);
        return mf_cursor_bad(t, "expected a value");
    }
}

/* Skips an object or array. Which of the two each level is, is kept in one bit. */
static enum mf_parse_status skip_nested(struct mf_cursor *t)
{
    unsigned char is_object[MF_JSON_NESTING_MAX / 8] = {0};
    int depth = 0;
    int first = 1;
    enum mf_parse_status status;
    for (;;) {
        const char c = *t->p;
        if (c == '{' || c == '[') {
            if (depth == MF_JSON_NESTING_MAX)
                return mf_cursor_bad(t, "objects and arrays nested too deeply");
            const unsigned bit = 1U << (depth & 7);
            unsigned char *const byte = &is_object[depth >> 3];
            *byte = (unsigned char)(c == '{' ? *byte | bit : *byte & ~bit);
            ++depth;
            ++t->p;
            first = 1;
        } else {
            status = skip_scalar(t);
            if (status != MF_PARSE_OK)
                return status;
        }
        /* Behind an opening bracket or a value: on to the next value, closing what ends here. */
        for (;;) {
            const int level = depth - 1;
            const int object = is_object[level >> 3] >> (level & 7) & 1;
            if (mf_cursor_next(t, object ? '}' : ']', &first, &status)) {
                struct mf_span key;
                if (object && (status = mf_cursor_key(t, &key)) != MF_PARSE_OK)
                    return status;
                break;
            }
            if (status != MF_PARSE_OK)
                return status;
            if (--depth == 0)
                return MF_PARSE_OK;
            first = 0;
        }
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

/* Resolves the \u escape at p. A high surrogate takes the \u escape that follows with it, whether
 * that is its other half or not: so does GDAL. */
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

static int equal_nocase(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        char x = a[i], y = b[i];
        if (x >= 'A' && x <= 'Z')
            x = (char)(x + 32);
        if (y >= 'A' && y <= 'Z')
            y = (char)(y + 32);
        if (x != y)
            return 0;
    }
    return 1;
}

/* Member names of GeoJSON are short: a much longer text is unequal whatever its escapes say. */
int mf_span_equals_slowly(const struct mf_span *span, const char *name, size_t size, int any_case)
{
    char buffer[6 * 32];
    const char *text = span->text;
    size_t text_size = span->size;
    if (span->escaped) {
        if (span->size > sizeof buffer)
            return 0;
        text_size = mf_cursor_unescape(span, buffer);
        text = buffer;
    }
    return text_size == size &&
           (any_case ? equal_nocase(text, name, size) : memcmp(text, name, size) == 0);
}

/* ---- numbers -------------------------------------------------------------------------------- */

bool mf_number_is_real(const struct mf_number *number)
{
    return number->is_real && !(number->exponent_size > 3 && isinf(mf_number_double(number)));
}
