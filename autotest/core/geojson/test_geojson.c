/* The scanner and the decoder: how the bytes are cut never matters, what is no complete
 * FeatureCollection is an error, and no text whatever breaks them. */
#include "geojson/geojson.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

static uint64_t seed = 7;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* ---- scanning ------------------------------------------------------------------------------- */

struct outcome {
    int failed;
    struct mf_error err;
    struct mf_collection collection;
};

/* How a text is cut: WHOLE, by one byte, or into random pieces up to a size. */
enum { WHOLE = 0, BYTES = 1 };

/* Stands in for the host's: good enough for the strings of these tests. */
static enum mf_date_kind date_kind(const char *text, int *time_zone)
{
    const int has_date = strchr(text, '-') != NULL, has_time = strchr(text, ':') != NULL;
    *time_zone = strchr(text, 'Z') != NULL ? MF_TZ_UTC : MF_TZ_UNKNOWN;
    if (strspn(text, "0123456789-:TZ.") != strlen(text) || !(has_date || has_time))
        return MF_DATE_NONE;
    return !has_time ? MF_DATE_DATE : has_date ? MF_DATE_DATETIME : MF_DATE_TIME;
}

static struct outcome scan_with(const char *text, size_t size, size_t piece, const struct mf_schema_rules *rules)
{
    struct outcome outcome;
    struct mf_scanner *scanner = NULL;
    memset(&outcome, 0, sizeof outcome);
    mf_error_init(&outcome.err);
    CHECK_NUMBER(mf_scanner_open(&scanner, rules, NULL), 0);
    for (size_t at = 0; at < size && !outcome.failed;) {
        size_t n = piece == WHOLE ? size : piece == BYTES ? 1 : (size_t)(draw() % piece) + 1;
        if (n > size - at)
            n = size - at;
        /* A copy of its own size: reading past its end is seen by AddressSanitizer. */
        char *const copy = malloc(n);
        memcpy(copy, text + at, n);
        outcome.failed = mf_scanner_feed(scanner, copy, n, &outcome.err);
        free(copy);
        at += n;
    }
    if (!outcome.failed)
        outcome.failed = mf_scanner_finish(scanner, &outcome.collection, &outcome.err);
    mf_scanner_close(scanner);
    return outcome;
}

static struct outcome scan(const char *text, size_t size, size_t piece)
{
    const struct mf_schema_rules rules = {.date_kind = date_kind, .mixed_string_is_json = 1};
    return scan_with(text, size, piece, &rules);
}

static void check_same_schema(const struct mf_schema *a, const struct mf_schema *b)
{
    CHECK_NUMBER(a->fill_id, b->fill_id);
    if (!CHECK_NUMBER(a->field_count, b->field_count))
        return;
    for (int i = 0; i < a->field_count; i++) {
        const struct mf_field *const one = &a->fields[i], *const other = &b->fields[i];
        CHECK(one->name_size == other->name_size && memcmp(one->name, other->name, one->name_size) == 0);
        CHECK_NUMBER(one->type, other->type);
        CHECK_NUMBER(one->subtype, other->subtype);
        CHECK_NUMBER(one->time_zone, other->time_zone);
        CHECK((one->beyond_int64 == NULL) == (other->beyond_int64 == NULL) &&
              (one->beyond_int64 == NULL || strcmp(one->beyond_int64, other->beyond_int64) == 0));
        CHECK_NUMBER(mf_schema_find(a, one->name, one->name_size), i);
    }
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
    CHECK_NUMBER(a->failed, b->failed);
    CHECK_NUMBER(a->err.kind, b->err.kind);
    CHECK_TEXT(a->err.message, b->err.message);
    if (a->failed || b->failed)
        return;
    const struct mf_collection *const one = &a->collection, *const other = &b->collection;
    CHECK_NUMBER(one->geometry_types, other->geometry_types);
    CHECK_NUMBER(one->text_size, other->text_size);
    CHECK_TEXT(one->crs, other->crs);
    CHECK_TEXT(one->description, other->description);
    CHECK(memcmp(&one->extent, &other->extent, sizeof one->extent) == 0);
    check_same_schema(&one->schema, &other->schema);
    if (!CHECK_NUMBER(one->feature_count, other->feature_count))
        return;
    for (uint64_t i = 0; i < one->feature_count; i++) {
        const struct mf_feature *const x = &one->features[i], *const y = &other->features[i];
        CHECK(x->offset == y->offset && x->size == y->size && x->geometry == y->geometry &&
              x->has_z == y->has_z && x->is_odd == y->is_odd && memcmp(x->box, y->box, sizeof x->box) == 0);
    }
}

/* ---- decoding ------------------------------------------------------------------------------- */

/* Decodes the feature that stands at `text`, out of a copy that ends where it ends. */
static int decode(struct mf_row *row, const char *text, size_t size)
{
    struct mf_error err;
    char *const copy = malloc(size + 1);
    memcpy(copy, text, size);
    mf_error_init(&err);
    const int failed = mf_row_decode(row, copy, size, &err);
    if (failed)
        CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    /* Whatever was decoded can be read. */
    volatile unsigned sum = 0;
    for (int i = 0; !failed && i < row->schema->field_count; i++) {
        const struct mf_value *const value = &row->values[i];
        if (value->kind == MF_VALUE_STRING && value->count > 0)
            sum += (unsigned char)value->as.text[value->count - 1];
        for (size_t k = 0; value->kind == MF_VALUE_STRING_LIST && k < value->count; k++)
            sum += (unsigned)value->as.strings[k].size;
    }
    for (size_t i = 0; !failed && row->geometry != MF_GEOMETRY_NONE && i < row->wkb_size; i++)
        sum += row->wkb[i];
    (void)sum;
    free(copy);
    return failed;
}

