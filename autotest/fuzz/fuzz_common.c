#include "fuzz_common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"

void fuzz_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

uint64_t fuzz_seed(const void *data, size_t size)
{
    return mf_checksum_of(data, size) | 1;
}

uint64_t fuzz_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Any answer will do, the same each time. */
static enum mf_date_kind date_kind(const char *text, int *time_zone)
{
    *time_zone = (int)(strlen(text) % 150);
    return text[0] >= '0' && text[0] <= '9' ? (enum mf_date_kind)(1 + strlen(text) % 3)
                                            : MF_DATE_NONE;
}

struct mf_schema_rules fuzz_rules(uint64_t seed)
{
    return (struct mf_schema_rules){.mixed_string_is_json = seed >> 8 & 1,
                                    .untyped_objects_are_rows = seed >> 9 & 1,
                                    .date_kind = seed >> 10 & 1 ? date_kind : NULL,
                                    .geometry_type_is_stated = seed >> 11 & 1,
                                    .empty_polygons = seed >> 12 & 1};
}

int fuzz_scan(const char *text, size_t size, size_t piece, uint64_t seed,
              const struct mf_schema_rules *rules, struct mf_collection *found,
              struct mf_error *err)
{
    struct mf_scanner *scanner = NULL;
    memset(found, 0, sizeof *found);
    FUZZ_CHECK(mf_scanner_open(&scanner, rules, err) == 0);
    int failed = 0;
    for (size_t at = 0; at < size && !failed;) {
        const size_t left = size - at;
        const size_t wanted = piece == 0 ? left : 1 + (size_t)(fuzz_random(&seed) % piece);
        const size_t part = wanted < left ? wanted : left;
        /* A copy of its own: reading beyond a piece is an error that is seen. */
        char *const copy = malloc(part);
        FUZZ_CHECK(copy != NULL);
        memcpy(copy, text + at, part);
        failed = mf_scanner_feed(scanner, copy, part, err);
        free(copy);
        at += part;
    }
    if (!failed)
        failed = mf_scanner_finish(scanner, found, err);
    mf_scanner_close(scanner);
    return failed;
}

static volatile unsigned char sink;

static void touch(const void *data, size_t size)
{
    const unsigned char *const bytes = data;
    for (size_t i = 0; i < size; ++i)
        sink ^= bytes[i];
}

static void touch_value(const struct mf_value *value)
{
    switch (value->kind) {
    case MF_VALUE_STRING:
        touch(value->as.text, value->count);
        break;
    case MF_VALUE_INTEGER_LIST:
        touch(value->as.integers, value->count * sizeof *value->as.integers);
        break;
    case MF_VALUE_REAL_LIST:
        touch(value->as.reals, value->count * sizeof *value->as.reals);
        break;
    case MF_VALUE_STRING_LIST:
        for (size_t i = 0; i < value->count; ++i)
            touch(value->as.strings[i].text, value->as.strings[i].size);
        break;
    default:
        break;
    }
}

void fuzz_touch_row(const struct mf_row *row)
{
    for (int i = 0; i < row->schema->field_count; ++i)
        touch_value(&row->values[i]);
    if (row->geometry != MF_GEOMETRY_NONE)
        touch(row->wkb, row->wkb_size);
}
