/* SPDX-License-Identifier: MIT */
/* The scanner. Between pieces, `state` is the position in the outermost structure. A value that
 * lies within one piece is read in place; any other is first collected in `carry`. */
#include <stdlib.h>

#include "base/buffer.h"
#include "geojson/scan_feature_internal.h"

enum state {
    AT_START,        /* before the document's '{' */
    AT_FIRST_MEMBER, /* '}' or a key */
    AT_MEMBER,       /* a key */
    AT_COLON,
    AT_VALUE,      /* the value of `member` */
    AFTER_MEMBER,  /* ',' or '}' */
    AT_FIRST_ITEM, /* inside features: ']' or a value */
    AT_ITEM,       /* a value */
    AFTER_ITEM,    /* ',' or ']' */
    AT_END,        /* only white space */
    FAILED
};

enum member { OTHER_MEMBER, TYPE_MEMBER, FEATURES_MEMBER, CRS_MEMBER, DESCRIPTION_MEMBER };

/* What is known so far of a value that comes in pieces. */
struct value_end {
    size_t depth;
    bool in_string;
    bool after_backslash;
    bool in_scalar; /* a number or literal */
};

struct mf_scanner {
    struct mf_feature_scan scan;

    enum state state;
    enum member member;
    uint64_t offset;        /* of the first byte that is not read yet */
    struct mf_buffer carry; /* the start of a value that is not complete yet */
    struct value_end end;
    size_t bom_size;
    bool is_collection; /* "type": "FeatureCollection" was met */
    bool has_features;
};

/* ---- life ----------------------------------------------------------------------------------- */

int mf_scanner_open(struct mf_scanner **out, const struct mf_schema_rules *rules,
                    struct mf_error *err)
{
    struct mf_scanner *const scanner = calloc(1, sizeof *scanner);
    if (scanner == NULL)
        return mf_out_of_memory(err);
    mf_feature_scan_init(&scanner->scan, rules);
    *out = scanner;
    return 0;
}

void mf_scanner_reset(struct mf_scanner *scanner)
{
    mf_feature_scan_reset(&scanner->scan);
    scanner->state = AT_START;
    scanner->offset = 0;
    scanner->carry.size = 0;
    scanner->bom_size = 0;
    scanner->is_collection = false;
    scanner->has_features = false;
}

void mf_scanner_close(struct mf_scanner *scanner)
{
    if (scanner == NULL)
        return;
    mf_feature_scan_free(&scanner->scan);
    free(scanner->carry.data);
    free(scanner);
}

/* ---- the document --------------------------------------------------------------------------- */

/* Keeps a member of the collection that describes the layer. */
static enum mf_parse_status keep_member(struct mf_scanner *s, const char *text, size_t size)
{
    struct mf_collection *const found = &s->scan.found;
    const struct mf_span string = {text + 1, size - 2, true};
    if (s->member == CRS_MEMBER) {
        free(found->crs);
        found->crs = NULL;
        if (*text == 'n')
            return MF_PARSE_OK;
        found->crs = mf_str_copy_part(text, size);
        return found->crs != NULL ? MF_PARSE_OK : MF_PARSE_NO_MEMORY;
    }
    if (*text != '"')
        return MF_PARSE_OK;
    if (s->member == TYPE_MEMBER) {
        s->is_collection = mf_span_equals(&string, "FeatureCollection", 17);
        return MF_PARSE_OK;
    }
    free(found->description);
    found->description = malloc(size);
    if (found->description == NULL)
        return MF_PARSE_NO_MEMORY;
    found->description[mf_cursor_unescape(&string, found->description)] = '\0';
    return MF_PARSE_OK;
}

static enum mf_parse_status read_member_value(struct mf_scanner *s, struct mf_cursor *t)
{
    const char *const start = t->p;
    MF_TRY(mf_cursor_skip(t));
    return s->member != OTHER_MEMBER ? keep_member(s, start, (size_t)(t->p - start)) : MF_PARSE_OK;
}

static enum member member_of_key(const struct mf_span *key)
{
    if (mf_span_equals(key, "features", 8))
        return FEATURES_MEMBER;
    if (mf_span_equals(key, "type", 4))
        return TYPE_MEMBER;
    if (mf_span_equals(key, "crs", 3))
        return CRS_MEMBER;
    return mf_span_equals(key, "description", 11) ? DESCRIPTION_MEMBER : OTHER_MEMBER;
}