/* Decodes every feature; returns how many could not be. */
static int decode_all(const struct mf_collection *collection, const char *text)
{
    struct mf_row row;
    int failures = 0;
    CHECK_NUMBER(mf_row_init(&row, &collection->schema, NULL), 0);
    for (uint64_t i = 0; i < collection->feature_count; i++)
        failures += decode(&row, text + collection->features[i].offset,
                           collection->features[i].size) != 0;
    mf_row_free(&row);
    return failures;
}

/* ---- documents ------------------------------------------------------------------------------ */

static char *read_whole(const char *path, size_t *size)
{
    FILE *const file = fopen(path, "rb");
    if (!CHECK(file != NULL))
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *const text = malloc(*size + 1);
    CHECK(fread(text, 1, *size, file) == *size);
    text[*size] = '\0';
    fclose(file);
    return text;
}

static void check_invariance(const char *text, size_t size)
{
    const struct mf_schema_rules old = {.untyped_objects_are_rows = 1};
    struct outcome whole = scan(text, size, WHOLE);
    /* Documents of ordinary size by the byte as well: each byte looks at its feature anew. */
    for (size_t piece = size < 20000 ? BYTES : 3000; piece < 200000; piece = piece * 7 + 1) {
        struct outcome pieces = scan(text, size, piece);
        check_same(&whole, &pieces);
        mf_collection_free(&pieces.collection);
    }
    if (!whole.failed)
        CHECK_NUMBER(decode_all(&whole.collection, text), 0);
    mf_collection_free(&whole.collection);

    whole = scan_with(text, size, WHOLE, &old);
    struct outcome pieces = scan_with(text, size, 4000, &old);
    check_same(&whole, &pieces);
    if (!whole.failed)
        CHECK_NUMBER(decode_all(&whole.collection, text), 0);
    mf_collection_free(&whole.collection);
    mf_collection_free(&pieces.collection);
}

/* The documents of a folder, each handed to `test`; returns their number. */
static int each_document(const char *folder, void (*test)(const char *text, size_t size))
{
    int count = 0;
    DIR *const entries = opendir(folder);
    if (!CHECK(entries != NULL))
        return 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char path[1024];
        size_t size = 0;
        const size_t length = strlen(entry->d_name);
        if (length < 8 || strcmp(entry->d_name + length - 8, ".geojson") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        char *const text = read_whole(path, &size);
        if (text == NULL)
            continue;
        const int before = check_failures;
        test(text, size);
        if (check_failures != before)
            fprintf(stderr, "    in %s\n", path);
        free(text);
        count++;
    }
    closedir(entries);
    return count;
}

#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define ROW(properties) "{\"type\":\"Feature\",\"properties\":" properties ",\"geometry\":null}"
#define SHAPE(geometry) "{\"type\":\"Feature\",\"properties\":{},\"geometry\":" geometry "}"

static const char SMALL[] =
    "\xEF\xBB\xBF{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\"},\"features\":[\n"
    "{\"type\":\"Feature\",\"id\":7,\"properties\":{\"a\":1,\"b\":\"\\u00e9\\ud83c\\udfe0 \xC3\xA9\","
    "\"c\":[1,2.5],\"d\":{\"x\":[true,null]},\"e\":\"2026-08-17\",\"f\":-1.5e+3},\"geometry\":"
    "{\"type\":\"Polygon\",\"coordinates\":[[[4,52],[5,52],[5,53],[4,52]]]}},\n"
    "{\"type\":\"Feature\",\"properties\":{\"a\":false,\"b\":null},\"geometry\":{\"type\":"
    "\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[1,2,3]}]}}\n"
    "],\"description\":\"d\"}\n";

static void test_chunks(void)
{
    static const char *const malformed[] = {
        "", " ", "{", "[]", "null", "7", "{}", "<html>", "{\"type\":\"FeatureCollection\"}",
        COLLECTION("") "x", COLLECTION("") COLLECTION(""), COLLECTION(ROW("{\"a\":01}")),
        COLLECTION(ROW("{\"a\":NaN}")), COLLECTION(ROW("{\"a\":1,}")), COLLECTION(ROW("{\"a\" 1}")),
        COLLECTION(ROW("{\"a\":\"\\x\"}")), COLLECTION(ROW("{\"a\":\"\t\"}")), COLLECTION(ROW("{a:1}")),
        COLLECTION(ROW("{\"a\":\"\\ud83c\\u12\"}")), COLLECTION(ROW("{\"a\":1") ), COLLECTION(ROW("{}") ","),
        COLLECTION("," ROW("{}")), COLLECTION(ROW("{}") ROW("{}")),
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}",
        "{\"type\":\"FeatureCollection\",\"features\":{}}", "{\"features\":[]}",
    };
    check_invariance(SMALL, sizeof SMALL - 1);
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        check_invariance(malformed[i], strlen(malformed[i]));
        struct outcome outcome = scan(malformed[i], strlen(malformed[i]), WHOLE);
        if (!outcome.failed)
            CHECK_TEXT("taken", malformed[i]);
        mf_collection_free(&outcome.collection);
    }
    CHECK(each_document(AWKWARD_FOLDER, check_invariance) > 60);
    CHECK(each_document(DATA_FOLDER, check_invariance) >= 4);
}

static void test_every_cut(void)
{
    const size_t whole = strlen(SMALL);
    for (size_t size = 0; size + 1 < whole; size++) { /* the last byte is a line feed */
        for (size_t piece = WHOLE; piece <= BYTES; piece++) {
            struct outcome outcome = scan(SMALL, size, piece);
            CHECK_NUMBER(outcome.failed, -1);
            CHECK_NUMBER(outcome.err.kind, MF_ERR_TRUNCATED);
            mf_collection_free(&outcome.collection);
        }
    }
    struct outcome outcome = scan(SMALL, whole, WHOLE);
    CHECK_NUMBER(outcome.failed, 0);
    CHECK_NUMBER(outcome.collection.feature_count, 2);
    CHECK_TEXT(outcome.collection.crs, "{\"type\":\"name\"}");
    CHECK_TEXT(outcome.collection.description, "d");
    mf_collection_free(&outcome.collection);
    mf_collection_free(&outcome.collection);
}

