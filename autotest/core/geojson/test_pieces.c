/* The scanner, fed in pieces: the outcome is that of the whole text, wherever it is cut. What the fields and
 * values of a document are is compared with GDAL's GeoJSON driver, in autotest/ogr. */
#include <stdlib.h>

#include "check.h"
#include "geojson/geojson.h"

static const struct mf_schema_rules rules = {.mixed_string_is_json = 0};

/* Scans a text in pieces: one of `first` bytes, the others of `rest` bytes. */
static int scan(const char *text, size_t first, size_t rest, struct mf_collection *found,
                struct mf_error *err)
{
    struct mf_scanner *scanner = NULL;
    const size_t size = strlen(text);
    mf_error_init(err);
    memset(found, 0, sizeof *found);
    if (mf_scanner_open(&scanner, &rules, err) != 0)
        return -1;
    int failed = 0;
    for (size_t at = 0; at < size && !failed;) {
        const size_t wanted = at == 0 ? first : rest;
        const size_t part = wanted < size - at ? wanted : size - at;
        failed = mf_scanner_feed(scanner, text + at, part, err);
        at += part;
    }
    if (!failed)
        failed = mf_scanner_finish(scanner, found, err);
    mf_scanner_close(scanner);
    return failed;
}

static void check_pieces(const char *text, size_t first, size_t rest, int wanted_outcome,
                         const struct mf_collection *wanted, const struct mf_error *wanted_error)
{
    struct mf_collection found;
    struct mf_error err;
    if (CHECK_NUMBER(scan(text, first, rest, &found, &err), wanted_outcome) && wanted_outcome == 0) {
        CHECK_NUMBER((long long)found.feature_count, (long long)wanted->feature_count);
        CHECK_NUMBER(found.schema.field_count, wanted->schema.field_count);
        CHECK(memcmp(&found.extent, &wanted->extent, sizeof found.extent) == 0);
    } else {
        CHECK_TEXT(err.message, wanted_error->message);
    }
    mf_collection_free(&found);
}

static void check_every_cut(const char *text)
{
    struct mf_collection whole;
    struct mf_error err;
    const size_t size = strlen(text);
    const int outcome = scan(text, size, size, &whole, &err);
    for (size_t first = 1; first <= size; ++first)
        check_pieces(text, first, size, outcome, &whole, &err);
    for (size_t piece = 1; piece < 8; ++piece)
        check_pieces(text, piece, piece, outcome, &whole, &err);
    mf_collection_free(&whole);
}

#define BEGIN "{\"type\":\"FeatureCollection\","

static void test_pieces(void)
{
    static const char *const texts[] = {
        BEGIN "\"features\":[{\"type\":\"Feature\",\"properties\":{\"a\":[1,\"]}\\\"\"],\"b\":-1.5e+2},"
              "\"geometry\":{\"type\":\"Point\",\"coordinates\":[4.5,52.25]}}, null ,17]} ",
        BEGIN "\"features\":nully",
        BEGIN "\"a\":nullFeatures",
        BEGIN "\"a\":falsee,\"features\":[]}",
        BEGIN "\"a\":truf,\"features\":[]}",
        BEGIN "\"a\":0.2026-08-02T12,\"features\":[]}",
        BEGIN "\"a\":1.2.3,\"features\":[]}",
        BEGIN "\"a\":1e5e6,\"features\":[]}",
        BEGIN "\"a\":1-2,\"features\":[]}",
        BEGIN "\"a\":-,\"features\":[]}",
        BEGIN "\"a\":[}",
        BEGIN "\"a\":\"b\nc\",\"features\":[]}",
        "\xEF\xBB\xBF" BEGIN "\"features\":[]}",
        "\xEF\xBB" BEGIN "\"features\":[]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i)
        check_every_cut(texts[i]);
}

/* A repeated key stands where it stood first, and nothing stands behind its repetition. */
static void test_repeated_key(void)
{
    struct mf_collection found;
    struct mf_error err;
    CHECK_NUMBER(scan(BEGIN "\"features\":[{\"type\":\"Feature\",\"properties\":{\"z\":1,\"y\":1},"
                            "\"geometry\":null},{\"type\":\"Feature\",\"properties\":{\"z\":1,\"y\":1,"
                            "\"z\":2,\"a\":1},\"geometry\":null}]}",
                      1000, 1000, &found, &err), 0);
    if (CHECK_NUMBER(found.schema.field_count, 3)) {
        CHECK_TEXT(found.schema.fields[0].name, "z");
        CHECK_TEXT(found.schema.fields[1].name, "y");
        CHECK_TEXT(found.schema.fields[2].name, "a");
    }
    mf_collection_free(&found);
    CHECK_NUMBER(scan(BEGIN "\"features\":[{\"type\":\"Feature\",\"properties\":{\"y\":[],\"z\":[]}},"
                            "{\"type\":\"Feature\",\"properties\":{\"z\":[]}},"
                            "{\"type\":\"Feature\",\"properties\":{\"n\":1,\"y\":[],\"z\":[],\"n\":2,"
                            "\"a\":1}}]}",
                      1000, 1000, &found, &err), 0);
    if (CHECK_NUMBER(found.schema.field_count, 4)) {
        CHECK_TEXT(found.schema.fields[0].name, "n");
        CHECK_TEXT(found.schema.fields[2].name, "z");
        CHECK_TEXT(found.schema.fields[3].name, "a");
    }
    mf_collection_free(&found);
}

int main(void)
{
    test_pieces();
    test_repeated_key();
    return check_result();
}
