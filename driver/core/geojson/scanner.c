/* The scanner. Between the pieces it keeps a state of the outermost structure; a value that is
 * whole inside a piece is read right there, one that is not is first collected in `carry`. */
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

/* Finds the end of a value that comes in pieces. */
struct value_end {
    size_t depth;
    int in_string;
    int after_backslash;
    int scalar_size; /* letters of a literal so far; 1 for a number, 0 for other values */
    int letters;     /* that the literal has when it is whole, 0 for a number */
    int has_point;   /* of a number */
    int has_exponent;
    int at_exponent; /* just behind its 'e' */
};

struct mf_scanner {
    struct mf_feature_scan scan;

    enum state state;
    enum member member;
    uint64_t offset;        /* of the first byte that is not read yet */
    struct mf_buffer carry; /* the start of a value that is not whole yet */
    struct value_end end;
    size_t bom_size;
    int is_collection; /* "type": "FeatureCollection" was met */
    int has_features;
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
    scanner->is_collection = 0;
    scanner->has_features = 0;
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

static char *copy_text(const char *text, size_t size)
{
    char *const copy = malloc(size + 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

/* Keeps a member of the collection that says something about the layer. */
static enum mf_parse_status keep_member(struct mf_scanner *s, const char *text, size_t size)
{
    if (s->member == CRS_MEMBER) {
        free(s->scan.found.crs);
        s->scan.found.crs = *text == 'n' ? NULL : copy_text(text, size);
        return *text != 'n' && s->scan.found.crs == NULL ? MF_PARSE_NO_MEMORY : 0;
    }
    if (*text != '"')
        return 0;
    const struct mf_span span = {text + 1, size - 2, 1};
    if (s->member == TYPE_MEMBER) {
        s->is_collection = mf_span_equals(&span, "FeatureCollection", 17);
        return 0;
    }
    free(s->scan.found.description);
    s->scan.found.description = malloc(size);
    if (s->scan.found.description == NULL)
        return MF_PARSE_NO_MEMORY;
    s->scan.found.description[mf_cursor_unescape(&span, s->scan.found.description)] = '\0';
    return 0;
}

static enum mf_parse_status read_member_value(struct mf_scanner *s, struct mf_cursor *t)
{
    const char *const start = t->p;
    const enum mf_parse_status status = mf_cursor_skip(t);
    if (status != MF_PARSE_OK || s->member == OTHER_MEMBER)
        return status;
    return keep_member(s, start, (size_t)(t->p - start)) == 0 ? MF_PARSE_OK : MF_PARSE_NO_MEMORY;
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

/* The single characters that the state allows; moves on. */
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
        return mf_cursor_bad(t, "there is text behind its end");
    }
    ++t->p;
    return MF_PARSE_OK;
}

/* Reads the value (a key, a member's value or a feature) that the state asks for; moves on. */
static enum mf_parse_status read_value(struct mf_scanner *s, struct mf_cursor *t, uint64_t offset)
{
    enum mf_parse_status status;
    struct mf_span key;
    switch (s->state) {
    case AT_FIRST_MEMBER:
    case AT_MEMBER:
        if (*t->p != '"')
            return mf_cursor_bad(t, "expected a member name in double quotes");
        status = mf_cursor_string(t, &key);
        if (status == MF_PARSE_OK) {
            s->member = member_of_key(&key);
            s->state = AT_COLON;
        }
        return status;
    case AT_VALUE:
        status = read_member_value(s, t);
        if (status == MF_PARSE_OK)
            s->state = AFTER_MEMBER;
        return status;
    default:
        status = mf_feature_scan_item(&s->scan, t, offset);
        if (status == MF_PARSE_OK)
            s->state = AFTER_ITEM;
        return status;
    }
}

static int wants_value(const struct mf_scanner *s, char c)
{
    switch (s->state) {
    case AT_FIRST_MEMBER:
        return c != '}';
    case AT_FIRST_ITEM:
        return c != ']';
    case AT_MEMBER:
    case AT_VALUE:
    case AT_ITEM:
        return 1;
    default:
        return 0;
    }
}

static int enter_features(struct mf_scanner *s, struct mf_cursor *t)
{
    if (s->state != AT_VALUE || s->member != FEATURES_MEMBER || *t->p != '[')
        return 0;
    ++t->p;
    s->has_features = 1;
    s->state = AT_FIRST_ITEM;
    return 1;
}

/* ---- values in pieces ----------------------------------------------------------------------- */

static int literal_goes_on(struct value_end *v, char c)
{
    return c >= 'a' && c <= 'z' && ++v->scalar_size <= v->letters;
}

/* Whether a byte may belong to the number before it. It never takes a byte behind which a shorter
 * number would have been complete. */
static int number_goes_on(struct value_end *v, char c)
{
    const int was_at_exponent = v->at_exponent;
    v->at_exponent = 0;
    if (mf_is_digit(c))
        return 1;
    if (c == '+' || c == '-')
        return was_at_exponent;
    if (c == '.') {
        const int is_first = !v->has_point && !v->has_exponent;
        v->has_point = 1;
        return is_first;
    }
    v->at_exponent = (c == 'e' || c == 'E') && !v->has_exponent;
    v->has_exponent |= v->at_exponent;
    return v->at_exponent;
}

/* Looks for the end of the value that began in the carry. Returns how many bytes of [p, end) belong
 * to it; *is_whole tells whether it ends there. */
static size_t find_value_end(struct value_end *v, const char *p, const char *end, int *is_whole)
{
    const char *const start = p;
    *is_whole = 0;
    for (; p < end; ++p) {
        if (v->in_string) {
            if (v->after_backslash) {
                v->after_backslash = 0;
                continue;
            }
            p = mf_cursor_string_stop(p, end);
            if (p == end)
                break;
            v->after_backslash = *p == '\\';
            v->in_string = *p != '"';
            if (v->in_string || v->depth > 0)
                continue;
        } else if (v->scalar_size > 0) {
            if (v->letters > 0 ? literal_goes_on(v, *p) : number_goes_on(v, *p))
                continue;
            --p;
        } else if (*p == '"') {
            v->in_string = 1;
            continue;
        } else if (*p == '{' || *p == '[') {
            ++v->depth;
            continue;
        } else if (*p == '}' || *p == ']') {
            if (v->depth > 0 && --v->depth > 0)
                continue;
        } else if (v->depth > 0) {
            continue;
        } else {
            v->scalar_size = 1;
            v->letters = *p == 'f' ? 5 : *p == 't' || *p == 'n' ? 4 : 0;
            continue;
        }
        *is_whole = 1;
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

/* Reads the value in the carry. Returns MF_PARSE_OK, MF_PARSE_INCOMPLETE, or -1 with *err. */
static int read_carry(struct mf_scanner *s, struct mf_error *err)
{
    struct mf_cursor t = {s->carry.data, s->carry.data + s->carry.size, ""};
    const enum mf_parse_status status = read_value(s, &t, s->offset);
    if (status == MF_PARSE_NO_MEMORY)
        return fail_memory(s, err);
    if (status == MF_PARSE_BAD)
        return fail(s, t.why, s->offset + (uint64_t)(t.p - s->carry.data), err);
    if (status == MF_PARSE_OK) {
        s->offset += (uint64_t)(t.p - s->carry.data);
        s->carry.size = 0;
    }
    return (int)status;
}

/* Adds to the carry what belongs to it, and reads it when it is whole. A number or literal is whole
 * only with the byte behind it, so that the carry takes one byte more of those and gives it back.
 */
static int feed_carry(struct mf_scanner *s, const char *data, size_t size, size_t *used,
                      struct mf_error *err)
{
    int is_whole;
    *used = find_value_end(&s->end, data, data + size, &is_whole);
    const size_t extra = is_whole && s->end.scalar_size > 0 ? 1 : 0;
    if (mf_buffer_append(&s->carry, data, *used + extra) != 0)
        return fail_memory(s, err);
    if (!is_whole)
        return 0;
    const uint64_t start = s->offset;
    const size_t before = s->carry.size - *used - extra;
    const int status = read_carry(s, err);
    if (status == MF_PARSE_INCOMPLETE)
        return fail(s, "unbalanced brackets", s->offset + s->carry.size, err);
    if (status != MF_PARSE_OK)
        return -1;
    *used = (size_t)(s->offset - start) - before;
    return 0;
}

/* The byte order mark may stand before the document, and nothing else. Returns bytes to pass over.
 */
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
        if (status == MF_PARSE_NO_MEMORY)
            return fail_memory(s, err);
        if (status == MF_PARSE_BAD)
            return fail(s, t.why, s->offset + (uint64_t)(t.p - start), err);
        if (status == MF_PARSE_INCOMPLETE) {
            int is_whole;
            memset(&s->end, 0, sizeof s->end);
            find_value_end(&s->end, start, t.end, &is_whole);
            if (mf_buffer_append(&s->carry, start, (size_t)(t.end - start)) != 0)
                return fail_memory(s, err);
            break;
        }
        s->offset += (uint64_t)(t.p - start);
    }
    return 0;
}

/* The type that all geometries share. 2D and 3D go together as 3D. */
static void find_layer_type(struct mf_collection *found)
{
    for (int type = MF_GEOMETRY_POINT; type <= MF_GEOMETRY_COLLECTION; ++type) {
        const uint32_t flat = 1U << (2 * type), with_z = flat << 1;
        if (found->geometry_types != 0 && (found->geometry_types & ~(flat | with_z)) == 0) {
            found->layer_geometry = type;
            found->layer_has_z = (found->geometry_types & with_z) != 0;
        }
    }
}

int mf_scanner_finish(struct mf_scanner *s, struct mf_collection *collection, struct mf_error *err)
{
    if (s->state == FAILED)
        return mf_error_set(err, MF_ERR_FORMAT, "the result is not GeoJSON");
    if (s->carry.size > 0 && read_carry(s, err) == -1)
        return -1;
    if (s->state != AT_END || s->carry.size > 0) {
        s->state = FAILED;
        return mf_error_set(err, MF_ERR_TRUNCATED,
                            "the result ends too early, after %llu bytes and %llu features",
                            (unsigned long long)s->offset + s->carry.size,
                            (unsigned long long)s->scan.found.feature_count);
    }
    if (!s->is_collection || !s->has_features)
        return fail(s,
                    !s->is_collection ? "it is JSON, but no FeatureCollection"
                                      : "it is a FeatureCollection without features",
                    s->offset, err);
    if (mf_schema_builder_finish(&s->scan.builder, &s->scan.found.schema) != 0 ||
        mf_collection_make_blocks(&s->scan.found) != 0)
        return fail_memory(s, err);
    s->scan.found.schema.empty_polygons = s->scan.rules.empty_polygons;
    find_layer_type(&s->scan.found);
    s->scan.found.text_size = s->offset;
    *collection = s->scan.found;
    memset(&s->scan.found, 0, sizeof s->scan.found);
    mf_scanner_reset(s);
    return 0;
}