static void test_reset(void)
{
    /* The rules outlive a reset: a text column with a number in it is JSON by one of them. */
    static const char MIXED[] = "{\"type\":\"FeatureCollection\",\"features\":["
                                "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"a\":\"x\"}},"
                                "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"a\":1}}]}";
    const struct mf_schema_rules rules = {.date_kind = date_kind, .mixed_string_is_json = 1};
    struct outcome fresh = scan(MIXED, strlen(MIXED), WHOLE), again;
    struct mf_scanner *scanner = NULL;
    memset(&again, 0, sizeof again);
    mf_error_init(&again.err);
    CHECK_NUMBER(mf_scanner_open(&scanner, &rules, NULL), 0);
    for (size_t cut = 0; cut < strlen(MIXED); cut += 13) {
        CHECK_NUMBER(mf_scanner_feed(scanner, MIXED, cut, NULL), 0);
        mf_scanner_reset(scanner);
    }
    CHECK_NUMBER(mf_scanner_feed(scanner, "nonsense", 8, NULL), -1);
    mf_scanner_reset(scanner);
    CHECK_NUMBER(mf_scanner_feed(scanner, MIXED, strlen(MIXED), NULL), 0);
    CHECK_NUMBER(mf_scanner_finish(scanner, &again.collection, NULL), 0);
    check_same(&fresh, &again);
    CHECK_NUMBER(again.collection.schema.fields[0].subtype, MF_SUBTYPE_JSON);
    mf_scanner_close(scanner);
    mf_scanner_close(NULL);
    mf_collection_free(&fresh.collection);
    mf_collection_free(&again.collection);
}

static void test_depth(void)
{
    static const size_t depths[] = {100, 1000, 1100, 100000};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        const size_t depth = depths[i];
        const char *const head = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                                 "\"geometry\":null,\"properties\":{\"a\":";
        char *const text = malloc(strlen(head) + 2 * depth + 16);
        char *p = text + sprintf(text, "%s", head);
        memset(p, '[', depth);
        memset(p + depth, ']', depth);
        const size_t size = strlen(head) + 2 * depth + (size_t)sprintf(p + 2 * depth, "}}]}");
        struct outcome outcome = scan(text, size, WHOLE);
        CHECK_NUMBER(outcome.failed, depth > 1050 ? -1 : 0);
        if (outcome.failed)
            CHECK_HOLDS(outcome.err.message, "nested too deep");
        else
            CHECK_NUMBER(decode_all(&outcome.collection, text), 0);
        mf_collection_free(&outcome.collection);
        free(text);
    }
}

/* ---- schema --------------------------------------------------------------------------------- */

static void schema_text(const struct mf_schema *schema, char *text, size_t size)
{
    static const char *const types[] = {"int", "int64", "real", "text", "date", "time", "datetime",
                                        "ints", "int64s", "reals", "texts"};
    static const char *const subtypes[] = {"", "(bool)", "(json)"};
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < schema->field_count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s:%s%s", i > 0 ? " " : "", schema->fields[i].name,
                                 types[schema->fields[i].type], subtypes[schema->fields[i].subtype]);
}

#define WITHOUT_PROPERTIES "{\"type\":\"Feature\",\"a\":1}"

static const struct {
    const char *features, *schema;
} schema_cases[] = {
    {"", ""},
    {ROW("{}"), ""},
    {ROW("null"), ""},
    {ROW("{\"a\":1}"), "a:int"},
    {ROW("{\"a\":2147483648}"), "a:int64"},
    {ROW("{\"a\":1}") "," ROW("{\"a\":-2147483649}"), "a:int64"},
    {ROW("{\"a\":1}") "," ROW("{\"a\":1.0}"), "a:real"},
    {ROW("{\"a\":1e3}"), "a:real"},
    {ROW("{\"a\":true}"), "a:int(bool)"},
    {ROW("{\"a\":true}") "," ROW("{\"a\":2}"), "a:int"},
    {ROW("{\"a\":\"x\"}"), "a:text"},
    {ROW("{\"a\":null}"), "a:text"},
    {ROW("{\"a\":null}") "," ROW("{\"a\":7}"), "a:int"},
    {ROW("{\"a\":7}") "," ROW("{\"a\":\"x\"}"), "a:text(json)"},
    {ROW("{\"a\":\"x\"}") "," ROW("{\"a\":7}"), "a:text(json)"},
    {ROW("{\"a\":\"x\"}") "," ROW("{\"a\":{}}"), "a:text"},
    {ROW("{\"a\":{}}"), "a:text(json)"},
    {ROW("{\"a\":[1,2]}"), "a:ints"},
    {ROW("{\"a\":[1,3000000000]}"), "a:int64s"},
    {ROW("{\"a\":[1,2.5]}"), "a:reals"},
    {ROW("{\"a\":[\"x\"]}"), "a:texts"},
    {ROW("{\"a\":[1,null]}"), "a:text(json)"},
    {ROW("{\"a\":[[1]]}"), "a:text(json)"},
    {ROW("{\"a\":[]}"), "a:text(json)"},
    {ROW("{\"a\":[1]}") "," ROW("{\"a\":[]}"), "a:ints"},
    {ROW("{\"a\":[1]}") "," ROW("{\"a\":[0.5]}"), "a:reals"},
    {ROW("{\"a\":\"2026-08-17\"}"), "a:date"},
    {ROW("{\"a\":\"10:20:30\"}"), "a:time"},
    {ROW("{\"a\":\"2026-08-17T10:20:30Z\"}"), "a:datetime"},
    {ROW("{\"a\":\"2026-08-17\"}") "," ROW("{\"a\":\"2026-08-17T10:20:30\"}"), "a:datetime"},
    {ROW("{\"a\":\"2026-08-17\"}") "," ROW("{\"a\":\"x\"}"), "a:text"},
    {ROW("{\"b\":1,\"a\":1}"), "b:int a:int"},
    {ROW("{\"b\":1}") "," ROW("{\"a\":1,\"b\":1}"), "a:int b:int"},
    {ROW("{\"a\":1,\"c\":1}") "," ROW("{\"a\":1,\"b\":1,\"c\":1}"), "a:int b:int c:int"},
    {ROW("{\"a\":1,\"A\":\"x\"}"), "a:int A:text"},
    {ROW("{\"\":1}"), ":int"},
    {ROW("{\"a\":1,\"a\":\"x\"}"), "a:text"},
    {"{\"type\":\"Feature\",\"id\":\"x\",\"properties\":{\"a\":1},\"geometry\":null}", "id:text a:int"},
    {"{\"type\":\"Feature\",\"id\":5,\"properties\":{\"id\":\"x\"},\"geometry\":null}", "id:text"},
    {WITHOUT_PROPERTIES, "a:int"},
    {ROW("{\"a\":[]}") "," ROW("{\"a\":[1]}"), "a:text(json)"},
    {ROW("{\"a\":\"x\"}") "," ROW("{\"a\":[\"x\"]}"), "a:texts"},
    {ROW("{\"a\":\"10:20:30\"}") "," ROW("{\"a\":\"2026-08-17\"}"), "a:text(json)"},
    {ROW("{\"a\":\"x\"}") "," ROW("{\"a\":\"2026-08-17\"}"), "a:text"},
    {ROW("{\"a\":true}") "," ROW("{\"a\":[false]}"), "a:ints(bool)"},
    {ROW("{\"z\":1,\"x\":1}") "," ROW("{\"y\":1,\"x\":1}"), "y:int z:int x:int"},
};
#define SCHEMA_CASES (sizeof schema_cases / sizeof *schema_cases)

