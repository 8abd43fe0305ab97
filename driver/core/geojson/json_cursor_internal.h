/* SPDX-License-Identifier: MIT */
/* json_cursor: reads JSON text in place, from memory that may end too early.
 *
 * A cursor moves over [p, end). Each function leaves it after what it read and returns MF_PARSE_OK,
 * or
 *   MF_PARSE_INCOMPLETE  the text ended first: call again with more of it, from the start of the
 *                        value
 *   MF_PARSE_BAD         the text is not JSON: `p` is the offending byte and `why` the reason.
 *
 * Strict RFC 8259, except that the bytes of strings are not checked to be UTF-8. */
#ifndef MF_JSON_CURSOR_INTERNAL_H
#define MF_JSON_CURSOR_INTERNAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/number.h"
#include "base/str.h"

#ifdef MF_HAS_SSE2
#include <emmintrin.h>
#endif

/* Maximum nesting of objects and arrays; GDAL's GeoJSON driver has the same limit. */
#define MF_JSON_NESTING_MAX 1024

enum mf_parse_status {
    MF_PARSE_OK = 0,
    MF_PARSE_INCOMPLETE,
    MF_PARSE_BAD,
    MF_PARSE_NO_MEMORY /* only from functions that allocate */
};

/* Returns from the calling function with the status of `call` unless it is MF_PARSE_OK. */
#define MF_TRY(call)                                                                               \
    do {                                                                                           \
        const enum mf_parse_status tried_ = (call);                                                \
        if (tried_ != MF_PARSE_OK)                                                                 \
            return tried_;                                                                         \
    } while (0)

struct mf_cursor {
    const char *p;
    const char *end;
    const char *why; /* set with MF_PARSE_BAD: a constant string */
};

/* A string as written, without its quotes. */
struct mf_span {
    const char *text;
    size_t size;
    bool escaped; /* has at least one backslash */
};

static inline enum mf_parse_status mf_cursor_bad(struct mf_cursor *t, const char *why)
{
    t->why = why;
    return MF_PARSE_BAD;
}

/* Skips white space. Returns the byte that follows, or -1 at the end of the text. */
static inline int mf_cursor_peek(struct mf_cursor *t)
{
    const char *p = t->p;
    const char *const end = t->end;
    if (p < end && (unsigned char)*p > ' ')
        return (unsigned char)*p;
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        ++p;
    t->p = p;
    return p < end ? (unsigned char)*p : -1;
}

/* Returns the first quote, backslash or control character at or after p, else `end`. */
static inline const char *mf_cursor_string_stop(const char *p, const char *end)
{
#ifdef MF_HAS_SSE2
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F);
    while (end - p >= 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        const __m128i hits = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes));
        const int mask = _mm_movemask_epi8(hits);
        if (mask != 0)
            return p + mf_trailing_zeros((unsigned)mask);
        p += 16;
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p > 0x1F)
        ++p;
    return p;
}

/* Reads the rest of a string that has an escape at t->p; `span->text` is its first byte. */
enum mf_parse_status mf_cursor_string_escaped(struct mf_cursor *t, struct mf_span *span);

/* Reads the string whose opening quote is at the cursor. */
static inline enum mf_parse_status mf_cursor_string(struct mf_cursor *t, struct mf_span *span)
{
    span->text = t->p + 1;
    span->escaped = false;
    const char *const stop = mf_cursor_string_stop(span->text, t->end);
    if (stop == t->end)
        return MF_PARSE_INCOMPLETE;
    if (*stop != '"') {
        t->p = stop;
        return mf_cursor_string_escaped(t, span);
    }
    span->size = (size_t)(stop - span->text);
    t->p = stop + 1;
    return MF_PARSE_OK;
}

static inline bool mf_cursor_at_number(const struct mf_cursor *t)
{
    return *t->p == '-' || mf_is_digit(*t->p);
}

/* Reads a number. */
static inline enum mf_parse_status mf_cursor_number(struct mf_cursor *t, struct mf_number *number)
{
    const char *const stop = mf_number_parse(t->p, t->end, number);
    if (stop == NULL)
        return mf_cursor_bad(t, "invalid number");
    if (stop == t->end)
        return MF_PARSE_INCOMPLETE;
    t->p = stop;
    return MF_PARSE_OK;
}

/* Returns whether GDAL reads the number as a real one: if it has a fraction or an exponent, except
 * if the exponent has four or more characters and overflows. The value of those is the integer
 * before it. */
bool mf_number_is_real(const struct mf_number *number);

/* Reads the literal at the cursor: "true", "false" or "null". */
enum mf_parse_status mf_cursor_literal(struct mf_cursor *t);

/* Checks and skips any value, with bounded memory whatever its nesting. */
enum mf_parse_status mf_cursor_skip(struct mf_cursor *t);