/* Reads a single character that the state allows. */
static enum mf_parse_status read_punctuation(struct mf_scanner *s, struct mf_cursor *t)
{
    const char c = *t->p;
    switch (s->state) {
    case AT_START:
        if (c != '{')
            return mf_cursor_bad(t, "it does not start with '{'");
        s->state = AT_FIRST_MEMBER;
        break;
    case AT_FIRST_MEMBER:
        s->state = AT_END;
        break;
    case AT_COLON:
        if (c != ':')
            return mf_cursor_bad(t, "expected ':'");
        s->state = AT_VALUE;
        break;
    case AFTER_MEMBER:
        if (c != ',' && c != '}')
            return mf_cursor_bad(t, "expected ',' or '}'");
        s->state = c == ',' ? AT_MEMBER : AT_END;
        break;
    case AT_FIRST_ITEM:
        s->state = AFTER_MEMBER;
        break;
    case AFTER_ITEM:
        if (c != ',' && c != ']')
            return mf_cursor_bad(t, "expected ',' or ']'");
        s->state = c == ',' ? AT_ITEM : AFTER_MEMBER;
        break;
    default:
        return mf_cursor_bad(t, "unexpected text after the end of the document");
    }
    ++t->p;
    return MF_PARSE_OK;
}

/* Reads the value (a key, a member's value or a feature) that the state asks for. */
static enum mf_parse_status read_value(struct mf_scanner *s, struct mf_cursor *t, uint64_t offset)
{
    struct mf_span key;
    switch (s->state) {
    case AT_FIRST_MEMBER:
    case AT_MEMBER:
        if (*t->p != '"')
            return mf_cursor_bad(t, "expected a member name in double quotes");
        MF_TRY(mf_cursor_string(t, &key));
        s->member = member_of_key(&key);
        s->state = AT_COLON;
        return MF_PARSE_OK;
    case AT_VALUE:
        MF_TRY(read_member_value(s, t));
        s->state = AFTER_MEMBER;
        return MF_PARSE_OK;
    default:
        MF_TRY(mf_feature_scan_item(&s->scan, t, offset));
        s->state = AFTER_ITEM;
        return MF_PARSE_OK;
    }
}

static bool wants_value(const struct mf_scanner *s, char c)
{
    switch (s->state) {
    case AT_FIRST_MEMBER:
        return c != '}';
    case AT_FIRST_ITEM:
        return c != ']';
    default:
        return s->state == AT_MEMBER || s->state == AT_VALUE || s->state == AT_ITEM;
    }
}

static bool enter_features(struct mf_scanner *s, struct mf_cursor *t)
{
    if (s->state != AT_VALUE || s->member != FEATURES_MEMBER || *t->p != '[')
        return false;
    ++t->p;
    s->has_features = true;
    s->state = AT_FIRST_ITEM;
    return true;
}

/* ---- values in pieces ----------------------------------------------------------------------- */

/* Finds the end of the value that began in the carry. Returns the number of bytes of [p, end) that
 * belong to it. *is_whole: it ends there. */
static size_t find_value_end(struct value_end *v, const char *p, const char *end, bool *is_whole)
{
    const char *const start = p;
    *is_whole = false;
    for (; p < end; ++p) {
        if (v->in_string && v->after_backslash) {
            v->after_backslash = false;
            continue;
        }
        if (v->in_string) {
            p = mf_cursor_string_stop(p, end);
            if (p == end)
                break;
            v->after_backslash = *p == '\\';
            v->in_string = *p != '"';
            *is_whole = !v->in_string && v->depth == 0;
        } else if (v->in_scalar) {
            *is_whole = strchr(" \t\r\n\",:[]{}", *p) != NULL;
            if (*is_whole)
                return (size_t)(p - start);
        } else if (*p == '"') {
            v->in_string = true;
        } else if (*p == '{' || *p == '[') {
            ++v->depth;
        } else if (*p == '}' || *p == ']') {
            v->depth -= v->depth > 0;
            *is_whole = v->depth == 0;
        } else {
            v->in_scalar = v->depth == 0;
        }
        if (*is_whole)
            return (size_t)(p + 1 - start);
    }
    return (size_t)(end - start);
}

static int fail(struct mf_scanner *s, const char *why, uint64_t offset, struct mf_error *err)
{
    s->state = FAILED;
    if (s->scan.found.feature_count == 0)
        return mf_error_set(err, MF_ERR_FORMAT, "the result is not GeoJSON: %s (byte %llu)", why,
                            (unsigned long long)offset);
    return mf_error_set(
        err, MF_ERR_FORMAT, "the result is not GeoJSON: %s (byte %llu, after feature %llu)", why,
        (unsigned long long)offset, (unsigned long long)s->scan.found.feature_count - 1);
}

static int fail_memory(struct mf_scanner *s, struct mf_error *err)
{
    s->state = FAILED;
    return mf_error_set(err, MF_ERR_MEMORY, "not enough memory for the index of %llu features",
                        (unsigned long long)s->scan.found.feature_count);
}

/* Returns 0 if the scan can continue. The cursor has moved from `start` to where it failed. */
static int check(struct mf_scanner *s, enum mf_parse_status status, const struct mf_cursor *t,
                 const char *start, struct mf_error *err)
{
    if (status == MF_PARSE_NO_MEMORY)
        return fail_memory(s, err);
    if (status == MF_PARSE_BAD)
        return fail(s, t->why, s->offset + (uint64_t)(t->p - start), err);
    return 0;
}