static struct outcome scan_features(const char *features, const char *more)
{
    char text[4096];
    snprintf(text, sizeof text, COLLECTION("%s%s%s"), features, *features != '\0' && *more != '\0' ? "," : "", more);
    struct outcome outcome = scan(text, strlen(text), WHOLE);
    CHECK_NUMBER(outcome.failed, 0);
    return outcome;
}

static void test_schema(void)
{
    for (size_t i = 0; i < SCHEMA_CASES; i++) {
        char got[512];
        struct outcome outcome = scan_features(schema_cases[i].features, "");
        schema_text(&outcome.collection.schema, got, sizeof got);
        if (strcmp(got, schema_cases[i].schema) != 0)
            fprintf(stderr, "    of %s\n", schema_cases[i].features);
        CHECK_TEXT(got, schema_cases[i].schema);
        mf_collection_free(&outcome.collection);
    }
}

/* What two documents have in common is what one document with the features of both has. */
static void check_merged(const char *one, const char *other)
{
    struct outcome a = scan_features(one, ""), b = scan_features(other, ""), both = scan_features(one, other);
    const struct mf_schema *const schemas[] = {&a.collection.schema, &b.collection.schema};
    const struct mf_schema_rules rules = {.date_kind = date_kind, .mixed_string_is_json = 1};
    struct mf_schema merged;
    char got[512], wanted[512];
    CHECK_NUMBER(mf_schema_merge(&merged, NULL, 0, schemas, 2, &rules), 0);
    schema_text(&merged, got, sizeof got);
    schema_text(&both.collection.schema, wanted, sizeof wanted);
    if (!CHECK_TEXT(got, wanted))
        fprintf(stderr, "    of %s and %s\n", one, other);
    mf_schema_free(&merged);
    mf_collection_free(&a.collection);
    mf_collection_free(&b.collection);
    mf_collection_free(&both.collection);
}

/* Members of a feature without properties change no field that the document has already, and are fields all the same of
 * a document that has it alone. */
static void test_merged_schemas(void)
{
    for (size_t i = 0; i < SCHEMA_CASES; i++)
        for (size_t k = 0; k < SCHEMA_CASES; k++)
            if (strcmp(schema_cases[k].features, WITHOUT_PROPERTIES) != 0)
                check_merged(schema_cases[i].features, schema_cases[k].features);
}

static bool has_text(const struct mf_value *value, const char *text)
{
    return value->kind == MF_VALUE_STRING && value->count == strlen(text) &&
           memcmp(value->as.text, text, value->count) == 0;
}

/* Each document is read by the schema of all: the host's fields are left alone, also where a member has such a name, ids
 * are values where they are in the document itself, and the first integer beyond 64 bits is known. */
