/* fuzz_common: what several fuzz targets need. */
#ifndef FUZZ_COMMON_H
#define FUZZ_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "geojson/geojson.h"

#ifdef __cplusplus
extern "C" {
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with a message, so that the fuzzer keeps the input. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(#condition, __FILE__, __LINE__);                                             \
    } while (0)
void fuzz_fail(const char *what, const char *file, int line);

/* Numbers that look random and depend on the input alone. */
uint64_t fuzz_seed(const void *data, size_t size);
uint64_t fuzz_random(uint64_t *state);

/* The rules of some version of GDAL, or of none. */
struct mf_schema_rules fuzz_rules(uint64_t seed);

/* Scans a text, in pieces of at most `piece` bytes of random size, or whole with 0. Returns what
 * mf_scanner_feed or mf_scanner_finish return. */
int fuzz_scan(const char *text, size_t size, size_t piece, uint64_t seed,
              const struct mf_schema_rules *rules, struct mf_collection *found,
              struct mf_error *err);

/* Reads every byte that a decoded row says is there, so that sanitizers see it. */
void fuzz_touch_row(const struct mf_row *row);

#ifdef __cplusplus
}
#endif
#endif