/* ---- walking over objects and arrays -------------------------------------------------------
 *
 *     struct mf_walk walk = mf_cursor_open(t, '}');
 *     while (mf_cursor_next(t, &walk))
 *         …;
 *     return walk.status;
 */

struct mf_walk {
    char close;     /* '}' or ']' */
    bool is_inside; /* after the first member or element */
    enum mf_parse_status status;
};

/* Enters the object or array at the cursor. */
static inline struct mf_walk mf_cursor_open(struct mf_cursor *t, char close)
{
    ++t->p;
    return (struct mf_walk){close, false, MF_PARSE_OK};
}

/* Moves to the next member or element, over the comma. Returns false if there is none, with the
 * cursor after the object or array, or if walk->status is not MF_PARSE_OK. */
static inline bool mf_cursor_next(struct mf_cursor *t, struct mf_walk *walk)
{
    int c = mf_cursor_peek(t);
    if (c == walk->close) {
        ++t->p;
        return false;
    }
    if (walk->is_inside && c >= 0) {
        if (c != ',') {
            walk->status = mf_cursor_bad(t, walk->close == '}' ? "expected ',' or '}'"
                                                               : "expected ',' or ']'");
            return false;
        }
        ++t->p;
        c = mf_cursor_peek(t);
        if (c == walk->close) {
            walk->status = mf_cursor_bad(t, "nothing after a comma");
            return false;
        }
    }
    walk->is_inside = true;
    if (c < 0)
        walk->status = MF_PARSE_INCOMPLETE;
    return c >= 0;
}

/* Reads `"key" :` and leaves the cursor on the first byte of the value. */
static inline enum mf_parse_status mf_cursor_key(struct mf_cursor *t, struct mf_span *key)
{
    if (*t->p != '"')
        return mf_cursor_bad(t, "expected a member name in double quotes");
    MF_TRY(mf_cursor_string(t, key));
    int c = mf_cursor_peek(t);
    if (c < 0)
        return MF_PARSE_INCOMPLETE;
    if (c != ':')
        return mf_cursor_bad(t, "expected ':'");
    ++t->p;
    c = mf_cursor_peek(t);
    return c < 0 ? MF_PARSE_INCOMPLETE : MF_PARSE_OK;
}

/* Returns whether two short strings are equal: memcmp, in line. */
static inline bool mf_cursor_same(const char *a, const char *b, size_t size)
{
    uint64_t x, y;
    if (size < sizeof x) {
        for (size_t i = 0; i < size; ++i) {
            if (a[i] != b[i])
                return false;
        }
        return true;
    }
    for (size_t i = 0; i < size - sizeof x; i += sizeof x) {
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (x != y)
            return false;
    }
    memcpy(&x, a + size - sizeof x, sizeof x);
    memcpy(&y, b + size - sizeof y, sizeof y);
    return x == y;
}

/* Skips `"name" :` if it is at the cursor and the value's first byte follows; else does nothing and
 * returns false. For names without characters that JSON escapes. */
static inline bool mf_cursor_key_is(struct mf_cursor *t, const char *name, size_t size)
{
    const char *const p = t->p;
    if ((size_t)(t->end - p) < size + 4 || p[size + 1] != '"' || p[size + 2] != ':' ||
        p[0] != '"' || !mf_cursor_same(p + 1, name, size))
        return false;
    t->p = p + size + 3;
    if (mf_cursor_peek(t) >= 0)
        return true;
    t->p = p;
    return false;
}

/* ---- the content of strings ---------------------------------------------------------------- */

/* Unescapes a checked string to `out`, which has room for span->size bytes. Unpaired surrogates
 * become U+FFFD. The result ends at a NUL (\u0000), as in GDAL. Returns the length. */
size_t mf_cursor_unescape(const struct mf_span *span, char *out);

static inline bool mf_span_same(const struct mf_span *a, const struct mf_span *b)
{
    return a->text != NULL && b->text != NULL && a->size == b->size &&
           memcmp(a->text, b->text, a->size) == 0;
}

/* Whether the string is `name`, exactly or in any case: for spans that are escaped or differ. */
bool mf_span_equals_slowly(const struct mf_span *span, const char *name, size_t size,
                           bool any_case);

static inline bool mf_span_equals(const struct mf_span *span, const char *name, size_t size)
{
    if (span->escaped)
        return mf_span_equals_slowly(span, name, size, false);
    return span->size == size && memcmp(span->text, name, size) == 0;
}

static inline bool mf_span_equals_nocase(const struct mf_span *span, const char *name, size_t size)
{
    if (!span->escaped && span->size != size)
        return false;
    return (!span->escaped && memcmp(span->text, name, size) == 0) ||
           mf_span_equals_slowly(span, name, size, true);
}

#endif