static void test_rows_of_a_merged_schema(void)
{
    static const char first[] = COLLECTION(ROW("{\"from\":\"there\",\"n\":1}") ","
        "{\"type\":\"Feature\",\"id\":7,\"properties\":{\"n\":2},\"geometry\":null}");
    static const char second[] = COLLECTION("{\"type\":\"Feature\",\"id\":\"x\",\"properties\":{\"id\":0.5,"
        "\"n\":18446744073709551615},\"geometry\":null},"
        "{\"type\":\"Feature\",\"id\":8,\"properties\":{\"n\":\"t\"},\"geometry\":null}");
    static const char *const host[] = {"from", "n"};
    struct outcome a = scan(first, strlen(first), WHOLE), b = scan(second, strlen(second), WHOLE);
    const struct mf_schema *const schemas[] = {&a.collection.schema, &b.collection.schema};
    const struct mf_schema_rules rules = {.date_kind = date_kind, .mixed_string_is_json = 1};
    struct mf_schema merged;
    struct mf_row row;
    char got[512];
    CHECK_NUMBER(a.failed + b.failed, 0);
    CHECK_NUMBER(mf_schema_merge(&merged, host, 2, schemas, 2, &rules), 0);
    schema_text(&merged, got, sizeof got);
    CHECK_TEXT(got, "from:text n:text id:real from:text n:text(json)");
    CHECK_NUMBER(merged.host_count, 2);
    CHECK_NUMBER(mf_schema_find(&merged, "from", 4), 3);
    CHECK_TEXT(merged.fields[4].beyond_int64, "18446744073709551615");
    CHECK_NUMBER(mf_row_init(&row, &merged, NULL), 0);
    CHECK_NUMBER(mf_row_decode_feature(&row, &a.collection, first, 0, NULL), 0);
    CHECK(row.values[0].kind == MF_VALUE_UNSET && row.values[1].kind == MF_VALUE_UNSET);
    CHECK(row.values[2].kind == MF_VALUE_UNSET && has_text(&row.values[3], "there") && has_text(&row.values[4], "1"));
    CHECK_NUMBER(mf_row_decode_feature(&row, &a.collection, first, 1, NULL), 0);
    CHECK(row.values[2].kind == MF_VALUE_REAL && row.values[2].as.real == 7 && has_text(&row.values[4], "2"));
    CHECK_NUMBER(mf_row_decode_feature(&row, &b.collection, second, 0, NULL), 0);
    CHECK(row.values[2].kind == MF_VALUE_REAL && row.values[2].as.real == 0.5);
    CHECK_NUMBER(mf_row_decode_feature(&row, &b.collection, second, 1, NULL), 0);
    CHECK(row.values[2].kind == MF_VALUE_UNSET && row.values[3].kind == MF_VALUE_UNSET && has_text(&row.values[4], "t"));
    mf_row_free(&row);
    mf_schema_free(&merged);
    CHECK_NUMBER(mf_schema_merge(&merged, host, 2, NULL, 0, &rules), 0);
    CHECK_NUMBER(merged.field_count, 2);
    CHECK_NUMBER(mf_schema_find(&merged, "n", 1), -1);
    mf_schema_free(&merged);
    mf_collection_free(&a.collection);
    mf_collection_free(&b.collection);
}

static void check_type_of_the_layer(const struct mf_collection *collection, int type, bool wanted_z)
{
    bool has_z = !wanted_z;
    CHECK_NUMBER(mf_geometry_common_type(collection->geometry_types, &has_z), type);
    CHECK_NUMBER(has_z, wanted_z);
}

static void test_geometry_of_the_layer(void)
{
    static const struct {
        const char *features;
        int type, has_z;
    } cases[] = {
        {"", MF_GEOMETRY_NONE, 0},
        {ROW("{}"), MF_GEOMETRY_NONE, 0},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1,2]}"), MF_GEOMETRY_POINT, 0},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1,2,3]}"), MF_GEOMETRY_POINT, 1},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1,2]}") "," ROW("{}"), MF_GEOMETRY_POINT, 0},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1,2]}") ","
             SHAPE("{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}"),
         MF_GEOMETRY_NONE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2048];
        snprintf(text, sizeof text, COLLECTION("%s"), cases[i].features);
        struct outcome outcome = scan(text, strlen(text), WHOLE);
        CHECK_NUMBER(outcome.failed, 0);
        check_type_of_the_layer(&outcome.collection, cases[i].type, cases[i].has_z);
        mf_collection_free(&outcome.collection);
    }
}

/* The layer's type by the rule that what geometries state counts, and polygons without rings. */
static void test_stated_geometry(void)
{
    static const struct {
        const char *features;
        int type, has_z;
    } cases[] = {
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1,2,3]}"), MF_GEOMETRY_POINT, 1},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1,2,3,4]}"), MF_GEOMETRY_POINT, 0},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1]}"), MF_GEOMETRY_POINT, 0},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[[1,2,3]]}"), MF_GEOMETRY_POINT, 1},
        {SHAPE("{\"Type\":\"Point\",\"coordinates\":[1,2]}"), MF_GEOMETRY_NONE, 0},
        {SHAPE("{}"), MF_GEOMETRY_NONE, 0},
        {SHAPE("{\"type\":\"Point\",\"coordinates\":[1,2]}") "," SHAPE("{}"), MF_GEOMETRY_NONE, 0},
        {SHAPE("{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4,5]]}"), MF_GEOMETRY_LINESTRING, 0},
        {SHAPE("{\"type\":\"MultiPoint\",\"coordinates\":[[1,2,3],[4,5]]}"), MF_GEOMETRY_MULTIPOINT, 1},
        {SHAPE("{\"type\":\"GeometryCollection\",\"geometries\":["
               "{\"type\":\"Point\",\"coordinates\":[1,2,3]}]}"),
         MF_GEOMETRY_COLLECTION, 1},
        {SHAPE("{\"type\":\"GeometryCollection\",\"geometries\":0}"), MF_GEOMETRY_COLLECTION, 0},
    };
    const struct mf_schema_rules rules = {.geometry_type_is_stated = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2048];
        snprintf(text, sizeof text, COLLECTION("%s"), cases[i].features);
        struct outcome outcome = scan_with(text, strlen(text), WHOLE, &rules);
        CHECK_NUMBER(outcome.failed, 0);
        check_type_of_the_layer(&outcome.collection, cases[i].type, cases[i].has_z);
        mf_collection_free(&outcome.collection);
    }
}

