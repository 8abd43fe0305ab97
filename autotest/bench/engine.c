/* The engine alone, for callgrind and for profiles: scans a file, and decodes all of it.
 *
 *     engine scan|decode FILE
 *
 * Prints bytes, features and seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "geojson/geojson.h"

/* As much as the transport hands over at once. */
#define PIECE (512 * 1024)

static int scan(const struct mf_map *map, struct mf_collection *found, struct mf_error *err)
{
    const struct mf_schema_rules rules = {.mixed_string_is_json = 0};
    struct mf_scanner *scanner = NULL;
    int failed = mf_scanner_open(&scanner, &rules, err);
    for (size_t at = 0; at < map->size && !failed; at += PIECE)
        failed = mf_scanner_feed(scanner, map->data + at,
                                 map->size - at < PIECE ? map->size - at : PIECE, err);
    if (!failed)
        failed = mf_scanner_finish(scanner, found, err);
    mf_scanner_close(scanner);
    return failed;
}

static int decode(const struct mf_map *map, const struct mf_collection *found, struct mf_error *err)
{
    struct mf_row row;
    int failed = mf_row_init(&row, &found->schema, err);
    for (uint64_t i = 0; i < found->feature_count && !failed; ++i)
        failed = mf_row_decode_feature(&row, found, map->data, i, err);
    mf_row_free(&row);
    return failed;
}

int main(int argc, char **argv)
{
    struct mf_error err;
    struct mf_map map;
    struct mf_collection found;
    mf_error_init(&err);
    if (argc != 3 || (strcmp(argv[1], "scan") != 0 && strcmp(argv[1], "decode") != 0)) {
        fprintf(stderr, "usage: engine scan|decode FILE\n");
        return 2;
    }
    if (mf_map_path(&map, argv[2], &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    double start = mf_clock_monotonic();
    int failed = scan(&map, &found, &err);
    double seconds = mf_clock_monotonic() - start;
    if (!failed && strcmp(argv[1], "decode") == 0) {
        start = mf_clock_monotonic();
        failed = decode(&map, &found, &err);
        seconds = mf_clock_monotonic() - start;
    }
    if (failed) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%s: %zu bytes, %llu features, %.3f s\n", argv[1], map.size,
           (unsigned long long)found.feature_count, seconds);
    mf_collection_free(&found);
    mf_map_release(&map);
    return 0;
}