/* Reads the value in the carry and empties it. Does nothing if the value is incomplete. The last
 * `extra` bytes do not belong to it. */
static int read_carry(struct mf_scanner *s, size_t extra, struct mf_error *err)
{
    const char *const start = s->carry.data;
    struct mf_cursor t = {start, start + s->carry.size, ""};
    enum mf_parse_status status = read_value(s, &t, s->offset);
    if (status == MF_PARSE_OK && t.p + extra < t.end)
        status = read_punctuation(s, &t); /* an error: text right after a number or literal */
    if (check(s, status, &t, start, err) != 0)
        return -1;
    if (status == MF_PARSE_OK) {
        s->offset += (uint64_t)(t.p - start);
        s->carry.size = 0;
    }
    return 0;
}

/* Appends to the carry the bytes that belong to it, and reads it if it is complete. A number or
 * literal is complete only with the byte after it. */
static int feed_carry(struct mf_scanner *s, const char *data, size_t size, size_t *used,
                      struct mf_error *err)
{
    bool is_whole;
    *used = find_value_end(&s->end, data, data + size, &is_whole);
    const size_t extra = is_whole && s->end.in_scalar ? 1 : 0;
    if (mf_buffer_append(&s->carry, data, *used + extra) != 0)
        return fail_memory(s, err);
    if (is_whole && read_carry(s, extra, err) != 0)
        return -1;
    if (is_whole && s->carry.size > 0)
        return fail(s, "unbalanced brackets", s->offset + s->carry.size, err);
    return 0;
}

/* Skips a byte order mark before the document. Returns how many of its bytes are in `data`. */
static size_t skip_byte_order_mark(struct mf_scanner *s, const char *data, size_t size)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n = 0;
    while (s->bom_size < 3 && s->offset + n == s->bom_size && n < size &&
           data[n] == mark[s->bom_size]) {
        ++n;
        ++s->bom_size;
    }
    return n;
}

int mf_scanner_feed(struct mf_scanner *s, const char *data, size_t size, struct mf_error *err)
{
    if (s->state == FAILED)
        return mf_error_set(err, MF_ERR_FORMAT, "the result is not GeoJSON");
    struct mf_cursor t = {data, data + size, ""};
    if (s->carry.size > 0) {
        size_t used;
        if (feed_carry(s, data, size, &used, err) != 0)
            return -1;
        t.p += used;
    } else if (s->state == AT_START) {
        const size_t skipped = skip_byte_order_mark(s, data, size);
        t.p += skipped;
        s->offset += skipped;
    }

    while (s->carry.size == 0) {
        const char *const before = t.p;
        const int c = mf_cursor_peek(&t);
        s->offset += (uint64_t)(t.p - before);
        if (c < 0)
            break;
        if (s->state == AT_START && s->bom_size > 0 && s->bom_size < 3)
            return fail(s, "it does not start with '{'", 0, err);
        const char *const start = t.p;
        enum mf_parse_status status;
        if (enter_features(s, &t))
            status = MF_PARSE_OK;
        else if (wants_value(s, (char)c))
            status = read_value(s, &t, s->offset);
        else
            status = read_punctuation(s, &t);
        if (check(s, status, &t, start, err) != 0)
            return -1;
        if (status == MF_PARSE_INCOMPLETE) {
            bool is_whole;
            s->end = (struct value_end){0};
            find_value_end(&s->end, start, t.end, &is_whole);
            if (mf_buffer_append(&s->carry, start, (size_t)(t.end - start)) != 0)
                return fail_memory(s, err);
            break;
        }
        s->offset += (uint64_t)(t.p - start);
    }
    return 0;
}

int mf_scanner_finish(struct mf_scanner *s, struct mf_collection *collection, struct mf_error *err)
{
    struct mf_collection *const found = &s->scan.found;
    if (s->state == FAILED)
        return mf_error_set(err, MF_ERR_FORMAT, "the result is not GeoJSON");
    if (s->carry.size > 0 && read_carry(s, 0, err) != 0)
        return -1;
    if (s->state != AT_END || s->carry.size > 0) {
        s->state = FAILED;
        return mf_error_set(err, MF_ERR_TRUNCATED,
                            "the result ends too early, after %llu bytes and %llu features",
                            (unsigned long long)s->offset + s->carry.size,
                            (unsigned long long)found->feature_count);
    }
    if (!s->is_collection)
        return fail(s, "it is JSON, but not a FeatureCollection", s->offset, err);
    if (!s->has_features)
        return fail(s, "it is a FeatureCollection without features", s->offset, err);
    if (mf_schema_builder_finish(&s->scan.builder, &found->schema) != MF_PARSE_OK ||
        mf_collection_make_blocks(found) != 0)
        return fail_memory(s, err);
    found->text_size = s->offset;
    *collection = *found;
    *found = (struct mf_collection){0};
    mf_scanner_reset(s);
    return 0;
}