static void test_empty_polygons(void)
{
    static const char text[] = COLLECTION(SHAPE("{\"type\":\"Polygon\",\"coordinates\":[]}") "," SHAPE(
        "{\"type\":\"Polygon\",\"coordinates\":[null,[[0,0],[1,0],[0,1],[0,0]],null]}"));
    for (int empty = 0; empty < 2; empty++) {
        const struct mf_schema_rules rules = {.empty_polygons = empty};
        struct outcome outcome = scan_with(text, strlen(text), WHOLE, &rules);
        const struct mf_collection *const found = &outcome.collection;
        struct mf_row row;
        CHECK_NUMBER(found->feature_count, 2);
        CHECK_NUMBER(found->features[0].geometry, empty ? MF_GEOMETRY_POLYGON : MF_GEOMETRY_NONE);
        CHECK_NUMBER(mf_row_init(&row, &found->schema, NULL), 0);
        CHECK_NUMBER(mf_row_decode(&row, text + found->features[1].offset, found->features[1].size, NULL), 0);
        CHECK_NUMBER(row.wkb[5], empty ? 1 : 3); /* rings */
        mf_row_free(&row);
        mf_collection_free(&outcome.collection);
    }
}

/* ---- finding -------------------------------------------------------------------------------- */

enum { GRID = 40 }; /* points a side: six runs and a part of one */

/* Points on a grid with a feature without geometry behind each row. The caller frees it. */
static char *make_grid(void)
{
    const size_t capacity = 200 * (GRID + 1) * GRID;
    char *const text = malloc(capacity);
    size_t size = 0;
    if (text == NULL)
        return NULL;
    size += (size_t)snprintf(text, capacity, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int y = 0; y < GRID; ++y) {
        for (int x = 0; x < GRID; ++x)
            size += (size_t)snprintf(text + size, capacity - size,
                                     "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\","
                                     "\"coordinates\":[%d,%d]}},",
                                     x, y);
        size += (size_t)snprintf(text + size, capacity - size,
                                 "{\"type\":\"Feature\",\"geometry\":null}%s", y + 1 < GRID ? "," : "]}");
    }
    return text;
}

/* How many are found from position `from` on. */
static int count_found(const struct mf_collection *collection, uint64_t from, const struct mf_box *box)
{
    int count = 0;
    for (uint64_t i = mf_collection_find(collection, from, box); i < collection->feature_count;
         i = mf_collection_find(collection, i + 1, box)) {
        const struct mf_feature *const feature = &collection->features[i];
        CHECK(feature->box[0] <= box->max_x && feature->box[2] >= box->min_x);
        CHECK(feature->box[1] <= box->max_y && feature->box[3] >= box->min_y);
        CHECK(i >= from);
        ++count;
    }
    return count;
}

/* Which features the adapter has to show to GDAL. */
static void test_odd_geometries(void)
{
    static const struct {
        const char *geometry;
        int is_odd;
    } cases[] = {
        {"null", 0},
        {"{\"type\":\"Point\",\"coordinates\":[1,2]}", 0},
        {"{\"type\":\"Point\",\"coordinates\":[1,2,3]}", 0},
        {"{\"type\":\"Point\",\"coordinates\":[1,2,3,4]}", 1},
        {"{\"type\":\"Point\",\"coordinates\":[\"1\",2]}", 1},
        {"{\"type\":\"Point\",\"coordinates\":[1]}", 1},
        {"{\"type\":\"Point\"}", 1},
        {"{\"type\":\"Circle\",\"coordinates\":[1,2]}", 1},
        {"7", 1},
        {"{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}", 0},
        {"{\"type\":\"LineString\",\"coordinates\":[[1,2],null]}", 1},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[1.25,2.25],[3.25,2.25],[3.25,4.25],[1.25,2.25]]]}", 0},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[1.25,2.25],[3.25,2.25],[3.25,4.25],[1.25,2.26]]]}", 1},
        {"{\"type\":\"Polygon\",\"coordinates\":[ [ [1,2], [3,2], [3,4] , [1,2] ] ]}", 0},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[1,2,5],[3,2,5],[3,4,5],[1,2,5]]]}", 0},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,2],[3,4]]]}", 1},
        {"{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,2],[3,4],[1,2]],[[1,2],[3,2],[3,4]]]}", 1},
        {"{\"type\":\"Polygon\",\"coordinates\":[[]]}", 0},
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[[[[1,2],[3,2],[3,4],[1,2]]],[[[1,2],[3,2],[3,4]]]]}", 1},
        {"{\"type\":\"MultiLineString\",\"coordinates\":[null,[[1,2],[3,4]]]}", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
        for (int before = 0; before < 2; ++before) { /* alone, and inside a known extent: read approximately */
            char text[1024];
            snprintf(text, sizeof text,
                     "{\"type\":\"FeatureCollection\",\"features\":[%s"
                     "{\"type\":\"Feature\",\"properties\":{},\"geometry\":%s}]}",
                     before ? "{\"type\":\"Feature\",\"properties\":{},\"geometry\":"
                              "{\"type\":\"LineString\",\"coordinates\":[[-90,-90],[90,90]]}},"
                            : "",
                     cases[i].geometry);
            struct outcome outcome = scan(text, strlen(text), WHOLE);
            if (CHECK_NUMBER(outcome.failed, 0)) {
                CHECK_NUMBER(outcome.collection.odd_count, cases[i].is_odd);
                CHECK_NUMBER(outcome.collection.features[before].is_odd, cases[i].is_odd);
            }
            mf_collection_free(&outcome.collection);
        }
    }
}

static void test_integers_beyond_64_bits(void)
{
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"id\":18446744073709551616,\"properties\":{\"a\":9223372036854775807,\"b\":1,"
        "\"c\":[1,9223372036854775808],\"d\":-9223372036854775808,\"e\":{\"f\":9223372036854775808},\"g\":\"t\"}},"
        "{\"type\":\"Feature\",\"properties\":{\"a\":1,\"b\":-9223372036854775809,\"c\":[99999999999999999999]}},"
        "{\"type\":\"Feature\",\"properties\":{\"b\":-9223372036854775810,\"g\":9223372036854775808}}]}";
    static const struct {
        const char *name, *beyond;
        enum mf_field_type type, exact;
    } fields[] = {{"id", "18446744073709551616", MF_FIELD_INTEGER64, MF_FIELD_STRING},
                  {"a", NULL, MF_FIELD_INTEGER64, MF_FIELD_INTEGER64},
                  {"b", "-9223372036854775809", MF_FIELD_INTEGER64, MF_FIELD_STRING},
                  {"c", "9223372036854775808", MF_FIELD_INTEGER64_LIST, MF_FIELD_STRING_LIST},
                  {"d", NULL, MF_FIELD_INTEGER64, MF_FIELD_INTEGER64},
                  {"e", NULL, MF_FIELD_STRING, MF_FIELD_STRING},
                  {"g", "9223372036854775808", MF_FIELD_STRING, MF_FIELD_STRING}};
    struct outcome outcome = scan(text, strlen(text), WHOLE);
    struct mf_schema exact;
    struct mf_row row;
    CHECK_NUMBER(outcome.failed, 0);
    CHECK_NUMBER(outcome.collection.schema.field_count, 7);
    CHECK_NUMBER(mf_schema_copy_exact(&exact, &outcome.collection.schema), 0);
    for (int i = 0; i < 7; ++i) {
        const struct mf_field *const one = &outcome.collection.schema.fields[i], *const other = &exact.fields[i];
        CHECK_TEXT(one->name, fields[i].name);
        CHECK((one->beyond_int64 == NULL) == (fields[i].beyond == NULL));
        if (fields[i].beyond != NULL)
            CHECK_TEXT(one->beyond_int64, fields[i].beyond);
        CHECK_NUMBER(one->type, fields[i].type);
        CHECK_NUMBER(other->type, fields[i].exact);
        CHECK_NUMBER(mf_schema_find(&exact, fields[i].name, strlen(fields[i].name)), i);
    }
    CHECK_NUMBER(mf_row_init(&row, &exact, NULL), 0);
    CHECK_NUMBER(mf_row_decode_feature(&row, &outcome.collection, text, 0, NULL), 0);
    CHECK(row.values[0].count == 20 && memcmp(row.values[0].as.text, "18446744073709551616", 20) == 0);
    CHECK(row.values[3].count == 2 && row.values[3].as.strings[1].size == 19 &&
          memcmp(row.values[3].as.strings[1].text, "9223372036854775808", 19) == 0);
    CHECK_NUMBER(mf_row_decode_feature(&row, &outcome.collection, text, 2, NULL), 0);
    CHECK(row.values[6].count == 19 && memcmp(row.values[6].as.text, "9223372036854775808", 19) == 0);
    mf_row_free(&row);
    mf_schema_free(&exact);
    mf_collection_free(&outcome.collection);
}

static void test_find(void)
{
    static const struct {
        struct mf_box box;
        int found;
    } cases[] = {{{0, 0, GRID, GRID}, GRID * GRID},
                 {{-9, -9, -1, 90}, 0},
                 {{0, 0, 0, 0}, 1},
                 {{GRID - 1, GRID - 1, 999, 999}, 1},
                 {{9.5, 0, 9.7, 90}, 0},
                 {{3, 20, 5, 21}, 6},
                 {{-INFINITY, 39, INFINITY, INFINITY}, GRID},
                 {{5, 5, 4, 4}, 0}};
    char *const text = make_grid();
    if (!CHECK(text != NULL))
        return;
    struct outcome outcome = scan(text, strlen(text), WHOLE);
    const struct mf_collection *const found = &outcome.collection;
    CHECK_NUMBER(found->feature_count, GRID * (GRID + 1));
    CHECK_NUMBER(mf_collection_block_count(found), 7);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i)
        CHECK_NUMBER(count_found(found, 0, &cases[i].box), cases[i].found);
    CHECK(mf_collection_extends_beyond(found, &cases[5].box, &cases[0].box));
    CHECK(mf_collection_extends_beyond(found, &cases[1].box, &cases[3].box));
    CHECK(!mf_collection_extends_beyond(found, &cases[0].box, &cases[6].box)); /* without geometry: nowhere */
    CHECK(!mf_collection_extends_beyond(found, &cases[2].box, &cases[1].box));
    CHECK(!mf_collection_extends_beyond(found, &cases[5].box, &cases[5].box));
    /* From within a run, and behind the end. */
    CHECK_NUMBER(count_found(found, 20 * (GRID + 1) + 5, &cases[5].box), 4);
    CHECK_NUMBER(count_found(found, found->feature_count, &cases[0].box), 0);
    mf_collection_free(&outcome.collection);
    free(text);

    static const char nothing[] = "{\"type\":\"FeatureCollection\",\"features\":[]}";
    struct outcome empty = scan(nothing, strlen(nothing), WHOLE);
    CHECK_NUMBER(mf_collection_find(&empty.collection, 0, &cases[0].box), 0);
    mf_collection_free(&empty.collection);
}

/* ---- an object with many members -------------------------------------------------------------- */

/* A feature whose property is an object of `count` members, the names of the first half twice. */
#define HEAD_OF_MEMBERS \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"o\":{"

static char *make_members(int count)
{
    const size_t capacity = 32 * (size_t)count + 200;
    char *const text = malloc(capacity);
    if (text == NULL)
        return NULL;
    size_t size = (size_t)snprintf(text, capacity, "%s", HEAD_OF_MEMBERS);
    for (int i = 0; i < count; ++i)
        size += (size_t)snprintf(text + size, capacity - size, "\"k%d\":%d,", i % (count / 2 + 1), i);
    snprintf(text + size, capacity - size, "\"z\":0}},\"geometry\":null}]}");
    return text;
}

/* Seconds of the processor that one feature takes. */
static double decode_members(int count, const char *wanted_end)
{
    char *const text = make_members(count);
    if (!CHECK(text != NULL))
        return 0;
    struct outcome outcome = scan(text, strlen(text), WHOLE);
    struct mf_row row;
    CHECK_NUMBER(mf_row_init(&row, &outcome.collection.schema, NULL), 0);
    const clock_t start = clock();
    CHECK_NUMBER(mf_row_decode(&row, text + outcome.collection.features[0].offset,
                               outcome.collection.features[0].size, NULL),
                 0);
    const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    const struct mf_value *const value = &row.values[0];
    const size_t size = strlen(wanted_end);
    CHECK(value->kind == MF_VALUE_STRING && value->count >= size &&
          memcmp(value->as.text + value->count - size, wanted_end, size) == 0);
    mf_row_free(&row);
    mf_collection_free(&outcome.collection);
    free(text);
    return seconds;
}

static void test_many_members(void)
{
    decode_members(4, "{ \"k0\": 3, \"k1\": 1, \"k2\": 2, \"z\": 0 }");
    const double few = decode_members(5000, "\"k2499\": 2499, \"k2500\": 2500, \"z\": 0 }");
    const double many = decode_members(80000, "\"k39999\": 39999, \"k40000\": 40000, \"z\": 0 }");
    CHECK(many < 100 * few + 0.1); /* and not 256 times as long */
}

/* ---- one feature ---------------------------------------------------------------------------- */

static void test_values(void)
{
    struct outcome outcome = scan(SMALL, strlen(SMALL), WHOLE);
    const struct mf_collection *const found = &outcome.collection;
    struct mf_row row;
    CHECK_NUMBER(mf_row_init(&row, &found->schema, NULL), 0);
    const char *const first = SMALL + found->features[0].offset;
    const size_t size = found->features[0].size;
    CHECK_NUMBER(mf_row_decode(&row, first, size, NULL), 0);
#define VALUE(name) row.values[mf_schema_find(&found->schema, name, strlen(name))]
    CHECK(VALUE("a").kind == MF_VALUE_INTEGER && VALUE("a").as.integer == 1);
    CHECK(VALUE("b").kind == MF_VALUE_STRING);
    CHECK(VALUE("b").count == 9 && memcmp(VALUE("b").as.text, "\xC3\xA9\xF0\x9F\x8F\xA0 \xC3\xA9", 9) == 0);
    CHECK(VALUE("c").kind == MF_VALUE_REAL_LIST && VALUE("c").count == 2 && VALUE("c").as.reals[1] == 2.5);
    CHECK(VALUE("f").kind == MF_VALUE_REAL && VALUE("f").as.real == -1500);
    CHECK(VALUE("id").kind == MF_VALUE_INTEGER && VALUE("id").as.integer == 7);
    CHECK_NUMBER(row.geometry, MF_GEOMETRY_POLYGON);
    CHECK_NUMBER(row.wkb_size, 1 + 4 + 4 + 4 + 4 * 16);
    /* Only what is wanted. */
    memset(row.wanted, 0, (size_t)found->schema.field_count);
    row.wants_geometry = 0;
    row.wanted[mf_schema_find(&found->schema, "f", 1)] = 1;
    CHECK_NUMBER(mf_row_decode(&row, first, size, NULL), 0);
    CHECK_NUMBER(VALUE("a").kind, MF_VALUE_UNSET);
    CHECK_NUMBER(VALUE("b").kind, MF_VALUE_UNSET);
    CHECK_NUMBER(VALUE("f").kind, MF_VALUE_REAL);
    mf_row_free(&row);
    mf_row_free(NULL);
    mf_collection_free(&outcome.collection);
}

/* ---- texts that change ---------------------------------------------------------------------- */

static void mutate(char *text, size_t size)
{
    static const char likely[] = "{}[],:\"\\0123456789-+.eEtfnu \n\x80\xFF";
    for (uint64_t n = draw() % 3 + 1; n > 0; n--) {
        const size_t at = (size_t)(draw() % size);
        switch (draw() % 3) {
        case 0:
            text[at] = (char)draw();
            break;
        case 1:
            text[at] = likely[draw() % (sizeof likely - 1)];
            break;
        default: /* a piece from elsewhere */
            for (size_t k = 0, from = (size_t)(draw() % size), m = (size_t)(draw() % 20);
                 k < m && at + k < size && from + k < size; k++)
                text[at + k] = text[from + k];
        }
    }
}

static void check_mutations(const char *text, size_t size)
{
    const struct outcome sound = scan(text, size, WHOLE);
    char *const copy = malloc(size + 1);
    for (int i = 0; size > 0 && size < 4000 && i < 60; i++) {
        memcpy(copy, text, size);
        copy[size] = '\0';
        mutate(copy, size);
        struct outcome whole = scan(copy, size, WHOLE), pieces = scan(copy, size, 50);
        check_same(&whole, &pieces);
        if (!whole.failed)
            CHECK_NUMBER(decode_all(&whole.collection, copy), 0);
        /* The index of the sound text over the changed one: an error at most. */
        if (!sound.failed)
            (void)decode_all(&sound.collection, copy);
        mf_collection_free(&whole.collection);
        mf_collection_free(&pieces.collection);
    }
    free(copy);
    struct mf_collection owned = sound.collection;
    mf_collection_free(&owned);
}

static void test_mutations(void)
{
    for (int i = 0; i < 50; i++)
        check_mutations(SMALL, strlen(SMALL));
    each_document(AWKWARD_FOLDER, check_mutations);
}

int main(void)
{
    test_chunks();
    test_every_cut();
    test_reset();
    test_depth();
    test_schema();
    test_merged_schemas();
    test_rows_of_a_merged_schema();
    test_geometry_of_the_layer();
    test_stated_geometry();
    test_empty_polygons();
    test_odd_geometries();
    test_integers_beyond_64_bits();
    test_find();
    test_many_members();
    test_values();
    test_mutations();
    return check_result();
}
